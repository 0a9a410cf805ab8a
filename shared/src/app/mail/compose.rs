//! Which mail an event calls for, and the facts it tells.

use jiff::Timestamp;
use jiff::civil::Date;

use super::context::{
    Amount, AmountKind, CancelReason, Cancellation, Carrier, Delay, DelayReason, Delivery, Destination,
    Expiry, Item, Line, MailContext, Notice, Order as MailOrder, Parcel, Party, PayAt, PaymentMethod,
    PaymentReceipt, PaymentRequest, RefundTo, Settlement, Shipment, Shop, StockOut, Tax, TimeSlot,
};
use crate::app::record::EventRecord;
use crate::domain::billing::{DiscountKind, FeeKind};
use crate::domain::event::{Event, Grant, RefundDue};
use crate::domain::ids::{PaymentId, ShipmentId};
use crate::domain::japan::local as in_japan;
use crate::domain::merchant::Merchant;
use crate::domain::money;
use crate::domain::order::{self, Order};
use crate::domain::payment::{self, PaymentStatus};
use crate::domain::shipment::{self, LineQuantity};
use crate::domain::tax::{PriceBasis, TaxRate};

/// An event with what is needed to tell the customer of it.
#[derive(Debug, Clone, Copy)]
pub struct FactContext<'a> {
    /// The order as it stands now.
    pub order: &'a Order,
    /// Whose shop writes.
    pub merchant: &'a Merchant,
    /// What happened.
    pub record: &'a EventRecord,
}

/// The mail an event calls for; `None` when it calls for none, or when it would tell what is no longer
/// so: a mail may be written long after its event.
#[must_use]
pub fn compose(facts: &FactContext<'_>) -> Option<MailContext> {
    let notice = notice(facts)?;
    let shop = &facts.merchant.shop;
    Some(MailContext {
        shop: Shop {
            name: shop.name.clone(),
            url: shop.url.clone(),
            support_mail: shop.support_mail.clone(),
            phone: shop.phone.clone(),
            postal_address: shop.address.clone(),
        },
        currency: facts.order.currency,
        order: mail_order(shown(facts)),
        notice,
    })
}

/// The order as the mail shows it: a confirmation confirms what was received, whatever came after.
fn shown<'a>(facts: &FactContext<'a>) -> &'a Order {
    if let Event::OrderReceived { order } = &facts.record.event { order } else { facts.order }
}

