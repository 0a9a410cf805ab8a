use std::fmt::Write;

use super::*;
use crate::adapters::channels::signature::key_hash;
use crate::domain::ids::LineId;
use crate::domain::merchant::ChannelSecret;
use crate::domain::order::CancelReason;
use crate::domain::report::{CarrierCode, Lookup, ReportSettings};
use crate::domain::shipment::{Carrier, FulfilmentEvent, FulfilmentEventKind, LineQuantity, Tracking};
use crate::domain::testing::{Case, an_order, channel as channel_id, given, merchant};
use crate::domain::{Command, Order};

const YAMATO: &str = "444413758703";
const OTHER_YAMATO: &str = "405548424886";

fn channel(kind: ChannelKind) -> Channel {
    let account = Some("A2EXAMPLE".to_owned()).filter(|_| kind == ChannelKind::Amazon);
    let base = CarrierCode { carrier: Carrier::Yamato, code: "2".to_owned() };
    let carriers = if kind == ChannelKind::Base { vec![base] } else { Vec::new() };
    Channel {
        id: channel_id(),
        merchant: merchant(),
        kind,
        secret: ChannelSecret::ApiKey { sha256: key_hash("k") },
        reports: ReportSettings { account, carriers, ..ReportSettings::default() },
    }
}

/// Two lines of one order, as its channel names them.
fn received() -> Case {
    let mut draft = an_order().of(&[(2, 1_000), (1, 500)]);
    draft.intake.number = "teashop-10000001".to_owned();
    for (n, line) in draft.intake.lines.iter_mut().enumerate() {
        line.particulars.reference = Some(format!("{}", 866_550 + n));
    }
    draft.intake.ship_groups[0].particulars.reference = Some("10000002".to_owned());
    given(draft)
}

/// Everything has left, in so many parcels.
fn shipped(parcels: &[(Carrier, &str)]) -> Order {
    let mut case = received();
    case.validated().in_stock().collected().released();
    let shipment = case.order.id.shipment(1);
    let trackings =
        parcels.iter().map(|(carrier, number)| Tracking { carrier: *carrier, number: (*number).to_owned() });
    let (kind, occurred_at) = (FulfilmentEventKind::HandedOver, case.now);
    let report = FulfilmentEvent { occurred_at, kind, trackings: trackings.collect() };
    case.does(&Command::RecordFulfilment { shipment: shipment.clone(), report });
    case.does(&Command::Ship { shipment });
    case.order
}

/// Every fact, with the order it is told of.
fn facts() -> Vec<(Order, Fact)> {
    let order = || shipped(&[(Carrier::Yamato, YAMATO)]);
    let lines = vec![LineQuantity { line: LineId(2), quantity: 1 }];
    vec![
        (received().order, Fact::Confirmed),
        (order(), Fact::Shipped(order().id.shipment(1))),
        (order(), Fact::ShippedAll),
        (order(), Fact::Delivered),
        (
            received().order,
            Fact::Delayed { reason: "大雪のため".to_owned(), expected_on: "2026-04-09".parse().ok() },
        ),
        (received().order, Fact::LinesCancelled { reason: CancelReason::OutOfStock, lines }),
        (received().order, Fact::Cancelled(CancelReason::OutOfStock)),
    ]
}

/// What the platform is told of every fact, to be read by a person.
fn told(kind: ChannelKind) -> String {
    let mut text = String::new();
    for (order, fact) in facts() {
        writeln!(text, "== {}", fact.kind().name()).unwrap();
        match write(&channel(kind), &order, &fact) {
            Ok(calls) if calls.is_empty() => writeln!(text, "nothing").unwrap(),
            Ok(calls) => {
                for ReportCall { operation, method, path, content_type, body, lookup } in calls {
                    writeln!(text, "{operation}: {method} {path} ({content_type})\n{}", body.trim_end())
                        .unwrap();
                    for Lookup { reference, quantity } in lookup {
                        writeln!(text, "  look up line {reference}, {quantity} units").unwrap();
                    }
                }
            }
            Err(Unreportable(why)) => writeln!(text, "a person does it: {why}").unwrap(),
        }
    }
    let id = received().order.id;
    text.replace(id.as_str(), "ORDER")
}

#[test]
fn every_platform_is_told_every_fact_in_its_own_words() {
    for kind in ChannelKind::ALL {
        insta::assert_snapshot!(format!("told_{}", kind.name()), told(kind));
    }
}

fn refusal(kind: ChannelKind, order: &Order, fact: &Fact) -> String {
    write(&channel(kind), order, fact).unwrap_err().to_string()
}

fn first(order: &Order) -> Fact {
    Fact::Shipped(order.id.shipment(1))
}

