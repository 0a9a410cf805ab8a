//! Our own JSON: the order as an integrator of any shop can send it.

#![expect(unused_qualifications, reason = "utoipa's derive qualifies the types of optional fields")]

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};

use super::wire::{
    Defects, Figure, MAIL, NAME, NOTE, PHONE, PLACE, POSTAL_CODE, TITLE, TOKEN, moment, optional_day, parse,
    tax_rate, tidy,
};
use super::{ChannelDefaults, ChannelError, ChannelOrder, Reading};
use crate::domain::billing::{Declared, Discount, DiscountKind, FeeKind};
use crate::domain::customer::{Address, Customer, DesiredDelivery, Language, Personal, TimeSlot};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, IntakeFee, IntakeLine, IntakePayment, IntakeShipGroup, MAX_PARTS};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{GroupParticulars, LineParticulars, Particulars};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::{PriceBasis, TaxRate};

// No `Debug` on these: they hold personal data in plain strings.

/// A number that may have decimals: a JSON integer (`1980`), or a string (`"19.80"`). Fractional
/// JSON numbers are refused, because many programs write them inexactly.
#[derive(Clone)]
pub struct Decimal(Figure);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if value.as_number().is_some_and(|number| !number.is_i64() && !number.is_u64()) {
            return Err(D::Error::custom("write a number with decimals as a string, like \"19.80\""));
        }
        Figure::deserialize(value).map(Self).map_err(|_| {
            D::Error::custom("expected an integer like 1980, or a decimal in a string like \"19.80\"")
        })
    }
}

impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        OneOfBuilder::new()
            .item(ObjectBuilder::new().schema_type(Type::Integer))
            .item(ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^\d{1,12}(\.\d+)?$")))
            .description(Some("An integer, or a number with decimals in a string."))
            .into()
    }
}

impl ToSchema for Decimal {}

/// An order to take in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Your own number of the order. Sending the same number again creates nothing.
    #[schema(min_length = 1, max_length = 100, example = "A-1001")]
    pub number: String,
    /// When the customer ordered, RFC 3339 with an offset.
    #[serde(deserialize_with = "moment")]
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T10:15:00+09:00")]
    pub ordered_at: Timestamp,
    /// Who ordered.
    pub customer: NewCustomer,
    /// The currency of all amounts of the order.
    #[serde(default)]
    #[schema(default = "JPY")]
    pub currency: Currency,
    /// Whether the prices contain their tax.
    #[serde(default)]
    #[schema(default = "TAX_INCLUDED")]
    pub prices: PriceBasis,
    /// Where everything goes. For several addressees use `ship_groups` instead.
    pub ship_to: Option<NewAddress>,
    /// The day the customer wants it, with `ship_to`.
    #[serde(default, deserialize_with = "optional_day")]
    #[schema(value_type = Option<String>, format = Date, example = "2026-11-25")]
    pub desired_date: Option<Date>,
    /// The hours the customer wants it in, with `ship_to`: `0812` is the morning, `1416` is 14 to 16 o'clock.
    #[schema(pattern = r"^\d{4}$", example = "1416")]
    pub time_slot: Option<String>,
    /// The addressees, when there are several.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub ship_groups: Vec<NewShipGroup>,
    /// What was ordered.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<NewLine>,
    /// Fees on the whole order.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub fees: Vec<NewFee>,
    /// Discounts on the whole order. A discount on one line is given there.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub discounts: Vec<NewDiscount>,
    /// How it is paid.
    #[schema(min_items = 1, max_items = 20)]
    pub payments: Vec<NewPayment>,
    /// What the customer was told to pay. It is what is billed, even where our own sum differs; left
    /// out, our own sum is.
    pub total: Option<Decimal>,
    /// The tax the customer was told, by rate. Needs `total`.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub taxes: Vec<NewTax>,
    /// What the customer wrote. Somebody will read it before the goods leave.
    #[schema(max_length = 2000, example = "領収書をお願いします")]
    pub note: Option<String>,
}

/// Who ordered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// Full name.
    #[schema(max_length = 200, example = "山田 太郎")]
    pub name: String,
    /// Mail address.
    #[schema(max_length = 254, example = "taro@example.com")]
    pub mail: Option<String>,
    /// Phone number.
    #[schema(max_length = 40, example = "090-1234-5678")]
    pub phone: Option<String>,
    /// The language of our mails; the merchant's own when left out.
    pub language: Option<Language>,
}

