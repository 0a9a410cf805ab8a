//! What happened to an order. Events are written once and read for years: a field may be added
//! with a default, never renamed or removed.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::address::CorrectionReason;
use super::billing::{Declared, Discount, Fee, SalesEntry};
use super::calls::{CallAttempt, CallEnd, CallReason, CallWindow};
use super::customer::{Address, DesiredDelivery, Personal};
use super::drift::ChannelStatus;
use super::ids::{LineId, LocationId, PaymentId, ShipmentId};
use super::intake::Intake;
use super::matter::Matter;
use super::money::Amount;
use super::order::{CancelReason, HoldCode, Line, Order, ShipGroup, TicketKind};
use super::particulars::Particulars;
use super::past::Milestone;
use super::payment::{Operation, OperationKind, Payment};
use super::report::{FactKind, ReportAnswer};
use super::rule_pack::Correction;
use super::screening::Screened;
use super::shipment::{FulfilmentEvent, LineQuantity, Shipment};
use super::tally::{Returned, TallyKey};
use super::told::Source;
use super::validation::Finding;

/// Units of a line at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Which line.
    pub line: LineId,
    /// Which stock.
    pub location: LocationId,
    /// How many units; never 0.
    pub quantity: u32,
}

/// Units of a line that were cancelled, by where they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledUnits {
    /// Which line.
    pub line: LineId,
    /// Of those nothing had been done for.
    pub open: u32,
    /// Of those that waited for stock.
    pub backordered: u32,
    /// Of those that had stock.
    pub allocated: u32,
}

impl CancelledUnits {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.open + self.backordered + self.allocated
    }
}

/// Money that a cancellation leaves us with and that the customer gets back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDue {
    /// Of which payment.
    pub payment: PaymentId,
    /// How much; never nothing.
    pub amount: Amount,
}

/// What an order consists of, as its channel tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Where its lines go.
    pub ship_groups: Vec<ShipGroup>,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// Fees.
    pub fees: Vec<Fee>,
    /// Discounts.
    pub discounts: Vec<Discount>,
    /// The channel's own figures.
    pub declared: Option<Declared>,
    /// How it is paid.
    pub payments: Vec<Payment>,
    /// What else the channel says.
    pub particulars: Particulars,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })?,)*) => {
        /// Something that happened to an order.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum Event {
            $($(#[$doc])* $name $({ $($(#[$field_doc])* $field: $type,)* })?,)*
        }

        /// The kinds of [`Event`], which the routing table speaks of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[$doc])* $name,)*
        }

        impl EventKind {
            /// All kinds, in the order of the lifecycle.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind's name in stored rows, messages and documents.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }

        impl Event {
            /// Which kind it is.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$name { .. } => EventKind::$name,)* }
            }
        }
    };
}

