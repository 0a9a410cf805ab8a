//! Better addresses, proposed: what would be changed, and why a rule or only a person may do it.

use serde::{Deserialize, Serialize};

use super::code::PostalCode;
use super::number::{block_at, leading_numbers};
use super::read::read;
use super::reading::{AddressRemark, Reading, Step};
use super::scan::clean;
use crate::domain::contact::has_house_number;
use crate::domain::customer::{Address, Personal};
use crate::domain::prefecture;

/// Why an address would be changed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CorrectionReason {
    /// The postal code's digits were full-width or apart.
    PostalCodeFormatted,
    /// There was no postal code, and the town has one only.
    PostalCodeFilled,
    /// The postal code does not exist or belongs elsewhere, and the town has one only.
    PostalCodeReplaced,
    /// The prefecture was missing or abbreviated, and the city says which it is.
    PrefectureFilled,
    /// The city is in another prefecture.
    PrefectureReplaced,
    /// The city was missing or is none any more, and postal code, town or old name say which it is.
    CityFilled,
    /// County 郡, designated city or ward was missing, or the city was spelled otherwise.
    CityCompleted,
    /// Prefecture, city or town stood in another field.
    PartsMoved,
    /// Prefecture or city was written twice.
    RepetitionDropped,
    /// The house number stood in the building's line.
    HouseNumberMoved,
}

impl CorrectionReason {
    /// Whether a rule may apply it: nothing that was written is contradicted or lost.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        match self {
            Self::PostalCodeFormatted
            | Self::PostalCodeFilled
            | Self::PrefectureFilled
            | Self::CityCompleted
            | Self::PartsMoved
            | Self::RepetitionDropped
            | Self::HouseNumberMoved => true,
            Self::PostalCodeReplaced | Self::PrefectureReplaced | Self::CityFilled => false,
        }
    }

    /// What it says to a person. Holds no personal data.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::PostalCodeFormatted => "The postal code is written in seven digits.",
            Self::PostalCodeFilled => "The postal code is the only one of the town.",
            Self::PostalCodeReplaced => "The postal code is the town's: the one that was written is not.",
            Self::PrefectureFilled => "The prefecture is the city's.",
            Self::PrefectureReplaced => "The prefecture is the city's: the one that was written is another.",
            Self::CityFilled => {
                "The city is the one that has such a town, by the postal code or by the old name."
            }
            Self::CityCompleted => "The city is written in full, as it spells itself.",
            Self::PartsMoved => "Prefecture, city and town stand in their own fields.",
            Self::RepetitionDropped => "What was written twice is written once.",
            Self::HouseNumberMoved => "The house number stands behind the town.",
        }
    }
}

/// How far corrections may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Those a rule may apply.
    Safe,
    /// Those a person may accept, too.
    Any,
}

/// A better address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The whole address.
    pub address: Address,
    /// What was changed, each reason once; never empty.
    pub reasons: Vec<CorrectionReason>,
}

impl Proposal {
    /// Whether a rule may apply it.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.reasons.iter().all(|reason| reason.is_safe())
    }

    fn take(&mut self, trust: Trust, change: Change) {
        let allowed = trust == Trust::Any || change.reasons.iter().all(|reason| reason.is_safe());
        if allowed && change.address != self.address {
            self.address = change.address;
            self.reasons.extend(change.reasons);
        }
    }
}

/// One of the changes a proposal is made of.
struct Change {
    address: Address,
    reasons: Vec<CorrectionReason>,
}

/// What could be better in a Japanese address; `None` when nothing. Words that say the same thing in
/// another way, such as 1丁目2番 and 1-2, are left as the customer wrote them.
///
/// What is proposed needs no further correction of the same [`Trust`].
#[must_use]
pub fn propose(address: &Address, trust: Trust) -> Option<Proposal> {
    if address.country != "JP" {
        return None;
    }
    let mut proposal = Proposal { address: address.clone(), reasons: Vec::new() };
    if let Some(change) = fields(&proposal.address) {
        proposal.take(trust, change);
    }
    if let Some(change) = house_number(&proposal.address) {
        proposal.take(trust, change);
    }
    if let Some(change) = postal_code(&proposal.address) {
        proposal.take(trust, change);
    }
    proposal.reasons.sort_unstable();
    proposal.reasons.dedup();
    (!proposal.reasons.is_empty()).then_some(proposal)
}

