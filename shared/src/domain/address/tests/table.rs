//! The embedded table itself.

use std::collections::BTreeSet;

use super::super::fold::fold;
use super::super::town::{each_key, longest};
use super::super::{City, Destination, PostalCode, Town};

fn destinations(code: &str) -> Vec<Destination> {
    PostalCode::parse(code).unwrap().destinations()
}

fn places(code: &str) -> BTreeSet<String> {
    let name = |it: Destination| {
        let town = it.town().map(Town::name).unwrap_or_default();
        format!("{}{}{town}", it.city().prefecture(), it.city().name())
    };
    destinations(code).into_iter().map(name).collect()
}

#[test]
fn the_table_holds_all_of_japan_posts_data_in_less_than_1_5_megabytes() {
    let size = include_bytes!("../../../../data/japan_post.bin").len();
    assert!(size < 1_500_000, "{size}");
    assert_eq!(City::all().count(), 1_892);
    let codes = (0..10_000_000).filter(|code| !PostalCode::new(*code).destinations().is_empty());
    assert_eq!(codes.count(), 120_720 + 22_200);
}

#[test]
fn every_town_is_found_by_its_own_name() {
    for city in City::all() {
        each_key(city, |town, key| {
            // The table was sorted by the folding in use, or nothing would be found in it.
            assert!(key.iter().copied().eq(town.name().chars().map(fold)), "{}", town.name());
            if !key.is_empty() {
                let found = longest(city, key, |_| true).unwrap();
                assert_eq!((found.first, found.length), (town, key.len()), "{}{}", city.name(), town.name());
            }
        });
    }
}

#[test]
fn every_town_leads_back_from_its_postal_code() {
    for town in City::all().flat_map(City::towns) {
        assert!(town.code().destinations().contains(&Destination::Town(town)), "{}", town.name());
    }
}

#[test]
fn a_code_may_lead_to_several_towns_cities_and_prefectures() {
    assert_eq!(places("1500001"), BTreeSet::from(["東京都渋谷区神宮前".to_owned()]));
    assert!(places("9691101").len() <= 1);
    for code in ["8710000", "6180000", "4980000"] {
        let prefectures: BTreeSet<_> = destinations(code).iter().map(|it| it.city().prefecture()).collect();
        assert_eq!(prefectures.len(), 2, "{code}");
    }
}

#[test]
fn a_code_of_a_floor_leads_to_the_buildings_town_and_one_of_a_business_to_its_city() {
    let [Destination::Building { town, name }] = destinations("1056302")[..] else { panic!() };
    assert_eq!((town.name().as_str(), name), ("虎ノ門", "虎ノ門ヒルズ森タワー"));
    let [Destination::Office { city, town }] = destinations("1000005")[..] else {
        let [Destination::Office { city, town: Some(town) }] = destinations("0018501")[..] else { panic!() };
        assert_eq!((city.name(), town.name().as_str()), ("札幌市北区", "北二十九条西"));
        return;
    };
    panic!("{city:?} {town:?}");
}

#[test]
fn what_is_no_code_leads_nowhere() {
    assert_eq!(destinations("9999999"), []);
    assert_eq!(destinations("0000000"), []);
    for bad in ["", "150000", "15000011", "150-00a1"] {
        assert_eq!(PostalCode::parse(bad), None, "{bad}");
    }
}
