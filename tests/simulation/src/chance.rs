//! Where every decision of a run comes from.

use std::sync::{Arc, Mutex, PoisonError};

use juchu_tests::harness::dice::Dice;

/// The decisions of a run: drawn from a seed and recorded, or taken from the record of another run.
/// The smaller a decision, the quieter the run: 0 is no fault, no request, the next thing in turn. So
/// a shorter record with smaller numbers is a simpler run, which is what [`crate::shrink`] looks for.
#[derive(Debug, Clone)]
pub struct Chance(Arc<Mutex<Source>>);

#[derive(Debug)]
struct Source {
    /// What is drawn from beyond the record; nothing but zeros without.
    dice: Option<Dice>,
    record: Vec<u32>,
    next: usize,
}

impl Chance {
    /// The decisions that follow from `seed`.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Source { dice: Some(Dice::new(seed)), record: Vec::new(), next: 0 })))
    }

    /// The decisions of `record`; after its end, the quietest ones.
    #[must_use]
    pub fn replaying(record: Vec<u32>) -> Self {
        Self(Arc::new(Mutex::new(Source { dice: None, record, next: 0 })))
    }

    /// A number below `n`; 0 when `n` is 0 or 1.
    #[must_use]
    pub fn below(&self, n: usize) -> usize {
        let n = u32::try_from(n).unwrap_or(u32::MAX).max(1);
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = source.next;
        source.next += 1;
        let recorded = source.record.get(at).copied();
        let drawn = recorded.unwrap_or_else(|| {
            let drawn = source.dice.as_mut().map_or(0, |dice| dice.below(n as usize));
            let drawn = u32::try_from(drawn).unwrap_or_default();
            source.record.push(drawn);
            drawn
        });
        // A record that was made shorter may hold a number of another decision.
        (drawn % n) as usize
    }

    /// Yes once in `n` times; never when `n` is 0.
    #[must_use]
    pub fn one_in(&self, n: usize) -> bool {
        n > 0 && self.below(n) == n - 1
    }

    /// One of `items`; `None` when there is none.
    #[must_use]
    pub fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// All decisions until now.
    #[must_use]
    pub fn record(&self) -> Vec<u32> {
        let source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        source.record.iter().take(source.next).copied().collect()
    }
}
