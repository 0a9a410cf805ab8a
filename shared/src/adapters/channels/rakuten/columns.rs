//! The order CSV of RMS: the models' fields by their Japanese names. Shops choose the columns, so
//! any of them may be absent; SKUs came in 2023, taxes by rate in 2019.

use super::super::given::Given;
use super::super::table::{Block, Dialect, Row, place};
use super::super::{ChannelDefaults, ChannelError, ChannelOrder};
use super::model::{ItemModel, OrderModel, PackageModel, PersonModel, SkuModel, TaxSummaryModel};
use super::order::Reader;
use crate::domain::intake::Impossible;

/// The order CSV.
pub(in super::super) const DIALECT: Dialect = Dialect {
    number: "注文番号",
    needed: &["注文日時", "商品名", "単価", "個数"],
    knows: |column| {
        let known = [column_names(&ORDER), column_names(&PACKAGE), column_names(&ITEM), column_names(&SKU)];
        let people = PERSON.iter().flat_map(|(name, ..)| [format!("注文者{name}"), format!("送付先{name}")]);
        let taxes = TAXES.iter().flat_map(|(rate, _)| TAX_COLUMNS.map(|column| format!("{rate}{column}")));
        known.concat().contains(&column)
            || SUMS.contains(&column)
            || people.chain(taxes).any(|name| name == column)
    },
    read,
};

/// A column, the model's field, and where it is.
type Field<T> = (&'static str, &'static str, fn(&mut T) -> &mut Given);

const ORDER: [Field<OrderModel>; 43] = [
    ("注文番号", "orderNumber", |it| &mut it.order_number),
    ("ステータス", "orderProgress", |it| &mut it.order_progress),
    ("注文日時", "orderDatetime", |it| &mut it.order_datetime),
    ("お届け日指定", "deliveryDate", |it| &mut it.delivery_date),
    ("お届け時間帯", "shippingTerm", |it| &mut it.shipping_term),
    ("コメント", "remarks", |it| &mut it.remarks),
    ("注文種別", "orderType", |it| &mut it.order_type),
    ("申込番号", "reserveNumber", |it| &mut it.reserve_number),
    ("申込お届け回数", "reserveDeliveryCount", |it| &mut it.reserve_delivery_count),
    ("警告表示タイプ", "cautionDisplayType", |it| &mut it.caution_display_type),
    ("警告表示タイプ詳細", "cautionDisplayDetailType", |it| &mut it.caution_display_detail_type),
    ("楽天確認中フラグ", "rakutenConfirmFlag", |it| &mut it.rakuten_confirm_flag),
    ("ギフト配送希望", "giftCheckFlag", |it| &mut it.gift_check_flag),
    ("離島フラグ", "isolatedIslandFlag", |it| &mut it.isolated_island_flag),
    ("外税合計", "goodsTax", |it| &mut it.goods_tax),
    ("送料合計", "postagePrice", |it| &mut it.postage_price),
    ("代引料合計", "deliveryPrice", |it| &mut it.delivery_price),
    ("決済手数料", "paymentCharge", |it| &mut it.payment_charge),
    ("決済手数料税率", "paymentChargeTaxRate", |it| &mut it.payment_charge_tax_rate),
    ("請求金額", "requestPrice", |it| &mut it.request_price),
    ("クーポン利用総額", "couponAllTotalPrice", |it| &mut it.coupon_all_total_price),
    ("店舗発行クーポン利用額", "couponShopPrice", |it| &mut it.coupon_shop_price),
    ("楽天発行クーポン利用額", "couponOtherPrice", |it| &mut it.coupon_other_price),
    ("店舗発行クーポンコード", "couponCode", |it| &mut it.coupon_shop_code),
    ("楽天発行クーポンコード", "couponCode", |it| &mut it.coupon_other_code),
    ("注文者負担金合計", "additionalFeeOccurAmountToUser", |it| {
        &mut it.additional_fee_occur_amount_to_user
    }),
    ("注文者メールアドレス", "emailAddress", |it| &mut it.orderer.email_address),
    ("支払方法名", "settlementMethod", |it| &mut it.settlement.settlement_method),
    ("配送方法", "deliveryName", |it| &mut it.delivery.delivery_name),
    ("配送区分", "deliveryClass", |it| &mut it.delivery.delivery_class),
    ("ポイント利用額", "usedPoint", |it| &mut it.point.used_point),
    ("ラッピングタイトル1", "title", |it| &mut it.wrapping1.title),
    ("ラッピング名1", "name", |it| &mut it.wrapping1.name),
    ("ラッピング料金1", "WrappingModel1.price", |it| &mut it.wrapping1.price),
    ("ラッピング税込別1", "includeTaxFlag", |it| &mut it.wrapping1.include_tax_flag),
    ("ラッピング税率1", "WrappingModel1.taxRate", |it| &mut it.wrapping1.tax_rate),
    ("ラッピング税額1", "WrappingModel1.taxPrice", |it| &mut it.wrapping1.tax_price),
    ("ラッピングタイトル2", "title", |it| &mut it.wrapping2.title),
    ("ラッピング名2", "name", |it| &mut it.wrapping2.name),
    ("ラッピング料金2", "WrappingModel2.price", |it| &mut it.wrapping2.price),
    ("ラッピング税込別2", "includeTaxFlag", |it| &mut it.wrapping2.include_tax_flag),
    ("ラッピング税率2", "WrappingModel2.taxRate", |it| &mut it.wrapping2.tax_rate),
    ("ラッピング税額2", "WrappingModel2.taxPrice", |it| &mut it.wrapping2.tax_price),
];

