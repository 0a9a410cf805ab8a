//! The facts a mail tells, in plain values: the domain lends only its currencies.
//!
//! Amounts are in the smallest unit of [`MailContext::currency`]. Dates and times are the shop's (Japan time).
//! No type here shows itself in a log: nearly every field is personal data.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::domain::money::Currency;

pub use crate::domain::customer::TimeSlot;

/// Everything one mail needs.
#[derive(Clone, Serialize)]
pub struct MailContext {
    /// Who writes.
    pub shop: Shop,
    /// Currency of every amount in this mail.
    pub currency: Currency,
    /// The order as it stands now, that is, after the fact this mail reports.
    pub order: Order,
    /// What the mail is about.
    pub notice: Notice,
}

impl MailContext {
    /// Which mail this is.
    #[must_use]
    pub fn kind(&self) -> MailKind {
        self.notice.kind()
    }
}

/// The shop in the subject and the footer. Empty fields are left out.
#[derive(Clone, Serialize)]
pub struct Shop {
    /// Name as customers know it.
    pub name: String,
    /// Home page, `https://…`.
    pub url: String,
    /// Where customers write to.
    pub support_mail: String,
    /// Where customers call.
    pub phone: String,
    /// Postal address in one line.
    pub postal_address: String,
}

/// The order a mail speaks of.
#[derive(Clone, Serialize)]
pub struct Order {
    /// The number the customer knows, usually the channel's.
    pub number: String,
    /// When the customer ordered.
    pub ordered_at: DateTime,
    /// How the order is paid.
    pub payment_method: PaymentMethod,
    /// What was ordered, with prices.
    pub lines: Vec<Line>,
    /// Sum of the lines.
    pub subtotal: i64,
    /// Fees and discounts between the subtotal and the total, in the order they are shown.
    pub amounts: Vec<Amount>,
    /// Tax per rate.
    pub taxes: Vec<Tax>,
    /// The amount billed 請求額.
    pub total: i64,
    /// Who ordered; the mail is addressed to this name.
    pub orderer: Party,
    /// Where the goods go, one per address.
    pub destinations: Vec<Destination>,
}

/// One line of an order.
#[derive(Clone, Serialize)]
pub struct Line {
    /// Product name with the chosen variant.
    pub title: String,
    /// Units.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: i64,
    /// Price of the line.
    pub amount: i64,
    /// Whether the reduced tax rate applies 軽減税率対象; marked with ※.
    pub reduced_tax: bool,
}

/// A fee (positive) or a discount (negative).
#[derive(Clone, Serialize)]
pub struct Amount {
    /// What it is for.
    pub kind: AmountKind,
    /// The signed amount: 550 for a fee, -500 for a discount.
    pub amount: i64,
}

/// What is added to, or taken off, the subtotal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountKind {
    /// Shipping 送料.
    Shipping,
    /// Fee for cash on delivery 代引手数料.
    CashOnDeliveryFee,
    /// Fee of another way to pay 決済手数料.
    PaymentFee,
    /// Gift wrapping ラッピング料.
    Wrapping,
    /// Any other fee 手数料.
    OtherFee,
    /// Coupon クーポン.
    Coupon,
    /// Points used ポイント利用.
    Points,
    /// Any other discount 値引き.
    OtherDiscount,
}

/// Tax of one rate.
#[derive(Clone, Serialize)]
pub struct Tax {
    /// The rate in basis points: 10 % is 1000.
    pub rate_bp: u16,
    /// The amount the rate applies to 対象額; with the tax in it if `included`.
    pub base: i64,
    /// The tax.
    pub tax: i64,
    /// Whether prices contain the tax 内税. Otherwise it is added between subtotal and total 外税.
    pub included: bool,
}

/// A person or company.
#[derive(Clone, Serialize)]
pub struct Party {
    /// Name without a form of address.
    pub name: String,
    /// Address in one line, with its postal code.
    pub address: String,
    /// Phone number, or empty.
    pub phone: String,
}

/// Where goods go, and when the customer would like them.
#[derive(Clone, Serialize)]
pub struct Destination {
    /// Who receives them.
    pub party: Party,
    /// Desired day; `None` is shown as 指定なし.
    pub desired_date: Option<Date>,
    /// Desired time of day; `None` is shown as 指定なし.
    pub desired_time: Option<TimeSlot>,
}

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Credit card.
    Card,
    /// Bank transfer in advance 銀行振込.
    BankTransfer,
    /// At a convenience store in advance コンビニ払い.
    ConvenienceStore,
    /// Cash on delivery 代金引換.
    CashOnDelivery,
    /// Invoice after delivery 後払い.
    PayLater,
    /// On the channel, which has the money already.
    Channel,
    /// Nothing is left to pay, for example after points and coupons.
    NothingToPay,
}

