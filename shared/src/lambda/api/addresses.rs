//! Addresses, read and improved, in requests and responses.

use serde::{Deserialize, Serialize};

use super::Defects;
use super::address::AddressBody;
use crate::domain::address::{AddressRemark, CorrectionReason, Proposal, Reading, Step, read};
use crate::domain::intake::Impossible;

/// The most addresses one request may have.
pub const MAX_ADDRESSES: usize = 100;

/// A better address, proposed.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ProposalView {
    /// The whole address.
    pub address: AddressBody,
    /// Whether a rule may apply it, because nothing the customer wrote is contradicted.
    pub safe: bool,
    /// What is better about it.
    pub reasons: Vec<ReasonView>,
}

/// Something that would be better about an address.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReasonView {
    /// What.
    pub code: CorrectionReason,
    /// In words.
    pub message: &'static str,
    /// Whether a rule may apply it.
    pub safe: bool,
}

impl From<&Proposal> for ProposalView {
    fn from(proposal: &Proposal) -> Self {
        let reason = |reason: &CorrectionReason| ReasonView {
            code: *reason,
            message: reason.message(),
            safe: reason.is_safe(),
        };
        Self {
            address: (&proposal.address).into(),
            safe: proposal.is_safe(),
            reasons: proposal.reasons.iter().map(reason).collect(),
        }
    }
}

/// Addresses to read; nothing is stored.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressesBody {
    /// 1 to 100 of them.
    pub addresses: Vec<AddressLine>,
}

/// An address as somebody wrote it.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressLine {
    /// The postal code that was given beside it.
    #[serde(default)]
    #[schema(example = "150-0042")]
    pub postal_code: Option<String>,
    /// The whole address, up to 300 characters.
    #[schema(example = "東京都渋谷区宇田川町1-1 渋谷ビル3F")]
    pub address: String,
}

impl AddressesBody {
    /// What the addresses are read as, in their order.
    ///
    /// # Errors
    /// What is wrong with the request. What is wrong with an address is told in its reading.
    pub fn read(&self) -> Result<ReadingList, Vec<Impossible>> {
        let mut defects = Defects::default();
        let count = (1..=MAX_ADDRESSES).contains(&self.addresses.len());
        defects.check(count, "addresses", "must be 1 to 100 addresses");
        defects.or(())?;
        let reading = |line: &AddressLine| ReadingView::of(&line.address, line.postal_code.as_deref());
        Ok(ReadingList { addresses: self.addresses.iter().map(reading).collect() })
    }
}

/// Addresses, read.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ReadingList {
    /// In the order of the request.
    pub addresses: Vec<ReadingView>,
}

/// An address, read. What could not be read is empty.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct ReadingView {
    /// Prefecture 都道府県, in full.
    #[schema(example = "東京都")]
    pub prefecture: String,
    /// City 市区町村, with its county 郡; a ward with its city.
    #[schema(example = "渋谷区")]
    pub city: String,
    /// Town 町字, its 丁目 in kanji.
    #[schema(example = "宇田川町")]
    pub town: String,
    /// House number, in digits and hyphens, and building.
    #[schema(example = "1-1 渋谷ビル3F")]
    pub rest: String,
    /// Kyoto's way to the town 通り名, where there is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub street: String,
    /// The postal codes the place may have, seven digits each.
    #[schema(example = json!(["1500042"]))]
    pub postal_codes: Vec<String>,
    /// What is wrong or worth a look.
    pub findings: Vec<AddressFindingView>,
    /// How the address should be written; none when it is written so, or when its city is unknown.
    pub proposal: Option<WrittenView>,
    /// What was changed or inferred in reading, in order.
    pub explanation: Vec<StepView>,
}

/// Something noticed in an address.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AddressFindingView {
    /// What.
    pub code: AddressRemark,
    /// What to do about it.
    pub message: &'static str,
}

/// Something that was changed or inferred.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StepView {
    /// What.
    pub code: Step,
    /// In words.
    pub message: &'static str,
}

