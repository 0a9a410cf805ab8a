//! ネクストエンジン: the 汎用 order CSV, of 39 columns, with the rate, gifts and amounts by rate that
//! later versions added, and whatever a shop leaves out.
//!
//! - Everything but the item and its addressee is repeated in each row of an order, and read from its
//!   first. Rows that go elsewhere are a ship group of their own.
//! - An item with a negative price is a discount.
//! - Prices contain their tax, unless 税金 has to be added to make 合計金額.
//! - An address is one text, with the building in the second column.

mod figures;

use super::given::Given;
use super::reading::Missing;
use super::table::{Block, Dialect, Row, place};
use super::wire::{
    A_GIFT, Defects, MAIL, NAME, NOTE, PHONE, PLACE, POSTAL_CODE, TITLE, TOKEN, shorten, tidy, usual_rate,
};
use super::{
    ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, Reading, method, place as places, table, when,
};
use crate::domain::customer::{Address, Customer, DesiredDelivery, Language};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, IntakeLine, IntakePayment, IntakeShipGroup};
use crate::domain::money::{Amount, Currency};
use crate::domain::particulars::{Gift, GroupParticulars, LineParticulars, Particulars, Temperature};
use crate::domain::payment::PaymentMethod;
use crate::domain::tax::TaxRate;

/// The 汎用 order CSV.
pub(super) const DIALECT: Dialect = Dialect {
    number: "店舗伝票番号",
    needed: &["受注日", "商品コード", "商品価格", "受注数量"],
    knows: |column| {
        let column = crate::domain::text::fold(column);
        COLUMNS.iter().any(|known| crate::domain::text::fold(known) == column)
    },
    read: |block, defaults| Reader::new(block).read(defaults),
};

#[rustfmt::skip]
const COLUMNS: [&str; 51] = [
    "店舗伝票番号", "受注日", "受注郵便番号", "受注住所１", "受注住所２", "受注名", "受注名カナ", "受注電話番号",
    "受注メールアドレス", "発送郵便番号", "発送先住所１", "発送先住所２", "発送先名", "発送先カナ", "発送電話番号",
    "支払方法", "発送方法", "商品計", "税金", "発送料", "手数料", "手数料(0%対象)", "手数料(8%対象)",
    "手数料(10%対象)", "ポイント", "その他費用", "その他費用(0%対象)", "その他費用(8%対象)", "その他費用(10%対象)",
    "クーポン割引額", "請求額に対する税額(8%対象)", "請求額に対する税額(10%対象)", "請求金額(0%対象)",
    "請求金額(8%対象)", "請求金額(10%対象)", "合計金額", "ギフトフラグ", "時間帯指定", "日付指定", "備考", "商品名",
    "商品コード", "商品価格", "受注数量", "商品オプション", "出荷済フラグ", "顧客コード", "消費税率（%）", "のし",
    "ラッピング", "メッセージ",
];

/// Reads a file of orders.
///
/// # Errors
/// See [`super::read`].
pub(super) fn read(body: &[u8], defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    table::read(&DIALECT, body, defaults)
}

struct Reader<'a> {
    block: &'a Block<'a>,
    defects: Defects,
    missing: Vec<Missing>,
    usual_rate: TaxRate,
}

impl<'a> Reader<'a> {
    fn new(block: &'a Block<'a>) -> Self {
        let (defects, missing) = (Defects::default(), Vec::new());
        Self { block, defects, missing, usual_rate: TaxRate::STANDARD }
    }

