//! Slips of the pen in mail addresses, and what was probably meant.

use super::mail_address::MailAddress;
use super::text::fold;

/// Domains people write, and those they mean. Only domains that no mailbox of a customer is in:
/// whoever holds `gmial.com` gets other people's mails.
const DOMAINS: [(&str, &str); 45] = [
    ("gmial.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmal.com", "gmail.com"),
    ("gmil.com", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("gmaill.com", "gmail.com"),
    ("gmeil.com", "gmail.com"),
    ("gmail.co", "gmail.com"),
    ("gmail.cm", "gmail.com"),
    ("gmail.ne.jp", "gmail.com"),
    ("gmail.co.jp", "gmail.com"),
    ("gmail.jp", "gmail.com"),
    ("g-mail.com", "gmail.com"),
    ("yahho.co.jp", "yahoo.co.jp"),
    ("yaho.co.jp", "yahoo.co.jp"),
    ("yhaoo.co.jp", "yahoo.co.jp"),
    ("yahooo.co.jp", "yahoo.co.jp"),
    ("yahoo.co.jo", "yahoo.co.jp"),
    ("yahoo.cp.jp", "yahoo.co.jp"),
    ("yahoo.co", "yahoo.co.jp"),
    ("yahoo.co.jpp", "yahoo.co.jp"),
    ("hotmial.com", "hotmail.com"),
    ("hotmai.com", "hotmail.com"),
    ("hotmeil.com", "hotmail.com"),
    ("homail.com", "hotmail.com"),
    ("hotmail.co", "hotmail.com"),
    ("outlok.com", "outlook.com"),
    ("outlook.co", "outlook.com"),
    ("outlock.com", "outlook.com"),
    ("iclud.com", "icloud.com"),
    ("iclod.com", "icloud.com"),
    ("icould.com", "icloud.com"),
    ("icloud.co", "icloud.com"),
    ("icloud.jp", "icloud.com"),
    ("icloud.ne.jp", "icloud.com"),
    ("docomo.co.jp", "docomo.ne.jp"),
    ("docomo.ne.jo", "docomo.ne.jp"),
    ("docomo.jp", "docomo.ne.jp"),
    ("dokomo.ne.jp", "docomo.ne.jp"),
    ("docmo.ne.jp", "docomo.ne.jp"),
    ("ezweb.co.jp", "ezweb.ne.jp"),
    ("ezwed.ne.jp", "ezweb.ne.jp"),
    ("i.softbank.ne.jp", "i.softbank.jp"),
    ("sofbank.ne.jp", "softbank.ne.jp"),
];

/// The address that was probably meant by `text`, whether a mail server would accept that or not;
/// `None` when there is nothing to propose.
///
/// What is proposed is for a person to confirm: a mail to a guessed address tells a stranger what
/// somebody bought.
#[must_use]
pub fn proposal(text: &str) -> Option<MailAddress> {
    let plain: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    let (local, domain) = plain.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase().replace([',', '。', '、'], ".");
    let domain = domain.trim_end_matches('.');
    let meant = match DOMAINS.iter().find(|(slip, _)| *slip == domain) {
        Some((_, meant)) => (*meant).to_owned(),
        None => with_known_end(domain),
    };
    let proposed: MailAddress = format!("{local}@{meant}").parse().ok()?;
    (!proposed.as_str().eq_ignore_ascii_case(text)).then_some(proposed)
}

/// No country is called `con`, `cmo` or `jpn`.
fn with_known_end(domain: &str) -> String {
    let ends = [(".con", ".com"), (".cmo", ".com"), (".comm", ".com"), (".jpn", ".jp"), (".co.jo", ".co.jp")];
    let known = ends.iter().find_map(|(slip, meant)| Some(format!("{}{meant}", domain.strip_suffix(slip)?)));
    known.unwrap_or_else(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_the_domain_has_a_proposal() {
        for (written, meant) in [
            ("hanako@gmial.com", "hanako@gmail.com"),
            ("hanako@Gmail.Con", "hanako@gmail.com"),
            ("hanako@docomo.ne,jp", "hanako@docomo.ne.jp"),
            ("hanako＠yahoo。co。jp", "hanako@yahoo.co.jp"),
            ("hanako @example.jp", "hanako@example.jp"),
            ("hanako@ezweb.ne.jp.", "hanako@ezweb.ne.jp"),
            ("hanako@shop.example.co.jpn", "hanako@shop.example.co.jp"),
        ] {
            assert_eq!(proposal(written).as_ref().map(MailAddress::as_str), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_is_right_or_beyond_guessing_has_none() {
        for text in
            ["hanako@gmail.com", "Hanako@GMAIL.com", "hanako@example.jp", "a..b@docomo.ne,jp", "hanako", ""]
        {
            assert_eq!(proposal(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_that_is_meant_is_a_slip_itself() {
        for (slip, meant) in DOMAINS {
            assert!(DOMAINS.iter().all(|(other, _)| *other != meant), "{meant}");
            assert!(format!("a@{meant}").parse::<MailAddress>().is_ok() && slip != meant, "{slip}");
        }
    }
}
