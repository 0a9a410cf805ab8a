//! What LOGILESS's sales order is made of, by its names.

use serde::Deserialize;

use super::super::lenient::{List, Object, Scalar};

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    pub(super) code: Scalar,
    pub(super) document_status: Scalar,
    pub(super) status: Scalar,
    pub(super) delivery_status: Scalar,
    pub(super) incoming_payment_status: Scalar,
    pub(super) authorization_status: Scalar,
    pub(super) customer_code: Scalar,
    pub(super) buyer_name1: Scalar,
    pub(super) buyer_name2: Scalar,
    pub(super) buyer_name_kana1: Scalar,
    pub(super) buyer_name_kana2: Scalar,
    pub(super) buyer_country: Scalar,
    pub(super) buyer_post_code: Scalar,
    pub(super) buyer_prefecture: Scalar,
    pub(super) buyer_address1: Scalar,
    pub(super) buyer_address2: Scalar,
    pub(super) buyer_address3: Scalar,
    pub(super) buyer_phone: Scalar,
    pub(super) buyer_email: Scalar,
    pub(super) recipient_name1: Scalar,
    pub(super) recipient_name2: Scalar,
    pub(super) recipient_name_kana1: Scalar,
    pub(super) recipient_name_kana2: Scalar,
    pub(super) recipient_country: Scalar,
    pub(super) recipient_post_code: Scalar,
    pub(super) recipient_prefecture: Scalar,
    pub(super) recipient_address1: Scalar,
    pub(super) recipient_address2: Scalar,
    pub(super) recipient_address3: Scalar,
    pub(super) recipient_phone: Scalar,
    pub(super) subtotal: Scalar,
    pub(super) use_point: Scalar,
    pub(super) use_coupon: Scalar,
    pub(super) discount: Scalar,
    pub(super) delivery_fee: Scalar,
    pub(super) sundry_fee: Scalar,
    pub(super) document_tax_rate: Scalar,
    pub(super) tax_total: Scalar,
    pub(super) total: Scalar,
    pub(super) payment_method: Scalar,
    pub(super) delivery_method: Scalar,
    pub(super) delivery_temperature_control: Scalar,
    pub(super) delivery_preferred_date: Scalar,
    pub(super) delivery_preferred_time_zone: Scalar,
    pub(super) is_isolated_area: Scalar,
    pub(super) is_multiple_deliveries: Scalar,
    pub(super) waiting_for_confirmation: Scalar,
    pub(super) gift: Scalar,
    pub(super) wrapping: Scalar,
    pub(super) noshi: Scalar,
    pub(super) buyer_comment: Scalar,
    pub(super) subscription_id: Scalar,
    pub(super) subscription_delivery_number: Scalar,
    pub(super) subscription_next_delivery_date: Scalar,
    pub(super) ordered_at: Scalar,
    pub(super) updated_at: Scalar,
    pub(super) lines: List<Object<Line>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Line {
    pub(super) id: Scalar,
    pub(super) status: Scalar,
    pub(super) article_code: Scalar,
    pub(super) article_name: Scalar,
    pub(super) article_option: Scalar,
    pub(super) price: Scalar,
    pub(super) quantity: Scalar,
    pub(super) is_child: Scalar,
    pub(super) is_partial_cancel: Scalar,
    pub(super) tax_indicator: Scalar,
    pub(super) tax_rate: Scalar,
    pub(super) tax_total: Scalar,
    pub(super) subtotal: Scalar,
    pub(super) article: Object<Article>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Article {
    pub(super) code: Scalar,
}
