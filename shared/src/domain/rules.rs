//! What validation checks of an order 検証ルール. Pure; one function per subject.
//!
//! A blocking finding opens its hold, a warning is only shown. No message holds personal data:
//! findings are stored, listed and logged.

use super::address;
use super::contact::is_plausible_phone;
use super::mail_address::MailAddress;
use super::merchant::{Product, UnknownProductPolicy};
use super::money::{Amount, Currency};
use super::order::{HoldCode, Line, Order};
use super::validation::{Finding, FindingCode, Severity};

/// Checks an order against the rules and against `products`, the merchant's catalogue as far as
/// it knows the order's SKUs.
#[must_use]
pub fn check(order: &Order, products: &[Product]) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_contact(order, &mut findings);
    for (i, group) in order.ship_groups.iter().enumerate() {
        address::check(&group.address, &format!("ship_groups[{i}].address"), &mut findings);
    }
    for (i, line) in order.lines.iter().enumerate() {
        check_line(order, line, products, &format!("lines[{i}]"), &mut findings);
    }
    check_figures(order, &mut findings);
    check_note(order, &mut findings);
    check_completeness(order, &mut findings);
    findings
}

/// What the customer wrote may change everything, so the order waits until a person has read it. It
/// never changes: who has read it once need not read it again when something else is checked anew.
fn check_note(order: &Order, findings: &mut Vec<Finding>) {
    if order.customer_note.is_none() {
        return;
    }
    let (code, hold, field) = (FindingCode::CustomerNote, HoldCode::CustomerNote, "customer_note");
    let was_read = order.holds.iter().any(|known| known.code == hold && known.closed.is_some());
    findings.push(if was_read {
        warning(code, field, "The customer wrote a note, and somebody has read it.")
    } else {
        let message = "The customer wrote a note: read it, act on it, then resolve this hold.";
        blocking(code, hold, field, message)
    });
}

/// Half an order must not leave as if it were all of it.
fn check_completeness(order: &Order, findings: &mut Vec<Finding>) {
    let Some(expected) = order.particulars.expected_lines.filter(|_| order.is_partial()) else { return };
    let message = format!(
        "The channel says {expected} lines, and {} came: send the whole order again, which completes it.",
        order.lines.len()
    );
    findings.push(blocking(FindingCode::PartialImport, HoldCode::PartialImport, "lines", message));
}

fn warning(code: FindingCode, field: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding { code, severity: Severity::Warning, field: field.into(), message: message.into() }
}

fn blocking(
    code: FindingCode,
    hold: HoldCode,
    field: impl Into<String>,
    message: impl Into<String>,
) -> Finding {
    Finding { severity: Severity::Blocking(hold), ..warning(code, field, message) }
}

/// One usable way to reach the customer is enough: an address no mail server accepts stops the
/// order only when there is no phone to call.
fn check_contact(order: &Order, findings: &mut Vec<Finding>) {
    let customer = &order.customer;
    if customer.name.is_empty() {
        let message = "The customer's name is missing: ask for it.";
        findings.push(warning(FindingCode::AddressIncomplete, "customer.name", message));
    }
    let can_call = customer.phone.as_ref().is_some_and(|phone| is_plausible_phone(phone.reveal()));
    if customer.phone.is_some() && !can_call {
        let message = "This is no phone number: 10 or 11 digits, or + and the country code.";
        findings.push(warning(FindingCode::PhoneInvalid, "customer.phone", message));
    }
    let hold = HoldCode::ContactDefect;
    match &customer.mail {
        Some(mail) if mail.reveal().parse::<MailAddress>().is_ok() => {}
        Some(_) if can_call => {
            let message =
                "No mail server accepts this address, so no mail is sent: call the customer instead.";
            findings.push(warning(FindingCode::MailInvalid, "customer.mail", message));
        }
        Some(_) => {
            let message = "No mail server accepts this address and there is no phone number to call: \
                           ask through the channel for one that works.";
            findings.push(blocking(FindingCode::MailInvalid, hold, "customer.mail", message));
        }
        None if can_call => {}
        None => {
            let message =
                "There is neither a mail address nor a phone number: ask through the channel for one.";
            findings.push(blocking(FindingCode::Unreachable, hold, "customer", message));
        }
    }
}

