//! What to do next about whatever waits for a person, who does it, and why: the best next action 次の一手.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calls::CallReason;
use super::japan;
use super::matter::{OpenMatter, Reason};
use super::order::{HoldCode, Order, ShipGroup, TicketKind};

/// Whose work it is: the roles that deal with exceptions.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Owner {
    /// Talks to customers.
    CallCenter,
    /// Processes orders and payments.
    BackOffice,
    /// The warehouse, and whoever speaks with carriers.
    Logistics,
    /// The merchant.
    ClientUser,
    /// Takes responsibility.
    Supervisor,
}

names!(Owner {
    CallCenter = "CALL_CENTER",
    BackOffice = "BACK_OFFICE",
    Logistics = "LOGISTICS",
    ClientUser = "CLIENT_USER",
    Supervisor = "SUPERVISOR",
});

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Action {
    /// Ring the customer, read the script, record what came of it.
    CallCustomer,
    /// Correct the address; the order is checked anew.
    CorrectAddress,
    /// Ask through the channel for a phone number or a mail address that works.
    AskThroughChannel,
    /// Put the product into the catalogue, or correct the SKU at the channel.
    RegisterProduct,
    /// Compare the figures with the channel's.
    CheckFigures,
    /// Have the missing lines sent, or accept the order as it is.
    CompleteImport,
    /// Agree with the customer how else to pay.
    AgreePayment,
    /// Agree another day with the customer.
    AgreeDay,
    /// Agree with the customer what a promotion code is worth.
    SettlePromotion,
    /// Count the points anew, and bill what they do not cover.
    RecountPoints,
    /// Have the purchase order completed.
    CompletePurchaseOrder,
    /// Agree with the account how it pays what it owes.
    FreeCredit,
    /// Approve the order, or cancel it.
    Approve,
    /// Read the customer's note and act on it.
    ReadNote,
    /// Look at the signals, and let it go on or cancel it.
    ReviewFraud,
    /// Have the payment tried again, agree another one, or cancel.
    RetryPayment,
    /// Find the goods, or cancel what cannot be had.
    FindGoods,
    /// Decide how the order goes on.
    Decide,
    /// Have the goods looked at.
    InspectGoods,
    /// Find a carrier, or wait for this one.
    FindCarrier,
    /// Ask the provider what it did.
    AskProvider,
    /// Settle the refusal with the provider, then have it asked again.
    SettleWithProvider,
    /// Ask the customer for the rest of the money.
    AskForTheRest,
    /// Transfer the money back, and record the refund.
    GiveMoneyBack,
    /// Find out whether the customer got the mail.
    AskAboutMail,
    /// Find out what the order waits for.
    FindCause,
    /// Have the warehouse acknowledge the instruction.
    Acknowledge,
    /// Agree with the customer what becomes of the parcel.
    DecideOnReturn,
    /// Claim the parcel with the carrier, and replace it.
    ClaimAndReplace,
    /// Tell the customer that it came too late.
    TellTooLate,
    /// Find out where the parcel is.
    LocateParcel,
    /// Do by hand at the channel what its interface cannot be told.
    TellChannelByHand,
    /// Look at the channel whether it took what it was told.
    AskChannel,
    /// Put right what the channel refused, and tell it once more.
    TellChannelAgain,
    /// Find out which of the two is right, the channel or we.
    CompareWithChannel,
    /// See to it that somebody calls.
    HaveSomebodyCall,
    /// Decide without the customer: cancel, or go on.
    DecideWithoutCustomer,
}

/// What to do about a reason, by whom, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub action: Action,
    /// By whom.
    pub owner: Owner,
    /// Why.
    pub why: &'static str,
}

const fn step(action: Action, owner: Owner, why: &'static str) -> Step {
    Step { action, owner, why }
}

impl Step {
    /// What to do about `reason`.
    #[must_use]
    pub const fn of(reason: Reason) -> Self {
        match reason {
            Reason::Hold(code) => of_hold(code),
            Reason::Ticket(kind) => of_ticket(kind),
            Reason::Call(reason) => of_call(reason),
        }
    }
}

