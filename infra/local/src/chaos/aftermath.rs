//! What is found when the storm is over.

use std::fmt;

use juchu::app::verify::Verified;

use super::load::Load;
use crate::demo::report::Played;

/// Everything there is to look at.
pub(super) struct Aftermath {
    /// What was done to the system.
    pub(super) storm: String,
    /// How many requests were repeated.
    pub(super) repeated: u64,
    /// The orders, as their channels and customers know them.
    pub(super) played: Vec<Played>,
    /// How many units there were of what there was too little of.
    pub(super) scarce_units: usize,
    /// How many orders were stored before.
    pub(super) orders_before: usize,
    /// What is stored.
    pub(super) verified: Verified,
    /// The text of each mail that was delivered.
    pub(super) mails: Vec<String>,
    /// What nobody will work on by itself, or where it is.
    pub(super) dead_letters: Vec<String>,
}

impl Aftermath {
    /// All that came of `load`, with nothing found yet.
    pub(super) fn of(load: &Load, played: Vec<Played>, storm: String) -> Self {
        Self {
            storm,
            repeated: load.repeated(),
            played,
            scarce_units: load.scarce_units(),
            orders_before: 0,
            verified: Verified::default(),
            mails: Vec::new(),
            dead_letters: Vec::new(),
        }
    }

    /// Everything that is not as it must be.
    pub(super) fn wrongs(&self) -> Vec<String> {
        let mut wrongs: Vec<String> = Vec::new();
        for played in &self.played {
            let number = played.order.as_ref().map_or("", |order| order.number.as_str());
            let defects = played.defects_after_chaos().into_iter();
            wrongs.extend(defects.map(|defect| format!("{} {number}: {defect}", played.name)));
            wrongs.extend(self.wrong_mails(played));
            wrongs.extend(wrong_money(played));
        }
        let stored = self.verified.orders.saturating_sub(self.orders_before);
        if stored != self.played.len() {
            wrongs.push(format!("{} orders were sent, {stored} are stored", self.played.len()));
        }
        let sold =
            self.played.iter().filter(|played| played.name == "one_of_few" && has_left(played)).count();
        if sold != self.scarce_units {
            wrongs.push(format!("{sold} of {} scarce units were sold", self.scarce_units));
        }
        wrongs.extend(self.verified.violations.iter().map(ToString::to_string));
        wrongs.extend(self.dead_letters.iter().map(|letter| format!("dead letter: {letter}")));
        wrongs
    }

    fn mails_about(&self, number: &str) -> usize {
        self.mails.iter().filter(|text| text.contains(number)).count()
    }

    /// As many mails as the order knows of, give or take those nobody knows about.
    fn wrong_mails(&self, played: &Played) -> Option<String> {
        let order = played.order.as_ref().ok()?;
        let delivered = self.mails_about(&order.number);
        let (sent, ended) = (order.mails_sent().len(), order.mails_ended().len());
        let fits = sent <= delivered && delivered <= ended;
        (!fits).then(|| {
            format!("{}: {delivered} mails were delivered, {sent} to {ended} were sent", order.number)
        })
    }
}

/// A customer has paid for the order, and nothing for a cancelled one.
fn wrong_money(played: &Played) -> Option<String> {
    let order = played.order.as_ref().ok()?;
    let expected = if order.state == "CANCELLED" { 0 } else { order.billing.total };
    let held: i64 = order.payments.iter().map(|payment| payment.captured - payment.refunded).sum();
    (held != expected).then(|| format!("{}: {held} was taken instead of {expected}", order.number))
}

fn has_left(played: &Played) -> bool {
    played.order.as_ref().is_ok_and(|order| order.state == "COMPLETED")
}

impl fmt::Display for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders: Vec<_> = self.played.iter().filter_map(|played| played.order.as_ref().ok()).collect();
        let completed = orders.iter().filter(|order| order.state == "COMPLETED").count();
        let cancelled = orders.iter().filter(|order| order.state == "CANCELLED").count();
        let unknown: usize =
            orders.iter().map(|order| order.mails_ended().len() - order.mails_sent().len()).sum();
        let Verified { events, stocks, .. } = self.verified;
        writeln!(f, "{} orders: {completed} completed, {cancelled} cancelled", self.played.len())?;
        writeln!(f, "{}; {} requests that were not answered were repeated", self.storm, self.repeated)?;
        writeln!(
            f,
            "{} orders, {events} events and {stocks} stocks are stored; {} mails were delivered, of {unknown} \
             nobody knows; {} dead letters",
            self.verified.orders,
            orders.iter().map(|order| self.mails_about(&order.number)).sum::<usize>(),
            self.dead_letters.len()
        )?;
        let wrongs = self.wrongs();
        wrongs.iter().try_for_each(|wrong| writeln!(f, "✘ {wrong}"))?;
        match wrongs.len() {
            0 => write!(f, "✔ 0 lost, 0 doubled, 0 oversold"),
            wrongs => write!(f, "✘ {wrongs} things are wrong"),
        }
    }
}

