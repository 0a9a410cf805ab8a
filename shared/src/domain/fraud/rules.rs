//! The signals, what each counts, and when enough is enough.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::money::Amount;

macro_rules! signals {
    ($($(#[doc = $why:literal])* $name:ident = $code:literal, $weight:literal;)*) => {
        /// Something that speaks against an order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            utoipa::ToSchema)]
        pub enum Signal {
            $($(#[doc = $why])* #[serde(rename = $code)] $name,)*
        }

        impl Signal {
            /// All signals.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in the API, in settings and in documents.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it counts unless a merchant says otherwise.
            #[must_use]
            pub const fn default_weight(self) -> u16 {
                match self { $(Self::$name => $weight,)* }
            }

            /// What it means and why it counts, for the documents.
            #[must_use]
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => concat!($($why),*).trim(),)* }
            }
        }
    };
}

signals! {
    /// The merchant has blocked the customer's mail, phone, address, name or id: decided before.
    BlockListed = "BLOCK_LISTED", 100;
    /// The channel marks the order as doubtful: it sees payments we do not.
    ChannelFlag = "CHANNEL_FLAG", 70;
    /// The channel or we know of parcels this customer refused or never took in 受取拒否・長期不在: the next one may come back too.
    RefusedBefore = "REFUSED_BEFORE", 40;
    /// The channel or we know of payments this customer did not make 未払い.
    UnpaidBefore = "UNPAID_BEFORE", 30;
    /// The channel knows of goods sent back after opening, or of unusual demands: more work, rarely fraud.
    DifficultBefore = "DIFFICULT_BEFORE", 15;
    /// The first order of a customer is for a large amount: what is bought with a stolen card is bought once, and dear.
    FirstOrderLarge = "FIRST_ORDER_LARGE", 25;
    /// Many units of one article: for resale rather than for use.
    ManyUnits = "MANY_UNITS", 20;
    /// The same name ordered several times within an hour: cards are being tried.
    SameNameOften = "SAME_NAME_OFTEN", 15;
    /// The same mail address ordered several times within a day.
    SameMailOften = "SAME_MAIL_OFTEN", 5;
    /// The same phone number ordered several times within a day.
    SamePhoneOften = "SAME_PHONE_OFTEN", 5;
    /// The same card ordered several times within a day.
    SameCardOften = "SAME_CARD_OFTEN", 10;
    /// Several orders of others go to this address within 30 days: a drop, or a family.
    SameAddressOften = "SAME_ADDRESS_OFTEN", 10;
    /// Orders to this address name different rooms: parcels are picked up at the door.
    RoomsVary = "ROOMS_VARY", 35;
    /// The address ends where the house number should be, or has parts nobody lives in: a made-up address.
    AddressTruncated = "ADDRESS_TRUNCATED", 25;
    /// The area code of the phone is of another prefecture than the address.
    AreaCodeElsewhere = "AREA_CODE_ELSEWHERE", 15;
    /// The goods go to a forwarding company 転送サービス: out of reach of every complaint.
    Forwarder = "FORWARDER", 50;
    /// The goods go to a post office box 私書箱 or are kept at an office 局留: nobody lives there.
    PostBox = "POST_BOX", 30;
    /// The goods go to a rental or virtual office.
    RentalOffice = "RENTAL_OFFICE", 25;
    /// The goods go to a flat let by the week or month.
    WeeklyFlat = "WEEKLY_FLAT", 25;
    /// The goods go to a hotel: the addressee leaves.
    Hotel = "HOTEL", 20;
    /// The goods go to somebody who lives with or at others 〜方, 気付.
    CareOf = "CARE_OF", 10;
    /// The mail address is of a service for addresses that last minutes.
    DisposableMail = "DISPOSABLE_MAIL", 35;
    /// The mail address looks typed at random.
    MeaninglessMail = "MEANINGLESS_MAIL", 15;
    /// The phone number is a row of the same or of rising digits.
    MeaninglessPhone = "MEANINGLESS_PHONE", 10;
    /// The customer is in a hurry: by note, or a large first order wanted at once.
    Rush = "RUSH", 10;
}

/// What counts how much, and when an order is stopped. Every value is a whole number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FraudRules {
    /// From this score on the order is shown with a warning.
    pub warn_at: u16,
    /// From this score on it waits for a person.
    pub hold_at: u16,
    /// The weights that differ from the usual ones; 0 switches a signal off.
    pub weights: BTreeMap<Signal, u16>,
    /// From this total on, in yen, a first order is a large one.
    pub large_amount: Amount,
    /// From so many units on, a line has many.
    pub many_units: u32,
    /// So many other orders of the same name within an hour are several.
    pub names_an_hour: usize,
    /// So many other orders of the same mail, phone or card within a day are several.
    pub orders_a_day: usize,
    /// So many other orders to the same address within 30 days are several.
    pub addresses_a_month: usize,
    /// So many different rooms at the same address are too many.
    pub rooms: usize,
    /// More words of forwarding companies than we know, as they stand in addresses.
    pub forwarders: Vec<String>,
    /// More domains of disposable mail than we know.
    pub disposable_domains: Vec<String>,
}

impl Default for FraudRules {
    fn default() -> Self {
        Self {
            warn_at: 30,
            hold_at: 60,
            weights: BTreeMap::new(),
            large_amount: Amount::new(50_000),
            many_units: 20,
            names_an_hour: 3,
            orders_a_day: 5,
            addresses_a_month: 8,
            rooms: 3,
            forwarders: Vec::new(),
            disposable_domains: Vec::new(),
        }
    }
}

impl FraudRules {
    /// What the signal counts.
    #[must_use]
    pub fn weight(&self, signal: Signal) -> u16 {
        self.weights.get(&signal).copied().unwrap_or_else(|| signal.default_weight())
    }
}
