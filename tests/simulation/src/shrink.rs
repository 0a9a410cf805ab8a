//! Finds a simpler run that breaks in the same way.

use crate::chance::Chance;
use crate::faults::Coverage;
use crate::world::{Run, World};

/// More attempts than this take longer than reading the trace.
const MAX_ATTEMPTS: usize = 400;

/// The simplest run it can find that breaks as `run` did: the decisions after the break go first,
/// then as many as possible become 0, which is the quietest decision.
#[must_use]
pub fn shrink(run: Run) -> Run {
    let mut best = run;
    let mut attempts = 0;
    let mut size = best.record.len() / 2;
    while size > 0 && attempts < MAX_ATTEMPTS {
        let mut at = 0;
        while at < best.record.len() && attempts < MAX_ATTEMPTS {
            let end = (at + size).min(best.record.len());
            let mut quieter = best.record.clone();
            let part = quieter.get_mut(at..end).unwrap_or_default();
            if part.iter().any(|decision| *decision != 0) {
                part.fill(0);
                attempts += 1;
                if let Some(found) = breaks_alike(quieter, &best) {
                    best = found;
                }
            }
            at = end;
        }
        size /= 2;
    }
    replay(best.record, true)
}

fn breaks_alike(record: Vec<u32>, like: &Run) -> Option<Run> {
    let run = replay(record, false);
    let same = |a: &str, b: &str| kind(a) == kind(b);
    let is_alike = match (&run.broken, &like.broken) {
        (Some(found), Some(wanted)) => same(&found.0, &wanted.0),
        _ => false,
    };
    (is_alike && run.steps <= like.steps).then_some(run)
}

/// What broke without the ids and numbers, which differ from run to run.
fn kind(what: &str) -> String {
    what.chars().filter(|c| !c.is_ascii_hexdigit()).take(80).collect()
}

/// Runs these decisions once more.
#[must_use]
pub fn replay(record: Vec<u32>, is_traced: bool) -> Run {
    World::new(Chance::replaying(record), Coverage::default(), is_traced).run()
}