/// Where goods go.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// Full name of the addressee.
    #[schema(max_length = 200, example = "山田 花子")]
    pub name: String,
    /// Phone number for the carrier.
    #[schema(max_length = 40, example = "03-1234-5678")]
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default = "japan")]
    #[schema(default = "JP", pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// Postal code; empty abroad where there is none.
    #[schema(max_length = 20, example = "150-0001")]
    pub postal_code: String,
    /// Prefecture 都道府県, or the state abroad.
    #[schema(max_length = 300, example = "東京都")]
    pub prefecture: String,
    /// City 市区町村.
    #[schema(max_length = 300, example = "渋谷区")]
    pub city: String,
    /// Town, block and house number 町名番地.
    #[schema(max_length = 300, example = "神宮前1-2-3")]
    pub line1: String,
    /// Building and room 建物名.
    #[schema(max_length = 300, example = "メゾン表参道 401")]
    pub line2: Option<String>,
}

/// Lines that go to one addressee.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShipGroup {
    /// Where to.
    pub ship_to: NewAddress,
    /// The day the customer wants it.
    #[serde(default, deserialize_with = "optional_day")]
    #[schema(value_type = Option<String>, format = Date, example = "2026-11-25")]
    pub desired_date: Option<Date>,
    /// The hours the customer wants it in: `0812` is the morning, `1416` is 14 to 16 o'clock.
    #[schema(pattern = r"^\d{4}$", example = "1416")]
    pub time_slot: Option<String>,
}

/// What was ordered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// Your code of the product, as in the catalogue.
    #[schema(min_length = 1, max_length = 64, pattern = "^[^#%]+$", example = "TEA-100")]
    pub sku: String,
    /// The product's name as the customer saw it.
    #[schema(max_length = 500, example = "煎茶 100g")]
    pub title: String,
    /// Price of one unit.
    #[schema(example = 1080)]
    pub unit_price: Decimal,
    /// How many units.
    #[schema(minimum = 1, maximum = 9999, example = 2)]
    pub quantity: i64,
    /// Tax rate in percent, 0 to 100: 10, or 8 for food and newspapers, or 0.
    #[schema(example = 8)]
    pub tax_rate: Decimal,
    /// A discount on this line alone, for all its units; nothing when left out.
    #[schema(example = 100)]
    pub discount: Option<Decimal>,
    /// Which of the `ship_groups` it goes to, counted from 1; the first when left out.
    #[schema(minimum = 1, maximum = 20, example = 1)]
    pub ship_group: Option<i64>,
}

/// A fee on the whole order.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFee {
    /// What for.
    pub kind: FeeKind,
    /// How much.
    #[schema(example = 550)]
    pub amount: Decimal,
    /// Tax rate in percent; 10 when left out.
    #[schema(example = 10)]
    pub tax_rate: Option<Decimal>,
}

/// A discount on the whole order.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDiscount {
    /// Where it comes from. `POINTS` lower goods and fees, the others goods only.
    pub kind: DiscountKind,
    /// Its code, if it has one.
    #[schema(max_length = 200, example = "AUTUMN")]
    pub code: Option<String>,
    /// How much, positive.
    #[schema(example = 300)]
    pub amount: Decimal,
}

/// How a part of the order is paid.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// How. `CHANNEL_SETTLED` when you have the money already.
    pub method: PaymentMethod,
    /// How much; one payment may leave it out and brings the rest.
    pub amount: Option<Decimal>,
    /// The payment provider's token; a `CARD` needs one.
    #[schema(max_length = 200, example = "tok_visa")]
    pub token: Option<String>,
}

/// The tax of one rate.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTax {
    /// Tax rate in percent.
    #[schema(example = 8)]
    pub tax_rate: Decimal,
    /// The tax on everything of this rate.
    #[schema(example = 160)]
    pub amount: Decimal,
}

fn japan() -> String {
    "JP".to_owned()
}

/// Reads an order in our own JSON.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    let (order, unmapped): (NewOrder, _) = parse(body)?;
    let mut reader = Reader { currency: order.currency, defects: Defects::default() };
    let intake = Intake {
        number: reader.number(&order.number),
        ordered_at: reader.defects.moment("ordered_at", order.ordered_at),
        customer: reader.customer(&order.customer, defaults),
        currency: order.currency,
        basis: order.prices,
        ship_groups: reader.ship_groups(&order),
        lines: reader.lines(&order),
        fees: reader.fees(&order.fees),
        discounts: reader.discounts(&order.discounts),
        payments: reader.payments(&order.payments),
        declared: reader.declared(&order),
        customer_note: reader.note(order.note.as_deref()),
        particulars: Particulars::default(),
    };
    Ok(Reading::of(ChannelOrder::open(reader.defects.finish(intake)?), unmapped))
}

struct Reader {
    currency: Currency,
    defects: Defects,
}

impl Reader {
    fn number(&mut self, number: &str) -> String {
        let number = self.defects.text("number", number, 100);
        if number.is_empty() {
            self.defects.add("number", "must not be empty: it is how a repetition is recognised");
        }
        number
    }

