//! The mall's models, as far as the canonical order has a place for them.
//!
//! No `Debug`: they hold personal data in plain strings.

#![expect(clippy::struct_field_names, reason = "the names are the mall's")]

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::given::Given;
use super::super::wire::nullable;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OrderModel {
    pub(super) order_number: Given,
    pub(super) order_progress: Given,
    pub(super) order_datetime: Given,
    pub(super) delivery_date: Given,
    pub(super) shipping_term: Given,
    pub(super) remarks: Given,
    pub(super) order_type: Given,
    pub(super) reserve_number: Given,
    pub(super) reserve_delivery_count: Given,
    pub(super) caution_display_type: Given,
    pub(super) caution_display_detail_type: Given,
    pub(super) rakuten_confirm_flag: Given,
    pub(super) gift_check_flag: Given,
    pub(super) isolated_island_flag: Given,
    pub(super) goods_tax: Given,
    pub(super) postage_price: Given,
    pub(super) delivery_price: Given,
    pub(super) payment_charge: Given,
    pub(super) payment_charge_tax_rate: Given,
    pub(super) request_price: Given,
    pub(super) coupon_all_total_price: Given,
    pub(super) coupon_shop_price: Given,
    pub(super) coupon_other_price: Given,
    /// Only the CSV has the coupons' codes here.
    #[serde(skip)]
    pub(super) coupon_shop_code: Given,
    #[serde(skip)]
    pub(super) coupon_other_code: Given,
    pub(super) additional_fee_occur_amount_to_user: Given,
    #[serde(rename = "OrdererModel", deserialize_with = "nullable")]
    pub(super) orderer: PersonModel,
    #[serde(rename = "SettlementModel", deserialize_with = "nullable")]
    pub(super) settlement: SettlementModel,
    #[serde(rename = "DeliveryModel", deserialize_with = "nullable")]
    pub(super) delivery: DeliveryModel,
    #[serde(rename = "PointModel", deserialize_with = "nullable")]
    pub(super) point: PointModel,
    #[serde(rename = "WrappingModel1", deserialize_with = "nullable")]
    pub(super) wrapping1: WrappingModel,
    #[serde(rename = "WrappingModel2", deserialize_with = "nullable")]
    pub(super) wrapping2: WrappingModel,
    #[serde(rename = "PackageModelList")]
    pub(super) packages: Option<Vec<PackageModel>>,
    #[serde(rename = "CouponModelList", deserialize_with = "nullable")]
    pub(super) coupons: Vec<CouponModel>,
    #[serde(rename = "TaxSummaryModelList", deserialize_with = "nullable")]
    pub(super) taxes: Vec<TaxSummaryModel>,
    // Sums of what the packages have, and what they show by themselves.
    #[serde(rename = "goodsPrice")]
    pub(super) _goods_price: IgnoredAny,
    #[serde(rename = "totalPrice")]
    pub(super) _total_price: IgnoredAny,
    #[serde(rename = "severalSenderFlag")]
    pub(super) _several_senders: IgnoredAny,
}

/// `OrdererModel` and `SenderModel`, who is the addressee in spite of the name.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PersonModel {
    pub(super) zip_code1: Given,
    pub(super) zip_code2: Given,
    pub(super) prefecture: Given,
    pub(super) city: Given,
    pub(super) sub_address: Given,
    pub(super) family_name: Given,
    pub(super) first_name: Given,
    pub(super) family_name_kana: Given,
    pub(super) first_name_kana: Given,
    pub(super) phone_number1: Given,
    pub(super) phone_number2: Given,
    pub(super) phone_number3: Given,
    pub(super) email_address: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SettlementModel {
    pub(super) settlement_method_code: Given,
    pub(super) settlement_method: Given,
    pub(super) rpay_settlement_flag: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DeliveryModel {
    pub(super) delivery_name: Given,
    pub(super) delivery_class: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PointModel {
    pub(super) used_point: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WrappingModel {
    pub(super) title: Given,
    pub(super) name: Given,
    pub(super) price: Given,
    pub(super) include_tax_flag: Given,
    pub(super) delete_wrapping_flag: Given,
    pub(super) tax_rate: Given,
    pub(super) tax_price: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PackageModel {
    pub(super) basket_id: Given,
    pub(super) postage_price: Given,
    pub(super) postage_tax_rate: Given,
    pub(super) delivery_price: Given,
    pub(super) delivery_tax_rate: Given,
    pub(super) noshi: Given,
    pub(super) package_delete_flag: Given,
    pub(super) drop_off_flag: Given,
    pub(super) drop_off_location: Given,
    #[serde(rename = "SenderModel")]
    pub(super) sender: Option<PersonModel>,
    #[serde(rename = "ItemModelList", deserialize_with = "nullable")]
    pub(super) items: Vec<ItemModel>,
    #[serde(rename = "DeliveryCvsModel", alias = "DeliveryCVSModel", deserialize_with = "nullable")]
    pub(super) shop: DeliveryCvsModel,
    #[serde(rename = "SocialGiftModel", deserialize_with = "nullable")]
    pub(super) social_gift: SocialGiftModel,
    #[serde(rename = "goodsPrice")]
    pub(super) _goods_price: IgnoredAny,
    #[serde(rename = "totalPrice")]
    pub(super) _total_price: IgnoredAny,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DeliveryCvsModel {
    pub(super) store_name: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SocialGiftModel {
    pub(super) sg_mng_number: Given,
    pub(super) input_flag: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItemModel {
    pub(super) item_detail_id: Given,
    pub(super) item_name: Given,
    pub(super) item_id: Given,
    pub(super) item_number: Given,
    pub(super) manage_number: Given,
    pub(super) price: Given,
    pub(super) units: Given,
    pub(super) include_tax_flag: Given,
    pub(super) selected_choice: Given,
    pub(super) delete_item_flag: Given,
    pub(super) tax_rate: Given,
    pub(super) price_tax_incl: Given,
    #[serde(rename = "SkuModelList", deserialize_with = "nullable")]
    pub(super) skus: Vec<SkuModel>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SkuModel {
    pub(super) variant_id: Given,
    pub(super) merchant_defined_sku_id: Given,
    pub(super) sku_info: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct CouponModel {
    pub(super) coupon_code: Given,
    pub(super) coupon_price: Given,
    pub(super) coupon_unit: Given,
    pub(super) coupon_total_price: Given,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct TaxSummaryModel {
    pub(super) tax_rate: Given,
    pub(super) req_price: Given,
    pub(super) req_price_tax: Given,
}
