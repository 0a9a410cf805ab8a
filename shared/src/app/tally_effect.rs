//! What a commit does to what orders share: it follows from its events.

use std::collections::BTreeMap;

use super::ports::Commit;
use crate::domain::event::Event;
use crate::domain::fraud::{Mark, Sighting};
use crate::domain::tally::{Bounds, TallyChange, TallyKey, changes};

impl Commit {
    /// The changes of counts this commit makes, one for each count, by key.
    #[must_use]
    pub fn tally_changes(&self) -> Vec<TallyChange> {
        let mut all: BTreeMap<TallyKey, (Bounds, i64)> = BTreeMap::new();
        for change in self.records.iter().flat_map(|record| changes(&self.order, &record.event)) {
            let (bounds, delta) = all.entry(change.key).or_default();
            *bounds = bounds.then(*delta, change.bounds);
            *delta += change.delta;
        }
        let change = |(key, (bounds, delta))| TallyChange { key, delta, bounds };
        all.into_iter().map(change).collect()
    }

    /// By which marks the order is seen from now on.
    #[must_use]
    pub fn sightings(&self) -> Vec<(Mark, Sighting)> {
        let marks = self.records.iter().filter_map(|record| {
            if let Event::OrderScreened { screened } = &record.event { Some(&screened.marks) } else { None }
        });
        let remembered = marks.flatten().filter(|mark| mark.kind.is_remembered());
        let sighting = |mark: &Mark| Sighting {
            order: self.order.id.clone(),
            at: self.order.received_at,
            detail: mark.detail.clone(),
        };
        remembered.map(|mark| (mark.clone(), sighting(mark))).collect()
    }
}