#[cfg(test)]
mod tests {
    use juchu::domain::audit::Violation;
    use serde_json::json;

    use super::*;
    use crate::demo::api::Order;
    use crate::demo::stories::End;

    const END: End = End { state: "COMPLETED", payment: "CAPTURED", mails: &["shipped"] };

    fn order(number: &str) -> Order {
        serde_json::from_value(json!({
            "order": "1", "number": number, "state": "COMPLETED", "currency": "JPY",
            "billing": { "total": 100 },
            "payments": [{
                "payment": "1", "method": "CARD", "status": "CAPTURED",
                "due": 100, "captured": 100, "refunded": 0,
            }],
            "shipments": [], "holds": [], "tickets": [], "calls": [], "reports": [], "timeline": [],
            "mails": [{ "fact": "shipped:7", "outcome": { "status": "SENT" } }],
        }))
        .unwrap()
    }

    fn played(name: &'static str, order: Order) -> Played {
        Played { name, about: "", expected: END, order: Ok(order) }
    }

    /// Two orders, one of them for the one scarce unit, with nothing wrong.
    fn good() -> Aftermath {
        Aftermath {
            storm: String::new(),
            repeated: 0,
            played: vec![played("card_order", order("K-1")), played("one_of_few", order("K-2"))],
            scarce_units: 1,
            orders_before: 5,
            verified: Verified { orders: 7, ..Verified::default() },
            mails: vec!["about K-1".to_owned(), "about K-2".to_owned()],
            dead_letters: Vec::new(),
        }
    }

    #[track_caller]
    fn tells(of: &str, spoil: impl FnOnce(&mut Aftermath)) {
        let mut aftermath = good();
        spoil(&mut aftermath);
        let wrongs = aftermath.wrongs();
        assert!(wrongs.len() == 1 && wrongs[0].contains(of), "{wrongs:?}");
    }

    fn first(aftermath: &mut Aftermath) -> &mut Order {
        aftermath.played[0].order.as_mut().unwrap()
    }

    #[test]
    fn nothing_is_wrong_where_all_is_as_it_was_played() {
        assert_eq!(good().wrongs(), [""; 0]);
    }

    #[test]
    fn whatever_was_lost_is_told() {
        tells("expected COMPLETED, reached SHIPPED", |it| first(it).state = "SHIPPED".to_owned());
        tells("not found", |it| it.played[0].order = Err(anyhow::anyhow!("not found")));
        tells("0 mails were delivered, 1 to 1 were sent", |it| drop(it.mails.remove(0)));
        tells("0 was taken instead of 100", |it| first(it).payments[0].captured = 0);
        tells("dead letter: ship-order", |it| it.dead_letters.push("ship-order".to_owned()));
    }

    #[test]
    fn whatever_was_doubled_is_told() {
        tells("2 orders were sent, 3 are stored", |it| it.verified.orders += 1);
        tells("2 mails were delivered", |it| it.mails.push("about K-1".to_owned()));
        tells("200 was taken instead of 100", |it| first(it).payments[0].captured = 200);
    }

    #[test]
    fn whatever_was_oversold_is_told() {
        tells("1 of 0 scarce units were sold", |it| it.scarce_units = 0);
        let oversold = || Violation { about: "stock".to_owned(), what: "oversold".to_owned() };
        tells("stock: oversold", |it| it.verified.violations.push(oversold()));
    }

    #[test]
    fn a_mail_nobody_knows_about_needs_its_ticket_and_may_have_been_delivered() {
        let unknown = |it: &mut Aftermath| first(it).mails[0].outcome.status = "UNKNOWN".to_owned();
        tells("expected MAIL_UNKNOWN", unknown);
        let mut told = good();
        unknown(&mut told);
        let ticket = json!({ "ticket": "MAIL_UNKNOWN:1", "kind": "MAIL_UNKNOWN", "closed_at": null });
        first(&mut told).tickets.push(serde_json::from_value(ticket).unwrap());
        assert_eq!(told.wrongs(), [""; 0]);
        told.mails.remove(0);
        assert_eq!(told.wrongs(), [""; 0]);
    }
}