events! {
    /// 受付: the order exists. Carries it whole.
    OrderReceived {
        /// The order as it was received.
        order: Box<Order>,
    },
    /// 過去受注: an order that ended elsewhere was taken over to be looked at. Carries it whole; no stage acts
    /// on it.
    HistoryImported {
        /// The order as it ended.
        order: Box<Order>,
        /// What had happened to it before.
        milestones: Vec<Milestone>,
    },
    /// 自動補正: texts were put into their proper form.
    ContactCorrected {
        /// Which.
        corrections: Vec<Correction>,
    },
    /// 確認: nothing stands against the order.
    OrderValidated {
        /// What was noticed and does not matter enough to stop.
        findings: Vec<Finding>,
    },
    /// Something stands against the order; holds were opened for it.
    ValidationFailed {
        /// All that was found.
        findings: Vec<Finding>,
    },
    /// 照合: it was looked for what the order is recognised by, and what it shares with others was taken.
    OrderScreened {
        /// What was found.
        screened: Box<Screened>,
    },
    /// What the order had taken and needs no longer was given back.
    ClaimsReturned {
        /// Of which counts, and how much.
        returns: Vec<Returned>,
    },
    /// ポイント付与: the customer got points of ours for it.
    PointsEarned {
        /// The points the customer has.
        key: TallyKey,
        /// How many.
        points: Amount,
    },
    /// 保留: the order must not go on.
    HoldOpened {
        /// Why.
        code: HoldCode,
        /// What exactly.
        reason: Personal,
    },
    /// The cause of a hold is gone.
    HoldResolved {
        /// Which.
        code: HoldCode,
        /// By whom.
        by: String,
    },
    /// Somebody took the responsibility for going on.
    HoldOverridden {
        /// Which.
        code: HoldCode,
        /// By whom.
        by: String,
        /// Why it is all right.
        reason: Personal,
    },
    /// 引当: units have their stock.
    StockAllocated {
        /// Which.
        grants: Vec<Grant>,
    },
    /// 欠品: units wait for stock.
    StockBackordered {
        /// Which.
        shortages: Vec<Grant>,
    },
    /// Stock arrived for units that waited.
    BackorderFilled {
        /// Which.
        grants: Vec<Grant>,
    },
    /// 支払依頼: the customer was asked to pay in advance.
    PaymentRequested {
        /// Which payment.
        payment: PaymentId,
        /// Until when.
        due_at: Timestamp,
        /// When to remind.
        remind_at: Timestamp,
    },
    /// 与信OK, 仮売上.
    PaymentAuthorized {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Amount,
        /// The provider's reference.
        reference: String,
        /// Until when it holds.
        valid_until: Option<Timestamp>,
    },
    /// 与信期限切れ: what was authorized is secured no longer, and is to be authorized anew.
    AuthorizationEnded {
        /// Which payment.
        payment: PaymentId,
    },
    /// 審査中: the provider is still deciding.
    PaymentInReview {
        /// Which payment.
        payment: PaymentId,
        /// The provider's reference.
        reference: String,
    },
    /// 与信NG.
    PaymentDeclined {
        /// Which payment.
        payment: PaymentId,
        /// The provider's reason.
        code: String,
    },
    /// What the provider refused is to be tried again.
    PaymentRetried {
        /// Which payment.
        payment: PaymentId,
    },
    /// 入金: the customer's money came in.
    DepositRecorded {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Amount,
        /// The bank's reference, which makes it count once.
        reference: String,
        /// When it came in.
        deposited_at: Timestamp,
    },
    /// 入金済, 実売上: the payment is complete.
    PaymentCaptured {
        /// Which payment.
        payment: PaymentId,
        /// How much was taken. Nothing for a deposit, which is counted when it comes in.
        amount: Amount,
    },
    /// What was authorized was given up.
    PaymentVoided {
        /// Which payment.
        payment: PaymentId,
    },
    /// 返金.
    PaymentRefunded {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Amount,
        /// The provider's or the bank's reference.
        reference: String,
    },
    /// The provider refused a capture, a void or a refund.
    PaymentOperationRefused {
        /// What was refused.
        operation: Operation,
        /// The provider's reason.
        code: String,
    },
    /// Nobody knows whether the provider did what we asked.
    PaymentUnknown {
        /// What we asked.
        operation: Operation,
    },
    /// It is time to ask the provider again.
    PaymentCheckDue {
        /// Which payment.
        payment: PaymentId,
    },
    /// 督促: the customer was reminded to pay.
    PaymentReminded {
        /// Which payment.
        payment: PaymentId,
    },
    /// 期限切れ: the customer did not pay in time.
    PaymentExpired {
        /// Which payment.
        payment: PaymentId,
    },
    /// 出荷可能: something can leave.
    OrderReadied,
    /// 出荷指示: shipments are planned.
    OrderReleased {
        /// Which.
        shipments: Vec<Shipment>,
    },
    /// The instruction was handed to the warehouse.
    ShipmentInstructed {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// The warehouse or the carrier reported something.
    ShipmentProgressed {
        /// Which shipment.
        shipment: ShipmentId,
        /// What.
        report: FulfilmentEvent,
    },
    /// A report said for the first time that the carrier has the parcel.
    ShipmentHandedOver {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// 出荷: the units have left our books.
    ShipmentShipped {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// 出荷済: nothing more is to leave.
    OrderShipped,
    /// A report said for the first time that the customer has the parcel.
    ShipmentArrived {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// 配達完了 of one shipment.
    ShipmentDelivered {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// 配達完了 of everything.
    OrderDelivered,
    /// 遅延: the customer is told that it will be later.
    DelayReported {
        /// Why.
        reason: String,
        /// The new date, if one is known.
        expected_on: Option<Date>,
    },
    /// 売上計上.
    SalesPosted {
        /// What was posted.
        entries: Vec<SalesEntry>,
    },
    /// 完了.
    OrderCompleted,
    /// 取消依頼: units are to be cancelled.
    CancelRequested {
        /// Which.
        lines: Vec<LineQuantity>,
        /// Why.
        reason: CancelReason,
    },
    /// The warehouse is asked to take a shipment back.
    RecallRequested {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// The warehouse took it back; its units have their stock again.
    ShipmentRecalled {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// The warehouse could not take it back.
    RecallRefused {
        /// Which shipment.
        shipment: ShipmentId,
    },
    /// Units were cancelled.
    UnitsCancelled {
        /// Which.
        lines: Vec<CancelledUnits>,
    },
    /// A cancellation of some units is complete.
    LinesCancelled {
        /// Why.
        reason: CancelReason,
        /// The units this cancellation took; none in events older than this field.
        #[serde(default)]
        lines: Vec<LineQuantity>,
        /// What the customer gets back because of it.
        #[serde(default)]
        refunds: Vec<RefundDue>,
    },
    /// 取消: the whole order is cancelled.
    OrderCancelled {
        /// Why.
        reason: CancelReason,
        /// The units this cancellation took; none in events older than this field.
        #[serde(default)]
        lines: Vec<LineQuantity>,
        /// What the customer gets back because of it.
        #[serde(default)]
        refunds: Vec<RefundDue>,
    },
    /// The rest of a cancellation came too late.
    CancelRefused {
        /// The units that were not cancelled.
        lines: Vec<LineQuantity>,
    },
    /// The address of a ship group was changed.
    AddressChanged {
        /// Which ship group.
        ship_group: u8,
        /// The new one.
        address: Address,
    },
    /// 住所補正: the address of a ship group was put right, as was proposed.
    AddressCorrected {
        /// Which ship group.
        ship_group: u8,
        /// The better one.
        address: Address,
        /// What is better about it.
        reasons: Vec<CorrectionReason>,
        /// By whom: a person, or the stage that may.
        by: String,
    },
    /// The desired delivery of a ship group was changed.
    DesiredDeliveryChanged {
        /// Which ship group.
        ship_group: u8,
        /// The new one.
        desired: DesiredDelivery,
        /// The first moment the group may be released now.
        not_before: Option<Timestamp>,
    },
    /// 更新: the channel says something else of the order than before. What could be followed is in the
    /// events after this one.
    ChannelUpdated {
        /// Where the order stands there.
        status: ChannelStatus,
        /// When the channel changed it.
        updated_at: Option<Timestamp>,
        /// SHA-256 of what it says, in hex.
        fingerprint: String,
        /// What it says.
        told: Box<Intake>,
        /// Where that was read.
        source: Option<Source>,
    },
    /// 取込補完: the rest of an order came that had come in part.
    ImportCompleted {
        /// What the order consists of now.
        contents: Box<Contents>,
    },
    /// A person left a remark.
    NoteAdded {
        /// Given by the caller.
        id: String,
        /// By whom.
        by: String,
        /// The text.
        text: Personal,
    },
    /// 連携: the channel's queue was given a report.
    ChannelReported {
        /// The number of the event it tells of.
        report: u64,
        /// What it tells.
        fact: FactKind,
        /// When the answer is overdue.
        answer_by: Timestamp,
    },
    /// A report cannot be put into the platform's words.
    ChannelReportImpossible {
        /// The number of the event it tells of.
        report: u64,
        /// What it tells.
        fact: FactKind,
    },
    /// The channel answered a report.
    ChannelAnswered {
        /// The number of the event it tells of.
        report: u64,
        /// What it answered.
        answer: ReportAnswer,
    },
    /// A report is to be sent again.
    ChannelReportRepeated {
        /// The number of the event it tells of.
        report: u64,
    },
    /// The channel says something of the order that disagrees with what we know.
    ChannelDrifted {
        /// What it says.
        status: ChannelStatus,
    },
    /// The channel and we agree again.
    ChannelAgreed,
    /// Something needs a person.
    TicketOpened {
        /// The matter: kind and subject.
        id: String,
        /// What kind.
        kind: TicketKind,
        /// What exactly, and what to do.
        detail: String,
    },
    /// A person, or the course of things, settled it.
    TicketClosed {
        /// Which.
        id: String,
    },
    /// 架電依頼: somebody is to call the customer.
    CallRequested {
        /// Its reason and a running number.
        id: String,
        /// Why.
        reason: CallReason,
        /// The hold or ticket it is to settle.
        about: Option<Matter>,
        /// What exactly is to be asked or told.
        detail: Personal,
        /// Who asks for it.
        by: String,
        /// When somebody is to call.
        window: CallWindow,
    },
    /// 架電: somebody called the customer.
    CallMade {
        /// For which request.
        id: String,
        /// What came of it.
        attempt: CallAttempt,
        /// When somebody is to call again.
        again: Option<CallWindow>,
    },
    /// Nobody has to call any more.
    CallClosed {
        /// Which request.
        id: String,
        /// How it ended.
        end: CallEnd,
    },
    /// Somebody deals with a matter, or nobody any more.
    WorkAssigned {
        /// Which.
        matter: Matter,
        /// Who.
        to: Option<String>,
        /// Who says so.
        by: String,
    },
    /// 期限超過: nobody has dealt with these in time. Told once of each.
    ClocksRanOut {
        /// Which.
        matters: Vec<Matter>,
    },
}

impl OperationKind {
    /// The operation's word in ticket texts.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Authorize => "authorization",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}