fn notice(facts: &FactContext<'_>) -> Option<Notice> {
    let (order, at) = (facts.order, facts.record.at);
    match &facts.record.event {
        Event::OrderReceived { .. } => (!order.is_empty()).then_some(Notice::OrderConfirmation),
        Event::PaymentRequested { payment, .. } => request(facts, payment).map(Notice::PaymentRequest),
        Event::PaymentReminded { payment } => request(facts, payment).map(Notice::PaymentReminder),
        Event::PaymentCaptured { payment, .. } => receipt(order, payment, at).map(Notice::PaymentReceived),
        Event::StockBackordered { shortages } => stock_out(order, shortages).map(Notice::StockOut),
        Event::ShipmentShipped { shipment } => shipped(order, shipment, at).map(Notice::Shipped),
        Event::ShipmentDelivered { shipment } => delivered(order, shipment, at).map(Notice::Delivered),
        Event::DelayReported { reason, expected_on } => {
            delay(order, reason, *expected_on).map(Notice::Delayed)
        }
        Event::LinesCancelled { reason, lines, refunds } => {
            Some(cancelled(order, *reason, &told(order, lines, refunds), false))
        }
        Event::OrderCancelled { reason, lines, refunds } => {
            Some(cancelled(order, *reason, &told(order, lines, refunds), true))
        }
        Event::HistoryImported { .. }
        | Event::ContactCorrected { .. }
        | Event::OrderValidated { .. }
        | Event::ValidationFailed { .. }
        | Event::OrderScreened { .. }
        | Event::ClaimsReturned { .. }
        | Event::PointsEarned { .. }
        | Event::HoldOpened { .. }
        | Event::HoldResolved { .. }
        | Event::HoldOverridden { .. }
        | Event::StockAllocated { .. }
        | Event::BackorderFilled { .. }
        | Event::PaymentAuthorized { .. }
        | Event::AuthorizationEnded { .. }
        | Event::PaymentInReview { .. }
        | Event::PaymentDeclined { .. }
        | Event::PaymentRetried { .. }
        | Event::DepositRecorded { .. }
        | Event::PaymentVoided { .. }
        | Event::PaymentRefunded { .. }
        | Event::PaymentOperationRefused { .. }
        | Event::PaymentUnknown { .. }
        | Event::PaymentCheckDue { .. }
        | Event::PaymentExpired { .. }
        | Event::OrderReadied
        | Event::OrderReleased { .. }
        | Event::ShipmentInstructed { .. }
        | Event::ShipmentProgressed { .. }
        | Event::ShipmentHandedOver { .. }
        | Event::OrderShipped
        | Event::ShipmentArrived { .. }
        | Event::OrderDelivered
        | Event::SalesPosted { .. }
        | Event::OrderCompleted
        | Event::CancelRequested { .. }
        | Event::RecallRequested { .. }
        | Event::ShipmentRecalled { .. }
        | Event::RecallRefused { .. }
        | Event::UnitsCancelled { .. }
        | Event::CancelRefused { .. }
        | Event::AddressChanged { .. }
        | Event::AddressCorrected { .. }
        | Event::DesiredDeliveryChanged { .. }
        | Event::ChannelUpdated { .. }
        | Event::ImportCompleted { .. }
        | Event::NoteAdded { .. }
        | Event::ChannelReported { .. }
        | Event::ChannelReportImpossible { .. }
        | Event::ChannelAnswered { .. }
        | Event::ChannelReportRepeated { .. }
        | Event::ChannelDrifted { .. }
        | Event::ChannelAgreed
        | Event::TicketOpened { .. }
        | Event::TicketClosed { .. }
        | Event::CallRequested { .. }
        | Event::CallMade { .. }
        | Event::CallClosed { .. }
        | Event::WorkAssigned { .. }
        | Event::ClocksRanOut { .. } => None,
    }
}

/// Nothing, when the customer has paid, or it was too late to, or the order is being cancelled before the
/// mail could be written.
fn request(facts: &FactContext<'_>, id: &PaymentId) -> Option<PaymentRequest> {
    let (payment, target) = paid(facts.order, id)?;
    if payment.status != PaymentStatus::Pending || facts.order.cancellation.is_some() {
        return None;
    }
    let amount = target - payment.held().units();
    if amount <= 0 {
        return None;
    }
    let due_at = in_japan(payment.requested.as_ref()?.due_at);
    let pay_at = match payment.method {
        payment::PaymentMethod::ConvenienceStore => PayAt::ConvenienceStore {
            store: String::new(),
            payment_number: payment.id.to_string(),
            confirmation_number: String::new(),
            instructions_url: String::new(),
        },
        payment::PaymentMethod::BankTransfer
        | payment::PaymentMethod::Card
        | payment::PaymentMethod::CashOnDelivery
        | payment::PaymentMethod::PayLater
        | payment::PaymentMethod::ChannelSettled => {
            PayAt::Bank { account: facts.merchant.shop.bank_account.clone() }
        }
    };
    Some(PaymentRequest { amount, due_at, pay_at })
}

/// Only a deposit is acknowledged: that a card was charged, the shipping mail tells.
fn receipt(order: &Order, id: &PaymentId, at: Timestamp) -> Option<PaymentReceipt> {
    let (payment, _) = paid(order, id).filter(|(payment, _)| payment.method.is_prepaid())?;
    let ships_by = order.ship_groups.iter().filter_map(|group| group.not_before).max();
    Some(PaymentReceipt {
        amount: payment.held().units(),
        received_on: in_japan(at).date(),
        ships_by: ships_by.map(|at| in_japan(at).date()),
    })
}

