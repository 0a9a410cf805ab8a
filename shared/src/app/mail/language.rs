//! The languages a customer can be written to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Language of a mail. Whatever is not one of these is answered in Japanese, the shops' own language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub enum Language {
    /// Japanese 日本語 (`ja`), the fallback.
    #[default]
    #[serde(rename = "ja")]
    Ja,
    /// English (`en`).
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese 简体中文 (`zh-Hans`).
    #[serde(rename = "zh-Hans")]
    ZhHans,
}

impl Language {
    /// Every language, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Ja, Self::En, Self::ZhHans];

    /// Reads a BCP 47 tag as channels write it: `en-US` is English, `zh-CN` and `zh-SG` are Simplified
    /// Chinese; Traditional Chinese and everything else is Japanese.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        let mut subtags = tag.split('-');
        match (subtags.next(), subtags.next()) {
            (Some("en"), _) => Self::En,
            (Some("zh"), None | Some("hans" | "cn" | "sg")) => Self::ZhHans,
            _ => Self::Ja,
        }
    }

    /// The BCP 47 tag, which is also the name of the language's folder of templates.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
            Self::ZhHans => "zh-Hans",
        }
    }
}

impl From<String> for Language {
    fn from(tag: String) -> Self {
        Self::from_tag(&tag)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_languages_are_answered_in_japanese() {
        for (tag, language) in [
            ("ja", Language::Ja),
            ("ja-JP", Language::Ja),
            ("en", Language::En),
            ("en_US", Language::En),
            ("zh", Language::ZhHans),
            ("zh-CN", Language::ZhHans),
            ("zh-Hans-SG", Language::ZhHans),
            ("zh-Hant", Language::Ja),
            ("zh-TW", Language::Ja),
            ("fr", Language::Ja),
            ("", Language::Ja),
        ] {
            let read: Language = serde_json::from_value(tag.into()).unwrap();
            assert_eq!(read, language, "{tag}");
        }
    }

    #[test]
    fn a_language_survives_being_stored() {
        for language in Language::ALL {
            let stored = serde_json::to_string(&language).unwrap();
            assert_eq!(stored, format!("\"{language}\""));
            assert_eq!(serde_json::from_str::<Language>(&stored).unwrap(), language);
        }
    }
}
