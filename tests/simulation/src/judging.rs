//! Whether every order was judged by the rules it began with, whatever its merchant saved meanwhile.

use juchu::app::message::Stage;
use juchu::app::ports::{MerchantStore, StoreError};
use juchu::app::record::EventRecord;
use juchu::domain::Event;
use juchu::domain::evolve::replay;
use juchu::domain::ids::Sku;
use juchu::domain::order::Order;
use juchu::domain::rule_pack::RulePack;
use juchu::domain::rules;
use juchu::domain::validation::{Finding, FindingCode};

use crate::world::Broken;

/// Judges an order again, as it was each time it was judged, by the rules it began with. The catalogue
/// of the simulated shop never changes.
///
/// # Errors
/// [`Broken`], when something else was found then.
pub async fn check(store: &impl MerchantStore, order: &Order, history: &[EventRecord]) -> Result<(), Broken> {
    let unread = |error: StoreError| Broken(error.to_string());
    let saved = store.rules(&order.merchant, order.policy.version).await.map_err(unread)?;
    let pack = saved.map_or_else(|| RulePack::standard(order.policy.clone()), |saved| saved.pack);
    let skus: Vec<Sku> = order.lines.iter().map(|line| line.sku.clone()).collect();
    let products = store.products(&order.merchant, &skus).await.map_err(unread)?;
    for (before, found) in judgements(history) {
        let expected = rules::check(&before, &products, &pack);
        let found: Vec<&Finding> = found.iter().filter(|finding| !is_of_screening(finding.code)).collect();
        if found != expected.iter().collect::<Vec<_>>() {
            return Err(Broken(format!(
                "order {} of version {} was judged by other rules: {found:?} instead of {expected:?}",
                order.number, order.policy.version
            )));
        }
    }
    Ok(())
}

/// Whether a finding depends on what other orders have taken, which is another matter now.
const fn is_of_screening(code: FindingCode) -> bool {
    matches!(
        code,
        FindingCode::PromotionInvalid
            | FindingCode::PromotionExhausted
            | FindingCode::PromotionDiffers
            | FindingCode::PointsShort
            | FindingCode::AccountUnknown
            | FindingCode::PurchaseOrderMissing
            | FindingCode::CreditExceeded
            | FindingCode::ApprovalNeeded
            | FindingCode::FraudSuspected
    )
}

/// The order as it was before each time the stage judged it, and what was found.
fn judgements(history: &[EventRecord]) -> impl Iterator<Item = (Order, &[Finding])> {
    let of_stage = |record: &EventRecord| record.cause.actor == Stage::ValidateOrder.name();
    history.iter().enumerate().filter(move |(_, record)| of_stage(record)).filter_map(move |(at, record)| {
        let (Event::OrderValidated { findings } | Event::ValidationFailed { findings }) = &record.event
        else {
            return None;
        };
        // What it took and the holds it opened and closed in the same moment come before it.
        let is_part = |known: &&EventRecord| {
            let came_with_it = matches!(
                known.event,
                Event::OrderScreened { .. } | Event::HoldOpened { .. } | Event::HoldResolved { .. }
            );
            came_with_it && (known.at, &known.cause) == (record.at, &record.cause)
        };
        let earlier = history.get(..at)?;
        let holds = earlier.iter().rev().take_while(is_part).count();
        let before = earlier.get(..at - holds)?;
        Some((replay(before.iter().map(|known| (&known.event, known.at)))?, findings.as_slice()))
    })
}
