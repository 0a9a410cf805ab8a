//! Whether the goods can arrive when the customer wants them.

use jiff::ToSpan;

use super::Report;
use crate::domain::japan;
use crate::domain::order::Order;
use crate::domain::validation::FindingCode;

pub(super) fn check(order: &Order, report: &mut Report<'_>) {
    let today = japan::local(order.received_at).date();
    let earliest = today.checked_add(i64::from(report.pack.policy.lead_time_days).days()).unwrap_or(today);
    for (i, group) in order.ship_groups.iter().enumerate() {
        let Some(date) = group.desired.date else { continue };
        let field = format!("ship_groups[{i}].desired.date");
        if date < today {
            let message = format!("{date} was over when the order came: agree on another day.");
            report.find(FindingCode::DesiredDatePast, field, message);
        } else if date < earliest {
            let message = format!(
                "The goods cannot arrive before {earliest}, and are wanted on {date}: agree on another day."
            );
            report.find(FindingCode::DesiredDateTooEarly, field, message);
        }
    }
}