    fn customer(&mut self, customer: &NewCustomer, defaults: &ChannelDefaults) -> Customer {
        let defects = &mut self.defects;
        Customer {
            name: defects.personal("customer.name", Some(&customer.name), NAME).unwrap_or_default(),
            mail: defects.personal("customer.mail", customer.mail.as_deref(), MAIL),
            phone: defects.personal("customer.phone", customer.phone.as_deref(), PHONE),
            language: customer.language.unwrap_or(defaults.language),
            ..Customer::default()
        }
    }

    fn ship_groups(&mut self, order: &NewOrder) -> Vec<IntakeShipGroup> {
        let several = !order.ship_groups.is_empty();
        match &order.ship_to {
            Some(_) if several => {
                self.defects.add("ship_to", "give either `ship_to` or `ship_groups`, not both");
                Vec::new()
            }
            Some(address) => {
                let address = self.address("ship_to", address);
                let desired = self.desired("", order.desired_date, order.time_slot.as_deref());
                vec![IntakeShipGroup { address, desired, particulars: GroupParticulars::default() }]
            }
            None if several => {
                if order.desired_date.is_some() || order.time_slot.is_some() {
                    let message = "with `ship_groups`, give it in each of them";
                    self.defects.add("desired_date", message);
                }
                self.limit("ship_groups", order.ship_groups.len(), 1, MAX_PARTS);
                let groups = order.ship_groups.iter().take(MAX_PARTS).enumerate();
                groups.map(|(i, group)| self.ship_group(&format!("ship_groups[{i}]."), group)).collect()
            }
            None => {
                self.defects
                    .add("ship_to", "say where the goods go: `ship_to`, or `ship_groups` for several");
                Vec::new()
            }
        }
    }

    fn ship_group(&mut self, at: &str, group: &NewShipGroup) -> IntakeShipGroup {
        IntakeShipGroup {
            address: self.address(&format!("{at}ship_to"), &group.ship_to),
            desired: self.desired(at, group.desired_date, group.time_slot.as_deref()),
            particulars: GroupParticulars::default(),
        }
    }

    fn address(&mut self, at: &str, address: &NewAddress) -> Address {
        let mut part = |field: &str, text: Option<&str>, max: usize| {
            self.defects.personal(&format!("{at}.{field}"), text, max)
        };
        Address {
            name: part("name", Some(&address.name), NAME).unwrap_or_default(),
            phone: part("phone", address.phone.as_deref(), PHONE),
            postal_code: part("postal_code", Some(&address.postal_code), POSTAL_CODE).unwrap_or_default(),
            prefecture: part("prefecture", Some(&address.prefecture), PLACE).unwrap_or_default(),
            city: part("city", Some(&address.city), PLACE).unwrap_or_default(),
            line1: part("line1", Some(&address.line1), PLACE).unwrap_or_default(),
            line2: part("line2", address.line2.as_deref(), PLACE),
            country: self.defects.country(&format!("{at}.country"), &address.country),
            ..Address::default()
        }
    }

    fn desired(&mut self, at: &str, date: Option<Date>, slot: Option<&str>) -> DesiredDelivery {
        if slot.is_some_and(|slot| TimeSlot::from_code(slot).is_none()) {
            let message = "must be two hours of the day, like \"0812\" for the morning or \"1416\"";
            self.defects.add(format!("{at}time_slot"), message);
        }
        let date = date.map(|date| self.defects.day(&format!("{at}desired_date"), date));
        DesiredDelivery { date, time_slot: slot.map(str::to_owned) }
    }

    fn lines(&mut self, order: &NewOrder) -> Vec<IntakeLine> {
        self.limit("lines", order.lines.len(), 1, MAX_LINES);
        let groups = order.ship_groups.len().max(1);
        let lines = order.lines.iter().take(MAX_LINES).enumerate();
        lines.filter_map(|(i, line)| self.line(&format!("lines[{i}]"), line, groups)).collect()
    }

    fn line(&mut self, at: &str, line: &NewLine, groups: usize) -> Option<IntakeLine> {
        let field = |name: &str| format!("{at}.{name}");
        let group = usize::try_from(line.ship_group.unwrap_or(1)).ok();
        let group = group.and_then(|group| group.checked_sub(1)).filter(|group| *group < groups);
        if group.is_none() {
            let message = format!("must be 1 to {groups}: the order has no other ship group");
            self.defects.add(field("ship_group"), message);
        }
        let sku = self.defects.take(&field("sku"), Sku::new(line.sku.trim()));
        Some(IntakeLine {
            ship_group: group.unwrap_or_default(),
            title: self.defects.text(&field("title"), &line.title, TITLE),
            unit_price: self.amount(&field("unit_price"), &line.unit_price),
            quantity: self.defects.units(&field("quantity"), line.quantity),
            tax_rate: self.tax_rate(&field("tax_rate"), &line.tax_rate),
            discount: line
                .discount
                .as_ref()
                .map(|it| self.amount(&field("discount"), it))
                .unwrap_or_default(),
            sku: sku?,
            particulars: LineParticulars::default(),
        })
    }

