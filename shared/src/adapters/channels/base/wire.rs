//! What BASE's order is made of, by its names.

use serde::Deserialize;

use super::super::lenient::{List, Object, Scalar};

// No `Debug` on the wire structs: they hold personal data in plain strings.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    pub(super) unique_key: Scalar,
    pub(super) ordered: Scalar,
    pub(super) modified: Scalar,
    pub(super) cancelled: Scalar,
    pub(super) dispatched: Scalar,
    pub(super) payment: Scalar,
    pub(super) shipping_method: Scalar,
    pub(super) shipping_fee: Scalar,
    pub(super) cod_fee: Scalar,
    pub(super) total: Scalar,
    pub(super) first_name: Scalar,
    pub(super) last_name: Scalar,
    pub(super) country: Scalar,
    pub(super) zip_code: Scalar,
    pub(super) prefecture: Scalar,
    pub(super) address: Scalar,
    pub(super) address2: Scalar,
    pub(super) mail_address: Scalar,
    pub(super) tel: Scalar,
    pub(super) remark: Scalar,
    pub(super) delivery_date: Scalar,
    pub(super) delivery_time_zone: Scalar,
    pub(super) dispatch_status: Scalar,
    pub(super) order_receiver: Object<Postal>,
    pub(super) order_discount: Object<Reduction>,
    pub(super) order_amount_adjustment: Object<Adjustment>,
    pub(super) order_header_coin: Object<Reduction>,
    pub(super) c_c_payment_transaction: Object<Transaction>,
    pub(super) cvs_payment_transaction: Object<Transaction>,
    pub(super) bt_payment_transaction: Object<Transaction>,
    pub(super) atobarai_payment_transaction: Object<Transaction>,
    pub(super) carrier_payment_transaction: Object<Transaction>,
    pub(super) coin_payment_transaction: Object<Transaction>,
    pub(super) shipping_lines: List<Object<ShippingLine>>,
    pub(super) order_items: List<Object<Item>>,
    pub(super) subscription: Object<Contract>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Postal {
    pub(super) first_name: Scalar,
    pub(super) last_name: Scalar,
    pub(super) country: Scalar,
    pub(super) zip_code: Scalar,
    pub(super) prefecture: Scalar,
    pub(super) address: Scalar,
    pub(super) address2: Scalar,
    pub(super) tel: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Reduction {
    pub(super) discount: Scalar,
    pub(super) note: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Adjustment {
    pub(super) adjusted_amount: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Transaction {
    pub(super) status: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShippingLine {
    pub(super) shipping_method: Scalar,
    pub(super) shipping_fee: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    pub(super) order_item_id: Scalar,
    pub(super) item_id: Scalar,
    pub(super) variation_id: Scalar,
    pub(super) identifier: Scalar,
    pub(super) item_identifier: Scalar,
    pub(super) variation_identifier: Scalar,
    pub(super) title: Scalar,
    pub(super) variation: Scalar,
    pub(super) price: Scalar,
    pub(super) amount: Scalar,
    pub(super) total: Scalar,
    pub(super) item_total: Scalar,
    pub(super) option_total: Scalar,
    pub(super) options: List<Object<ItemOption>>,
    pub(super) status: Scalar,
    pub(super) shipping_method: Scalar,
    pub(super) shipping_fee: Scalar,
    pub(super) consumption_tax_rate: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ItemOption {
    pub(super) name: Scalar,
    pub(super) option_name: Scalar,
    pub(super) value: Scalar,
    pub(super) option_value: Scalar,
    pub(super) price: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Contract {
    pub(super) unique_key: Scalar,
    pub(super) repeat_number: Scalar,
}