/// Which mail it is. Its name is part of the record that keeps a mail from being sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Order received 注文確認.
    OrderConfirmation,
    /// Where, how much and until when to pay 支払依頼.
    PaymentRequest,
    /// Payment received 入金確認.
    PaymentReceived,
    /// Payment still missing 入金催促.
    PaymentReminder,
    /// Cancelled because not paid in time 期限切れキャンセル.
    PaymentExpired,
    /// A shipment left the warehouse 出荷完了.
    Shipped,
    /// A shipment was delivered お届け完了.
    Delivered,
    /// Delivery will be late 遅延.
    Delayed,
    /// The order or some of its units are cancelled キャンセル.
    Cancelled,
    /// Lines have to wait for stock 欠品お詫び.
    StockOut,
}

impl MailKind {
    /// Every kind, in the order of an order's life.
    pub const ALL: [Self; 10] = [
        Self::OrderConfirmation,
        Self::PaymentRequest,
        Self::PaymentReceived,
        Self::PaymentReminder,
        Self::PaymentExpired,
        Self::Shipped,
        Self::Delivered,
        Self::Delayed,
        Self::Cancelled,
        Self::StockOut,
    ];

    /// The `snake_case` name: in records, and of the template files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderConfirmation => "order_confirmation",
            Self::PaymentRequest => "payment_request",
            Self::PaymentReceived => "payment_received",
            Self::PaymentReminder => "payment_reminder",
            Self::PaymentExpired => "payment_expired",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Delayed => "delayed",
            Self::Cancelled => "cancelled",
            Self::StockOut => "stock_out",
        }
    }
}

/// The fact a mail reports, with what only this mail needs to know.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// See [`MailKind::OrderConfirmation`].
    OrderConfirmation,
    /// See [`MailKind::PaymentRequest`].
    PaymentRequest(PaymentRequest),
    /// See [`MailKind::PaymentReceived`].
    PaymentReceived(PaymentReceipt),
    /// See [`MailKind::PaymentReminder`].
    PaymentReminder(PaymentRequest),
    /// See [`MailKind::PaymentExpired`].
    PaymentExpired(Expiry),
    /// See [`MailKind::Shipped`].
    Shipped(Shipment),
    /// See [`MailKind::Delivered`].
    Delivered(Delivery),
    /// See [`MailKind::Delayed`].
    Delayed(Delay),
    /// See [`MailKind::Cancelled`].
    Cancelled(Cancellation),
    /// See [`MailKind::StockOut`].
    StockOut(StockOut),
}

impl Notice {
    /// Which mail reports this.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::OrderConfirmation => MailKind::OrderConfirmation,
            Self::PaymentRequest(_) => MailKind::PaymentRequest,
            Self::PaymentReceived(_) => MailKind::PaymentReceived,
            Self::PaymentReminder(_) => MailKind::PaymentReminder,
            Self::PaymentExpired(_) => MailKind::PaymentExpired,
            Self::Shipped(_) => MailKind::Shipped,
            Self::Delivered(_) => MailKind::Delivered,
            Self::Delayed(_) => MailKind::Delayed,
            Self::Cancelled(_) => MailKind::Cancelled,
            Self::StockOut(_) => MailKind::StockOut,
        }
    }
}

/// Where, how much and until when to pay.
#[derive(Clone, Serialize)]
pub struct PaymentRequest {
    /// What is to be paid now: the total, or what is missing of it.
    pub amount: i64,
    /// Until when a payment counts.
    pub due_at: DateTime,
    /// Where to pay.
    pub pay_at: PayAt,
}

/// Where to pay in advance.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PayAt {
    /// A bank account.
    Bank {
        /// Bank, branch, kind and number of the account and its holder, in the shop's own words.
        account: String,
    },
    /// A convenience store. Empty fields are left out.
    ConvenienceStore {
        /// The chain.
        store: String,
        /// The number the till asks for 払込票番号・お客様番号.
        payment_number: String,
        /// A second number some chains ask for 確認番号.
        confirmation_number: String,
        /// Page with instructions or a bar code.
        instructions_url: String,
    },
}

/// A payment that has arrived.
///
/// With the order's own facts this is the notice of acceptance that the law asks of a shop paid in advance
/// (特定商取引法 13条: amount and day received, goods and quantity, when they will be handed over, who sells).
#[derive(Clone, Serialize)]
pub struct PaymentReceipt {
    /// What was received.
    pub amount: i64,
    /// The day it was received.
    pub received_on: Date,
    /// The day by which the goods leave, if it is known.
    pub ships_by: Option<Date>,
}