/// Reads an address from its fields. The building's line is left out: it says nothing of the place.
pub(super) fn read_fields(address: &Address) -> Reading {
    let written = address.prefecture.reveal();
    let prefecture = prefecture::from_foreign_name(written).unwrap_or(written);
    let text = [prefecture, address.city.reveal(), address.line1.reveal()].concat();
    read(&text, Some(address.postal_code.reveal()))
}

/// Prefecture, city and the line below them, each in its field.
fn fields(address: &Address) -> Option<Change> {
    let reading = read_fields(address);
    reading.known_city?;
    let has_two_codes = reading.did(Step::PostalCodeTaken) && reading.has(AddressRemark::PostalCodeMismatch);
    if has_two_codes {
        return None;
    }
    let (prefecture, city, line1) =
        (address.prefecture.reveal(), address.city.reveal(), clean(address.line1.reveal()));
    let mut changed = address.clone();
    let mut reasons = Vec::new();
    if reading.prefecture != prefecture {
        let is_same = prefecture.is_empty()
            || reading.prefecture.starts_with(prefecture)
            || prefecture::from_foreign_name(prefecture) == Some(&reading.prefecture);
        reasons.push(match reading.has(AddressRemark::PrefectureMismatch) {
            true => CorrectionReason::PrefectureReplaced,
            false if is_same => CorrectionReason::PrefectureFilled,
            false => CorrectionReason::PartsMoved,
        });
        changed.prefecture = Personal::new(&reading.prefecture);
    }
    if reading.city != city {
        let completed =
            [Step::CountyInferred, Step::CityOfWardInferred, Step::WardInferred, Step::CitySpelled];
        if reading.did(Step::CityInferred) {
            reasons.push(CorrectionReason::CityFilled);
        } else if completed.into_iter().any(|step| reading.did(step)) {
            reasons.push(CorrectionReason::CityCompleted);
        }
        changed.city = Personal::new(&reading.city);
    }
    if reading.did(Step::RepetitionDropped) {
        reasons.push(CorrectionReason::RepetitionDropped);
    } else if reading.below_city != line1 || reasons.is_empty() {
        reasons.push(CorrectionReason::PartsMoved);
    }
    if reading.below_city != line1 {
        changed.line1 = Personal::new(&reading.below_city);
    }
    if let Some(code) = reading.written_code.filter(|_| address.postal_code.is_empty()) {
        changed.postal_code = Personal::new(code.to_string());
    }
    Some(Change { address: changed, reasons })
}

/// The house number, taken over from the building's line when that begins with it.
fn house_number(address: &Address) -> Option<Change> {
    let line1 = address.line1.reveal();
    let line2 = clean(address.line2.as_ref()?.reveal());
    if line1.is_empty() || has_house_number(line1) {
        return None;
    }
    let chars: Vec<char> = line2.chars().collect();
    let end = leading_numbers(&chars)?;
    let (numbers, building) = chars.split_at_checked(end)?;
    let numbers: String = numbers.iter().collect();
    let building = block_at(building, 0, false);
    let building = [building.text, building.building].concat();
    let mut changed = address.clone();
    changed.line1 = Personal::new(format!("{line1}{}", numbers.trim()));
    changed.line2 = Some(building.trim().to_owned()).filter(|text| !text.is_empty()).map(Personal::new);
    Some(Change { address: changed, reasons: vec![CorrectionReason::HouseNumberMoved] })
}

fn postal_code(address: &Address) -> Option<Change> {
    let written = address.postal_code.reveal();
    let reading = read_fields(address);
    let wrong = [
        AddressRemark::PostalCodeMalformed,
        AddressRemark::PostalCodeUnknown,
        AddressRemark::PostalCodeMismatch,
    ];
    let is_wrong = wrong.into_iter().any(|remark| reading.has(remark));
    let of_town = match reading.postal_codes.as_slice() {
        [code] if !reading.known_towns.is_empty() => Some(*code),
        _ => None,
    };
    let (code, reason) = match PostalCode::parse(written) {
        _ if is_wrong => (of_town?, CorrectionReason::PostalCodeReplaced),
        None => (of_town?, CorrectionReason::PostalCodeFilled),
        Some(code) => (code, CorrectionReason::PostalCodeFormatted),
    };
    let is_plain = written.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if reason == CorrectionReason::PostalCodeFormatted && is_plain {
        return None;
    }
    let address = Address { postal_code: Personal::new(code.to_string()), ..address.clone() };
    Some(Change { address, reasons: vec![reason] })
}