fn shipped(order: &Order, id: &ShipmentId, at: Timestamp) -> Option<Shipment> {
    let shipment = order.shipment(id)?;
    Some(Shipment {
        shipped_on: in_japan(at).date(),
        expected_on: None,
        items: contents(order, shipment),
        parcels: parcels(shipment),
        destination: destination(order, shipment.ship_group)?,
        cash_on_delivery: shipment.cash.map(money::Amount::units),
        rest_follows: order.outstanding() > 0,
    })
}

fn delivered(order: &Order, id: &ShipmentId, at: Timestamp) -> Option<Delivery> {
    let shipment = order.shipment(id)?;
    Some(Delivery {
        delivered_on: in_japan(at).date(),
        items: contents(order, shipment),
        parcels: parcels(shipment),
        destination: destination(order, shipment.ship_group)?,
    })
}

/// Nothing, when everything has arrived meanwhile.
fn delay(order: &Order, reason: &str, expected_on: Option<Date>) -> Option<Delay> {
    let late = order.lines.iter().filter(|line| line.active() > line.quantities.delivered);
    let items: Vec<_> = late.map(|line| item(line, line.active() - line.quantities.delivered)).collect();
    let by_carrier = reason == shipment::CARRIER_DELAY;
    (!items.is_empty()).then(|| Delay {
        reason: if by_carrier { DelayReason::Carrier } else { DelayReason::Shop },
        explanation: if by_carrier { String::new() } else { reason.to_owned() },
        items,
        expected_on,
    })
}

/// What a cancellation took, and what the customer gets back for it.
struct Taken {
    lines: Vec<LineQuantity>,
    refunds: Vec<RefundDue>,
}

/// What was decided when the cancellation ended: by now another one may have followed. An older event
/// does not say; then all that was ever cancelled is told.
fn told(order: &Order, lines: &[LineQuantity], refunds: &[RefundDue]) -> Taken {
    if !lines.is_empty() {
        return Taken { lines: lines.to_vec(), refunds: refunds.to_vec() };
    }
    let gone = |line: &order::Line| LineQuantity { line: line.id, quantity: line.quantities.cancelled };
    let surplus = |(payment, target): (&payment::Payment, money::Amount)| RefundDue {
        payment: payment.id.clone(),
        amount: payment.captured - target,
    };
    let refunds = order.payments.iter().zip(order.targets()).map(surplus);
    Taken {
        lines: order.lines.iter().map(gone).filter(|units| units.quantity > 0).collect(),
        refunds: refunds.filter(|due| due.amount.is_positive()).collect(),
    }
}

fn cancelled(order: &Order, reason: order::CancelReason, taken: &Taken, whole: bool) -> Notice {
    let units = taken.lines.iter();
    let items = units.filter_map(|units| Some(item(order.line(units.line)?, units.quantity))).collect();
    let reason = match reason {
        order::CancelReason::Customer => CancelReason::Customer,
        // A suspicion is no matter for a mail.
        order::CancelReason::Shop | order::CancelReason::Fraud => CancelReason::Shop,
        order::CancelReason::OutOfStock => CancelReason::OutOfStock,
        order::CancelReason::Undeliverable => CancelReason::Undeliverable,
        order::CancelReason::Channel => CancelReason::Channel,
        order::CancelReason::PaymentDeclined => CancelReason::PaymentDeclined,
        order::CancelReason::PaymentExpired => {
            let due =
                order.payments.iter().filter_map(|payment| payment.requested.as_ref()).map(|r| r.due_at);
            let due_at = in_japan(due.min().unwrap_or(order.state_since));
            return Notice::PaymentExpired(Expiry { due_at, items });
        }
    };
    Notice::Cancelled(Cancellation {
        reason,
        whole,
        items,
        settlement: settlement(order, &taken.refunds, whole),
    })
}

