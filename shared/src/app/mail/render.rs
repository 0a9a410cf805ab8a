//! From facts to subject, text and HTML.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, DateTime, Weekday};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context, value::Serde};
use serde_json::Value as Json;

use super::{MailContext, MailKind, money, templates};
use crate::domain::{customer::Language, money::Currency};

/// Characters of the shop's name that fit into a subject.
const MAX_SHOP_NAME_CHARS: usize = 30;

/// A mail in one language, ready to be put into an envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// 【shop】purpose, without any control character.
    pub subject: String,
    /// The plain part; lines end with `\n`.
    pub text: String,
    /// The HTML part: no script, no remote content.
    pub html: String,
}

/// Personal data: only the subject is shown, which names nothing but the shop.
impl fmt::Debug for RenderedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedMail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A mail could not be written. Any content can be written, so this is a fault of a template.
#[derive(Debug, thiserror::Error)]
#[error("render the {} mail in {}", kind.name(), folder(*language))]
pub struct RenderError {
    kind: MailKind,
    language: Language,
    source: Error,
}

/// Writes the mail for `context` in `language`.
///
/// # Errors
/// [`RenderError`] if a template is missing or uses something the context does not have.
pub fn render(language: Language, context: &MailContext) -> Result<RenderedMail, RenderError> {
    let kind = context.kind();
    let fail = |source| RenderError { kind, language, source };
    let draft = Draft::new(language, context).map_err(fail)?;
    let (purpose, text) = draft.render(Part::Text).map_err(fail)?;
    let (_, html) = draft.render(Part::Html).map_err(fail)?;
    Ok(RenderedMail { subject: draft.subject(&purpose), text, html })
}

/// The folder of a language's templates, named by its BCP 47 tag.
pub(in crate::app) const fn folder(language: Language) -> &'static str {
    match language {
        Language::Ja => "ja",
        Language::En => "en",
        Language::ZhHans => "zh-Hans",
    }
}

/// One of the two bodies. Both are written by the same templates over another layout.
#[derive(Clone, Copy)]
enum Part {
    Text,
    Html,
}

impl Part {
    const fn layout(self) -> &'static str {
        match self {
            Self::Text => "text.j2",
            Self::Html => "html.j2",
        }
    }

    /// The layout decides, not the name of a template.
    const fn escaping(self) -> AutoEscape {
        match self {
            Self::Text => AutoEscape::None,
            Self::Html => AutoEscape::Html,
        }
    }
}

/// A mail with its facts made ready for the templates.
struct Draft {
    language: Language,
    kind: MailKind,
    currency: Currency,
    shop_name: String,
    /// The context, with the notice's own fields as `notice`.
    facts: Value,
}

impl Draft {
    fn new(language: Language, context: &MailContext) -> Result<Self, Error> {
        let mut facts = serde_json::to_value(context)
            .map_err(|error| Error::new(ErrorKind::BadSerialization, "facts of a mail").with_source(error))?;
        clean(&mut facts);
        let shop_name = shortened(&single_line(&context.shop.name), MAX_SHOP_NAME_CHARS);
        let kind = context.kind();
        let notice = facts.get("notice").and_then(|notice| notice.get(kind.name()));
        let facts = context! { notice => Serde(notice), ..Value::from(Serde(&facts)) };
        Ok(Self { language, kind, currency: context.currency, shop_name, facts })
    }

    fn subject(&self, purpose: &str) -> String {
        if self.shop_name.is_empty() {
            purpose.to_owned()
        } else {
            format!("【{}】{purpose}", self.shop_name)
        }
    }

    /// The purpose (what the subject says) and the body.
    fn render(&self, part: Part) -> Result<(String, String), Error> {
        let environment = self.environment(part);
        let folder = folder(self.language);
        let facts = context! {
            ui => part.layout(),
            words => format!("{folder}/words.j2"),
            language => folder,
            ..self.facts.clone()
        };
        let template = environment.get_template(&format!("{folder}/{}.j2", self.kind.name()))?;
        let mut mail = template.render_captured(facts)?;
        let purpose = mail.with_state_mut(|state| state.render_block("purpose"))?;
        Ok((purpose, tidy(mail.output())))
    }

