//! One order of the mall in our terms.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::given::Given;
use super::super::reading::Missing;
use super::super::wire::{A_GIFT, Defects, NOTE, TITLE, TOKEN, shorten, tidy, usual_rate};
use super::super::{ChannelDefaults, ChannelError, ChannelOrder, ChannelStatus, when};
use super::model::{ItemModel, OrderModel, PackageModel};
use super::{GET_ORDER, address};
use crate::domain::customer::{DesiredDelivery, Personal, TimeSlot};
use crate::domain::ids::Sku;
use crate::domain::intake::{Intake, IntakeLine, IntakeShipGroup, MAX_PARTS};
use crate::domain::money::{Amount, Currency};
use crate::domain::order::MAX_LINES;
use crate::domain::particulars::{
    Caution, Gift, GroupParticulars, LineParticulars, OrderKind, Particulars, Subscription, Temperature,
};
use crate::domain::tax::{PriceBasis, TaxRate};

pub(super) struct Reader<'a> {
    pub(super) order: &'a OrderModel,
    pub(super) defects: Defects,
    pub(super) missing: Vec<Missing>,
    /// The rate of what states none.
    pub(super) usual_rate: TaxRate,
}

impl<'a> Reader<'a> {
    pub(super) fn new(order: &'a OrderModel) -> Self {
        let (defects, missing) = (Defects::default(), Vec::new());
        Self { order, defects, missing, usual_rate: TaxRate::STANDARD }
    }

    pub(super) fn read(mut self, defaults: &ChannelDefaults) -> Result<ChannelOrder, ChannelError> {
        let ordered_at = self.ordered_at();
        self.usual_rate = usual_rate(ordered_at);
        let (desired, customer_note) = self.wishes();
        let basis = self.basis();
        let lines = self.lines(basis);
        let fees = self.fees();
        let intake = Intake {
            number: self.number(),
            ordered_at,
            customer: self.customer(defaults.language),
            currency: Currency::Jpy,
            basis,
            ship_groups: self.ship_groups(&desired),
            discounts: self.discounts(&lines, &fees),
            declared: self.declared(basis),
            payments: vec![self.payment()],
            customer_note,
            particulars: self.particulars(),
            lines,
            fees,
        };
        let status = self.status();
        let order = self.defects.finish(intake)?;
        Ok(ChannelOrder { status, updated_at: None, order, missing: self.missing })
    }

    fn number(&mut self) -> String {
        let Some(number) = self.order.order_number.text() else {
            self.defects.add("orderNumber", "is missing: it is how a repetition is recognised");
            return String::new();
        };
        self.defects.text("orderNumber", number, 100)
    }

    fn ordered_at(&mut self) -> Timestamp {
        if self.order.order_datetime.text().is_none() {
            self.fetch("ordered_at", GET_ORDER);
        }
        self.defects.given_moment("orderDatetime", &self.order.order_datetime).unwrap_or_default()
    }

    /// 注文確認待ち is for the shop to confirm, so it is open. 楽天処理中 is the mall's.
    fn status(&self) -> ChannelStatus {
        let order = self.order;
        let undetermined = self.missing.iter().any(|missing| missing.field == "declared.total");
        match order.order_progress.or_empty() {
            "500" | "600" | "700" | "発送済" | "支払手続き中" | "支払手続き済" => {
                ChannelStatus::Shipped
            }
            "800" | "900" | "キャンセル確定待ち" | "キャンセル確定" => {
                ChannelStatus::Cancelled
            }
            _ if undetermined || order.rakuten_confirm_flag.is_set() => ChannelStatus::Pending,
            "" | "100" | "300" | "400" | "注文確認待ち" | "発送待ち" | "変更確定待ち" => {
                ChannelStatus::Open
            }
            _ => ChannelStatus::Pending,
        }
    }

