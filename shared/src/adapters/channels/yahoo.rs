//! Yahoo!ショッピング: the answer of `orderInfo`, in XML.
//!
//! - Which fields there are, the caller chose: every one may be absent. An `orderList` has the same
//!   fields without groups and without items, which are to be fetched.
//! - `UnitPrice` is what a unit costs after the store's coupon, so `CouponDiscount` lowers nothing more.
//! - `TotalPrice` is what the customer pays: goods, charges and adjustments less discount, points, gift
//!   cards and the mall's coupon.

mod document;
mod figures;
mod model;

use jiff::Timestamp;
use serde_json::Value;

use self::document::{Wire, find, refusal};
use self::model::{Item, Person};
use super::given::Given;
use super::reading::Missing;
use super::wire::{
    Defects, MAIL, MAX_UNMAPPED, NAME, NOTE, PHONE, PLACE, POSTAL_CODE, TITLE, TOKEN, join, malformed,
    shorten, tidy, usual_rate,
};
use super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Entry, Reading, method, tree, when};
use crate::domain::customer::{Address, Customer, DesiredDelivery, Language, Personal};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, IntakeLine, IntakePayment, IntakeShipGroup};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{
    Caution, Gift, GroupParticulars, LineParticulars, OrderKind, Particulars, PointsEarned, Subscription,
    Temperature,
};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, TaxRate};

/// The call that has all of an order.
const ORDER_INFO: &str = "orderInfo";

/// Elements that come once or several times.
pub(super) const LISTS: [&str; 5] = ["Result", "OrderInfo", "Item", "ItemOption", "Inscription"];

/// Reads the answer of `orderInfo`, several of them, or of `orderList`.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let document = tree::read(body, &LISTS)?;
    let mut orders = Vec::new();
    find(&document, "", &mut orders);
    if orders.is_empty() && document.get("ResultSet").is_none() {
        let message = "expected the answer of orderInfo: a `ResultSet` with an `OrderInfo`";
        return Err(malformed("", refusal(&document).unwrap_or_else(|| message.to_owned())));
    }
    let mut reading = Reading::default();
    for (at, order) in orders {
        let number = order.get("OrderId").and_then(Value::as_str).map(str::to_owned);
        let said = Wire::read(order, &at).and_then(|(wire, unmapped)| {
            reading.unmapped.extend(unmapped);
            Reader { at: &at, wire: &wire, defects: Defects::default(), missing: Vec::new() }.read(defaults)
        });
        reading.entries.push(Entry { at, number, said });
    }
    reading.unmapped.truncate(MAX_UNMAPPED);
    Ok(reading)
}

struct Reader<'a> {
    at: &'a str,
    wire: &'a Wire,
    defects: Defects,
    missing: Vec<Missing>,
}

