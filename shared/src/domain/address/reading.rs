//! What was read in an address, and what was noticed on the way.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::city::City;
use super::code::PostalCode;
use super::town::Town;

macro_rules! remarks {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $message:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// What it says to a person. Holds no personal data.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)* }
            }
        }
    };
}

remarks! {
    /// Something that was changed or inferred in reading an address.
    Step {
        /// Full-width and half-width, blanks, marks without width.
        CharactersUnified = "Characters were brought into one width, and blanks into one.",
        /// The postal code stood in the text.
        PostalCodeTaken = "The postal code was taken from the text.",
        /// 東京 is 東京都.
        PrefectureCompleted = "The prefecture was written in full.",
        /// The city says which prefecture it is.
        PrefectureInferred = "The prefecture was inferred.",
        /// The city is in another prefecture.
        PrefectureReplaced = "The prefecture was replaced by the city's.",
        /// 渋谷区渋谷区.
        RepetitionDropped = "A prefecture or city that was written twice was dropped once.",
        /// The text names no city, or one that is none any more.
        CityInferred = "The city was inferred from the postal code, or from the old name and the town.",
        /// 郡, or the island a town is on.
        CountyInferred = "The county 郡 was added.",
        /// 中央区 is 大阪市中央区.
        CityOfWardInferred = "The city of the ward was added.",
        /// 大阪市 is 大阪市中央区.
        WardInferred = "The ward was inferred from the town.",
        /// 塩釜 is 塩竈.
        CitySpelled = "The city was spelled as it spells itself.",
        /// ヶ and が, ノ and の, old characters.
        TownSpelled = "The town was spelled as Japan Post spells it.",
        /// Kyoto's 通り名.
        StreetSetAside = "The street names before the town were set aside.",
        /// 2丁目 is 二丁目.
        ChomeInKanji = "The number of the 丁目 was written in kanji.",
        /// 1-2-3 begins with 1丁目.
        ChomeInferred = "The first number was read as the 丁目, which this town has.",
        /// No such town; the text was cut before the first number.
        TownByRule = "The town is none that Japan Post lists: it was taken as the text has it.",
        /// 8番21号 is 8-21.
        NumbersInDigits = "The house number was written in digits and hyphens.",
    }
}

remarks! {
    /// What is wrong with an address, or worth a look.
    AddressRemark {
        /// Nothing to read.
        Empty = "There is no address: ask for one.",
        /// More than a postal address can have.
        TooLong = "An address has at most 300 characters: shorten it.",
        /// Not a text.
        NotText = "This is not UTF-8: save it with that encoding.",
        /// Not seven digits.
        PostalCodeMalformed = "A Japanese postal code has seven digits: correct it from the address, or ask.",
        /// No such code.
        PostalCodeUnknown = "There is no such postal code: correct it from the address, or ask.",
        /// The code belongs to another place.
        PostalCodeMismatch = "The postal code belongs to another place: see which of the two is right, or ask.",
        /// No prefecture is written.
        PrefectureMissing = "The prefecture is missing.",
        /// The city is in another prefecture.
        PrefectureMismatch = "The city is in another prefecture: see which of the two is right, or ask.",
        /// No city is written.
        CityMissing = "There is no city that exists: correct it, or ask.",
        /// More than one city has that name.
        CityAmbiguous = "Several cities have that name: add the prefecture or the postal code.",
        /// A designated city without its ward.
        WardMissing = "The ward 区 of the city is missing: add it.",
        /// The city is written twice.
        CityRepeated = "The prefecture or the city is written twice.",
        /// The city stands in another field.
        CityMisplaced = "The prefecture or the city stands in the wrong field.",
        /// No town is written.
        TownMissing = "There is no town after the city: ask for it.",
        /// Not a town Japan Post knows.
        TownUnknown = "Japan Post lists no such town in this city: see whether it is spelled right.",
        /// No number after the town.
        HouseNumberMissing = "There is no house number: look into the building's line, or ask.",
        /// 離島.
        RemoteIsland = "A remote island: carriers take longer, charge more and take no cold goods to some.",
        /// No carrier goes there.
        Unservable = "No carrier delivers there: ask for another address.",
    }
}

/// An address, read. Its `Debug` shows no personal data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Prefecture 都道府県, in full; empty when unknown.
    pub prefecture: String,
    /// City 市区町村, with its county 郡, a ward with its city; empty when unknown.
    pub city: String,
    /// Town 町字 with 丁目 in kanji; empty when there is none.
    pub town: String,
    /// Kyoto's way to the town 通り名; mostly empty.
    pub street: String,
    /// Sub-area 小字 and house number 番地号, in digits and hyphens.
    pub block: String,
    /// Building and room.
    pub building: String,
    /// The city in the table, when it is one.
    pub known_city: Option<City>,
    /// The town in the table: the rows the text fits, when it is one.
    pub known_towns: Vec<Town>,
    /// The postal code that was written with it.
    pub written_code: Option<PostalCode>,
    /// The postal codes the place may have; several where Japan Post divides a town more finely than
    /// the text does.
    pub postal_codes: Vec<PostalCode>,
    /// Everything after the city, as written.
    pub below_city: String,
    /// What was changed or inferred, in order.
    pub steps: Vec<Step>,
    /// What is wrong or worth a look.
    pub remarks: Vec<AddressRemark>,
}

impl Reading {
    /// What stands below the town: house number and building.
    #[must_use]
    pub fn rest(&self) -> String {
        join(&self.block, &self.building)
    }

    /// The address on one line, as it should be written.
    #[must_use]
    pub fn one_line(&self) -> String {
        let Self { prefecture, city, street, town, .. } = self;
        format!("{prefecture}{city}{street}{town}{}", self.rest())
    }

    /// Whether it was done.
    #[must_use]
    pub fn did(&self, step: Step) -> bool {
        self.steps.contains(&step)
    }

    /// Whether it was noticed.
    #[must_use]
    pub fn has(&self, remark: AddressRemark) -> bool {
        self.remarks.contains(&remark)
    }
}

fn join(block: &str, building: &str) -> String {
    [block, building].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("steps", &self.steps)
            .field("remarks", &self.remarks)
            .finish_non_exhaustive()
    }
}