    fn environment(&self, part: Part) -> Environment<'static> {
        let (language, currency) = (self.language, self.currency);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(move |_| part.escaping());
        environment.set_loader(|name| Ok(templates::source(name).map(str::to_owned)));
        environment.add_filter("money", move |amount: i64| money(amount, currency));
        environment.add_filter("date", move |text: &str| parsed(text).map(|date| date_text(date, language)));
        environment.add_filter("moment", move |text: &str| {
            parsed(text).map(|at: DateTime| moment_text(at, language))
        });
        environment.add_filter("rate", rate_text);
        environment.add_filter("paragraphs", move |text: &Value| paragraphs(text, language));
        environment
    }
}

fn parsed<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::new(ErrorKind::InvalidOperation, "not a date"))
}

/// `2026年10月12日（月）`, `Mon, 12 Oct 2026`, `2026年10月12日（周一）`.
pub(in crate::app) fn date_text(date: Date, language: Language) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    match language {
        Language::En => date.strftime("%a, %-d %b %Y").to_string(),
        Language::Ja => {
            let weekday = match date.weekday() {
                Weekday::Monday => '月',
                Weekday::Tuesday => '火',
                Weekday::Wednesday => '水',
                Weekday::Thursday => '木',
                Weekday::Friday => '金',
                Weekday::Saturday => '土',
                Weekday::Sunday => '日',
            };
            format!("{year}年{month}月{day}日（{weekday}）")
        }
        Language::ZhHans => {
            let weekday = match date.weekday() {
                Weekday::Monday => '一',
                Weekday::Tuesday => '二',
                Weekday::Wednesday => '三',
                Weekday::Thursday => '四',
                Weekday::Friday => '五',
                Weekday::Saturday => '六',
                Weekday::Sunday => '日',
            };
            format!("{year}年{month}月{day}日（周{weekday}）")
        }
    }
}

/// The date, then `9:30`; the closing bracket of a Japanese or Chinese weekday needs no space after it.
fn moment_text(at: DateTime, language: Language) -> String {
    let space = match language {
        Language::En => ", ",
        Language::Ja | Language::ZhHans => "",
    };
    format!("{}{space}{}", date_text(at.date(), language), at.strftime("%-H:%M"))
}

/// Basis points as a percentage without idle zeros: 1000 → `10%`, 825 → `8.25%`.
fn rate_text(basis_points: u16) -> String {
    let hundredths = format!(".{:02}", basis_points % 100);
    format!("{}{}%", basis_points / 100, hundredths.trim_end_matches('0').trim_end_matches('.'))
}

/// Splits prose at its blank lines. The line breaks within a paragraph are the template's own; a language
/// written without spaces is joined without them.
fn paragraphs(text: &Value, language: Language) -> Vec<Value> {
    let joint = match language {
        Language::En => " ",
        Language::Ja | Language::ZhHans => "",
    };
    let safe = text.is_safe();
    tidy(&text.to_string())
        .split("\n\n")
        .map(|paragraph| paragraph.trim().replace('\n', joint))
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| if safe { Value::from_safe_string(paragraph) } else { Value::from(paragraph) })
        .collect()
}

/// No blanks at the ends of lines, never two blank lines together: templates may be laid out freely.
pub(in crate::app) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut after_blank = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && after_blank) {
            tidied.push_str(line);
            tidied.push('\n');
        }
        after_blank = line.is_empty();
    }
    tidied.truncate(tidied.trim_end().len());
    tidied.push('\n');
    tidied
}

/// Makes every text of the facts a single line, before any template sees it.
pub(in crate::app) fn clean(facts: &mut Json) {
    match facts {
        Json::String(text) => *text = single_line(text),
        Json::Array(items) => items.iter_mut().for_each(clean),
        Json::Object(fields) => fields.values_mut().for_each(clean),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// One trimmed line: line ends and other control characters become spaces, and what would turn the
/// direction of the text around it is dropped.
pub(super) fn single_line(text: &str) -> String {
    let line: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    line.trim().to_owned()
}

/// The first `max_chars` characters, the last of them `…` if some are left out.
pub(super) fn shortened(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    text.chars().take(max_chars - 1).chain(['…']).collect()
}
