//! Mail addresses and phone numbers that lead nowhere.

use crate::domain::text::fold;

/// Domains of services whose addresses last minutes, and what is below them.
const DISPOSABLE: [&str; 40] = [
    "10minutemail.com",
    "10minutemail.net",
    "20minutemail.com",
    "33mail.com",
    "anonaddy.com",
    "burnermail.io",
    "dispostable.com",
    "dropmail.me",
    "emailondeck.com",
    "fakeinbox.com",
    "fakemail.net",
    "getairmail.com",
    "getnada.com",
    "guerrillamail.com",
    "guerrillamail.net",
    "guerrillamail.org",
    "inboxkitten.com",
    "instaddr.win",
    "mail-temp.com",
    "mail.tm",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailnesia.com",
    "mailpoof.com",
    "minuteinbox.com",
    "moakt.com",
    "mohmal.com",
    "mytemp.email",
    "sharklasers.com",
    "spamgourmet.com",
    "sute.jp",
    "temp-mail.io",
    "temp-mail.org",
    "tempail.com",
    "tempmail.net",
    "throwawaymail.com",
    "trashmail.com",
    "yopmail.com",
    "yopmail.fr",
];

/// Whether the mail address is of a disposable service, or of one of `more`.
pub(super) fn is_disposable(mail: &str, more: &[String]) -> bool {
    let mail = fold(mail).trim().to_lowercase();
    let domain = mail.rsplit('@').next().unwrap_or_default();
    let is_of = |service: &str| {
        domain.strip_suffix(service).is_some_and(|below| below.is_empty() || below.ends_with('.'))
    };
    DISPOSABLE.iter().any(|service| is_of(service))
        || more.iter().any(|service| is_of(&service.to_lowercase()))
}

/// Whether the part before the `@` looks typed at random: eight or more letters with a run of six
/// consonants, digits and letters changing places five times or more, or one character repeated.
/// Initials, birthdays and words with numbers behind them change place once or twice.
pub(super) fn is_meaningless_mail(mail: &str) -> bool {
    let mail = fold(mail).trim().to_lowercase();
    let Some((local, _)) = mail.rsplit_once('@') else { return false };
    let local: Vec<char> = local.split('+').next().unwrap_or_default().chars().collect();
    let plain: Vec<char> = local.iter().copied().filter(char::is_ascii_alphanumeric).collect();
    if plain.len() < 6 {
        return false;
    }
    let repeated = plain.iter().all(|c| Some(c) == plain.first());
    let changes = plain
        .windows(2)
        .filter(|pair| matches!(pair, [one, other] if one.is_ascii_digit() != other.is_ascii_digit()));
    let vowelless = |part: &&[char]| part.len() >= 6;
    let mut runs = plain.split(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | '0'..='9'));
    repeated || changes.count() >= 5 || (plain.len() >= 8 && runs.any(|part| vowelless(&part)))
}

/// Whether the last eight digits are one digit repeated, two digits repeated, or a rising or falling row.
pub(super) fn is_meaningless_phone(number: &str) -> bool {
    let digits: Vec<u8> = fold(number).bytes().filter(u8::is_ascii_digit).collect();
    let Some(tail) = digits.len().checked_sub(8).and_then(|from| digits.get(from..)) else { return false };
    let step =
        |by: i16| tail.windows(2).all(|pair| matches!(pair, [a, b] if i16::from(*b) - i16::from(*a) == by));
    let alternating = tail.windows(3).all(|three| matches!(three, [a, _, c] if a == c));
    step(0) || step(1) || step(-1) || alternating
}
