//! What can be asked of an order.

use jiff::Timestamp;
use jiff::civil::Date;

use super::address::CorrectionReason;
use super::customer::{Address, DesiredDelivery, Personal};
use super::drift::ChannelStatus;
use super::event::Grant;
use super::ids::{PaymentId, ShipmentId};
use super::money::Amount;
use super::order::{CancelReason, HoldCode, Order, TicketKind};
use super::payment::{Operation, OperationOutcome};
use super::report::{FactKind, ReportAnswer};
use super::screening::Screened;
use super::shipment::{FulfilmentEvent, LineQuantity};
use super::told::Word;
use super::validation::Finding;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })?,)*) => {
        /// Something asked of an order: by a stage, by a person, by the warehouse, by the clock.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Command {
            $($(#[$doc])* $name $({ $($(#[$field_doc])* $field: $type,)* })?,)*
        }

        impl Command {
            /// The names of all commands, in the order of the lifecycle.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// The command's name in logs and documents.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name { .. } => stringify!($name),)* }
            }
        }
    };
}

commands! {
    /// Take over what validation found.
    Validate {
        /// All that was found.
        findings: Vec<Finding>,
    },
    /// Take over what screening found, and take what the order shares with others.
    Screen {
        /// What was found.
        screened: Box<Screened>,
    },
    /// Give stock to open units, and let the others wait.
    Allocate {
        /// Units that get their stock.
        grants: Vec<Grant>,
        /// Units that have to wait.
        shortages: Vec<Grant>,
    },
    /// Give arrived stock to units that wait.
    FillBackorder {
        /// Which.
        grants: Vec<Grant>,
    },
    /// Ask the customer to pay in advance.
    RequestPayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Take over what the provider answered.
    RecordOperation {
        /// What was asked.
        operation: Operation,
        /// What was answered.
        outcome: OperationOutcome,
    },
    /// Take over a deposit.
    RecordDeposit {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Amount,
        /// The bank's reference.
        reference: String,
        /// When it came in.
        deposited_at: Timestamp,
    },
    /// Take over a refund that a person made.
    RecordRefund {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Amount,
        /// The bank's reference.
        reference: String,
    },
    /// Plan shipments of what can leave.
    Release,
    /// Note that the warehouse was given the instruction.
    MarkInstructed {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// Take over a report of the warehouse or the carrier.
    RecordFulfilment {
        /// Which shipment.
        shipment: ShipmentId,
        /// What it said.
        report: FulfilmentEvent,
    },
    /// Take the units of a handed-over shipment off the stock.
    Ship {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// Count the units of an arrived shipment as delivered.
    Deliver {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// Post the sale.
    PostSales,
    /// Accept a cancellation.
    RequestCancel {
        /// Which units; all that have not left when empty.
        lines: Vec<LineQuantity>,
        /// Why.
        reason: CancelReason,
    },
    /// Carry on with the accepted cancellation.
    Cancel,
    /// Stop the order.
    PlaceHold {
        /// Why.
        code: HoldCode,
        /// What exactly.
        reason: Personal,
    },
    /// Let it go on: the cause is gone.
    ResolveHold {
        /// Which.
        code: HoldCode,
        /// By whom.
        by: String,
    },
    /// Let it go on although the cause remains.
    OverrideHold {
        /// Which.
        code: HoldCode,
        /// By whom.
        by: String,
        /// Why it is all right.
        reason: Personal,
    },
    /// Change where a ship group goes.
    ChangeAddress {
        /// Which ship group.
        ship_group: u8,
        /// The new address.
        address: Address,
    },
    /// Put the address of a ship group right, as was proposed.
    CorrectAddress {
        /// Which ship group.
        ship_group: u8,
        /// The better address.
        address: Address,
        /// What is better about it; none when there is nothing to put right.
        reasons: Vec<CorrectionReason>,
        /// By whom: a person, or the stage that may.
        by: String,
    },
    /// Change when the customer wants it.
    ChangeDesiredDelivery {
        /// Which ship group.
        ship_group: u8,
        /// The new wish.
        desired: DesiredDelivery,
    },
    /// Follow what the channel says now, as far as staff could do it too.
    FollowChannel {
        /// The order as the channel told it last, as if it had just been received.
        before: Box<Order>,
        /// What it says now.
        word: Box<Word>,
    },
    /// Tell the customer that it will be later.
    ReportDelay {
        /// Why.
        reason: String,
        /// The new date, if one is known.
        expected_on: Option<Date>,
    },
    /// Leave a remark.
    AddNote {
        /// The same id is added once.
        id: String,
        /// By whom.
        by: String,
        /// The text.
        text: Personal,
    },
    /// Ask for a person.
    OpenTicket {
        /// What kind.
        kind: TicketKind,
        /// About what; with the kind, the ticket's identity.
        subject: String,
        /// What exactly, and what to do.
        detail: String,
    },
    /// The matter is settled.
    CloseTicket {
        /// Which.
        id: String,
    },
    /// Note that the channel's queue was given a report.
    MarkReported {
        /// The number of the event it tells of.
        report: u64,
        /// What it tells.
        fact: FactKind,
        /// When the answer is overdue.
        answer_by: Timestamp,
    },
    /// Note that a report cannot be put into the platform's words.
    GiveUpReport {
        /// The number of the event it tells of.
        report: u64,
        /// What it tells.
        fact: FactKind,
        /// Why, and what to do instead.
        why: String,
    },
    /// Take over what the channel answered to a report.
    RecordReportAnswer {
        /// The number of the event the report tells of.
        report: u64,
        /// What it answered.
        answer: ReportAnswer,
    },
    /// Tell the channel once more.
    RepeatReport {
        /// The number of the event the report tells of.
        report: u64,
    },
    /// Compare where the order stands with what its channel says.
    CompareWithChannel {
        /// What it says.
        status: ChannelStatus,
    },
    /// Do what the clock asks for.
    Tick,
}
