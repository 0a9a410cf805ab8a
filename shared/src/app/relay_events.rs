//! Relays events: gives each to the queues of the stages that act on it (`message::routes`).

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};

use super::message::{Message, Stage};
use super::ports::{StageQueues, Unavailable};

/// How many messages a queue takes at once.
pub const BATCH_SIZE: usize = 10;

/// How many batches are on their way at once.
const CONCURRENCY: usize = 8;

/// What could not be relayed.
#[derive(Debug, Default)]
pub struct Relayed {
    /// The positions of the messages that at least one of their stages did not get. Relaying them
    /// again repeats them to the stages that did, which does no harm.
    pub missed: BTreeSet<usize>,
    /// Why, of the queues that could not be reached at all.
    pub errors: Vec<Unavailable>,
}

/// Sends each message to all its stages; a stage that fails keeps none of the others from theirs.
pub async fn relay_events<Q: StageQueues>(queues: &Q, messages: &[Message]) -> Relayed {
    let batches: Vec<(Stage, Vec<usize>)> =
        Stage::ALL.into_iter().flat_map(|stage| batches_for(stage, messages)).collect();
    let sent = stream::iter(batches).map(async |(stage, positions)| {
        let batch: Vec<&Message> = positions.iter().filter_map(|&at| messages.get(at)).collect();
        let missed = queues.send(stage, &batch).await;
        (positions, missed)
    });
    sent.buffer_unordered(CONCURRENCY)
        .fold(Relayed::default(), async |mut relayed, (positions, missed)| {
            match missed {
                Ok(missed) => {
                    relayed.missed.extend(missed.into_iter().filter_map(|at| positions.get(at)).copied());
                }
                Err(error) => {
                    relayed.missed.extend(positions);
                    relayed.errors.push(error);
                }
            }
            relayed
        })
        .await
}

/// The positions of the messages for `stage`, in batches.
fn batches_for(stage: Stage, messages: &[Message]) -> Vec<(Stage, Vec<usize>)> {
    let is_for = |message: &Message| message.routes().contains(&stage);
    let positions: Vec<usize> =
        messages.iter().enumerate().filter_map(|(at, message)| is_for(message).then_some(at)).collect();
    positions.chunks(BATCH_SIZE).map(|batch| (stage, batch.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::ids::{ChannelId, MerchantId, OrderId};

    #[derive(Default)]
    struct Queues {
        sent: Mutex<Vec<(Stage, usize)>>,
        /// This queue cannot be reached.
        down: Option<Stage>,
        /// This queue refuses the message at this position of each batch.
        refuses: Option<(Stage, usize)>,
    }

    impl StageQueues for Queues {
        async fn send(&self, stage: Stage, messages: &[&Message]) -> Result<Vec<usize>, Unavailable> {
            if self.down == Some(stage) {
                return Err(Unavailable { what: "the queue", source: "timeout".into() });
            }
            self.sent.lock().unwrap().push((stage, messages.len()));
            Ok(self.refuses.iter().filter(|(of, _)| *of == stage).map(|(_, at)| *at).collect())
        }
    }

    fn messages(kinds: &[EventKind]) -> Vec<Message> {
        let merchant = MerchantId::new("acme").unwrap();
        let order = OrderId::of(&merchant, &ChannelId::new("acme-shop").unwrap(), "1");
        kinds
            .iter()
            .zip(1..)
            .map(|(kind, seq)| {
                let at = Timestamp::UNIX_EPOCH;
                Message::of_order(order.clone(), seq, *kind, merchant.clone(), at, "c-1".to_owned())
            })
            .collect()
    }

    #[tokio::test]
    async fn an_event_goes_to_every_stage_of_the_routing_table_and_to_no_other() {
        let queues = Queues::default();
        let kinds = [EventKind::OrderReceived, EventKind::NoteAdded, EventKind::OrderDelivered];
        let relayed = relay_events(&queues, &messages(&kinds)).await;
        assert!(relayed.missed.is_empty() && relayed.errors.is_empty());
        let mut sent = queues.sent.into_inner().unwrap();
        sent.sort();
        let expected = [
            (Stage::ValidateOrder, 1),
            (Stage::AllocateStock, 1),
            (Stage::CollectPayment, 1),
            (Stage::PostSales, 1),
            (Stage::NotifyCustomer, 1),
            (Stage::ReportChannel, 1),
        ];
        assert_eq!(sent, expected);
    }

    #[tokio::test]
    async fn messages_travel_in_batches_of_ten() {
        let queues = Queues::default();
        relay_events(&queues, &messages(&[EventKind::ShipmentArrived; 23])).await;
        let mut sizes: Vec<_> = queues.sent.into_inner().unwrap().into_iter().map(|(_, n)| n).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [3, 10, 10]);
    }

    #[tokio::test]
    async fn a_queue_that_is_down_costs_only_the_events_it_should_have_got() {
        let queues = Queues { down: Some(Stage::PostSales), ..Queues::default() };
        let kinds = [EventKind::OrderReceived, EventKind::OrderDelivered, EventKind::AddressChanged];
        let relayed = relay_events(&queues, &messages(&kinds)).await;
        assert_eq!(relayed.missed, BTreeSet::from([1]));
        assert_eq!(relayed.errors.len(), 1);
    }

    #[tokio::test]
    async fn a_refused_message_is_known_by_its_position_among_all() {
        let queues = Queues { refuses: Some((Stage::PostSales, 1)), ..Queues::default() };
        let kinds = [EventKind::OrderDelivered, EventKind::OrderReceived, EventKind::OrderDelivered];
        let relayed = relay_events(&queues, &messages(&kinds)).await;
        assert_eq!(relayed.missed, BTreeSet::from([2]));
    }
}