const PACKAGE: [Field<PackageModel>; 6] = [
    ("送付先ID", "basketId", |it| &mut it.basket_id),
    ("送付先送料", "postagePrice", |it| &mut it.postage_price),
    ("送付先送料税率", "postageTaxRate", |it| &mut it.postage_tax_rate),
    ("送付先代引料", "deliveryPrice", |it| &mut it.delivery_price),
    ("送付先代引料税率", "deliveryTaxRate", |it| &mut it.delivery_tax_rate),
    ("のし", "noshi", |it| &mut it.noshi),
];

/// The same for 注文者 and 送付先.
const PERSON: [Field<PersonModel>; 12] = [
    ("郵便番号1", "zipCode1", |it| &mut it.zip_code1),
    ("郵便番号2", "zipCode2", |it| &mut it.zip_code2),
    ("住所都道府県", "prefecture", |it| &mut it.prefecture),
    ("住所郡市区", "city", |it| &mut it.city),
    ("住所それ以降の住所", "subAddress", |it| &mut it.sub_address),
    ("姓", "familyName", |it| &mut it.family_name),
    ("名", "firstName", |it| &mut it.first_name),
    ("姓カナ", "familyNameKana", |it| &mut it.family_name_kana),
    ("名カナ", "firstNameKana", |it| &mut it.first_name_kana),
    ("電話番号1", "phoneNumber1", |it| &mut it.phone_number1),
    ("電話番号2", "phoneNumber2", |it| &mut it.phone_number2),
    ("電話番号3", "phoneNumber3", |it| &mut it.phone_number3),
];

const ITEM: [Field<ItemModel>; 11] = [
    ("商品明細ID", "itemDetailId", |it| &mut it.item_detail_id),
    ("商品ID", "itemId", |it| &mut it.item_id),
    ("商品名", "itemName", |it| &mut it.item_name),
    ("商品番号", "itemNumber", |it| &mut it.item_number),
    ("商品管理番号", "manageNumber", |it| &mut it.manage_number),
    ("単価", "price", |it| &mut it.price),
    ("個数", "units", |it| &mut it.units),
    ("税込別", "includeTaxFlag", |it| &mut it.include_tax_flag),
    ("項目・選択肢", "selectedChoice", |it| &mut it.selected_choice),
    ("商品税率", "taxRate", |it| &mut it.tax_rate),
    ("商品毎税込価格", "priceTaxIncl", |it| &mut it.price_tax_incl),
];

const SKU: [Field<SkuModel>; 3] = [
    ("SKU管理番号", "variantId", |it| &mut it.variant_id),
    ("システム連携用SKU番号", "merchantDefinedSkuId", |it| &mut it.merchant_defined_sku_id),
    ("SKU情報", "skuInfo", |it| &mut it.sku_info),
];

/// The columns of each tax rate, and the rate.
const TAXES: [(&str, &str); 3] = [("10%", "0.1"), ("8%", "0.08"), ("0%", "0")];
const TAX_COLUMNS: [&str; 3] = ["税率", "請求金額", "請求額に対する税額"];

/// Sums of what other columns have.
const SUMS: [&str; 9] = [
    "注文日",
    "注文時間",
    "消費税合計",
    "商品合計金額",
    "合計金額",
    "送付先商品合計金額",
    "送付先合計金額",
    "複数送付先フラグ",
    "送付先一致フラグ",
];

fn column_names<T>(fields: &[Field<T>]) -> Vec<&'static str> {
    fields.iter().map(|(column, ..)| *column).collect()
}

fn fill<T>(into: &mut T, fields: &[Field<T>], prefix: &str, block: &Block<'_>, row: &Row) {
    for (column, _, field) in fields {
        let cell = if prefix.is_empty() {
            block.cell(row, column)
        } else {
            block.cell(row, &format!("{prefix}{column}"))
        };
        if !cell.is_empty() {
            *field(into) = Given::from(cell);
        }
    }
}

