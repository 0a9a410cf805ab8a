//! What may be put right without asking: the form of a text, never what it says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::customer::{Address, Customer, Personal};
use crate::domain::order::Order;
use crate::domain::{kana, phone};

/// A kind of correction that changes nothing a person would read differently.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fix {
    /// Readings of names in full-width katakana.
    NameReading,
    /// Phone numbers in half-width digits.
    PhoneNumber,
}

/// Where a correction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactField {
    /// The customer's phone number.
    CustomerPhone,
    /// How the customer's name is read.
    CustomerKana,
    /// The phone number of the addressee of this ship group.
    Phone(u8),
    /// How the name of the addressee of this ship group is read.
    Kana(u8),
}

/// A text put into its proper form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Where.
    pub field: ContactField,
    /// As it was.
    pub from: Personal,
    /// As it is now.
    pub to: Personal,
}

impl Correction {
    /// Whether `order` still says what is to be corrected.
    #[must_use]
    pub fn is_due(&self, order: &Order) -> bool {
        let address =
            |id: u8| order.ship_groups.iter().find(|group| group.id == id).map(|group| &group.address);
        let text = match self.field {
            ContactField::CustomerPhone => order.customer.phone.as_ref(),
            ContactField::CustomerKana => order.customer.kana.as_ref(),
            ContactField::Phone(id) => address(id).and_then(|address| address.phone.as_ref()),
            ContactField::Kana(id) => address(id).and_then(|address| address.kana.as_ref()),
        };
        text == Some(&self.from) && self.from != self.to
    }

    /// Makes it.
    pub fn apply(&self, order: &mut Order) {
        let to = Some(self.to.clone());
        match self.field {
            ContactField::CustomerPhone => order.customer.phone = to,
            ContactField::CustomerKana => order.customer.kana = to,
            ContactField::Phone(id) => {
                order.ship_groups.iter_mut().filter(|group| group.id == id).for_each(|group| {
                    group.address.phone.clone_from(&to);
                });
            }
            ContactField::Kana(id) => {
                order.ship_groups.iter_mut().filter(|group| group.id == id).for_each(|group| {
                    group.address.kana.clone_from(&to);
                });
            }
        }
    }
}

/// What of `order` is put right when these fixes are allowed.
#[must_use]
pub fn corrections(order: &Order, fixes: &BTreeSet<Fix>) -> Vec<Correction> {
    let mut corrections = Vec::new();
    let mut propose = |fix: Fix, field: ContactField, from: Option<&Personal>| {
        let Some(from) = from.filter(|_| fixes.contains(&fix)) else { return };
        let proper = match fix {
            Fix::NameReading => kana::reading(from.reveal()),
            Fix::PhoneNumber => phone::half_width(from.reveal()),
        };
        if let Some(to) = proper.filter(|to| to != from.reveal()) {
            corrections.push(Correction { field, from: from.clone(), to: to.into() });
        }
    };
    let Customer { phone, kana, .. } = &order.customer;
    propose(Fix::PhoneNumber, ContactField::CustomerPhone, phone.as_ref());
    propose(Fix::NameReading, ContactField::CustomerKana, kana.as_ref());
    for group in &order.ship_groups {
        let Address { phone, kana, .. } = &group.address;
        propose(Fix::PhoneNumber, ContactField::Phone(group.id), phone.as_ref());
        propose(Fix::NameReading, ContactField::Kana(group.id), kana.as_ref());
    }
    corrections
}