/// An order that was not paid in time.
#[derive(Clone, Serialize)]
pub struct Expiry {
    /// Until when a payment would have counted.
    pub due_at: DateTime,
    /// What is cancelled.
    pub items: Vec<Item>,
}

/// Goods named without their prices.
#[derive(Clone, Serialize)]
pub struct Item {
    /// Product name with the chosen variant.
    pub title: String,
    /// Units.
    pub quantity: u32,
}

/// A shipment on its way.
#[derive(Clone, Serialize)]
pub struct Shipment {
    /// The day it was handed to the carrier.
    pub shipped_on: Date,
    /// The day the carrier expects to deliver it, if it is known.
    pub expected_on: Option<Date>,
    /// What is in it.
    pub items: Vec<Item>,
    /// Its parcels, each with its tracking number.
    pub parcels: Vec<Parcel>,
    /// Where it goes.
    pub destination: Destination,
    /// Cash to hand to the driver 代引金額, for cash on delivery.
    pub cash_on_delivery: Option<i64>,
    /// Whether more shipments of this order are to follow.
    pub rest_follows: bool,
}

/// One parcel 個口.
#[derive(Clone, Serialize)]
pub struct Parcel {
    /// Who carries it.
    pub carrier: Carrier,
    /// Tracking number お問い合わせ伝票番号, or empty if the carrier gives none.
    pub tracking_number: String,
    /// The carrier's tracking page for this number, or empty.
    pub tracking_url: String,
}

/// Who carries a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// Yamato Transport ヤマト運輸.
    Yamato,
    /// Sagawa Express 佐川急便.
    Sagawa,
    /// Japan Post 日本郵便.
    JapanPost,
    /// Anyone else, by name.
    Other(String),
}

/// A shipment that has arrived.
#[derive(Clone, Serialize)]
pub struct Delivery {
    /// The day it was delivered.
    pub delivered_on: Date,
    /// What was in it.
    pub items: Vec<Item>,
    /// Its parcels.
    pub parcels: Vec<Parcel>,
    /// Where it went.
    pub destination: Destination,
}

/// A delivery that will be late.
#[derive(Clone, Serialize)]
pub struct Delay {
    /// Why.
    pub reason: DelayReason,
    /// What the shop has to say about it, in its own words and language, or empty.
    pub explanation: String,
    /// What is late.
    pub items: Vec<Item>,
    /// The new day of delivery, if it is known.
    pub expected_on: Option<Date>,
}

/// Why a delivery is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DelayReason {
    /// The goods arrived late at the shop.
    Stock,
    /// The warehouse has more work than it can do.
    Warehouse,
    /// The carrier is late.
    Carrier,
    /// Weather, disaster or closed roads.
    Disaster,
    /// Anything else on the shop's side.
    Shop,
}

/// A cancellation.
#[derive(Clone, Serialize)]
pub struct Cancellation {
    /// Why.
    pub reason: CancelReason,
    /// Whether nothing of the order is left. Otherwise the order is shown as it now stands.
    pub whole: bool,
    /// What is cancelled.
    pub items: Vec<Item>,
    /// What happens with the money.
    pub settlement: Settlement,
}

/// Why something is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The customer's wish.
    Customer,
    /// The shop's circumstances.
    Shop,
    /// The goods cannot be had.
    OutOfStock,
    /// The address is wrong, or nobody can be reached there.
    Undeliverable,
    /// The card was declined.
    PaymentDeclined,
    /// It was cancelled where it was ordered.
    Channel,
}

/// What happens with the money of what is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Nothing was paid, and nothing is to be paid.
    NothingCharged,
    /// The amount held on the card is released.
    AuthorizationReleased,
    /// Only what is left of the order is billed.
    BilledLess,
    /// An amount is paid back.
    Refunded {
        /// How much.
        amount: i64,
        /// Which way.
        to: RefundTo,
    },
}

/// How money is paid back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundTo {
    /// To the card it was paid with.
    Card,
    /// To a bank account, for which the shop will ask.
    BankAccount,
    /// The way it was paid.
    PaymentMethod,
}

/// Lines that have to wait for stock.
#[derive(Clone, Serialize)]
pub struct StockOut {
    /// What waits.
    pub waiting: Vec<Item>,
    /// The day it is expected to ship, if it is known.
    pub expected_to_ship_on: Option<Date>,
}