    /// The packages that are to leave, each with its path.
    pub(super) fn packages(&self) -> impl Iterator<Item = (String, &'a PackageModel)> + use<'a> {
        let packages = self.order.packages.iter().flatten().enumerate();
        let kept = packages.filter(|(_, package)| !package.package_delete_flag.is_set());
        kept.map(|(i, package)| (format!("PackageModelList[{i}]"), package))
    }

    fn lines(&mut self, basis: PriceBasis) -> Vec<IntakeLine> {
        let mut lines = Vec::new();
        for (group, (at, package)) in self.packages().enumerate() {
            let items = package.items.iter().enumerate();
            for (i, item) in items.filter(|(_, item)| !item.delete_item_flag.is_set()) {
                let line = self.line(&format!("{at}.ItemModelList[{i}]"), group, item, basis);
                lines.extend(line.filter(|line| line.quantity > 0));
            }
        }
        if self.order.packages.is_none() {
            self.fetch("lines", GET_ORDER);
        } else if lines.is_empty() && self.status() != ChannelStatus::Cancelled {
            self.defects.add("PackageModelList", "has no item that is ordered");
        }
        if lines.len() > MAX_LINES {
            let message = format!("has {} items, at most {MAX_LINES} are possible", lines.len());
            self.defects.add("PackageModelList", message);
            lines.truncate(MAX_LINES);
        }
        lines
    }

    fn line(
        &mut self,
        at: &str,
        ship_group: usize,
        item: &ItemModel,
        basis: PriceBasis,
    ) -> Option<IntakeLine> {
        let field = |name: &str| format!("{at}.{name}");
        let tax_rate = self.rate(&field("taxRate"), &item.tax_rate);
        let sku = stock_keeping_unit(item);
        if sku.is_none() {
            self.defects.add(field("itemNumber"), "is missing, and so are the item's other codes");
        }
        let choice = [item.skus.first().and_then(|sku| sku.sku_info.text()), item.selected_choice.text()];
        let choice = choice.into_iter().flatten().collect::<Vec<_>>().join("\n");
        Some(IntakeLine {
            ship_group,
            title: shorten(tidy(item.item_name.or_empty(), false), TITLE),
            unit_price: self.unit_price(at, item, tax_rate, basis),
            quantity: self.defects.units_or_none(&field("units"), &item.units),
            tax_rate,
            discount: Amount::ZERO,
            particulars: LineParticulars {
                reference: item.item_detail_id.text().map(str::to_owned),
                choice: (!choice.is_empty()).then(|| shorten(tidy(&choice, true), NOTE).into()),
            },
            sku: sku?,
        })
    }

    fn ship_groups(&mut self, desired: &DesiredDelivery) -> Vec<IntakeShipGroup> {
        let count = self.packages().count();
        if count > MAX_PARTS {
            let message = format!("has {count} packages, at most {MAX_PARTS} are possible");
            self.defects.add("PackageModelList", message);
        }
        let packages: Vec<_> = self.packages().take(MAX_PARTS).collect();
        let groups = packages.into_iter().map(|(at, package)| IntakeShipGroup {
            address: self.ship_to(&at, package),
            desired: desired.clone(),
            particulars: self.group_particulars(&at, package),
        });
        groups.collect()
    }

    fn group_particulars(&mut self, at: &str, package: &PackageModel) -> GroupParticulars {
        let order = self.order;
        let wrappings = [&order.wrapping1, &order.wrapping2].into_iter();
        let wrappings = wrappings.filter(|it| it.name.text().is_some() && !it.delete_wrapping_flag.is_set());
        let wrappings: Vec<String> = wrappings
            .map(|wrapping| match wrapping.title.or_empty() {
                "1" => format!("包装紙: {}", wrapping.name.or_empty()),
                "2" => format!("リボン: {}", wrapping.name.or_empty()),
                title => format!("{title} {}", wrapping.name.or_empty()).trim().to_owned(),
            })
            .collect();
        let is_gift = order.gift_check_flag.is_set().then(|| A_GIFT.to_owned());
        let left_at = package.drop_off_location.text().filter(|_| package.drop_off_flag.is_set());
        let method = order.delivery.delivery_name.text().map(str::to_owned);
        let method = match left_at {
            Some(place) => Some(format!("{} 置き配: {place}", method.unwrap_or_default()).trim().to_owned()),
            None => method,
        };
        GroupParticulars {
            reference: package.basket_id.text().map(str::to_owned),
            gift: Gift {
                noshi: self.defects.personal(&format!("{at}.noshi"), package.noshi.text(), TITLE),
                wrapping: (!wrappings.is_empty()).then(|| shorten(wrappings.join(", "), TITLE)).or(is_gift),
                message: None,
            },
            temperature: match order.delivery.delivery_class.or_empty() {
                "2" | "冷蔵" => Temperature::Chilled,
                "3" | "冷凍" => Temperature::Frozen,
                _ => Temperature::Ambient,
            },
            delivery_method: method.map(|method| shorten(tidy(&method, false), TOKEN)),
        }
    }

    /// When the customer wants it, and what else they wrote. The mall's form puts the day and the
    /// time into the remarks as well; without that, there often is nothing to read.
    fn wishes(&mut self) -> (DesiredDelivery, Option<Personal>) {
        let order = self.order;
        let day = self.defects.given_day("deliveryDate", &order.delivery_date);
        let (noted, rest) = remarks(order.remarks.or_empty());
        let time_slot = time_slot(&order.shipping_term).or(noted.time_slot);
        let note = tidy(&rest, true);
        let note = (!note.is_empty()).then(|| shorten(note, NOTE).into());
        (DesiredDelivery { date: day.or(noted.date), time_slot }, note)
    }

    fn particulars(&mut self) -> Particulars {
        let order = self.order;
        let kind = match order.order_type.or_empty() {
            "4" | "定期購入" => OrderKind::Subscription,
            "5" | "頒布会" => OrderKind::BuyingClub,
            "6" | "予約商品" | "予約" => OrderKind::Preorder,
            _ => OrderKind::Normal,
        };
        let repeats = matches!(kind, OrderKind::Subscription | OrderKind::BuyingClub);
        let contract = order.reserve_number.text().filter(|_| repeats);
        let occurrence = order.reserve_delivery_count.number().and_then(|n| u32::try_from(n).ok());
        let subscription = contract.map(|contract| Subscription {
            contract: shorten(contract.to_owned(), TOKEN),
            cycle: None,
            occurrence,
            next_on: None,
        });
        let (cautions, paid_by) = (self.cautions(), self.paid_by());
        Particulars { kind, subscription, paid_by, cautions, ..Particulars::default() }
    }

    fn cautions(&self) -> Vec<Caution> {
        let order = self.order;
        let detail = order.caution_display_detail_type.text();
        let code = match order.caution_display_type.or_empty() {
            "" | "0" => detail,
            kind => Some(detail.unwrap_or(kind)),
        };
        let of_mall = code.map(|code| (code, caution(code)));
        let gifts = self.packages().filter(|(_, package)| address::waits_for_its_addressee(package));
        let gift =
            gifts.map(|_| ("SOCIAL_GIFT", "The recipient has not said yet where the gift goes.")).next();
        let shops = self.packages().filter(|(_, package)| package.shop.store_name.text().is_some());
        let shop = shops.map(|_| ("CVS", "The customer collects it at a shop: see DeliveryCvsModel.")).next();
        let far = ("ISOLATED_AREA", "The address is on an island or in another remote area.");
        let far = order.isolated_island_flag.is_set().then_some(far);
        let caution = |(code, meaning): (&str, &str)| Caution {
            code: shorten(code.to_owned(), TOKEN),
            meaning: meaning.to_owned(),
        };
        of_mall.into_iter().chain(gift).chain(shop).chain(far).map(caution).collect()
    }

    pub(super) fn fetch(&mut self, field: &'static str, call: &str) {
        let missing = Missing { field, fetch: call.to_owned() };
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }
}

/// 顧客・配送対応注意表示.
fn caution(code: &str) -> &'static str {
    match code {
        "1" => "The mall asks for attention to this customer or delivery.",
        "2" => "The mall asks to cancel the order.",
        "101" => "The customer has left advance payments unpaid.",
        "102" => "The customer has refused parcels.",
        "103" => "The customer has let parcels go back by long absence.",
        "104" => "The customer has returned opened goods.",
        "105" => "The customer expects a high level of service.",
        _ => "The mall warns of this customer or delivery.",
    }
}

