//! When which order comes: fixed before the first is sent, so that nothing the system does can hold an
//! order back.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::dice::Dice;

/// How many SKUs there are besides the hot one.
pub const OTHER_SKUS: u64 = 20;
/// The most units one order wants.
const MOST_UNITS: u64 = 2;

/// How much comes when.
#[derive(Debug, Clone, Copy, Args, Serialize)]
pub struct Shape {
    /// The same seed gives the same orders at the same times
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Orders a second outside the surge
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rate: u32,
    /// How many times as many in the surge
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub surge: u32,
    /// For how many seconds orders come, the surge in their middle
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub seconds: u32,
    /// How many of them are the surge
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub surge_seconds: u32,
    /// Of a hundred orders, how many want the hot SKU
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub hot: u32,
}

/// The parts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The usual rate.
    Before,
    /// The surge.
    Surge,
    /// The usual rate again, on what the surge has left behind.
    After,
}

impl Phase {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Before, Self::Surge, Self::After];
}

/// An order that is going to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// How long after the beginning.
    pub after: Duration,
    /// In which part of the run.
    pub phase: Phase,
    /// Which SKU it wants; 0 is the hot one.
    pub sku: u64,
    /// How many units.
    pub units: u32,
}

impl Arrival {
    /// Whether it wants the hot SKU.
    #[must_use]
    pub const fn is_hot(&self) -> bool {
        self.sku == 0
    }
}

impl Shape {
    /// When a phase begins and how long it is, in seconds.
    #[must_use]
    pub fn span(&self, phase: Phase) -> (u32, u32) {
        let surge = self.surge_seconds.min(self.seconds);
        let before = (self.seconds - surge) / 2;
        match phase {
            Phase::Before => (0, before),
            Phase::Surge => (before, surge),
            Phase::After => (before + surge, self.seconds - surge - before),
        }
    }

    /// How many orders a second a phase has.
    #[must_use]
    pub const fn rate(&self, phase: Phase) -> u32 {
        match phase {
            Phase::Before | Phase::After => self.rate,
            Phase::Surge => self.rate * self.surge,
        }
    }

    /// All orders, in the order they come. In each phase they come as those of a Poisson process do of
    /// which it is known how many there are: each at any moment.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        let mut dice = Dice::new(self.seed);
        let mut arrivals = Vec::new();
        for phase in Phase::ALL {
            let (begin, seconds) = self.span(phase);
            let length = Duration::from_secs(seconds.into());
            for _ in 0..u64::from(self.rate(phase)) * u64::from(seconds) {
                let within = dice.below(u64::try_from(length.as_nanos()).unwrap_or(u64::MAX));
                let is_hot = dice.below(100) < u64::from(self.hot);
                let units = u32::try_from(1 + dice.below(MOST_UNITS)).unwrap_or(1);
                arrivals.push(Arrival {
                    after: Duration::from_secs(begin.into()) + Duration::from_nanos(within),
                    phase,
                    sku: if is_hot { 0 } else { 1 + dice.below(OTHER_SKUS) },
                    units,
                });
            }
        }
        arrivals.sort_by_key(|arrival| arrival.after);
        arrivals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { seed: 7, rate: 10, surge: 20, seconds: 40, surge_seconds: 10, hot: 80 };

    #[test]
    fn the_surge_is_in_the_middle_and_has_twenty_times_the_rate() {
        let arrivals = SHAPE.arrivals();
        assert!(arrivals.is_sorted_by_key(|arrival| arrival.after));
        let of = |phase| arrivals.iter().filter(move |arrival| arrival.phase == phase);
        assert_eq!(Phase::ALL.map(|phase| of(phase).count()), [150, 2_000, 150]);
        let surge = Duration::from_secs(15)..Duration::from_secs(25);
        assert!(of(Phase::Surge).all(|arrival| surge.contains(&arrival.after)));
        let hot = arrivals.iter().filter(|arrival| arrival.is_hot()).count();
        assert!((1_700..1_980).contains(&hot), "{hot} of 2300 are four fifths");
    }

    #[test]
    fn a_seed_gives_the_same_orders_again_and_another_one_gives_others() {
        assert_eq!(SHAPE.arrivals(), SHAPE.arrivals());
        assert_ne!(SHAPE.arrivals(), Shape { seed: 8, ..SHAPE }.arrivals());
    }

    #[test]
    fn orders_come_as_irregularly_as_customers_do() {
        let arrivals = SHAPE.arrivals();
        let surge = arrivals.iter().filter(|arrival| arrival.phase == Phase::Surge);
        let times: Vec<u128> = surge.map(|arrival| arrival.after.as_micros()).collect();
        let gaps: Vec<u128> = times.windows(2).map(|two| two[1] - two[0]).collect();
        // Gaps of 5 ms on average, of which a Poisson process has 63 % that are shorter.
        let shorter = gaps.iter().filter(|gap| **gap < 5_000).count();
        assert!((1_180..1_340).contains(&shorter), "{shorter} of {}", gaps.len());
    }
}