fn check_line(order: &Order, line: &Line, products: &[Product], at: &str, findings: &mut Vec<Finding>) {
    let Some(product) = products.iter().find(|product| product.sku == line.sku) else {
        let code = FindingCode::UnknownProduct;
        let message =
            "The SKU is not in the catalogue: register the product, or correct the SKU at the channel.";
        let field = format!("{at}.sku");
        findings.push(match order.policy.unknown_product {
            UnknownProductPolicy::Hold => blocking(code, HoldCode::UnknownProduct, field, message),
            UnknownProductPolicy::Accept => warning(code, field, message),
        });
        return;
    };
    // The catalogue is in yen, and an order from abroad may rightly be tax-exempt.
    if order.currency != Currency::Jpy {
        return;
    }
    if line.unit_price != product.price {
        let message = format!(
            "The channel sold it for {} yen, the catalogue says {}: correct whichever is wrong.",
            line.unit_price.units(),
            product.price.units()
        );
        findings.push(warning(FindingCode::PriceDiffers, format!("{at}.unit_price"), message));
    }
    let domestic = order.ship_groups.iter().all(|group| group.address.country == "JP");
    if domestic && line.tax_rate != product.tax_rate {
        let message = format!(
            "The channel taxes it at {} basis points, the catalogue says {}: correct whichever is wrong.",
            line.tax_rate.basis_points(),
            product.tax_rate.basis_points()
        );
        findings.push(warning(FindingCode::TaxDiffers, format!("{at}.tax_rate"), message));
    }
}

