//! What EC-CUBE's order is made of, by its names: those of its entities, which its web API has too.

#![expect(clippy::struct_field_names, reason = "the platform's own names")]

use serde::Deserialize;

use super::super::lenient::{List, Object, Scalar};

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    pub(super) id: Scalar,
    pub(super) order_no: Scalar,
    pub(super) message: Scalar,
    pub(super) name01: Scalar,
    pub(super) name02: Scalar,
    pub(super) kana01: Scalar,
    pub(super) kana02: Scalar,
    pub(super) company_name: Scalar,
    pub(super) email: Scalar,
    pub(super) phone_number: Scalar,
    pub(super) postal_code: Scalar,
    pub(super) addr01: Scalar,
    pub(super) addr02: Scalar,
    pub(super) subtotal: Scalar,
    pub(super) discount: Scalar,
    pub(super) delivery_fee_total: Scalar,
    pub(super) charge: Scalar,
    pub(super) total: Scalar,
    pub(super) payment_total: Scalar,
    pub(super) payment_method: Scalar,
    pub(super) payment_date: Scalar,
    pub(super) currency_code: Scalar,
    pub(super) add_point: Scalar,
    pub(super) use_point: Scalar,
    pub(super) order_date: Scalar,
    pub(super) create_date: Scalar,
    pub(super) update_date: Scalar,
    #[serde(rename = "OrderItems")]
    pub(super) order_items: List<Object<OrderItem>>,
    #[serde(rename = "Shippings")]
    pub(super) shippings: List<Object<Shipping>>,
    #[serde(rename = "Customer")]
    pub(super) customer: Object<Named>,
    #[serde(rename = "Country")]
    pub(super) country: Object<Named>,
    #[serde(rename = "Pref")]
    pub(super) prefecture: Object<Named>,
    #[serde(rename = "Payment")]
    pub(super) payment: Object<Method>,
    #[serde(rename = "OrderStatus")]
    pub(super) status: Object<Named>,
    pub(super) entity: Scalar,
    pub(super) action: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderItem {
    pub(super) id: Scalar,
    pub(super) product_name: Scalar,
    pub(super) product_code: Scalar,
    pub(super) class_name1: Scalar,
    pub(super) class_name2: Scalar,
    pub(super) class_category_name1: Scalar,
    pub(super) class_category_name2: Scalar,
    pub(super) price: Scalar,
    pub(super) quantity: Scalar,
    pub(super) tax: Scalar,
    pub(super) tax_rate: Scalar,
    #[serde(rename = "Product")]
    pub(super) product: Object<Named>,
    #[serde(rename = "ProductClass")]
    pub(super) product_class: Object<ProductClass>,
    #[serde(rename = "Shipping")]
    pub(super) shipping: Object<Named>,
    #[serde(rename = "TaxType")]
    pub(super) tax_type: Object<Named>,
    #[serde(rename = "TaxDisplayType")]
    pub(super) tax_display: Object<Named>,
    #[serde(rename = "OrderItemType")]
    pub(super) kind: Object<Named>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shipping {
    pub(super) id: Scalar,
    pub(super) name01: Scalar,
    pub(super) name02: Scalar,
    pub(super) kana01: Scalar,
    pub(super) kana02: Scalar,
    pub(super) company_name: Scalar,
    pub(super) phone_number: Scalar,
    pub(super) postal_code: Scalar,
    pub(super) addr01: Scalar,
    pub(super) addr02: Scalar,
    pub(super) shipping_delivery_name: Scalar,
    pub(super) shipping_delivery_time: Scalar,
    pub(super) shipping_delivery_date: Scalar,
    pub(super) shipping_date: Scalar,
    #[serde(rename = "Country")]
    pub(super) country: Object<Named>,
    #[serde(rename = "Pref")]
    pub(super) prefecture: Object<Named>,
    #[serde(rename = "OrderItems")]
    pub(super) order_items: List<Object<OrderItem>>,
}

/// Anything that has a number and mostly a name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    pub(super) id: Scalar,
    pub(super) name: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Method {
    pub(super) method: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductClass {
    pub(super) id: Scalar,
    pub(super) code: Scalar,
}