/// What happens with the money. The refund itself follows the cancellation.
fn settlement(order: &Order, refunds: &[RefundDue], whole: bool) -> Settlement {
    if !refunds.is_empty() {
        let mut ways = refunds.iter().filter_map(|due| order.payment(&due.payment)).map(refund_to);
        let first = ways.next().unwrap_or(RefundTo::PaymentMethod);
        let to = if ways.all(|way| way == first) { first } else { RefundTo::PaymentMethod };
        let amount: money::Amount = refunds.iter().map(|due| due.amount).sum();
        return Settlement::Refunded { amount: amount.units(), to };
    }
    let secured = order.payments.iter().any(|payment| {
        matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Voided | PaymentStatus::Review)
    });
    if !whole {
        Settlement::BilledLess
    } else if secured {
        Settlement::AuthorizationReleased
    } else {
        Settlement::NothingCharged
    }
}

const fn refund_to(payment: &payment::Payment) -> RefundTo {
    match payment.method {
        payment::PaymentMethod::Card => RefundTo::Card,
        payment::PaymentMethod::BankTransfer | payment::PaymentMethod::ConvenienceStore => {
            RefundTo::BankAccount
        }
        payment::PaymentMethod::CashOnDelivery
        | payment::PaymentMethod::PayLater
        | payment::PaymentMethod::ChannelSettled => RefundTo::PaymentMethod,
    }
}

fn mail_order(order: &Order) -> MailOrder {
    let billing = order.billing();
    let fees = order.fees.iter().filter(|fee| !fee.amount.is_zero() && !order.is_empty()).map(|fee| Amount {
        kind: match fee.kind {
            FeeKind::Shipping => AmountKind::Shipping,
            FeeKind::Payment if method(order) == PaymentMethod::CashOnDelivery => {
                AmountKind::CashOnDeliveryFee
            }
            FeeKind::Payment => AmountKind::PaymentFee,
            FeeKind::Wrapping => AmountKind::Wrapping,
            FeeKind::Other => AmountKind::OtherFee,
        },
        amount: fee.amount.units(),
    });
    let lowered = [discount(order, billing.discount.units())];
    let adjustment = billing.adjustment.units();
    let kind = if adjustment < 0 { AmountKind::OtherDiscount } else { AmountKind::OtherFee };
    let adjusted = (adjustment != 0).then_some(Amount { kind, amount: adjustment });
    let taxes = billing.taxes.iter().filter(|line| line.rate != TaxRate::EXEMPT).map(|line| Tax {
        rate_bp: line.rate.basis_points(),
        base: line.base.units(),
        tax: line.tax.units(),
        included: order.basis == PriceBasis::TaxIncluded,
    });
    MailOrder {
        number: order.number.clone(),
        ordered_at: in_japan(order.ordered_at),
        payment_method: method(order),
        lines: order.lines.iter().map(line).collect(),
        subtotal: billing.goods.units(),
        amounts: fees.chain(lowered.into_iter().flatten()).chain(adjusted).collect(),
        taxes: taxes.collect(),
        total: billing.total.units(),
        orderer: Party {
            name: order.customer.name.reveal().to_owned(),
            address: String::new(),
            phone: order.customer.phone.as_ref().map_or_else(String::new, |phone| phone.reveal().to_owned()),
        },
        destinations: order.ship_groups.iter().filter_map(|group| destination(order, group.id)).collect(),
    }
}

/// All discounts in one figure: it shrinks with the order, which the single ones do not show.
fn discount(order: &Order, amount: i64) -> Option<Amount> {
    let mut kinds = order.discounts.iter().map(|discount| discount.kind);
    let first = kinds.next();
    let kind = match first.filter(|first| kinds.all(|kind| kind == *first)) {
        Some(DiscountKind::Coupon) => AmountKind::Coupon,
        Some(DiscountKind::Points) => AmountKind::Points,
        Some(DiscountKind::Other) | None => AmountKind::OtherDiscount,
    };
    (amount > 0).then_some(Amount { kind, amount: -amount })
}

