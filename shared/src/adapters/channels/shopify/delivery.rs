//! The delivery date and time, which Japanese shops ask for by an app that leaves them in the
//! order's `note_attributes`.

use super::super::lenient::Object;
use super::super::when;
use super::parts::Attribute;
use crate::domain::customer::DesiredDelivery;
use crate::domain::text::fold;

/// Reads the desired delivery, and returns the attributes that are something else, or that we do
/// not understand: a person will read them.
pub(super) fn desired(attributes: &[Object<Attribute>]) -> (DesiredDelivery, Vec<&Attribute>) {
    let mut desired = DesiredDelivery::default();
    let mut rest: Vec<&Attribute> = Vec::new();
    for attribute in attributes {
        let value = attribute.value();
        let understood = match wish(&attribute.name()) {
            Some(Wish::DateAndTime) => {
                let both = when::day_and_slot(&value).map(|both| desired = both);
                both.is_some() || when::is_open(&value)
            }
            Some(_) if when::is_open(&value) => true,
            Some(Wish::Date) => when::day(&value).map(|date| desired.date = Some(date)).is_some(),
            Some(Wish::Time) => when::time_slot(&value).map(|slot| desired.time_slot = Some(slot)).is_some(),
            None => false,
        };
        if !understood {
            rest.push(attribute);
        }
    }
    (desired, rest)
}

pub(in super::super) enum Wish {
    Date,
    Time,
    DateAndTime,
}

/// What an attribute of this name asks for: `delivery-date`, `配送希望日`, `お届け時間指定` and their like.
pub(in super::super) fn wish(name: &str) -> Option<Wish> {
    // What says that somebody wishes something. Without any of it, a 日 is another one.
    const WISHED: [&str; 10] =
        ["preferred", "desired", "delivery", "配送", "配達", "お届け", "お届", "届け", "希望", "指定"];
    let plain = |c: &char| !matches!(c, '-' | '_' | ' ' | ':' | '・' | 'ご' | 'の');
    let name: String = fold(name).to_lowercase().chars().filter(plain).collect();
    let what = WISHED.iter().fold(name.clone(), |name, word| name.replacen(word, "", 1));
    match what.as_str() {
        _ if what == name => None,
        "date" | "日" | "日付" => Some(Wish::Date),
        "time" | "時間" | "時間帯" => Some(Wish::Time),
        "datetime" | "dateandtime" | "date&time" | "日時" | "日時間" | "日時間帯" | "日と時間帯" => {
            Some(Wish::DateAndTime)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    fn read(name: &str, value: &str) -> (DesiredDelivery, usize) {
        let attribute = serde_json::json!([{ "name": name, "value": value }]);
        let attributes: Vec<Object<Attribute>> = serde_json::from_value(attribute).unwrap();
        let (desired, rest) = desired(&attributes);
        (desired, rest.len())
    }

    #[test]
    fn a_delivery_date_is_understood_however_the_app_writes_it() {
        for (name, value) in [
            ("delivery-date", "2026-11-25"),
            ("Delivery Date", "2026/11/25"),
            ("配送希望日", "2026年11月25日(水)"),
            ("お届け希望日", "２０２６／１１／２５"),
            ("お届け日指定", "2026-11-25"),
            ("ご希望のお届け日", "2026/11/25"),
            ("希望配達日", "2026-11-25"),
            ("日付指定", "2026-11-25"),
            ("Preferred delivery date", "2026-11-25"),
        ] {
            let date = Some(Date::constant(2026, 11, 25));
            assert_eq!(read(name, value), (DesiredDelivery { date, time_slot: None }, 0), "{name} {value}");
        }
    }

    #[test]
    fn a_delivery_time_is_understood_however_the_app_writes_it() {
        for (name, value, slot) in [
            ("delivery-time", "14:00-16:00", "1416"),
            ("delivery_time", "1416", "1416"),
            ("配送希望時間帯", "14時～16時", "1416"),
            ("配送希望時間帯", "午後2時〜4時", "1416"),
            ("お届け時間帯", "午前中", "0812"),
            ("配達希望時間", "午前中(8時〜12時)", "0812"),
            ("お届け時間指定", "午前中", "0812"),
            ("時間帯指定", "14:00-16:00", "1416"),
            ("希望時間帯", "14:00-16:00", "1416"),
            ("delivery-time", "19:00 ～ 21:00", "1921"),
        ] {
            let time_slot = Some(slot.to_owned());
            assert_eq!(read(name, value), (DesiredDelivery { date: None, time_slot }, 0), "{name} {value}");
        }
    }

    #[test]
    fn a_date_and_its_hours_are_understood_in_one_text() {
        for (name, value, slot) in [
            ("配送希望日時", "2026年11月25日(水) 14時～16時", Some("1416")),
            ("お届け希望日時", "2026/11/25 午前中", Some("0812")),
            ("お届け日時指定", "2026-11-25（水）１４：００-１６：００", Some("1416")),
            ("delivery date & time", "20261125 19:00-21:00", Some("1921")),
            ("お届け日・時間帯", "2026年11月25日 指定なし", None),
            ("配送日時", "2026-11-25", None),
        ] {
            let (date, time_slot) = (Some(Date::constant(2026, 11, 25)), slot.map(str::to_owned));
            assert_eq!(read(name, value), (DesiredDelivery { date, time_slot }, 0), "{name} {value}");
        }
    }

    #[test]
    fn what_is_not_understood_is_left_for_a_person_to_read() {
        for (name, value) in [
            ("配送希望日", "来週"),
            ("配送希望日", "11月25日"),
            ("配送希望日", "2026-13-45"),
            ("配送希望日時", "2026-11-25 18時以降"),
            ("配送希望日時", "平日の14時～16時"),
            ("配送希望日", "20261125999999999999"),
            ("delivery-time", "18時以降"),
            ("delivery-time", "99:00-300:00"),
            ("配送不可日", "2026-11-25"),
            ("発送予定日", "2026-11-25"),
            ("誕生日", "2026-11-25"),
            ("date", "2026-11-25"),
            ("colour", "green"),
        ] {
            assert_eq!(read(name, value), (DesiredDelivery::default(), 1), "{name} {value}");
        }
    }

    #[test]
    fn an_open_wish_is_none() {
        for value in ["指定なし", "最短でお届け", ""] {
            assert_eq!(read("配送希望日", value), (DesiredDelivery::default(), 0), "{value}");
        }
    }
}