    fn fees(&mut self, fees: &[NewFee]) -> Vec<IntakeFee> {
        self.limit("fees", fees.len(), 0, MAX_PARTS);
        let fee = |(i, fee): (usize, &NewFee)| IntakeFee {
            kind: fee.kind,
            amount: self.amount(&format!("fees[{i}].amount"), &fee.amount),
            tax_rate: fee
                .tax_rate
                .as_ref()
                .map_or(TaxRate::STANDARD, |rate| self.tax_rate(&format!("fees[{i}].tax_rate"), rate)),
        };
        fees.iter().take(MAX_PARTS).enumerate().map(fee).collect()
    }

    fn discounts(&mut self, discounts: &[NewDiscount]) -> Vec<Discount> {
        self.limit("discounts", discounts.len(), 0, MAX_PARTS);
        let discount = |(i, discount): (usize, &NewDiscount)| Discount {
            kind: discount.kind,
            code: self.optional(&format!("discounts[{i}].code"), discount.code.as_deref()),
            amount: self.amount(&format!("discounts[{i}].amount"), &discount.amount),
        };
        discounts.iter().take(MAX_PARTS).enumerate().map(discount).collect()
    }

    fn payments(&mut self, payments: &[NewPayment]) -> Vec<IntakePayment> {
        self.limit("payments", payments.len(), 1, MAX_PARTS);
        let payments = payments.iter().take(MAX_PARTS).enumerate();
        payments.map(|(i, payment)| self.payment(&format!("payments[{i}]"), payment)).collect()
    }

    fn payment(&mut self, at: &str, payment: &NewPayment) -> IntakePayment {
        let token = self.defects.personal(&format!("{at}.token"), payment.token.as_deref(), TOKEN);
        if payment.method == PaymentMethod::Card && token.is_none() {
            self.defects.add(format!("{at}.token"), "a card payment needs the payment provider's token");
        }
        IntakePayment {
            method: payment.method,
            amount: payment.amount.as_ref().map(|amount| self.amount(&format!("{at}.amount"), amount)),
            token,
            awaited: false,
        }
    }

    fn declared(&mut self, order: &NewOrder) -> Option<Declared> {
        self.limit("taxes", order.taxes.len(), 0, MAX_PARTS);
        if order.total.is_none() && !order.taxes.is_empty() {
            self.defects.add("total", "give the total that the `taxes` belong to");
        }
        let mut taxes: Vec<(TaxRate, Amount)> = Vec::new();
        for (i, tax) in order.taxes.iter().take(MAX_PARTS).enumerate() {
            let field = format!("taxes[{i}].tax_rate");
            let rate = self.tax_rate(&field, &tax.tax_rate);
            if taxes.iter().any(|(other, _)| *other == rate) {
                self.defects.add(field, "give each rate once");
            }
            taxes.push((rate, self.amount(&format!("taxes[{i}].amount"), &tax.amount)));
        }
        Some(Declared { total: self.amount("total", order.total.as_ref()?), taxes })
    }

    fn note(&mut self, note: Option<&str>) -> Option<Personal> {
        let note = tidy(note?, true);
        if note.chars().count() > NOTE {
            self.defects.add("note", format!("must be at most {NOTE} characters"));
        }
        (!note.is_empty()).then(|| note.into())
    }

    fn amount(&mut self, field: &str, amount: &Decimal) -> Amount {
        self.defects.amount(field, &amount.0, self.currency)
    }

    fn tax_rate(&mut self, field: &str, percent: &Decimal) -> TaxRate {
        const PERCENT_PLACES: usize = 2;
        let rate = tax_rate(&percent.0.0, PERCENT_PLACES);
        if rate.is_none() {
            self.defects.add(field, "must be a percentage of 0 to 100, like 10 or 8");
        }
        rate.unwrap_or(TaxRate::STANDARD)
    }

    fn optional(&mut self, field: &str, text: Option<&str>) -> Option<String> {
        self.defects.personal(field, text, TOKEN).as_ref().map(Personal::reveal).map(str::to_owned)
    }

    fn limit(&mut self, field: &str, count: usize, least: usize, most: usize) {
        if !(least..=most).contains(&count) {
            self.defects.add(field, format!("has {count} entries, {least} to {most} are possible"));
        }
    }
}