const fn of_hold(code: HoldCode) -> Step {
    use Action::{
        AgreeDay, AgreePayment, Approve, AskThroughChannel, CheckFigures, CompleteImport,
        CompletePurchaseOrder, CorrectAddress, Decide, FindCarrier, FindGoods, FreeCredit, InspectGoods,
        ReadNote, RecountPoints, RegisterProduct, RetryPayment, ReviewFraud, SettlePromotion,
    };
    use Owner::{BackOffice, ClientUser, Logistics, Supervisor};
    match code {
        HoldCode::AddressDefect => {
            step(CorrectAddress, BackOffice, "the carrier could not deliver to this address")
        }
        HoldCode::ContactDefect => {
            step(AskThroughChannel, BackOffice, "the customer can be reached neither by mail nor by phone")
        }
        HoldCode::UnknownProduct => {
            step(RegisterProduct, BackOffice, "nobody can allocate what is not in the catalogue")
        }
        HoldCode::AmountDefect => step(CheckFigures, BackOffice, "the figures do not add up"),
        HoldCode::PartialImport => step(
            CompleteImport,
            BackOffice,
            "the channel says that it has more lines, and half an order must not leave",
        ),
        HoldCode::PaymentDefect => {
            step(AgreePayment, BackOffice, "this order cannot be paid in the way the customer chose")
        }
        HoldCode::DeliveryDefect => {
            step(AgreeDay, BackOffice, "no carrier is there on the day the customer wants")
        }
        HoldCode::Promotion => {
            step(SettlePromotion, BackOffice, "the code gives less than the customer was promised")
        }
        HoldCode::PointRecalc => {
            step(RecountPoints, BackOffice, "the customer has fewer points than the order uses")
        }
        HoldCode::PurchaseOrder => {
            step(CompletePurchaseOrder, BackOffice, "without a whole purchase order the account does not pay")
        }
        HoldCode::CreditLimit => step(FreeCredit, BackOffice, "the account would owe more than was agreed"),
        HoldCode::Approval => step(Approve, ClientUser, "the merchant wants to approve such orders"),
        HoldCode::CustomerNote => {
            step(ReadNote, BackOffice, "what the customer wrote may change the whole order")
        }
        HoldCode::FraudReview => {
            step(ReviewFraud, Supervisor, "goods that have left for a fraud do not come back")
        }
        HoldCode::Payment => {
            step(RetryPayment, BackOffice, "the payment was refused, and nothing leaves unpaid")
        }
        HoldCode::Stockout => step(FindGoods, BackOffice, "the goods are short"),
        HoldCode::ClientDecision => step(Decide, ClientUser, "the merchant alone can decide this"),
        HoldCode::Quality => step(InspectGoods, Logistics, "something is wrong with the goods"),
        HoldCode::CarrierOutage => step(FindCarrier, Logistics, "the carrier takes no parcels"),
    }
}

