//! The order as our JSON has it.

#![expect(unused_qualifications, reason = "utoipa's derive qualifies the types of optional fields")]

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};

use super::super::ChannelStatus;
use super::super::wire::{Figure, moment, optional_day, optional_moment};
use crate::domain::billing::{DiscountKind, FeeKind};
use crate::domain::customer::Language;
use crate::domain::money::Currency;
use crate::domain::particulars::{OrderKind, Temperature};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::PriceBasis;

// No `Debug` on these: they hold personal data in plain strings.

/// A number that may have decimals: a JSON integer (`1980`), or a string (`"19.80"`). Fractional
/// JSON numbers are refused, because many programs write them inexactly.
#[derive(Clone)]
pub struct Decimal(pub(super) Figure);

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
    /// Gift wishes for everything, with `ship_to`.
    pub gift: Option<NewGift>,
    /// How warm the parcel may be, with `ship_to`; ambient when left out.
    pub temperature: Option<Temperature>,
    /// How it is to be sent, in your words, with `ship_to`.
    #[schema(max_length = 200, example = "クール宅配便")]
    pub delivery_method: Option<String>,
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
    /// When you last changed the order, RFC 3339 with an offset. Of two versions the later one counts,
    /// whichever comes first; without it the last one that comes.
    #[serde(default, deserialize_with = "optional_moment")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-21T10:15:00+09:00")]
    pub updated_at: Option<Timestamp>,
    /// Where the order stands with you. Only one that is `OPEN`, or `PENDING` until you have the money, is
    /// opened.
    #[serde(default)]
    #[schema(default = "OPEN")]
    pub status: ChannelStatus,
    /// What kind of order it is.
    #[serde(default)]
    #[schema(default = "NORMAL")]
    pub kind: OrderKind,
    /// The subscription it is one delivery of.
    pub subscription: Option<NewSubscription>,
    /// What a firm orders by.
    pub purchase_order: Option<NewPurchaseOrder>,
    /// What you warn of.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub cautions: Vec<NewCaution>,
    /// What the customer earns.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub points_earned: Vec<NewPointsEarned>,
    /// How many lines the order has, when they may come in part.
    #[schema(minimum = 1, example = 2)]
    pub expected_lines: Option<u32>,
}

/// The subscription 定期契約 an order is one delivery of.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// Your id of the contract.
    #[schema(min_length = 1, max_length = 200, example = "SUB-77")]
    pub contract: String,
    /// How often, in your words.
    #[schema(max_length = 200, example = "毎月")]
    pub cycle: Option<String>,
    /// Which delivery of it this is, counted from 1.
    #[schema(minimum = 1, example = 3)]
    pub occurrence: Option<u32>,
    /// When the next one is.
    #[serde(default, deserialize_with = "optional_day")]
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-25")]
    pub next_on: Option<Date>,
}

/// What a firm orders by 発注.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPurchaseOrder {
    /// The buyer's own number.
    #[schema(min_length = 1, max_length = 200, example = "PO-2026-118")]
    pub number: String,
    /// Your account of the buyer.
    #[schema(max_length = 200, example = "K-1001")]
    pub account: Option<String>,
}

/// Something you warn of.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaution {
    /// Your code of it.
    #[schema(min_length = 1, max_length = 200, example = "REFUSED_BEFORE")]
    pub code: String,
    /// What it means, without personal data.
    #[schema(max_length = 500, example = "The customer has refused parcels.")]
    pub meaning: String,
}

/// Points the customer earns.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPointsEarned {
    /// Who grants them.
    #[schema(min_length = 1, max_length = 200, example = "OWN")]
    pub issuer: String,
    /// How many.
    #[schema(example = 21)]
    pub points: u32,
}

/// Gift wishes for everything that goes to one addressee.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGift {
    /// のし.
    #[schema(max_length = 500, example = "御歳暮 山田")]
    pub noshi: Option<String>,
    /// ラッピング.
    #[schema(max_length = 500, example = "和紙")]
    pub wrapping: Option<String>,
    /// メッセージカード.
    #[schema(max_length = 2000, example = "お誕生日おめでとう")]
    pub message: Option<String>,
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
    /// How the name is read フリガナ.
    #[schema(max_length = 200, example = "ヤマダ タロウ")]
    pub kana: Option<String>,
    /// The firm they order for.
    #[schema(max_length = 200, example = "山田商店")]
    pub company: Option<String>,
    /// Your number of the customer.
    #[schema(max_length = 200, example = "C-42")]
    pub number: Option<String>,
    /// Where they live: the goods may go elsewhere.
    pub address: Option<NewAddress>,
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
    /// How the name is read フリガナ.
    #[schema(max_length = 200, example = "ヤマダ ハナコ")]
    pub kana: Option<String>,
    /// The firm and department.
    #[schema(max_length = 200, example = "山田商店 経理部")]
    pub company: Option<String>,
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
    /// Your own id of the group.
    #[schema(max_length = 200, example = "1")]
    pub reference: Option<String>,
    /// Gift wishes.
    pub gift: Option<NewGift>,
    /// How warm the parcel may be; ambient when left out.
    pub temperature: Option<Temperature>,
    /// How it is to be sent, in your words.
    #[schema(max_length = 200, example = "クール宅配便")]
    pub delivery_method: Option<String>,
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
    /// Your own id of the line.
    #[schema(max_length = 200, example = "1")]
    pub reference: Option<String>,
    /// What the customer chose: size, colour, engraving.
    #[schema(max_length = 2000, example = "サイズ: M")]
    pub choice: Option<String>,
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
    /// With `CHANNEL_SETTLED`: whether you do not have the money yet. Nothing leaves before you do.
    #[serde(default)]
    pub awaited: bool,
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