/// An address as it should be written, in the fields of an order's.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct WrittenView {
    /// Seven digits; none when there may be several.
    pub postal_code: Option<String>,
    /// Prefecture.
    pub prefecture: String,
    /// City.
    pub city: String,
    /// Town and house number.
    pub line1: String,
    /// Building and room.
    pub line2: Option<String>,
}

impl ReadingView {
    /// Reads an address.
    #[must_use]
    pub fn of(address: &str, postal_code: Option<&str>) -> Self {
        let reading = read(address, postal_code);
        let proposal = WrittenView::of(&reading, address, postal_code);
        let step = |step: &Step| StepView { code: *step, message: step.message() };
        Self {
            rest: reading.rest(),
            findings: findings(&reading.remarks),
            explanation: reading.steps.iter().map(step).collect(),
            proposal,
            postal_codes: reading.postal_codes.iter().map(ToString::to_string).collect(),
            prefecture: reading.prefecture,
            city: reading.city,
            town: reading.town,
            street: reading.street,
        }
    }

    /// What stands for something that is no address at all.
    #[must_use]
    pub fn unreadable(why: AddressRemark) -> Self {
        Self {
            prefecture: String::new(),
            city: String::new(),
            town: String::new(),
            rest: String::new(),
            street: String::new(),
            postal_codes: Vec::new(),
            findings: findings(&[why]),
            proposal: None,
            explanation: Vec::new(),
        }
    }
}

fn findings(remarks: &[AddressRemark]) -> Vec<AddressFindingView> {
    remarks.iter().map(|remark| AddressFindingView { code: *remark, message: remark.message() }).collect()
}

impl WrittenView {
    fn of(reading: &Reading, text: &str, given: Option<&str>) -> Option<Self> {
        reading.known_city?;
        let wrong = [AddressRemark::PostalCodeUnknown, AddressRemark::PostalCodeMismatch];
        let written = reading.written_code.filter(|_| !wrong.into_iter().any(|it| reading.has(it)));
        let only = match reading.postal_codes.as_slice() {
            [code] => Some(*code),
            _ => None,
        };
        let code = written.or(only).map(|code| code.to_string());
        let is_code_as_given = given.is_none_or(|given| Some(given) == code.as_deref());
        if is_code_as_given && text == reading.one_line() {
            return None;
        }
        let Reading { prefecture, city, street, town, block, building, .. } = reading;
        Some(Self {
            postal_code: code,
            prefecture: prefecture.clone(),
            city: city.clone(),
            line1: format!("{street}{town}{block}"),
            line2: Some(building.clone()).filter(|text| !text.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_shown_with_what_was_inferred_and_how_it_should_be_written() {
        let view = ReadingView::of("渋谷区宇田川町１ー１　渋谷ビル", Some("1500042"));
        let shown = serde_json::to_value(&view).unwrap();
        assert_eq!(shown["prefecture"], "東京都");
        assert_eq!(shown["rest"], "1-1 渋谷ビル");
        assert_eq!(shown["postal_codes"], json!(["1500042"]));
        assert_eq!(shown["findings"][0]["code"], "PREFECTURE_MISSING");
        assert_eq!(shown["explanation"][1]["code"], "PREFECTURE_INFERRED");
        assert_eq!(
            shown["proposal"],
            json!({
                "postal_code": "1500042", "prefecture": "東京都", "city": "渋谷区", "line1": "宇田川町1-1",
                "line2": "渋谷ビル",
            })
        );
    }

    #[test]
    fn an_address_that_is_written_as_it_should_be_has_no_proposal() {
        assert!(ReadingView::of("東京都渋谷区宇田川町1-1 渋谷ビル", Some("1500042")).proposal.is_none());
        assert!(ReadingView::of("東京都渋谷区宇田川町1-1", Some("1600023")).proposal.is_some());
    }

    #[test]
    fn a_request_has_one_to_a_hundred_addresses() {
        let request = |count: usize| {
            let line =
                AddressLine { postal_code: None, address: "東京都渋谷区宇田川町1-1".to_owned() };
            AddressesBody { addresses: vec![line; count] }.read().map(|list| list.addresses.len())
        };
        assert_eq!(request(100), Ok(100));
        assert!(request(0).is_err() && request(101).is_err());
    }
}
