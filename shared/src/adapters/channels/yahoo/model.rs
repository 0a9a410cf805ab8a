//! The mall's groups of fields, as far as the canonical order has a place for them.
//!
//! No `Debug`: they hold personal data in plain strings.

#![expect(clippy::struct_field_names, reason = "the names are the mall's")]

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::given::Given;
use super::super::wire::nullable;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Head {
    pub(super) order_id: Given,
    pub(super) order_time: Given,
    pub(super) order_status: Given,
    pub(super) suspect: Given,
    pub(super) fraud_hold_status: Given,
    pub(super) buyer_comments: Given,
    pub(super) subscription_id: Given,
    #[serde(rename = "Item")]
    pub(super) items: Option<Vec<Item>>,
    // The groups are read by themselves.
    #[serde(rename = "Pay")]
    _pay: IgnoredAny,
    #[serde(rename = "Ship")]
    _ship: IgnoredAny,
    #[serde(rename = "Buyer")]
    _buyer: IgnoredAny,
    #[serde(rename = "Detail")]
    _detail: IgnoredAny,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Pay {
    pub(super) pay_status: Given,
    pub(super) pay_method: Given,
    pub(super) pay_method_name: Given,
    pub(super) bill_last_name: Given,
    pub(super) bill_first_name: Given,
    pub(super) bill_last_name_kana: Given,
    pub(super) bill_first_name_kana: Given,
    pub(super) bill_zip_code: Given,
    pub(super) bill_prefecture: Given,
    pub(super) bill_city: Given,
    pub(super) bill_address1: Given,
    pub(super) bill_address2: Given,
    pub(super) bill_phone_number: Given,
    pub(super) bill_mail_address: Given,
    pub(super) bill_section1_value: Given,
    pub(super) bill_section2_value: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Ship {
    pub(super) ship_status: Given,
    pub(super) ship_method: Given,
    pub(super) ship_method_name: Given,
    pub(super) ship_request_date: Given,
    pub(super) ship_request_time: Given,
    pub(super) need_gift_wrap: Given,
    pub(super) gift_wrap_code: Given,
    pub(super) gift_wrap_type: Given,
    pub(super) gift_wrap_message: Given,
    pub(super) gift_wrap_paper_type: Given,
    pub(super) gift_wrap_name: Given,
    pub(super) ship_last_name: Given,
    pub(super) ship_first_name: Given,
    pub(super) ship_last_name_kana: Given,
    pub(super) ship_first_name_kana: Given,
    pub(super) ship_zip_code: Given,
    pub(super) ship_prefecture: Given,
    pub(super) ship_city: Given,
    pub(super) ship_address1: Given,
    pub(super) ship_address2: Given,
    pub(super) ship_phone_number: Given,
    pub(super) ship_section1_value: Given,
    pub(super) ship_section2_value: Given,
    option1_field: Given,
    option1_value: Given,
    option2_field: Given,
    option2_value: Given,
    pub(super) subscription_id: Given,
    pub(super) subscription_continue_count: Given,
    pub(super) subscription_cycle_type: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Buyer {
    pub(super) guest_auth_id: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Detail {
    pub(super) pay_charge: Given,
    pub(super) ship_charge: Given,
    pub(super) gift_wrap_charge: Given,
    pub(super) line_gift_charge: Given,
    pub(super) discount: Given,
    pub(super) adjustments: Given,
    pub(super) use_point: Given,
    pub(super) gift_card_discount: Given,
    pub(super) total_price: Given,
    pub(super) total_mall_coupon_discount: Given,
    pub(super) total_immediate_bonus_amount: Given,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Item {
    pub(super) line_id: Given,
    pub(super) item_id: Given,
    pub(super) title: Given,
    pub(super) sub_code: Given,
    sub_code_option: Given,
    #[serde(deserialize_with = "nullable")]
    item_option: Vec<Choice>,
    #[serde(deserialize_with = "nullable")]
    inscription: Vec<Choice>,
    pub(super) is_taxable: Given,
    pub(super) item_tax_ratio: Given,
    pub(super) unit_price: Given,
    pub(super) quantity: Given,
    pub(super) unit_get_point: Given,
    // Already in the price of a unit.
    #[serde(rename = "CouponDiscount")]
    _coupon_discount: IgnoredAny,
    #[serde(rename = "OriginalPrice")]
    _original_price: IgnoredAny,
}

/// An option, or what is to be engraved 名入れ.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Choice {
    #[serde(rename = "Index")]
    _index: IgnoredAny,
    name: Given,
    value: Given,
}

impl Item {
    /// What the customer chose: `サイズ:M`, a line each.
    pub(super) fn choice(&self) -> Option<String> {
        let variant = self.sub_code_option.text().map(str::to_owned);
        let chosen = self.item_option.iter().chain(&self.inscription).filter_map(|choice| {
            let value = choice.value.text()?;
            Some(choice.name.text().map_or_else(|| value.to_owned(), |name| format!("{name}:{value}")))
        });
        let all: Vec<String> = variant.into_iter().chain(chosen).collect();
        (!all.is_empty()).then(|| all.join("\n"))
    }
}

/// A person and their address, by the same names in `Pay` and `Ship`.
pub(super) struct Person<'a> {
    pub(super) name: String,
    pub(super) kana: String,
    pub(super) company: String,
    pub(super) phone: &'a str,
    pub(super) postal_code: &'a str,
    pub(super) prefecture: &'a str,
    pub(super) city: &'a str,
    pub(super) line1: &'a str,
    pub(super) line2: &'a str,
}

fn joined(parts: [&Given; 2]) -> String {
    parts.into_iter().filter_map(Given::text).collect::<Vec<_>>().join(" ")
}

impl Pay {
    pub(super) fn person(&self) -> Person<'_> {
        Person {
            name: joined([&self.bill_last_name, &self.bill_first_name]),
            kana: joined([&self.bill_last_name_kana, &self.bill_first_name_kana]),
            company: joined([&self.bill_section1_value, &self.bill_section2_value]),
            phone: self.bill_phone_number.or_empty(),
            postal_code: self.bill_zip_code.or_empty(),
            prefecture: self.bill_prefecture.or_empty(),
            city: self.bill_city.or_empty(),
            line1: self.bill_address1.or_empty(),
            line2: self.bill_address2.or_empty(),
        }
    }
}

impl Ship {
    /// What the customer answered to the store's own questions, a line each.
    pub(super) fn answers(&self) -> impl Iterator<Item = String> {
        let answers =
            [(&self.option1_field, &self.option1_value), (&self.option2_field, &self.option2_value)];
        answers.into_iter().filter_map(|(question, answer)| {
            Some(format!("{}: {}", question.or_empty(), answer.text()?).trim_start_matches(": ").to_owned())
        })
    }

    pub(super) fn person(&self) -> Person<'_> {
        Person {
            name: joined([&self.ship_last_name, &self.ship_first_name]),
            kana: joined([&self.ship_last_name_kana, &self.ship_first_name_kana]),
            company: joined([&self.ship_section1_value, &self.ship_section2_value]),
            phone: self.ship_phone_number.or_empty(),
            postal_code: self.ship_zip_code.or_empty(),
            prefecture: self.ship_prefecture.or_empty(),
            city: self.ship_city.or_empty(),
            line1: self.ship_address1.or_empty(),
            line2: self.ship_address2.or_empty(),
        }
    }
}