/// The channel's figures are what the customer agreed to, so a difference is shown, not corrected.
fn check_figures(order: &Order, findings: &mut Vec<Finding>) {
    let Some(declared) = &order.declared else { return };
    let own = order.own_billing();
    let unit = format!("in the smallest unit of {}", order.currency.code());
    let message = |what: &str, theirs: Amount, ours: Amount| {
        let (theirs, ours) = (theirs.units(), ours.units());
        format!(
            "The channel's {what} is {theirs}, our arithmetic gives {ours} ({unit}). The channel's is billed."
        )
    };
    if declared.total != own.total {
        let message = message("total", declared.total, own.total);
        findings.push(warning(FindingCode::TotalDiffers, "declared.total", message));
    }
    for (i, (rate, tax)) in declared.taxes.iter().enumerate() {
        let ours = own.taxes.iter().find(|line| line.rate == *rate).map_or(Amount::ZERO, |line| line.tax);
        if *tax != ours {
            let what = format!("tax at {} basis points", rate.basis_points());
            let message = message(&what, *tax, ours);
            findings.push(warning(FindingCode::TaxDiffers, format!("declared.taxes[{i}]"), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::Declared;
    use crate::domain::customer::{Address, Customer, DesiredDelivery, Language, Personal};
    use crate::domain::ids::{ChannelId, MerchantId, Sku};
    use crate::domain::intake::{Intake, IntakeLine, IntakePayment, IntakeShipGroup};
    use crate::domain::merchant::OrderPolicy;
    use crate::domain::order::{Hold, HoldEnd};
    use crate::domain::particulars::{GroupParticulars, LineParticulars, Particulars};
    use crate::domain::payment::PaymentMethod;
    use crate::domain::tax::{PriceBasis, TaxRate};

    fn sku() -> Sku {
        Sku::new("TEA-100").unwrap()
    }

    fn catalogue() -> [Product; 1] {
        let price = Amount::new(1_080);
        [Product { sku: sku(), title: "煎茶".into(), price, tax_rate: TaxRate::REDUCED }]
    }

    fn order() -> Order {
        let person = |text: &str| Personal::new(text);
        let intake = Intake {
            number: "1".into(),
            ordered_at: "2026-11-21T01:00:00Z".parse().unwrap(),
            customer: Customer {
                name: person("山田 太郎"),
                mail: Some(person("taro@example.com")),
                phone: Some(person("090-1234-5678")),
                language: Language::Ja,
                ..Customer::default()
            },
            currency: Currency::Jpy,
            basis: PriceBasis::TaxIncluded,
            ship_groups: vec![IntakeShipGroup {
                address: Address {
                    name: person("山田 太郎"),
                    phone: None,
                    country: "JP".into(),
                    postal_code: person("１５０ー０００１"),
                    prefecture: person("東京都"),
                    city: person("渋谷区"),
                    line1: person("神宮前一丁目二番三号"),
                    line2: None,
                    ..Address::default()
                },
                desired: DesiredDelivery::default(),
                particulars: GroupParticulars::default(),
            }],
            lines: vec![IntakeLine {
                ship_group: 0,
                sku: sku(),
                title: "煎茶".into(),
                unit_price: Amount::new(1_080),
                quantity: 1,
                tax_rate: TaxRate::REDUCED,
                discount: Amount::ZERO,
                particulars: LineParticulars::default(),
            }],
            fees: Vec::new(),
            discounts: Vec::new(),
            payments: vec![IntakePayment {
                method: PaymentMethod::CashOnDelivery,
                amount: None,
                token: None,
                awaited: false,
            }],
            declared: Some(Declared {
                total: Amount::new(1_080),
                taxes: vec![(TaxRate::REDUCED, Amount::new(80))],
            }),
            customer_note: None,
            particulars: Particulars::default(),
        };
        let owner = (MerchantId::new("acme").unwrap(), ChannelId::new("acme-shop").unwrap());
        let now = "2026-11-21T01:00:01Z".parse().unwrap();
        intake.into_order(owner, String::new(), &OrderPolicy::default(), now).unwrap()
    }

    /// What is found once `change` was made to an order with which nothing is wrong.
    fn found(change: impl FnOnce(&mut Order)) -> Vec<(FindingCode, Severity, String)> {
        let mut order = order();
        change(&mut order);
        check(&order, &catalogue()).into_iter().map(|it| (it.code, it.severity, it.field)).collect()
    }

    fn held_for_address(field: &str, change: impl FnOnce(&mut Address)) -> bool {
        let found = found(|order| change(&mut order.ship_groups[0].address));
        let field = format!("ship_groups[0].address.{field}");
        matches!(found.as_slice(), [(_, Severity::Blocking(HoldCode::AddressDefect), at)] if *at == field)
    }

    #[test]
    fn an_ordinary_order_has_no_findings() {
        assert_eq!(found(|_| ()), []);
    }

    #[test]
    fn p17_a_mail_address_no_server_accepts_stops_the_order_only_when_nobody_can_be_called() {
        let bad = || Some(Personal::new("a..b@docomo.ne.jp"));
        let invalid = |severity| vec![(FindingCode::MailInvalid, severity, "customer.mail".to_owned())];
        assert_eq!(found(|order| order.customer.mail = bad()), invalid(Severity::Warning));
        let unreachable = found(|order| (order.customer.mail, order.customer.phone) = (bad(), None));
        assert_eq!(unreachable, invalid(Severity::Blocking(HoldCode::ContactDefect)));
    }

    #[test]
    fn a_customer_nobody_can_reach_stops_the_order() {
        assert_eq!(found(|order| order.customer.mail = None), []);
        assert_eq!(found(|order| order.customer.phone = None), []);
        let unreachable = Severity::Blocking(HoldCode::ContactDefect);
        assert_eq!(
            found(|order| (order.customer.mail, order.customer.phone) = (None, None)),
            [(FindingCode::Unreachable, unreachable, "customer".to_owned())]
        );
    }

    #[test]
    fn each_part_that_a_japanese_address_lacks_holds_the_order() {
        assert!(held_for_address("name", |address| address.name = Personal::default()));
        assert!(held_for_address("postal_code", |address| address.postal_code = Personal::new("150-001")));
        assert!(held_for_address("prefecture", |address| address.prefecture = Personal::new("東京")));
        assert!(held_for_address("city", |address| address.city = Personal::default()));
        assert!(held_for_address("line1", |address| address.line1 = Personal::default()));
        assert!(held_for_address("line1", |address| address.line1 = Personal::new("神宮前")));
    }

    #[test]
    fn the_addresses_that_vendors_test_with_hold_or_pass_as_theirs_do() {
        let findings = |code: &str, prefecture: &str, city: &str, line1: &str| {
            let set = |order: &mut Order| {
                let address = &mut order.ship_groups[0].address;
                address.postal_code = code.into();
                address.prefecture = prefecture.into();
                (address.city, address.line1) = (city.into(), line1.into());
            };
            found(set).into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
        };
        let kanji_only = findings("5410000", "大阪府", "大阪市中央区", "一二三四");
        assert!(kanji_only.contains(&FindingCode::HouseNumberMissing), "{kanji_only:?}");
        assert_eq!(findings("1410031", "東京都", "品川区", "西五反田三-十一-六"), []);
        assert_eq!(findings("1060032", "東京都", "港区", "六本木一二四-五"), []);
        let repeated = findings("1500042", "東京都", "渋谷区", "渋谷区宇田川町1-1");
        assert_eq!(repeated, [FindingCode::CityRepeated]);
        assert_eq!(
            findings("1500000", "東京都", "品川区", "西五反田3-11-6"),
            [FindingCode::PostalCodeMismatch]
        );
        assert_eq!(
            findings("9999999", "東京都", "品川区", "西五反田3-11-6"),
            [FindingCode::PostalCodeUnknown]
        );
    }

    #[test]
    fn an_address_abroad_is_shown_and_not_measured_by_japanese_rules() {
        let abroad = found(|order| {
            let address = &mut order.ship_groups[0].address;
            address.country = "HK".into();
            (address.postal_code, address.prefecture) = (Personal::default(), Personal::default());
        });
        let field = "ship_groups[0].address.country".to_owned();
        assert_eq!(abroad, [(FindingCode::DestinationAbroad, Severity::Warning, field)]);
    }

    #[test]
    fn an_unknown_product_stops_the_order_unless_the_merchant_accepts_it() {
        let unknown = |policy: UnknownProductPolicy| {
            let found = found(|order| {
                order.lines[0].sku = Sku::new("OTHER").unwrap();
                order.policy.unknown_product = policy;
            });
            assert_eq!(found.len(), 1);
            found[0].1
        };
        assert_eq!(unknown(UnknownProductPolicy::Hold), Severity::Blocking(HoldCode::UnknownProduct));
        assert_eq!(unknown(UnknownProductPolicy::Accept), Severity::Warning);
    }

    #[test]
    fn figures_that_differ_from_the_catalogue_or_from_our_own_are_shown_and_stop_nothing() {
        use FindingCode::{PriceDiffers, TaxDiffers, TotalDiffers};

        let codes = |change: fn(&mut Order)| {
            let found = found(change);
            assert!(found.iter().all(|(_, severity, _)| *severity == Severity::Warning));
            found.into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
        };
        assert_eq!(
            codes(|order| order.declared.as_mut().unwrap().total = Amount::new(1_081)),
            [TotalDiffers]
        );
        assert_eq!(
            codes(|order| order.declared.as_mut().unwrap().taxes[0].1 = Amount::new(79)),
            [TaxDiffers]
        );
        assert_eq!(
            codes(|order| order.lines[0].unit_price = Amount::new(1_000)),
            [PriceDiffers, TotalDiffers, TaxDiffers]
        );
        assert_eq!(codes(|order| order.currency = Currency::Usd), []);
    }

    #[test]
    fn a_customers_note_stops_the_order_until_somebody_has_read_it() {
        let note = |order: &mut Order| order.customer_note = Some("急いで".into());
        let finding = |severity| [(FindingCode::CustomerNote, severity, "customer_note".to_owned())];
        assert_eq!(found(note), finding(Severity::Blocking(HoldCode::CustomerNote)));
        let read = found(|order| {
            note(order);
            let opened_at = order.received_at;
            let closed = Some((opened_at, HoldEnd::Resolved { by: "sato".into() }));
            order.holds.push(Hold {
                code: HoldCode::CustomerNote,
                reason: "read it".into(),
                opened_at,
                closed,
            });
        });
        assert_eq!(read, finding(Severity::Warning));
    }

    #[test]
    fn no_message_holds_personal_data() {
        let mut order = order();
        order.customer.mail = Some(Personal::new("a..b@docomo.ne.jp"));
        order.ship_groups[0].address.prefecture = Personal::new("秘密県");
        order.customer_note = Some("秘密".into());
        let shown = format!("{:?}", check(&order, &[]));
        assert!(!shown.contains("秘密") && !shown.contains("docomo"), "{shown}");
    }
}