#[test]
fn several_parcels_are_all_told_or_a_person_tells_them() {
    let order = shipped(&[(Carrier::Yamato, YAMATO), (Carrier::Yamato, OTHER_YAMATO)]);
    for (kind, fact) in [
        (ChannelKind::Rakuten, first(&order)),
        (ChannelKind::Shopify, first(&order)),
        (ChannelKind::Json, first(&order)),
        (ChannelKind::Yahoo, Fact::ShippedAll),
        (ChannelKind::WooCommerce, Fact::ShippedAll),
    ] {
        let calls = write(&channel(kind), &order, &fact).unwrap();
        let body = &calls[0].body;
        assert!(body.contains(YAMATO) && body.contains(OTHER_YAMATO), "{kind:?}: {body}");
    }
    for (kind, fact) in [
        (ChannelKind::Amazon, first(&order)),
        (ChannelKind::Base, first(&order)),
        (ChannelKind::EcCube, first(&order)),
        (ChannelKind::NextEngine, Fact::ShippedAll),
    ] {
        let why = refusal(kind, &order, &fact);
        assert!(why.contains(YAMATO) && why.contains(OTHER_YAMATO), "{kind:?}: {why}");
    }
}

#[test]
fn a_parcel_without_a_number_is_told_where_the_platform_allows_it() {
    let order = shipped(&[]);
    for kind in [ChannelKind::Rakuten, ChannelKind::Shopify, ChannelKind::Base, ChannelKind::EcCube] {
        assert!(!write(&channel(kind), &order, &first(&order)).unwrap().is_empty(), "{kind:?}");
    }
    assert!(refusal(ChannelKind::Amazon, &order, &first(&order)).contains("tracking number"));
    assert!(refusal(ChannelKind::Yahoo, &order, &Fact::ShippedAll).contains("tracking number"));
}

#[test]
fn a_carrier_without_a_code_is_asked_for_and_the_shops_own_code_counts() {
    let order = shipped(&[(Carrier::Other, "1Z-2345")]);
    for (kind, fact) in [
        (ChannelKind::Amazon, first(&order)),
        (ChannelKind::Base, first(&order)),
        (ChannelKind::WooCommerce, Fact::ShippedAll),
    ] {
        assert!(refusal(kind, &order, &fact).contains("`reports.carriers`"), "{kind:?}");
        let mut channel = channel(kind);
        channel
            .reports
            .carriers
            .push(CarrierCode { carrier: Carrier::Other, code: "西濃運輸".to_owned() });
        let body = &write(&channel, &order, &fact).unwrap()[0].body;
        let named = body.contains("西濃運輸") || body.contains("%E8%A5%BF%E6%BF%83");
        assert!(named, "{kind:?}: {body}");
    }
}

#[test]
fn an_order_whose_channel_named_no_ids_is_a_persons_work() {
    let mut order = shipped(&[(Carrier::Yamato, YAMATO)]);
    order.ship_groups[0].particulars.reference = None;
    for line in &mut order.lines {
        line.particulars.reference = None;
    }
    for (kind, id) in [
        (ChannelKind::Rakuten, "basketId"),
        (ChannelKind::EcCube, "出荷ID"),
        (ChannelKind::Amazon, "Amazon's id"),
        (ChannelKind::Shopify, "Shopify's id"),
        (ChannelKind::Base, "BASE's id"),
    ] {
        let why = refusal(kind, &order, &first(&order));
        assert!(why.contains(id), "{kind:?}: {why}");
    }
}

#[test]
fn what_a_platform_knows_once_is_told_with_the_last_parcel() {
    let mut case = received();
    case.order.policy.split = crate::domain::merchant::SplitPolicy::AsAvailable;
    case.validated().short_of(1, 1).collected().released().shipped(1);
    let early = case.order.clone();
    case.stock_arrives().released().shipped(2);
    let (order, ids) = (case.order.clone(), [1, 2].map(|n| case.order.id.shipment(n)));
    let calls =
        |kind, order: &Order, n: usize| write(&channel(kind), order, &Fact::Shipped(ids[n].clone())).unwrap();
    // Of line 1, one unit waited; line 2 left whole with the first shipment.
    assert_eq!(calls(ChannelKind::Base, &early, 0).len(), 1);
    assert_eq!(calls(ChannelKind::Base, &order, 0).len(), 1, "told late, it says the same");
    assert_eq!(calls(ChannelKind::Base, &order, 1).len(), 1);
    assert_eq!(calls(ChannelKind::EcCube, &early, 0).len(), 0);
    assert_eq!(calls(ChannelKind::EcCube, &order, 0).len(), 0);
    assert_eq!(calls(ChannelKind::EcCube, &order, 1).len(), 1);
}

#[test]
fn what_stands_in_an_order_cannot_leave_its_place_in_a_document() {
    let mut order = shipped(&[(Carrier::Yamato, YAMATO)]);
    order.number = "shop-1</OrderId><x>&".to_owned();
    let body = write(&channel(ChannelKind::Yahoo), &order, &Fact::ShippedAll).unwrap().remove(0).body;
    assert!(body.contains("shop-1&lt;/OrderId&gt;&lt;x&gt;&amp;"), "{body}");
    order.ship_groups[0].particulars.reference = Some("1,\"2\"\r\n3".to_owned());
    let body = write(&channel(ChannelKind::EcCube), &order, &first(&order)).unwrap().remove(0).body;
    assert!(body.contains("\"1,\"\"2\"\"\r\n3\","), "{body}");
}
