//! What an order of the mall costs.

use super::super::given::Given;
use super::super::wire::{TOKEN, fitting, shorten};
use super::model::ItemModel;
use super::order::Reader;
use crate::domain::billing::{Declared, Discount, DiscountKind, FeeKind};
use crate::domain::intake::{IntakeFee, IntakeLine};
use crate::domain::money::Amount;
use crate::domain::tax::{PriceBasis, Rounding, TaxRate, tax_on};

/// What the mall writes for a figure that it has not determined.
const UNDETERMINED: i64 = -9_999;

/// Who grants the points of the mall.
const ISSUER: &str = "RAKUTEN";

impl Reader<'_> {
    /// A figure that is determined.
    fn figure(&mut self, field: &str, given: &Given) -> Option<Amount> {
        if given.number() == Some(UNDETERMINED) {
            return None;
        }
        self.defects.yen(field, given)
    }

    pub(super) fn rate(&mut self, field: &str, given: &Given) -> TaxRate {
        if given.text().is_none() {
            return self.usual_rate;
        }
        given.tax_rate().unwrap_or_else(|| {
            self.defects.add(field, "is no tax rate: write it like 0.1 or 0.08");
            TaxRate::STANDARD
        })
    }

    /// The mall bills prices with tax, and says for each item what that is. Only its oldest orders
    /// do not; where none of their prices contain tax, the order's do not either.
    pub(super) fn basis(&self) -> PriceBasis {
        let mut items = self.packages().flat_map(|(_, package)| &package.items).peekable();
        let without = |item: &ItemModel| {
            item.include_tax_flag.text() == Some("0") && item.price_tax_incl.text().is_none()
        };
        if items.peek().is_some() && items.all(without) {
            PriceBasis::TaxExcluded
        } else {
            PriceBasis::TaxIncluded
        }
    }

    pub(super) fn unit_price(
        &mut self,
        at: &str,
        item: &ItemModel,
        rate: TaxRate,
        basis: PriceBasis,
    ) -> Amount {
        let Some(price) = self.figure(&format!("{at}.price"), &item.price) else {
            self.defects.add(format!("{at}.price"), "is missing");
            return Amount::ZERO;
        };
        if basis == PriceBasis::TaxExcluded || item.include_tax_flag.text() != Some("0") {
            return price;
        }
        let with_tax = self.figure(&format!("{at}.priceTaxIncl"), &item.price_tax_incl);
        with_tax.unwrap_or_else(|| price + tax_on(price, rate, PriceBasis::TaxExcluded, Rounding::Down))
    }

    pub(super) fn fees(&mut self) -> Vec<IntakeFee> {
        let order = self.order;
        let mut fees = Fees::default();
        let packages: Vec<_> = self.packages().collect();
        let (mut postage, mut delivery) = (Vec::new(), Vec::new());
        for (at, package) in &packages {
            let rate = self.rate(&format!("{at}.postageTaxRate"), &package.postage_tax_rate);
            postage.push((self.figure(&format!("{at}.postagePrice"), &package.postage_price), rate));
            let rate = self.rate(&format!("{at}.deliveryTaxRate"), &package.delivery_tax_rate);
            delivery.push((self.figure(&format!("{at}.deliveryPrice"), &package.delivery_price), rate));
        }
        let whole = self.figure("postagePrice", &order.postage_price);
        fees.add_parts(FeeKind::Shipping, whole, &postage, self.usual_rate);
        let whole = self.figure("deliveryPrice", &order.delivery_price);
        fees.add_parts(FeeKind::Payment, whole, &delivery, self.usual_rate);
        let rate = self.rate("paymentChargeTaxRate", &order.payment_charge_tax_rate);
        let charge = self.figure("paymentCharge", &order.payment_charge);
        fees.add(FeeKind::Payment, charge, rate);
        let field = "additionalFeeOccurAmountToUser";
        let charge = self.figure(field, &order.additional_fee_occur_amount_to_user);
        fees.add(FeeKind::Payment, charge, self.usual_rate);
        for (at, wrapping) in [("WrappingModel1", &order.wrapping1), ("WrappingModel2", &order.wrapping2)] {
            if wrapping.delete_wrapping_flag.is_set() {
                continue;
            }
            let rate = self.rate(&format!("{at}.taxRate"), &wrapping.tax_rate);
            let price = self.figure(&format!("{at}.price"), &wrapping.price);
            let tax = self.figure(&format!("{at}.taxPrice"), &wrapping.tax_price);
            let tax = tax.filter(|_| wrapping.include_tax_flag.text() == Some("0")).unwrap_or_default();
            fees.add(FeeKind::Wrapping, price.map(|price| price + tax), rate);
        }
        fees.0
    }

    /// Coupons of the shop and of the mall, and points.
    pub(super) fn discounts(&mut self, lines: &[IntakeLine], fees: &[IntakeFee]) -> Vec<Discount> {
        let order = self.order;
        let points = self.figure("PointModel.usedPoint", &order.point.used_point);
        let points = points.map(|amount| (DiscountKind::Points, Some(ISSUER), amount));
        let coupons = self.coupons();
        let all =
            coupons.into_iter().map(|(code, amount)| (DiscountKind::Coupon, code, amount)).chain(points);
        let discount = |(kind, code, amount): (DiscountKind, Option<&str>, Amount)| Discount {
            kind,
            code: code.map(|code| shorten(code.to_owned(), TOKEN)),
            amount,
        };
        fitting(all.map(discount), lines, fees)
    }

    /// Each coupon with its code, as long as they make the sum that was billed.
    fn coupons(&mut self) -> Vec<(Option<&str>, Amount)> {
        let order = self.order;
        let of_shop = self.figure("couponShopPrice", &order.coupon_shop_price);
        let of_mall = self.figure("couponOtherPrice", &order.coupon_other_price);
        let whole = self.figure("couponAllTotalPrice", &order.coupon_all_total_price);
        let mut single = Vec::new();
        for (i, coupon) in order.coupons.iter().enumerate() {
            let amount =
                self.figure(&format!("CouponModelList[{i}].couponTotalPrice"), &coupon.coupon_total_price);
            let units = coupon.coupon_unit.number().and_then(|units| u32::try_from(units).ok());
            let price = self.figure(&format!("CouponModelList[{i}].couponPrice"), &coupon.coupon_price);
            let amount = amount.or_else(|| Some(price? * units.filter(|units| *units < 10_000)?));
            single.push((coupon.coupon_code.text(), amount.unwrap_or_default()));
        }
        let sum =
            |coupons: &[(Option<&str>, Amount)]| coupons.iter().map(|(_, amount)| *amount).sum::<Amount>();
        let by_payer = vec![
            (order.coupon_shop_code.text().or(Some("SHOP")), of_shop.unwrap_or_default()),
            (order.coupon_other_code.text().or(Some(ISSUER)), of_mall.unwrap_or_default()),
        ];
        let whole = whole.unwrap_or_else(|| sum(&by_payer).max(sum(&single)));
        let all = [single, by_payer].into_iter().find(|coupons| sum(coupons) == whole);
        all.unwrap_or_else(|| vec![(None, whole)])
    }

    /// What the customer was told to pay, and the tax in it by rate.
    pub(super) fn declared(&mut self, basis: PriceBasis) -> Option<Declared> {
        let order = self.order;
        let determined = self.figure("requestPrice", &order.request_price);
        let Some(total) = determined else {
            self.fetch("declared.total", "getOrder, once the mall has determined the figures");
            return None;
        };
        let mut taxes: Vec<(TaxRate, Amount)> = Vec::new();
        for (i, summary) in order.taxes.iter().enumerate() {
            let at = format!("TaxSummaryModelList[{i}]");
            let rate = self.rate(&format!("{at}.taxRate"), &summary.tax_rate);
            let base = self.figure(&format!("{at}.reqPrice"), &summary.req_price);
            let tax = self.figure(&format!("{at}.reqPriceTax"), &summary.req_price_tax);
            let of_nothing = base.is_none_or(Amount::is_zero) && tax.is_none_or(Amount::is_zero);
            if let Some(tax) = tax.filter(|_| !of_nothing && taxes.iter().all(|(known, _)| *known != rate)) {
                taxes.push((rate, tax));
            }
        }
        let goods_tax = self.figure("goodsTax", &order.goods_tax);
        if let (true, PriceBasis::TaxExcluded, Some(tax)) = (taxes.is_empty(), basis, goods_tax) {
            taxes.push((self.usual_rate, tax));
        }
        Some(Declared { total, taxes })
    }
}

/// Fees, one of each kind and rate.
#[derive(Default)]
struct Fees(Vec<IntakeFee>);

impl Fees {
    fn add(&mut self, kind: FeeKind, amount: Option<Amount>, tax_rate: TaxRate) {
        let Some(amount) = amount.filter(|amount| amount.is_positive()) else { return };
        match self.0.iter_mut().find(|fee| (fee.kind, fee.tax_rate) == (kind, tax_rate)) {
            Some(fee) => fee.amount += amount,
            None => self.0.push(IntakeFee { kind, amount, tax_rate }),
        }
    }

    /// The parts at their rates, unless the whole says something else.
    fn add_parts(
        &mut self,
        kind: FeeKind,
        whole: Option<Amount>,
        parts: &[(Option<Amount>, TaxRate)],
        usual: TaxRate,
    ) {
        let sum: Amount = parts.iter().filter_map(|(amount, _)| *amount).sum();
        if whole.is_none_or(|whole| whole == sum) {
            for (amount, rate) in parts {
                self.add(kind, *amount, *rate);
            }
        } else {
            let rate = parts.first().map_or(usual, |(_, rate)| *rate);
            self.add(kind, whole, rate);
        }
    }
}
