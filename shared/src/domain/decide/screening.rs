//! Taking and giving back what orders share.

use super::Effects;
use crate::domain::event::Event;
use crate::domain::ids::AccountId;
use crate::domain::limits::credit;
use crate::domain::order::Order;
use crate::domain::screening::{Screened, Screening};
use crate::domain::tally::Claim;

pub(super) fn screen(order: &Order, screened: &Screened) -> Effects {
    let news = order.screening.news(screened).filter(|_| !order.state.is_final());
    news.map_or_else(Effects::none, |screened| Event::OrderScreened { screened: Box::new(screened) }.into())
}

/// Counts what an account will owe with an order for which there was no credit: somebody has taken the
/// responsibility.
pub(super) fn exceed_credit(order: &Order) -> Option<Event> {
    let Screening { customer, terms_days, earns, risk, .. } = order.screening.clone();
    // Only accounts we know have terms.
    let account =
        order.particulars.purchase_order.as_ref().filter(|_| terms_days.is_some())?.account.as_deref();
    let owed = Some(order.owed_by_account()).filter(|owed| owed.is_positive())?.units();
    let claim =
        Claim { key: credit(&AccountId::new(account?).ok()?), amount: owed, limit: None, returned: 0 };
    let screened = Screened { customer, marks: Vec::new(), claims: vec![claim], terms_days, earns, risk };
    screen(order, &screened).events.pop()
}

/// Gives back what the order needs no longer, and gives the customer the points it brought.
pub(super) fn settle(order: &Order) -> Option<Event> {
    let returns = order.claims_to_return();
    if !returns.is_empty() {
        return Some(Event::ClaimsReturned { returns });
    }
    order.points_to_earn().map(|(key, points)| Event::PointsEarned { key, points })
}
