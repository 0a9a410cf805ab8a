//! The template files of `shared/mails`, embedded.

/// Pairs of name and source for the files named.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/mails/", $name)))),*]
    };
}

/// Every template by its path below `shared/mails`. Sources only: a mail parses the few it needs.
pub(super) const TEMPLATES: &[(&str, &str)] = embed![
    "mail.j2",
    "text.j2",
    "html.j2",
    "kinds/cancelled.j2",
    "kinds/delayed.j2",
    "kinds/delivered.j2",
    "kinds/order_confirmation.j2",
    "kinds/payment_expired.j2",
    "kinds/payment_received.j2",
    "kinds/payment_reminder.j2",
    "kinds/payment_request.j2",
    "kinds/shipped.j2",
    "kinds/stock_out.j2",
    "ja/cancelled.j2",
    "ja/delayed.j2",
    "ja/delivered.j2",
    "ja/order_confirmation.j2",
    "ja/payment_expired.j2",
    "ja/payment_received.j2",
    "ja/payment_reminder.j2",
    "ja/payment_request.j2",
    "ja/shipped.j2",
    "ja/stock_out.j2",
    "ja/words.j2",
    "en/cancelled.j2",
    "en/delayed.j2",
    "en/delivered.j2",
    "en/order_confirmation.j2",
    "en/payment_expired.j2",
    "en/payment_received.j2",
    "en/payment_reminder.j2",
    "en/payment_request.j2",
    "en/shipped.j2",
    "en/stock_out.j2",
    "en/words.j2",
    "zh-Hans/cancelled.j2",
    "zh-Hans/delayed.j2",
    "zh-Hans/delivered.j2",
    "zh-Hans/order_confirmation.j2",
    "zh-Hans/payment_expired.j2",
    "zh-Hans/payment_received.j2",
    "zh-Hans/payment_reminder.j2",
    "zh-Hans/payment_request.j2",
    "zh-Hans/shipped.j2",
    "zh-Hans/stock_out.j2",
    "zh-Hans/words.j2",
];

/// The source of a template.
pub(super) fn source(name: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, source)| *source)
}