    fn read(mut self, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
        let number = self.defects.text(&self.at(DIALECT.number), self.block.first(DIALECT.number), 100);
        let ordered_at = self.ordered_at();
        self.usual_rate = usual_rate(ordered_at);
        let destinations = self.destinations();
        let lines: Vec<IntakeLine> =
            self.block.rows.iter().filter_map(|row| self.line(row, &destinations)).collect();
        let (desired, unread) = when::wishes(self.block.first("日付指定"), self.block.first("時間帯指定"));
        let fees = self.fees();
        let basis = self.basis(&lines);
        let intake = Intake {
            number,
            ordered_at,
            customer: self.customer(defaults.language),
            currency: Currency::Jpy,
            basis,
            ship_groups: destinations.iter().map(|row| self.ship_group(row, &desired)).collect(),
            discounts: self.discounts(&lines, &fees),
            declared: self.declared(basis),
            payments: vec![self.payment()],
            customer_note: self.text("備考", NOTE).map(Into::into),
            particulars: Particulars {
                paid_by: self.text("支払方法", TOKEN),
                cautions: unread,
                ..Particulars::default()
            },
            lines,
            fees,
        };
        let shipped = Given::from(self.block.first("出荷済フラグ")).is_set();
        let status = if shipped { ChannelStatus::Shipped } else { ChannelStatus::Open };
        let order = self.defects.finish(intake)?;
        Ok(ChannelOrder { status, updated_at: None, order, missing: self.missing })
    }

    /// Where a column of the order is, for people who look at the file.
    fn at(&self, column: &str) -> String {
        self.block.rows.first().map(|row| place(row, column)).unwrap_or_default()
    }

    /// What the order has in a column, cut to what we keep.
    fn text(&self, column: &str, max: usize) -> Option<String> {
        text_in(self.block.first(column), max)
    }

    fn ordered_at(&mut self) -> jiff::Timestamp {
        let ordered_at = when::moment(self.block.first("受注日"));
        if ordered_at.is_none() {
            let fetch = "a file with a day like 2026/11/21 10:15:00 in 受注日".to_owned();
            self.missing.push(Missing { field: "ordered_at", fetch });
        }
        let at = self.at("受注日");
        ordered_at.map(|moment| self.defects.moment(&at, moment)).unwrap_or_default()
    }