/// The shop's own code of what is sold. Without one of the SKU, the variant makes the item's unique.
fn stock_keeping_unit(item: &ItemModel) -> Option<Sku> {
    let sku = item.skus.first();
    let code = |given: &Given| given.text().and_then(|code| Sku::new(code).ok());
    let own = sku.and_then(|sku| code(&sku.merchant_defined_sku_id));
    let base = || code(&item.item_number).or_else(|| code(&item.manage_number));
    let variant = sku.and_then(|sku| sku.variant_id.text());
    let variant = variant
        .filter(|id| [&item.item_number, &item.manage_number].iter().all(|number| number.text() != Some(id)));
    let with_variant = || match (base(), variant) {
        (Some(base), Some(variant)) => Sku::new(format!("{base}-{variant}")).ok().or(Some(base)),
        (base, _) => base,
    };
    let stand_in = || Sku::new(format!("rakuten-{}", item.item_id.text()?)).ok();
    own.or_else(with_variant).or_else(stand_in)
}

/// お届け時間帯: 1 is the morning, 2 the afternoon, `708` and `1416` from hour to hour.
fn time_slot(term: &Given) -> Option<String> {
    match term.or_empty() {
        "" | "0" | "9" => None,
        "1" => Some("0812".to_owned()),
        "2" => Some("1218".to_owned()),
        text => match term.number() {
            Some(hours) => Some(format!("{hours:04}")).filter(|code| TimeSlot::from_code(code).is_some()),
            None => when::time_slot(text),
        },
    }
}

/// The day and time that remarks state in the mall's form, and the rest of them.
fn remarks(text: &str) -> (DesiredDelivery, String) {
    const FORM: &str = "[配送日時指定:]";
    let (mut desired, mut rest) = (DesiredDelivery::default(), Vec::new());
    let mut in_form = false;
    for line in text.lines().map(str::trim) {
        if let Some(heading) = line.strip_prefix(FORM) {
            in_form = true;
            if heading.is_empty() {
                continue;
            }
        } else if line.starts_with('[') {
            in_form = false;
        }
        let line = line.strip_prefix(FORM).unwrap_or(line).trim();
        let day: Option<Date> = when::day(line).filter(|_| in_form && is_only_a_day(line));
        let slot = when::time_slot(line).filter(|_| in_form && line.chars().count() < 20);
        match (day, slot) {
            (Some(day), _) => desired.date = desired.date.or(Some(day)),
            (None, Some(slot)) => desired.time_slot = desired.time_slot.or(Some(slot)),
            (None, None) if in_form && when::is_open(line) => {}
            (None, None) => rest.push(line),
        }
    }
    (desired, rest.join("\n"))
}

fn is_only_a_day(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_digit() || "-/年月日()（）月火水木金土祝 ".contains(c))
}
