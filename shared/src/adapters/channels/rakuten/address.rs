//! The people of an order, and where its packages go.

use super::super::given::Given;
use super::super::wire::{MAIL, NAME, PHONE, PLACE, POSTAL_CODE};
use super::GET_ORDER;
use super::model::{PackageModel, PersonModel};
use super::order::Reader;
use crate::domain::customer::{Address, Customer, Language};

/// What the mall writes where the recipient of a social gift has not said anything yet.
const TO_BE_ENTERED: &str = "入力待ち";

/// Whether a social gift's recipient has still to say where it goes.
pub(super) fn waits_for_its_addressee(package: &PackageModel) -> bool {
    let gift = &package.social_gift;
    let is_dummy = |person: &PersonModel| person.prefecture.text() == Some(TO_BE_ENTERED);
    (gift.sg_mng_number.text().is_some() && gift.input_flag.text() == Some("0"))
        || package.sender.as_ref().is_some_and(is_dummy)
}

impl Reader<'_> {
    /// Who ordered. The mail address is the mall's own, which forwards to theirs.
    pub(super) fn customer(&mut self, language: Language) -> Customer {
        const AT: &str = "OrdererModel";
        let orderer = &self.order.orderer;
        if orderer.name().is_empty() {
            self.fetch("customer", GET_ORDER);
        }
        let home = self.address(AT, orderer);
        let is_known =
            [&home.postal_code, &home.prefecture, &home.city, &home.line1].iter().any(|it| !it.is_empty());
        Customer {
            name: home.name.clone(),
            mail: self.defects.personal(&format!("{AT}.emailAddress"), orderer.email_address.text(), MAIL),
            phone: home.phone.clone(),
            language,
            kana: home.kana.clone(),
            address: is_known.then(|| Box::new(home)),
            ..Customer::default()
        }
    }

    /// Where a package goes; nowhere yet when that is not known, and validation holds the order.
    pub(super) fn ship_to(&mut self, at: &str, package: &PackageModel) -> Address {
        let nowhere = Address { country: "JP".to_owned(), ..Address::default() };
        match &package.sender {
            _ if waits_for_its_addressee(package) => nowhere,
            Some(sender) => self.address(&format!("{at}.SenderModel"), sender),
            None => {
                self.fetch("ship_groups.address", GET_ORDER);
                nowhere
            }
        }
    }

    fn address(&mut self, at: &str, person: &PersonModel) -> Address {
        let mut part = |field: &str, text: &str, max: usize| {
            self.defects.personal(&format!("{at}.{field}"), Some(text), max)
        };
        let kana = joined([&person.family_name_kana, &person.first_name_kana], " ");
        let postal_code = joined([&person.zip_code1, &person.zip_code2], "-");
        Address {
            name: part("familyName", &person.name(), NAME).unwrap_or_default(),
            phone: part("phoneNumber1", &person.phone(), PHONE),
            country: "JP".to_owned(),
            postal_code: part("zipCode1", &postal_code, POSTAL_CODE).unwrap_or_default(),
            prefecture: part("prefecture", person.prefecture.or_empty(), PLACE).unwrap_or_default(),
            city: part("city", person.city.or_empty(), PLACE).unwrap_or_default(),
            line1: part("subAddress", person.sub_address.or_empty(), PLACE).unwrap_or_default(),
            kana: part("familyNameKana", &kana, NAME),
            ..Address::default()
        }
    }
}

impl PersonModel {
    fn name(&self) -> String {
        joined([&self.family_name, &self.first_name], " ")
    }

    /// One of the three parts may be missing.
    fn phone(&self) -> String {
        joined([&self.phone_number1, &self.phone_number2, &self.phone_number3], "-")
    }
}

fn joined<const N: usize>(parts: [&Given; N], between: &str) -> String {
    parts.into_iter().filter_map(Given::text).collect::<Vec<_>>().join(between)
}