    /// The first row of each addressee. A row that names none goes where the first goes.
    fn destinations(&self) -> Vec<&'a Row> {
        let mut destinations: Vec<&Row> = Vec::new();
        for row in self.block.rows {
            let is_known = || destinations.iter().any(|other| self.goes_to(other) == self.goes_to(row));
            if destinations.is_empty() || !(self.goes_to(row).concat().is_empty() || is_known()) {
                destinations.push(row);
            }
        }
        destinations
    }

    fn goes_to<'r>(&self, row: &'r Row) -> [&'r str; 4] {
        ["発送先名", "発送郵便番号", "発送先住所１", "発送先住所２"]
            .map(|column| self.block.cell(row, column))
    }

    fn line(&mut self, row: &Row, destinations: &[&Row]) -> Option<IntakeLine> {
        let cell = |column: &str| Given::from(self.block.cell(row, column));
        let rate = cell("消費税率（%）");
        let tax_rate = if rate.text().is_none() { Some(self.usual_rate) } else { rate.tax_rate() };
        if tax_rate.is_none() {
            self.defects.add(place(row, "消費税率（%）"), "is no tax rate: write it like 10 or 8");
        }
        let code = self.defects.take(&place(row, "商品コード"), Sku::new(self.block.cell(row, "商品コード")));
        let unit_price = self.defects.signed_yen(&place(row, "商品価格"), &cell("商品価格"));
        if unit_price.is_none() {
            self.defects.add(place(row, "商品価格"), "is missing");
        }
        let unit_price = unit_price.unwrap_or_default();
        let quantity = self.defects.units_or_none(&place(row, "受注数量"), &cell("受注数量"));
        if quantity == 0 || unit_price < Amount::ZERO {
            return None;
        }
        let ship_group = destinations.iter().position(|first| self.goes_to(first) == self.goes_to(row));
        let choice = cell("商品オプション").text().map(|choice| shorten(tidy(choice, true), NOTE).into());
        Some(IntakeLine {
            ship_group: ship_group.unwrap_or_default(),
            title: shorten(tidy(self.block.cell(row, "商品名"), false), TITLE),
            unit_price,
            quantity,
            tax_rate: tax_rate.unwrap_or(TaxRate::STANDARD),
            discount: Amount::ZERO,
            sku: code?,
            particulars: LineParticulars { reference: None, choice },
        })
    }

    fn customer(&mut self, language: Language) -> Customer {
        let columns = ["受注名", "受注名カナ", "受注電話番号", "受注郵便番号", "受注住所１", "受注住所２"];
        let home = self.block.rows.first().map(|row| self.address(row, columns)).unwrap_or_default();
        let mail = self.block.first("受注メールアドレス");
        Customer {
            name: home.name.clone(),
            mail: self.defects.personal(&self.at("受注メールアドレス"), Some(mail), MAIL),
            phone: home.phone.clone(),
            language,
            kana: home.kana.clone(),
            company: None,
            number: self.text("顧客コード", TOKEN),
            address: (!home.line1.is_empty() || !home.postal_code.is_empty()).then(|| Box::new(home)),
        }
    }

    fn ship_group(&mut self, row: &Row, desired: &DesiredDelivery) -> IntakeShipGroup {
        let method = self.text("発送方法", TOKEN);
        let says = |words: &[&str]| {
            method.as_ref().is_some_and(|method| words.iter().any(|word| method.contains(word)))
        };
        let temperature = if says(&["冷凍"]) {
            Temperature::Frozen
        } else if says(&["冷蔵", "クール"]) {
            Temperature::Chilled
        } else {
            Temperature::Ambient
        };
        let columns =
            ["発送先名", "発送先カナ", "発送電話番号", "発送郵便番号", "発送先住所１", "発送先住所２"];
        let address = self.address(row, columns);
        let text = |column, max| text_in(self.block.cell(row, column), max);
        let is_gift = Given::from(self.block.cell(row, "ギフトフラグ")).is_set();
        let gift = Gift {
            noshi: text("のし", TITLE).map(Into::into),
            wrapping: text("ラッピング", TITLE).or_else(|| is_gift.then(|| A_GIFT.to_owned())),
            message: text("メッセージ", NOTE).map(Into::into),
        };
        let particulars = GroupParticulars { reference: None, gift, temperature, delivery_method: method };
        IntakeShipGroup { address, desired: desired.clone(), particulars }
    }

    /// The address of the columns for name, kana, phone, postal code, address and building.
    fn address(
        &mut self,
        row: &Row,
        [name, kana, phone, postal_code, street, building]: [&str; 6],
    ) -> Address {
        let (prefecture, city, line1) = places::split(self.block.cell(row, street));
        let cells = [name, kana, phone, postal_code, street, building].map(|column| place(row, column));
        let [at_name, at_kana, at_phone, at_postal_code, at_street, at_building] = &cells;
        let block = self.block;
        let mut part = |at: &str, text: &str, max: usize| self.defects.personal(at, Some(text), max);
        Address {
            name: part(at_name, block.cell(row, name), NAME).unwrap_or_default(),
            phone: part(at_phone, block.cell(row, phone), PHONE),
            country: "JP".to_owned(),
            postal_code: part(at_postal_code, block.cell(row, postal_code), POSTAL_CODE).unwrap_or_default(),
            prefecture: part(at_street, &prefecture, PLACE).unwrap_or_default(),
            city: part(at_street, &city, PLACE).unwrap_or_default(),
            line1: part(at_street, &line1, PLACE).unwrap_or_default(),
            line2: part(at_building, block.cell(row, building), PLACE),
            kana: part(at_kana, block.cell(row, kana), NAME),
            ..Address::default()
        }
    }

    /// One we do not know is a bank transfer, so that nothing leaves before money comes.
    fn payment(&self) -> IntakePayment {
        let method = method::named(self.block.first("支払方法")).unwrap_or(PaymentMethod::BankTransfer);
        IntakePayment { method, amount: None, token: None, awaited: false }
    }
}

fn text_in(cell: &str, max: usize) -> Option<String> {
    let text = tidy(cell, true);
    (!text.is_empty()).then(|| shorten(text, max))
}

#[cfg(test)]
mod tests;
