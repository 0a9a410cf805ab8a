//! The people and the services outside.

use juchu::domain::order::Order;
use juchu::domain::payment::OperationKind;
use juchu::testing::{MailScript, ProviderScript};

use super::{MAX_ORDERS, World, shorten};
use crate::people::View;
use crate::requests::Purpose;

/// How rarely everybody does all that waits for them, so that in a storm, too, orders come to their end.
const GOOD_HOUR: usize = 40;

impl World {
    pub(super) fn somebody_asks(&mut self) {
        let orders = self.out.store.orders();
        let told = self.out.warehouse.told();
        let reports = self.out.reports.told();
        let view = View { now: self.now(), orders: &orders, told: &told, reports: &reports };
        if self.chance.one_in(GOOD_HOUR) {
            self.tell(|| "everybody does their part".to_owned());
            self.asks.extend(self.people.everybody_does_their_part(&view));
            return;
        }
        let before = self.people.clone();
        if let Some(ask) = self.people.somebody(&view, &self.chance) {
            let is_new = matches!(ask.purpose, Purpose::Order { .. } | Purpose::Upload { .. });
            if is_new && self.people.posted.len() > MAX_ORDERS {
                self.people = before;
                return;
            }
            self.tell(|| format!("somebody asks {}: {}", ask.function, shorten(&ask.event)));
            self.asks.push(ask);
        }
    }

    /// The payment provider and the mail service have a bad moment, or decide something.
    pub(super) fn outside_changes(&mut self) {
        if !self.chance.one_in(self.weather.outside) {
            return;
        }
        match self.chance.below(9) {
            0 => self.out.provider.then(ProviderScript::Decline("LIMIT".to_owned())),
            1 => self.out.provider.then(ProviderScript::Review),
            2 => self.out.provider.then(ProviderScript::Unreachable),
            3 => self.out.provider.then(ProviderScript::Unknown { done: true }),
            4 => self.out.provider.then(ProviderScript::Unknown { done: false }),
            5 => self.out.mailer.then(MailScript::Refuse("no such mailbox".to_owned())),
            6 => self.out.mailer.then(MailScript::NotSent),
            7 => self.out.mailer.then(MailScript::LoseAnswer),
            _ => {
                let approved = self.chance.one_in(2);
                self.decide_reviews(&self.out.store.orders(), approved);
            }
        }
    }

    pub(super) fn decide_reviews(&self, orders: &[Order], approved: bool) {
        for payment in orders.iter().flat_map(|order| &order.payments) {
            let credit = payment.operation(OperationKind::Authorize, payment.amount);
            for asked in payment.unknown.iter().chain([&credit]) {
                self.out.provider.decide(asked, approved);
            }
        }
    }
}
