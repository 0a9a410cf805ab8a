//! What a channel says of orders we know, or would have opened: followed, or noted.

use super::{Incoming, Opening, ReceiveOrder};
use crate::app::execute::{Attempt, ExecuteError, MAX_ATTEMPTS, commit};
use crate::app::failure::Failure;
use crate::app::payloads::{Outcome, PayloadLog, Taken, Unopened};
use crate::app::ports::{AnswerStore, Archive, Clock, MerchantStore, OrderStore};
use crate::domain::order::Order;
use crate::domain::told::{Source, Word};
use crate::domain::{Command, Event, decide};

impl<S, A, C> ReceiveOrder<S, A, C>
where
    S: OrderStore + MerchantStore + AnswerStore + PayloadLog,
    A: Archive,
    C: Clock,
{
    /// What the channel says of an order it does not want shipped: if we know it, it is followed; if not, it
    /// is noted, because older words on it may come later.
    pub(super) async fn not_opened(
        &self,
        incoming: &Incoming<'_>,
        opening: Opening,
    ) -> Result<Taken, Failure> {
        if let Some(known) = self.store.load(&opening.id).await? {
            return self.follow(incoming, &opening, known).await;
        }
        let note = self.store.unopened(&opening.id).await?;
        let word = &opening.word;
        if note.is_none_or(|note| note.updated_at <= word.updated_at) {
            let unopened = Unopened {
                order: opening.id.clone(),
                status: word.status,
                updated_at: word.updated_at,
                fingerprint: word.fingerprint.clone(),
                payload: incoming.payload.clone(),
            };
            self.store.note_unopened(&unopened).await?;
        }
        // Whoever opened it meanwhile may have looked for the note before it was there.
        match self.store.load(&opening.id).await? {
            Some(known) => self.follow(incoming, &opening, known).await,
            None => Ok(opening.ends(Outcome::NotOpened, None)),
        }
    }

    /// What becomes of an order of which the channel said before that it is not to be opened, and said it
    /// later than this: nothing, unless it was opened nevertheless by a word that is later still.
    pub(super) async fn came_too_late(
        &self,
        incoming: &Incoming<'_>,
        opening: &Opening,
    ) -> Result<Option<Taken>, Failure> {
        let Some(updated_at) = opening.word.updated_at else { return Ok(None) };
        let note = self.store.unopened(&opening.id).await?;
        if note.is_none_or(|note| note.updated_at <= Some(updated_at)) {
            return Ok(None);
        }
        Ok(Some(match self.store.load(&opening.id).await? {
            Some(known) => self.follow(incoming, opening, known).await?,
            None => opening.ends(Outcome::NotOpened, None),
        }))
    }

    /// Follows what was said of an order in the moment it was opened, when it was not there to be followed.
    pub(super) async fn overheard(&self, incoming: &Incoming<'_>, opening: &Opening) -> Result<(), Failure> {
        if opening.word.updated_at.is_none() {
            return Ok(());
        }
        let Some(note) = self.store.unopened(&opening.id).await? else { return Ok(()) };
        let Some(known) = self.store.load(&opening.id).await? else { return Ok(()) };
        if note.updated_at > known.said.updated_at {
            let Unopened { status, updated_at, fingerprint, payload, .. } = note;
            let source = Some(Source { payload, at: String::new(), bytes: None });
            let told = opening.word.told.clone();
            let word = Word { status, updated_at, fingerprint, told, source };
            let later = Opening { at: String::new(), id: opening.id.clone(), word, order: None };
            self.follow(incoming, &later, known).await?;
        }
        Ok(())
    }

    /// Follows what the channel says of an order we know.
    pub(super) async fn follow(
        &self,
        incoming: &Incoming<'_>,
        opening: &Opening,
        mut known: Order,
    ) -> Result<Taken, Failure> {
        let word = &opening.word;
        if word.told.ordered_at != known.ordered_at {
            return Ok(opening.ends(Outcome::NumberReused, Some(&known)));
        }
        if known.is_past() {
            return Ok(opening.ends(Outcome::Historic, Some(&known)));
        }
        for _ in 0..MAX_ATTEMPTS {
            let is_known = known.fingerprint == word.fingerprint;
            if is_known && word.updated_at <= known.said.updated_at {
                let was_ours = incoming.is_resumed && known.said.source == word.source;
                let outcome = match known.said.seq {
                    _ if !was_ours => Outcome::Duplicate,
                    1 => Outcome::Opened,
                    _ => Outcome::Updated,
                };
                return Ok(opening.ends(outcome, Some(&known)));
            }
            if known.said.is_newer_than(word.updated_at) {
                return Ok(opening.ends(Outcome::Overtaken, Some(&known)));
            }
            let before = Box::new(self.told_before(&known).await?);
            let command = Command::FollowChannel { before, word: Box::new(word.clone()) };
            let now = self.clock.now();
            let decision = decide(&known, &command, now)?;
            match commit(&self.store, now, &known, decision, &incoming.cause, None, false).await? {
                Attempt::Done(executed) => {
                    let outcome = if is_known { Outcome::Duplicate } else { Outcome::Updated };
                    return Ok(opening.ends(outcome, Some(&executed.order)));
                }
                Attempt::Again => {
                    let id = &known.id;
                    known = self.store.load(id).await?.ok_or_else(|| Failure::no_such_order(id))?;
                }
            }
        }
        Err(ExecuteError::Contended.into())
    }

    /// The order as its channel told it last, as if it had just been received.
    async fn told_before(&self, order: &Order) -> Result<Order, Failure> {
        let event = |seq| async move {
            let record = self.store.event(&order.id, seq).await?;
            record
                .map(|record| record.event)
                .ok_or_else(|| Failure::permanent("an order without its history"))
        };
        if let Event::ChannelUpdated { told, .. } = event(order.said.seq).await? {
            let whose = (order.merchant.clone(), order.channel.clone());
            let received = told.into_order(whose, String::new(), &order.policy, order.received_at);
            // A word that was no possible order changed nothing.
            if let Ok(told) = received {
                return Ok(told);
            }
        }
        let Event::OrderReceived { order } = event(1).await? else {
            return Err(Failure::permanent("an order that was not received"));
        };
        Ok(*order)
    }
}