const fn of_ticket(kind: TicketKind) -> Step {
    use Action::{
        Acknowledge, AskAboutMail, AskChannel, AskForTheRest, AskProvider, AskThroughChannel,
        ClaimAndReplace, CompareWithChannel, DecideOnReturn, DecideWithoutCustomer, FindCause, FindGoods,
        GiveMoneyBack, HaveSomebodyCall, LocateParcel, SettleWithProvider, TellChannelAgain,
        TellChannelByHand, TellTooLate,
    };
    use Owner::{BackOffice, Logistics, Supervisor};
    match kind {
        TicketKind::PaymentUnknown => {
            step(AskProvider, BackOffice, "nobody knows whether the provider did what it was asked")
        }
        TicketKind::PaymentOperationRefused => {
            step(SettleWithProvider, BackOffice, "the provider refused; it is not asked again by itself")
        }
        TicketKind::ShortDeposit => step(AskForTheRest, BackOffice, "the customer paid too little"),
        TicketKind::RefundByHand => {
            step(GiveMoneyBack, BackOffice, "we hold money of the customer's that no provider can return")
        }
        TicketKind::MailUnknown => {
            step(AskAboutMail, BackOffice, "a mail may not have gone out, and is not sent twice")
        }
        TicketKind::MailUndeliverable => {
            step(AskThroughChannel, BackOffice, "mails do not reach the customer")
        }
        TicketKind::Stockout => step(FindGoods, BackOffice, "units are missing, and the customer waits"),
        TicketKind::Stalled => step(FindCause, Supervisor, "nothing has happened for too long"),
        TicketKind::AcknowledgementMissing => {
            step(Acknowledge, Logistics, "nobody knows whether the warehouse got the instruction")
        }
        TicketKind::ShipmentRefused => {
            step(DecideOnReturn, BackOffice, "the parcel was refused and comes back")
        }
        TicketKind::ShipmentLost => step(ClaimAndReplace, BackOffice, "the carrier lost the parcel"),
        TicketKind::CancelRefused => {
            step(TellTooLate, BackOffice, "the customer believes that it is cancelled, and it is not")
        }
        TicketKind::ContradictoryReport => {
            step(LocateParcel, BackOffice, "two reports about the parcel cannot both be true")
        }
        TicketKind::ChannelReportImpossible => {
            step(TellChannelByHand, BackOffice, "the channel's interface has no word for it")
        }
        TicketKind::ChannelReportUnanswered => {
            step(AskChannel, BackOffice, "nobody knows whether the channel took what it was told")
        }
        TicketKind::ChannelReportRefused => {
            step(TellChannelAgain, BackOffice, "the channel still says something else to the customer")
        }
        TicketKind::ChannelDiffers => {
            step(CompareWithChannel, BackOffice, "what the channel says could not be followed")
        }
        TicketKind::ChannelDrift => {
            step(CompareWithChannel, BackOffice, "the channel says something else of the order than we do")
        }
        TicketKind::CallOverdue => {
            step(HaveSomebodyCall, Supervisor, "nobody has called the customer in time")
        }
        TicketKind::CustomerUnreachable => {
            step(DecideWithoutCustomer, BackOffice, "the customer did not answer, as often as it was tried")
        }
        TicketKind::CustomerRefused => {
            step(DecideWithoutCustomer, BackOffice, "the customer does not want to talk about it")
        }
    }
}

const fn of_call(reason: CallReason) -> Step {
    let why = match reason {
        CallReason::UnreachableByMail => "mails do not reach the customer",
        CallReason::Address => "only the customer knows the right address",
        CallReason::OrderContent => "only the customer knows what was meant",
        CallReason::Payment => "only the customer can pay, or choose another way to",
        CallReason::Stockout => "the customer has to choose: wait, take something else, or cancel",
        CallReason::Identity => "the customer has to confirm the order",
        CallReason::Delivery => "the customer has to say what becomes of the parcel",
        CallReason::Other => "somebody asked for a call; the request says what about",
    };
    step(Action::CallCustomer, Owner::CallCenter, why)
}

/// What the customer was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Promise {
    /// The day the customer wants it.
    pub deliver_on: Date,
    /// The day it has to leave for that.
    pub ship_on: Date,
}

/// What to do about one matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAction {
    /// The matter.
    pub open: OpenMatter,
    /// What to do, by whom, and why.
    pub step: Step,
    /// What is at stake.
    pub promise: Option<Promise>,
}

/// What people have to do about the order, what is due first before the others.
#[must_use]
pub fn next_actions(order: &Order) -> Vec<NextAction> {
    let promise = order.promise();
    let action = |open: OpenMatter| NextAction { step: Step::of(open.reason), open, promise };
    order.open_matters().into_iter().map(action).collect()
}

impl Order {
    /// The first promise that has not been kept yet.
    #[must_use]
    pub fn promise(&self) -> Option<Promise> {
        let awaited = |group: &&ShipGroup| {
            let mut lines = self.lines.iter().filter(|line| line.ship_group == group.id);
            lines.any(|line| line.active() > line.quantities.delivered)
        };
        let promises = self.ship_groups.iter().filter(awaited).filter_map(|group| {
            let deliver_on = group.desired.date?;
            let ship_on = group.not_before.map_or(deliver_on, |at| japan::local(at).date());
            Some(Promise { deliver_on, ship_on })
        });
        promises.min()
    }
}
