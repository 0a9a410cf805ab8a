//! What an order of v0 is made of, by Amazon's names.

#![expect(clippy::struct_field_names, reason = "they are Amazon's")]

use serde::Deserialize;

use super::super::super::lenient::{List, Object, Scalar};
use super::super::Money;

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct Order {
    pub(super) amazon_order_id: Scalar,
    pub(super) purchase_date: Scalar,
    pub(super) last_update_date: Scalar,
    pub(super) order_status: Scalar,
    pub(super) fulfillment_channel: Scalar,
    pub(super) ship_service_level: Scalar,
    pub(super) shipment_service_level_category: Scalar,
    pub(super) order_total: Object<Money>,
    pub(super) number_of_items_shipped: Scalar,
    pub(super) number_of_items_unshipped: Scalar,
    pub(super) payment_method: Scalar,
    pub(super) payment_method_details: List<Scalar>,
    pub(super) payment_execution_detail: List<Object<Execution>>,
    pub(super) marketplace_id: Scalar,
    pub(super) order_type: Scalar,
    pub(super) is_replacement_order: Scalar,
    #[serde(rename = "IsISPU")]
    pub(super) is_picked_up: Scalar,
    pub(super) shipping_address: Object<Postal>,
    // As `getOrderAddress` has them.
    pub(super) buyer_company_name: Scalar,
    pub(super) delivery_preferences: Object<Preferences>,
    pub(super) buyer_info: Object<Buyer>,
    // As `getOrderBuyerInfo` has them.
    pub(super) buyer_email: Scalar,
    pub(super) buyer_name: Scalar,
    pub(super) buyer_tax_info: Object<TaxInfo>,
    pub(super) purchase_order_number: Scalar,
    pub(super) order_items: Option<List<Object<OrderItem>>>,
    pub(super) next_token: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Preferences {
    pub(super) drop_off_location: Scalar,
    pub(super) address_instructions: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Execution {
    pub(super) payment: Object<Money>,
    pub(super) payment_method: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Buyer {
    pub(super) buyer_email: Scalar,
    pub(super) buyer_name: Scalar,
    pub(super) buyer_tax_info: Object<TaxInfo>,
    pub(super) purchase_order_number: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct TaxInfo {
    pub(super) company_legal_name: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Postal {
    pub(super) name: Scalar,
    pub(super) company_name: Scalar,
    pub(super) address_line1: Scalar,
    pub(super) address_line2: Scalar,
    pub(super) address_line3: Scalar,
    pub(super) city: Scalar,
    pub(super) county: Scalar,
    pub(super) district: Scalar,
    pub(super) municipality: Scalar,
    pub(super) state_or_region: Scalar,
    pub(super) postal_code: Scalar,
    pub(super) country_code: Scalar,
    pub(super) phone: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OrderItem {
    #[serde(rename = "ASIN")]
    pub(super) asin: Scalar,
    #[serde(rename = "SellerSKU")]
    pub(super) seller_sku: Scalar,
    pub(super) order_item_id: Scalar,
    pub(super) title: Scalar,
    pub(super) quantity_ordered: Scalar,
    pub(super) points_granted: Object<Points>,
    pub(super) item_price: Object<Money>,
    pub(super) item_tax: Object<Money>,
    pub(super) promotion_discount: Object<Money>,
    pub(super) promotion_discount_tax: Object<Money>,
    pub(super) shipping_price: Object<Money>,
    pub(super) shipping_tax: Object<Money>,
    pub(super) shipping_discount: Object<Money>,
    pub(super) shipping_discount_tax: Object<Money>,
    #[serde(rename = "CODFee")]
    pub(super) cod_fee: Object<Money>,
    #[serde(rename = "CODFeeDiscount")]
    pub(super) cod_fee_discount: Object<Money>,
    pub(super) scheduled_delivery_start_date: Scalar,
    pub(super) scheduled_delivery_end_date: Scalar,
    pub(super) is_gift: Scalar,
    pub(super) buyer_info: Object<Wishes>,
    // As `getOrderItemsBuyerInfo` has them.
    pub(super) buyer_customized_info: Object<Customized>,
    pub(super) gift_wrap_price: Object<Money>,
    pub(super) gift_wrap_tax: Object<Money>,
    pub(super) gift_message_text: Scalar,
    pub(super) gift_wrap_level: Scalar,
    pub(super) buyer_requested_cancel: Object<Cancel>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Points {
    pub(super) points_number: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Wishes {
    pub(super) buyer_customized_info: Object<Customized>,
    pub(super) gift_wrap_price: Object<Money>,
    pub(super) gift_wrap_tax: Object<Money>,
    pub(super) gift_message_text: Scalar,
    pub(super) gift_wrap_level: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Customized {
    #[serde(rename = "CustomizedURL")]
    pub(super) customized_url: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Cancel {
    pub(super) is_buyer_requested_cancel: Scalar,
}