fn line(line: &order::Line) -> Line {
    Line {
        title: line.title.clone(),
        quantity: line.active(),
        unit_price: line.unit_price.units(),
        amount: (line.unit_price * line.active()).units(),
        reduced_tax: line.tax_rate == TaxRate::REDUCED,
    }
}

fn method(order: &Order) -> PaymentMethod {
    let paying = order.payments.iter().find(|payment| payment.amount.is_positive());
    match paying.map(|payment| payment.method) {
        None => PaymentMethod::NothingToPay,
        Some(payment::PaymentMethod::Card) => PaymentMethod::Card,
        Some(payment::PaymentMethod::BankTransfer) => PaymentMethod::BankTransfer,
        Some(payment::PaymentMethod::ConvenienceStore) => PaymentMethod::ConvenienceStore,
        Some(payment::PaymentMethod::CashOnDelivery) => PaymentMethod::CashOnDelivery,
        Some(payment::PaymentMethod::PayLater) => PaymentMethod::PayLater,
        Some(payment::PaymentMethod::ChannelSettled) => PaymentMethod::Channel,
    }
}

fn destination(order: &Order, group: u8) -> Option<Destination> {
    let group = order.ship_groups.iter().find(|known| known.id == group)?;
    let phone = group.address.phone.as_ref();
    Some(Destination {
        party: Party {
            name: group.address.name.reveal().to_owned(),
            address: group.address.one_line(),
            phone: phone.map_or_else(String::new, |phone| phone.reveal().to_owned()),
        },
        desired_date: group.desired.date,
        desired_time: group.desired.time_slot.as_deref().and_then(TimeSlot::from_code),
    })
}

fn contents(order: &Order, shipment: &shipment::Shipment) -> Vec<Item> {
    let units = shipment.lines.iter();
    units.filter_map(|units| Some(item(order.line(units.line)?, units.quantity))).collect()
}

/// What of the shortages still waits; nothing, when stock arrived for all of it or it was cancelled.
fn stock_out(order: &Order, shortages: &[Grant]) -> Option<StockOut> {
    let waits = |grant: &Grant| {
        let line = order.line(grant.line)?;
        Some((line, grant.quantity.min(line.quantities.backordered)))
    };
    let waiting = shortages.iter().filter_map(waits).filter(|(_, quantity)| *quantity > 0);
    let waiting: Vec<_> = waiting.map(|(line, quantity)| item(line, quantity)).collect();
    (!waiting.is_empty()).then_some(StockOut { waiting, expected_to_ship_on: None })
}

fn item(line: &order::Line, quantity: u32) -> Item {
    Item { title: line.title.clone(), quantity }
}

fn parcels(shipment: &shipment::Shipment) -> Vec<Parcel> {
    let parcel = |tracking: &shipment::Tracking| Parcel {
        carrier: match tracking.carrier {
            shipment::Carrier::Yamato => Carrier::Yamato,
            shipment::Carrier::Sagawa => Carrier::Sagawa,
            shipment::Carrier::JapanPost => Carrier::JapanPost,
            shipment::Carrier::Other => Carrier::Other(String::new()),
        },
        tracking_number: tracking.number.clone(),
        tracking_url: tracking.carrier.tracking_url(&tracking.number).unwrap_or_default(),
    };
    shipment.trackings.iter().map(parcel).collect()
}

fn paid<'a>(order: &'a Order, id: &PaymentId) -> Option<(&'a payment::Payment, i64)> {
    let mut payments = order.payments.iter().zip(order.targets());
    payments.find(|(payment, _)| payment.id == *id).map(|(payment, target)| (payment, target.units()))
}
