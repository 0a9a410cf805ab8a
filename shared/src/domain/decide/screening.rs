//! Taking and giving back what orders share.

use super::Effects;
use crate::domain::event::Event;
use crate::domain::order::Order;
use crate::domain::screening::Screened;

pub(super) fn screen(order: &Order, screened: &Screened) -> Effects {
    let news = order.screening.news(screened).filter(|_| !order.state.is_final());
    news.map_or_else(Effects::none, |screened| Event::OrderScreened { screened: Box::new(screened) }.into())
}

/// Gives back what the order needs no longer, and gives the customer the points it brought.
pub(super) fn settle(order: &Order) -> Option<Event> {
    let returns = order.claims_to_return();
    if !returns.is_empty() {
        return Some(Event::ClaimsReturned { returns });
    }
    order.points_to_earn().map(|(key, points)| Event::PointsEarned { key, points })
}