impl Reader<'_> {
    fn read(mut self, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
        let ordered_at = self.ordered_at();
        let lines = self.lines(usual_rate(ordered_at));
        let fees = self.fees(usual_rate(ordered_at));
        let ship = &self.wire.ship;
        let (desired, unread) =
            when::wishes(ship.ship_request_date.or_empty(), ship.ship_request_time.or_empty());
        let intake = Intake {
            number: self.number(),
            ordered_at,
            customer: self.customer(defaults.language),
            currency: Currency::Jpy,
            basis: PriceBasis::TaxIncluded,
            ship_groups: vec![self.ship_group(desired)],
            discounts: self.discounts(&lines, &fees),
            declared: self.declared(),
            payments: vec![self.payment()],
            customer_note: self.note(),
            particulars: self.particulars(unread),
            lines,
            fees,
        };
        let status = self.status();
        let order = self.defects.finish(intake)?;
        Ok(ChannelOrder { status, updated_at: None, order, missing: self.missing })
    }

    fn path(&self, field: &str) -> String {
        join(self.at, field)
    }

    fn fetch(&mut self, field: &'static str) {
        let missing = Missing { field, fetch: ORDER_INFO.to_owned() };
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }

    fn number(&mut self) -> String {
        let field = self.path("OrderId");
        let Some(number) = self.wire.head.order_id.text() else {
            self.defects.add(field, "is missing: it is how a repetition is recognised");
            return String::new();
        };
        self.defects.text(&field, number, 100)
    }

    fn ordered_at(&mut self) -> Timestamp {
        let (field, given) = (self.path("OrderTime"), &self.wire.head.order_time);
        if given.text().is_none() {
            self.fetch("ordered_at");
        }
        self.defects.given_moment(&field, given).unwrap_or_default()
    }

    /// 予約中 and 保留 are not the shop's to ship yet.
    fn status(&self) -> ChannelStatus {
        match (self.wire.head.order_status.or_empty(), self.wire.ship.ship_status.or_empty()) {
            ("4", _) => ChannelStatus::Cancelled,
            ("5", _) | (_, "3" | "4") => ChannelStatus::Shipped,
            ("" | "2", _) => ChannelStatus::Open,
            (_, _) => ChannelStatus::Pending,
        }
    }

    fn lines(&mut self, usual_rate: TaxRate) -> Vec<IntakeLine> {
        let Some(items) = &self.wire.items else {
            self.fetch("lines");
            return Vec::new();
        };
        let field = self.path("Item");
        let read = items.iter().take(MAX_LINES).enumerate();
        let lines: Vec<_> =
            read.filter_map(|(i, item)| self.line(&format!("{field}[{i}]"), item, usual_rate)).collect();
        if items.len() > MAX_LINES {
            self.defects.add(field, format!("has {} items, at most {MAX_LINES} are possible", items.len()));
        } else if lines.is_empty() && self.status() != ChannelStatus::Cancelled {
            self.defects.add(field, "has no item that is ordered");
        }
        lines
    }

    fn line(&mut self, at: &str, item: &Item, usual_rate: TaxRate) -> Option<IntakeLine> {
        let field = |name: &str| format!("{at}.{name}");
        let exempt = matches!(item.is_taxable.or_empty(), "false" | "0");
        let tax_rate = match item.item_tax_ratio.text() {
            None if exempt => Some(TaxRate::EXEMPT),
            None => Some(usual_rate),
            Some(_) => item.item_tax_ratio.tax_rate(),
        };
        if tax_rate.is_none() {
            self.defects.add(field("ItemTaxRatio"), "is no tax rate: write it like 10 or 8");
        }
        let unit_price = self.defects.yen(&field("UnitPrice"), &item.unit_price);
        if unit_price.is_none() {
            self.fetch("lines[].unit_price");
        }
        let quantity = self.defects.units_or_none(&field("Quantity"), &item.quantity);
        let code = [&item.sub_code, &item.item_id].into_iter().find_map(Given::text);
        let sku = self.defects.take(&field("ItemId"), Sku::new(code.unwrap_or_default()));
        if quantity == 0 {
            return None;
        }
        Some(IntakeLine {
            ship_group: 0,
            title: shorten(tidy(item.title.or_empty(), false), TITLE),
            unit_price: unit_price.unwrap_or_default(),
            quantity,
            tax_rate: tax_rate.unwrap_or(TaxRate::STANDARD),
            discount: Amount::ZERO,
            sku: sku?,
            particulars: LineParticulars {
                reference: item.line_id.text().map(str::to_owned),
                choice: item.choice().map(|choice| shorten(tidy(&choice, true), NOTE).into()),
            },
        })
    }

    fn customer(&mut self, language: Language) -> Customer {
        let pay = &self.wire.pay;
        let home = self.address("Pay.Bill", &pay.person());
        if home.name.is_empty() {
            self.fetch("customer");
        }
        let (field, number) = (self.path("Pay.BillMailAddress"), self.wire.buyer.guest_auth_id.text());
        let is_known = !home.postal_code.is_empty() || !home.line1.is_empty();
        Customer {
            name: home.name.clone(),
            mail: self.defects.personal(&field, pay.bill_mail_address.text(), MAIL),
            phone: home.phone.clone(),
            language,
            kana: home.kana.clone(),
            company: home.company.clone(),
            number: number.map(|number| shorten(number.to_owned(), TOKEN)),
            address: is_known.then(|| Box::new(home)),
        }
    }

    fn ship_group(&mut self, desired: DesiredDelivery) -> IntakeShipGroup {
        let ship = &self.wire.ship;
        let address = self.address("Ship.Ship", &ship.person());
        if address.name.is_empty() && address.postal_code.is_empty() {
            self.fetch("ship_groups.address");
        }
        let method = ship.ship_method_name.text().or(ship.ship_method.text());
        let says = |word: &str| method.is_some_and(|method| method.contains(word));
        let temperature = match (says("冷凍"), says("冷蔵") || says("クール")) {
            (true, _) => Temperature::Frozen,
            (false, true) => Temperature::Chilled,
            (false, false) => Temperature::Ambient,
        };
        let particulars = GroupParticulars {
            reference: None,
            gift: self.gift(),
            temperature,
            delivery_method: method.map(|method| shorten(tidy(method, false), TOKEN)),
        };
        IntakeShipGroup { address, desired, particulars }
    }

    fn gift(&self) -> Gift {
        let ship = &self.wire.ship;
        let text = |parts: [&Given; 2], max: usize| {
            let text = parts.into_iter().filter_map(Given::text).collect::<Vec<_>>().join(" ");
            (!text.is_empty()).then(|| shorten(tidy(&text, true), max))
        };
        let nothing = Given::default();
        let wrapping = text([&ship.gift_wrap_type, &ship.gift_wrap_code], TITLE);
        let wanted = ship.need_gift_wrap.is_set().then(|| "ギフト包装".to_owned());
        Gift {
            noshi: text([&ship.gift_wrap_paper_type, &ship.gift_wrap_name], TITLE).map(Into::into),
            wrapping: wrapping.or(wanted),
            message: text([&ship.gift_wrap_message, &nothing], NOTE).map(Into::into),
        }
    }

    /// `prefix` is what the names of the fields begin with.
    fn address(&mut self, prefix: &str, person: &Person<'_>) -> Address {
        let path = self.path(prefix);
        let mut part = |field: &str, text: &str, max: usize| {
            self.defects.personal(&format!("{path}{field}"), Some(text), max)
        };
        Address {
            name: part("LastName", &person.name, NAME).unwrap_or_default(),
            phone: part("PhoneNumber", person.phone, PHONE),
            country: "JP".to_owned(),
            postal_code: part("ZipCode", person.postal_code, POSTAL_CODE).unwrap_or_default(),
            prefecture: part("Prefecture", person.prefecture, PLACE).unwrap_or_default(),
            city: part("City", person.city, PLACE).unwrap_or_default(),
            line1: part("Address1", person.line1, PLACE).unwrap_or_default(),
            line2: part("Address2", person.line2, PLACE),
            kana: part("LastNameKana", &person.kana, NAME),
            company: part("Section1Value", &person.company, NAME),
        }
    }

    /// What the customer wrote, and answered to the store's own questions.
    fn note(&self) -> Option<Personal> {
        let comments = self.wire.head.buyer_comments.text().map(|note| tidy(note, true));
        let all: Vec<String> = comments.into_iter().chain(self.wire.ship.answers()).collect();
        (!all.is_empty()).then(|| shorten(all.join("\n"), NOTE).into())
    }

    /// The mall takes the money, and says when it has it. 代引 is the carrier's, a transfer the shop's.
    fn payment(&mut self) -> IntakePayment {
        let pay = &self.wire.pay;
        let code = pay.pay_method.or_empty();
        if code.is_empty() && pay.pay_method_name.text().is_none() {
            self.fetch("payments");
        }
        let named = pay.pay_method_name.text().and_then(method::named);
        let method = match code.strip_prefix("payment_").unwrap_or_default() {
            "d1" => PaymentMethod::CashOnDelivery,
            kind if kind.starts_with(['b', 'c']) => PaymentMethod::BankTransfer,
            kind if kind.starts_with(['a', 'z']) => PaymentMethod::ChannelSettled,
            // The shop's own methods: only their names say what they are.
            _ => named.unwrap_or(PaymentMethod::BankTransfer),
        };
        let awaited = method == PaymentMethod::ChannelSettled
            && !code.ends_with("_z1")
            && pay.pay_status.text() != Some("1")
            && self.wire.detail.total_price.number() != Some(0);
        IntakePayment { method, amount: None, token: None, awaited }
    }

    fn particulars(&self, unread: Vec<Caution>) -> Particulars {
        let Wire { head, ship, .. } = self.wire;
        let contract = ship.subscription_id.text().or(head.subscription_id.text());
        let subscription = contract.map(|contract| Subscription {
            contract: shorten(contract.to_owned(), TOKEN),
            cycle: ship.subscription_cycle_type.text().map(str::to_owned),
            occurrence: ship.subscription_continue_count.number().and_then(|n| u32::try_from(n).ok()),
            next_on: None,
        });
        let kind = match (&subscription, head.order_status.or_empty()) {
            (Some(_), _) => OrderKind::Subscription,
            (None, "1") => OrderKind::Preorder,
            (None, _) => OrderKind::Normal,
        };
        let suspect = matches!(head.suspect.or_empty(), "1" | "2" | "true");
        let held = matches!(head.fraud_hold_status.or_empty(), "1" | "2" | "3");
        let caution = |it: bool, code: &str, meaning: &str| {
            it.then(|| Caution { code: code.to_owned(), meaning: meaning.to_owned() })
        };
        let suspect = caution(suspect, "SUSPECT", "The mall suspects a prank order.");
        let held = caution(held, "FRAUD_HOLD", "The mall checks the order for fraud.");
        Particulars {
            kind,
            subscription,
            cautions: suspect.into_iter().chain(held).chain(unread).collect(),
            paid_by: self.paid_by(),
            points_earned: self.points_earned(),
            ..Particulars::default()
        }
    }

    fn paid_by(&self) -> Option<String> {
        let pay = &self.wire.pay;
        pay.pay_method_name.text().or(pay.pay_method.text()).map(|words| shorten(tidy(words, false), TOKEN))
    }

    fn points_earned(&self) -> Vec<PointsEarned> {
        let of_item = |item: &Item| {
            Some(item.unit_get_point.number()?.max(0) * item.quantity.number()?.clamp(0, 9_999))
        };
        let points = self.wire.items.iter().flatten().filter_map(of_item).fold(0, i64::saturating_add);
        let points = u32::try_from(points).ok().filter(|points| *points > 0);
        points.map(|points| PointsEarned { issuer: "YAHOO".to_owned(), points }).into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
