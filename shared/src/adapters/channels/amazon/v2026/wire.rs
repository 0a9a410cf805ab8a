//! What an order of 2026-01-01 is made of, by Amazon's names.

#![expect(clippy::struct_field_names, reason = "they are Amazon's")]

use serde::Deserialize;

use super::super::super::lenient::{List, Object, Scalar};
use super::super::Money;

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Order {
    pub(super) order_id: Scalar,
    pub(super) created_time: Scalar,
    pub(super) last_updated_time: Scalar,
    pub(super) programs: List<Scalar>,
    pub(super) associated_orders: List<Object<Associated>>,
    pub(super) sales_channel: Object<SalesChannel>,
    pub(super) buyer: Object<Buyer>,
    pub(super) recipient: Object<Recipient>,
    pub(super) proceeds: Object<Proceeds>,
    pub(super) payment: Object<Payment>,
    pub(super) fulfillment: Object<Fulfillment>,
    pub(super) order_items: List<Object<OrderItem>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Associated {
    pub(super) association_type: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SalesChannel {
    pub(super) marketplace_id: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Buyer {
    pub(super) buyer_name: Scalar,
    pub(super) buyer_email: Scalar,
    pub(super) buyer_company_name: Scalar,
    pub(super) buyer_purchase_order_number: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Recipient {
    pub(super) delivery_address: Object<Postal>,
    pub(super) delivery_preference: Object<Preference>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Postal {
    pub(super) name: Scalar,
    pub(super) company_name: Scalar,
    pub(super) address_line1: Scalar,
    pub(super) address_line2: Scalar,
    pub(super) address_line3: Scalar,
    pub(super) city: Scalar,
    pub(super) district_or_county: Scalar,
    pub(super) state_or_region: Scalar,
    pub(super) municipality: Scalar,
    pub(super) postal_code: Scalar,
    pub(super) country_code: Scalar,
    pub(super) phone: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Preference {
    pub(super) drop_off_location: Scalar,
    pub(super) address_instruction: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Proceeds {
    pub(super) grand_total: Object<Money>,
    pub(super) breakdowns: List<Object<Breakdown>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Breakdown {
    #[serde(rename = "type")]
    pub(super) kind: Scalar,
    pub(super) subtotal: Object<Money>,
    pub(super) detailed_breakdowns: List<Object<Detail>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Detail {
    pub(super) subtype: Scalar,
    pub(super) value: Object<Money>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Payment {
    pub(super) payment_executions: List<Object<Execution>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Execution {
    pub(super) payment_method: Scalar,
    pub(super) payment_amount: Object<Money>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Fulfillment {
    pub(super) fulfillment_status: Scalar,
    pub(super) fulfilled_by: Scalar,
    pub(super) fulfillment_service_level: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OrderItem {
    pub(super) order_item_id: Scalar,
    pub(super) quantity_ordered: Scalar,
    pub(super) programs: List<Scalar>,
    pub(super) product: Object<Product>,
    pub(super) proceeds: Object<Proceeds>,
    pub(super) expense: Object<Expense>,
    pub(super) cancellation: Object<Cancellation>,
    pub(super) fulfillment: Object<ItemFulfillment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Product {
    pub(super) asin: Scalar,
    pub(super) title: Scalar,
    pub(super) seller_sku: Scalar,
    pub(super) price: Object<Price>,
    pub(super) customization: Object<Customization>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Price {
    pub(super) unit_price: Object<Money>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Customization {
    pub(super) customized_url: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Expense {
    pub(super) points_cost: Object<PointsCost>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PointsCost {
    pub(super) points_granted: Object<Points>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Points {
    pub(super) points_number: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Cancellation {
    pub(super) cancellation_request: Object<Request>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) requester: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItemFulfillment {
    pub(super) packing: Object<Packing>,
    pub(super) shipping: Object<Shipping>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Packing {
    pub(super) gift_option: Object<GiftOption>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct GiftOption {
    pub(super) gift_message: Scalar,
    pub(super) gift_wrap_level: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Shipping {
    pub(super) scheduled_delivery_window: Object<Window>,
    pub(super) shipping_constraints: Object<Constraints>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Window {
    pub(super) earliest_date_time: Scalar,
    pub(super) latest_date_time: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Constraints {
    pub(super) cash_on_delivery: Scalar,
}
