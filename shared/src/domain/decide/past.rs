//! What can be done with an order that ended before it came to us: a person may leave a remark. Stages,
//! the clock and its channel leave it as it is.

use super::{Effects, service};
use crate::domain::command::Command;
use crate::domain::order::Order;
use crate::domain::rejection::Rejection;

pub(super) fn decide(order: &Order, command: &Command) -> Result<Effects, Rejection> {
    match command {
        Command::AddNote { id, by, text } => service::add_note(order, id, by, text),
        Command::CorrectContact { .. }
        | Command::Validate { .. }
        | Command::Screen { .. }
        | Command::Allocate { .. }
        | Command::FillBackorder { .. }
        | Command::RequestPayment { .. }
        | Command::RecordOperation { .. }
        | Command::Release
        | Command::MarkInstructed { .. }
        | Command::Ship { .. }
        | Command::Deliver { .. }
        | Command::PostSales
        | Command::Cancel
        | Command::FollowChannel { .. }
        | Command::OpenTicket { .. }
        | Command::MarkReported { .. }
        | Command::GiveUpReport { .. }
        | Command::RecordReportAnswer { .. }
        | Command::CompareWithChannel { .. }
        | Command::Tick => Ok(Effects::none()),
        Command::RecordDeposit { .. }
        | Command::RecordRefund { .. }
        | Command::RecordFulfilment { .. }
        | Command::RequestCancel { .. }
        | Command::PlaceHold { .. }
        | Command::ResolveHold { .. }
        | Command::OverrideHold { .. }
        | Command::ChangeAddress { .. }
        | Command::CorrectAddress { .. }
        | Command::ChangeDesiredDelivery { .. }
        | Command::ReportDelay { .. }
        | Command::CloseTicket { .. }
        | Command::RequestCall { .. }
        | Command::RecordCall { .. }
        | Command::AssignWork { .. }
        | Command::RepeatReport { .. } => Err(Rejection::WrongState {
            state: order.state,
            advice: "it is history: the order ended before it came here; only remarks are still taken",
        }),
    }
}