fn read(block: &Block<'_>, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
    let order = order_of(block);
    Reader::new(&order).read(defaults).map_err(|error| match error {
        ChannelError::Impossible(defects) => ChannelError::Impossible(
            defects.into_iter().map(|defect| by_column(defect, block, &order)).collect(),
        ),
        malformed @ ChannelError::Malformed { .. } => malformed,
    })
}

fn order_of(block: &Block<'_>) -> OrderModel {
    let mut order = OrderModel::default();
    let mut packages: Vec<PackageModel> = Vec::new();
    if let Some(row) = block.rows.first() {
        fill(&mut order, &ORDER, "", block, row);
        fill(&mut order.orderer, &PERSON, "注文者", block, row);
        for (columns, rate) in TAXES {
            let cell = |column: &str| Given::from(block.cell(row, &format!("{columns}{column}")));
            let stated = cell("税率");
            let tax_rate = if stated.text().is_some() { stated } else { Given::from(rate) };
            let (req_price, req_price_tax) = (cell("請求金額"), cell("請求額に対する税額"));
            order.taxes.push(TaxSummaryModel { tax_rate, req_price, req_price_tax });
        }
    }
    for row in block.rows {
        let mut item = ItemModel::default();
        fill(&mut item, &ITEM, "", block, row);
        let mut sku = SkuModel::default();
        fill(&mut sku, &SKU, "", block, row);
        item.skus.push(sku);
        let basket = block.cell(row, "送付先ID");
        match packages.iter_mut().find(|package| package.basket_id.or_empty() == basket) {
            Some(package) => package.items.push(item),
            None => packages.push(package_of(block, row, item)),
        }
    }
    order.packages = Some(packages);
    order
}

fn package_of(block: &Block<'_>, row: &Row, item: ItemModel) -> PackageModel {
    let mut package = PackageModel { items: vec![item], ..PackageModel::default() };
    fill(&mut package, &PACKAGE, "", block, row);
    let mut sender = PersonModel::default();
    fill(&mut sender, &PERSON, "送付先", block, row);
    package.sender = block.has("送付先姓").then_some(sender);
    package
}

/// A defect of the models as one of the file: its row and column.
fn by_column(defect: Impossible, block: &Block<'_>, order: &OrderModel) -> Impossible {
    let Impossible { field, message } = defect;
    let name = field.rsplit('.').next().unwrap_or_default();
    let find = |fields: &[(&'static str, &'static str)]| {
        let found = fields.iter().find(|(_, path)| *path == field || *path == name);
        found.map(|(column, _)| (*column).to_owned())
    };
    let people = || find(&names(&PERSON));
    let column = if let Some(rest) = field.strip_prefix("TaxSummaryModelList[") {
        let (index, name) = rest.split_once("].").unwrap_or_default();
        let rate = index.parse().ok().and_then(|index: usize| TAXES.get(index)).map(|(rate, _)| *rate);
        let column =
            ["taxRate", "reqPrice", "reqPriceTax"].iter().zip(TAX_COLUMNS).find(|(path, _)| **path == name);
        column.map(|(_, column)| format!("{}{column}", rate.unwrap_or_default()))
    } else if field.contains("ItemModelList") {
        find(&names(&ITEM))
    } else if field.contains("SenderModel") {
        people().map(|column| format!("送付先{column}"))
    } else if field.starts_with("PackageModelList") {
        find(&names(&PACKAGE))
    } else if field.starts_with("OrdererModel") {
        people().map(|column| format!("注文者{column}")).or_else(|| find(&names(&ORDER)))
    } else {
        find(&names(&ORDER))
    };
    let row = row_of(&field, block, order);
    let field = match (row, column) {
        (Some(row), Some(column)) => place(row, &column),
        (Some(row), None) => format!("row {}", row.number),
        (None, column) => column.unwrap_or(field),
    };
    Impossible { field, message }
}

fn names<T>(fields: &[Field<T>]) -> Vec<(&'static str, &'static str)> {
    fields.iter().map(|(column, path, _)| (*column, *path)).collect()
}

/// The row of a path: an item is a row, and everything else is in the first one.
fn row_of<'b>(path: &str, block: &'b Block<'_>, order: &OrderModel) -> Option<&'b Row> {
    let index = |after: &str| {
        let (_, rest) = path.split_once(after)?;
        rest.split_once(']')?.0.parse::<usize>().ok()
    };
    let items = || {
        let package = order.packages.as_ref()?.get(index("PackageModelList[")?)?;
        let basket = package.basket_id.or_empty();
        let mut rows = block.rows.iter().filter(|row| block.cell(row, "送付先ID") == basket);
        rows.nth(index("ItemModelList[").unwrap_or(0))
    };
    items().or_else(|| block.rows.first())
}
