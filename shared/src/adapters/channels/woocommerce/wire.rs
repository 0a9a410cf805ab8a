//! What WooCommerce's order is made of, by its names.

use serde::Deserialize;

use super::super::lenient::{List, Object, Scalar};

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    pub(super) id: Scalar,
    pub(super) number: Scalar,
    pub(super) status: Scalar,
    pub(super) currency: Scalar,
    pub(super) date_created: Scalar,
    pub(super) date_created_gmt: Scalar,
    pub(super) date_modified_gmt: Scalar,
    pub(super) date_paid: Scalar,
    pub(super) date_paid_gmt: Scalar,
    pub(super) prices_include_tax: Scalar,
    pub(super) total: Scalar,
    pub(super) total_tax: Scalar,
    pub(super) customer_id: Scalar,
    pub(super) customer_note: Scalar,
    pub(super) billing: Object<Postal>,
    pub(super) shipping: Object<Postal>,
    pub(super) payment_method: Scalar,
    pub(super) payment_method_title: Scalar,
    pub(super) line_items: List<Object<Item>>,
    pub(super) shipping_lines: List<Object<Shipping>>,
    pub(super) fee_lines: List<Object<FeeLine>>,
    pub(super) coupon_lines: List<Object<Coupon>>,
    pub(super) tax_lines: List<Object<TaxLine>>,
    pub(super) refunds: List<Object<Refund>>,
    pub(super) meta_data: List<Object<Meta>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Postal {
    pub(super) first_name: Scalar,
    pub(super) last_name: Scalar,
    pub(super) company: Scalar,
    pub(super) address_1: Scalar,
    pub(super) address_2: Scalar,
    pub(super) city: Scalar,
    pub(super) state: Scalar,
    pub(super) postcode: Scalar,
    pub(super) country: Scalar,
    pub(super) email: Scalar,
    pub(super) phone: Scalar,
    /// From the plugin for Japanese shops, as is `yomigana_last_name`.
    pub(super) yomigana_first_name: Scalar,
    pub(super) yomigana_last_name: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    pub(super) id: Scalar,
    pub(super) name: Scalar,
    pub(super) product_id: Scalar,
    pub(super) variation_id: Scalar,
    pub(super) quantity: Scalar,
    pub(super) subtotal: Scalar,
    pub(super) subtotal_tax: Scalar,
    pub(super) total: Scalar,
    pub(super) total_tax: Scalar,
    pub(super) taxes: List<Object<Tax>>,
    pub(super) sku: Scalar,
    pub(super) price: Scalar,
    pub(super) meta_data: List<Object<Meta>>,
}

/// The tax of one rate on one line.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tax {
    pub(super) id: Scalar,
    pub(super) total: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shipping {
    pub(super) method_title: Scalar,
    pub(super) total: Scalar,
    pub(super) total_tax: Scalar,
    pub(super) taxes: List<Object<Tax>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct FeeLine {
    pub(super) name: Scalar,
    pub(super) total: Scalar,
    pub(super) total_tax: Scalar,
    pub(super) taxes: List<Object<Tax>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Coupon {
    pub(super) code: Scalar,
    pub(super) discount: Scalar,
    pub(super) discount_tax: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TaxLine {
    pub(super) rate_id: Scalar,
    pub(super) rate_percent: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Refund {
    pub(super) total: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    pub(super) key: Scalar,
    pub(super) value: Scalar,
    pub(super) display_key: Scalar,
    pub(super) display_value: Scalar,
}
