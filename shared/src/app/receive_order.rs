//! Takes in what channels say 受注取込: keeps what was sent, opens each order once, and follows what is
//! said of it afterwards.

mod known;

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::failure::Failure;
use super::idempotency::{KeyReused, Repeatable, Reply, recall};
use super::payloads::{MAX_ERRORS, MAX_REFUSALS, Outcome, PayloadLog, PayloadNote, Taken, Told, key_of};
use super::ports::{Answer, AnswerStore, Archive, Clock, Commit, CommitError, MerchantStore, OrderStore};
use super::record::{Cause, EventRecord};
use crate::domain::Event;
use crate::domain::ids::{ChannelId, OrderId};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{Channel, Merchant};
use crate::domain::order::{Order, OrderState};
use crate::domain::told::{ChannelError, ChannelOrder, ChannelStatus, Said, Source, Word};

/// How many orders of a payload that are known already are looked at in the same moment.
const CONCURRENCY: usize = 16;

/// A payload that is in the archive, and who sent it.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// The channel, and whose it is.
    pub door: &'a (Channel, Merchant),
    /// The payload's SHA-256, in hex.
    pub payload: String,
    /// Who sent it.
    pub cause: Cause,
    /// Whether its orders may have been taken before by the same work, which was cut off.
    pub is_resumed: bool,
}

/// Why a request with one order was not answered as hoped.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The order was refused.
    #[error("the order was refused: {}", .0.outcome.name())]
    Refused(Box<Taken>),
    /// The `Idempotency-Key` was used for another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// The door for orders.
#[derive(Debug, Clone)]
pub struct ReceiveOrder<S, A, C> {
    /// Orders, channels and merchants.
    pub store: S,
    /// Where the raw payloads go.
    pub archive: A,
    /// The time.
    pub clock: C,
}

/// What an order of a payload calls for.
enum Plan {
    Ended(Taken),
    /// To be opened if it is new.
    Opens(Box<Opening>),
    /// Too late to be opened, but to be followed if it is known.
    Follows(Box<Opening>),
}

/// An order of a payload that can be read.
struct Opening {
    at: String,
    id: OrderId,
    word: Word,
    /// As it would be received; of one that is not to be opened perhaps none.
    order: Option<Order>,
}

impl<S, A, C> ReceiveOrder<S, A, C>
where
    S: OrderStore + MerchantStore + AnswerStore + PayloadLog,
    A: Archive,
    C: Clock,
{
    /// The channel, and the merchant it belongs to; `None` when there is no such channel.
    ///
    /// # Errors
    /// [`Failure`] when that cannot be known.
    pub async fn channel(&self, id: &ChannelId) -> Result<Option<(Channel, Merchant)>, Failure> {
        let Some(channel) = self.store.channel(id).await? else { return Ok(None) };
        let merchant = self.store.merchant(&channel.merchant).await?;
        let merchant = merchant.ok_or_else(|| Failure::permanent(format!("channel {id} has no merchant")))?;
        Ok(Some((channel, merchant)))
    }

    /// Keeps what was sent, before anybody reads it: an order without its origin could not be argued about,
    /// and what cannot be read today may be tomorrow.
    ///
    /// # Errors
    /// [`Failure`] when the archive is out of reach.
    pub async fn keep(&self, incoming: &Incoming<'_>, raw: &[u8]) -> Result<(), Failure> {
        Ok(self.archive.keep(&key_of(&incoming.door.0, &incoming.payload), raw).await?)
    }

    /// Notes a payload that cannot be taken apart into orders.
    ///
    /// # Errors
    /// [`Failure`] when the store is out of reach.
    pub async fn refuse(&self, incoming: &Incoming<'_>, error: &ChannelError) -> Result<Taken, Failure> {
        let taken = refused(String::new(), None, error.clone());
        self.note(incoming, std::slice::from_ref(&taken)).await?;
        Ok(taken)
    }

    /// Takes one order. `reply` tells the channel about it; a repeated request is told the same again.
    ///
    /// # Errors
    /// [`ReceiveError`]; nothing was changed then, but that the refusal is noted.
    pub async fn one(
        &self,
        incoming: &Incoming<'_>,
        told: Told,
        repeatable: Option<&Repeatable>,
        reply: impl Fn(&Taken) -> Reply + Send + Sync,
    ) -> Result<Reply, ReceiveError> {
        let now = self.clock.now();
        if let Some(told) = recall(&self.store, repeatable, now).await.map_err(Failure::from)? {
            return Ok(told?);
        }
        let answer = |taken: &Taken| Some(repeatable?.answer(reply(taken), now));
        let taken = match self.plan(incoming, told) {
            Plan::Ended(taken) => taken,
            Plan::Follows(opening) => self.not_opened(incoming, *opening).await?,
            Plan::Opens(opening) => {
                if let Some(taken) = self.came_too_late(incoming, &opening).await? {
                    taken
                } else {
                    let commit = Self::commit_of(incoming, &opening, &answer)?;
                    match self.store.commit(&commit).await {
                        Err(CommitError::Answered(answer)) => {
                            let asked =
                                repeatable.ok_or_else(|| Failure::permanent("an answer without a key"))?;
                            return Ok(asked.check(&answer)?);
                        }
                        ended => self.ended(incoming, *opening, ended).await?,
                    }
                }
            }
        };
        if taken.outcome.is_refused() {
            self.note(incoming, std::slice::from_ref(&taken)).await?;
            return Err(ReceiveError::Refused(Box::new(taken)));
        }
        if let Some(answer) = answer(&taken).filter(|_| taken.outcome != Outcome::Opened) {
            self.store.remember(&answer).await.map_err(Failure::from)?;
        }
        Ok(reply(&taken))
    }

    /// Takes the orders of a payload, and tells of each what became of it.
    ///
    /// # Errors
    /// [`Failure`] when not all could be taken; taking them again does no harm.
    pub async fn all(&self, incoming: &Incoming<'_>, told: Vec<Told>) -> Result<Vec<Taken>, Failure> {
        let mut taken: Vec<(usize, Taken)> = Vec::with_capacity(told.len());
        let (mut opens, mut follows) = (Vec::new(), Vec::new());
        // What a payload says twice of an order is taken in turn, after all that it says once.
        let (mut seen, mut again) = (BTreeSet::new(), Vec::new());
        for (n, told) in told.into_iter().enumerate() {
            match self.plan(incoming, told) {
                Plan::Ended(ended) => taken.push((n, ended)),
                plan @ (Plan::Opens(_) | Plan::Follows(_)) if !seen.insert(plan.id().cloned()) => {
                    again.push((n, plan));
                }
                Plan::Opens(opening) => opens.push((n, *opening)),
                Plan::Follows(opening) => follows.push((n, *opening)),
            }
        }
        taken.extend(self.open_all(incoming, opens).await?);
        let follows = stream::iter(follows)
            .map(async |(n, opening)| Ok::<_, Failure>((n, self.not_opened(incoming, opening).await?)));
        taken.extend(follows.buffer_unordered(CONCURRENCY).try_collect::<Vec<_>>().await?);
        for (n, plan) in again {
            taken.push((n, self.carried_out(incoming, plan).await?));
        }
        taken.sort_by_key(|(n, _)| *n);
        Ok(taken.into_iter().map(|(_, taken)| taken).collect())
    }

    /// Notes what of a payload was refused.
    ///
    /// # Errors
    /// [`Failure`] when the store is out of reach.
    pub async fn note(&self, incoming: &Incoming<'_>, taken: &[Taken]) -> Result<(), Failure> {
        let refused = || taken.iter().filter(|taken| taken.outcome.is_refused());
        let note = PayloadNote {
            payload: incoming.payload.clone(),
            at: self.clock.now(),
            count: refused().count() as u64,
            refused: refused().take(MAX_REFUSALS).cloned().map(shortened).collect(),
        };
        Ok(self.store.note_payload(&incoming.door.0.id, &note).await?)
    }

    /// Those of a channel's order numbers of which nothing has come yet, so that a poll that missed some can
    /// fetch them.
    ///
    /// # Errors
    /// [`Failure`] when that cannot be known.
    pub async fn missing(&self, channel: &Channel, numbers: Vec<String>) -> Result<Vec<String>, Failure> {
        let missing = stream::iter(numbers).map(async |number| {
            let id = OrderId::of(&channel.merchant, &channel.id, &number);
            let is_known = self.store.load(&id).await?.is_some() || self.store.unopened(&id).await?.is_some();
            Ok::<_, Failure>((!is_known).then_some(number))
        });
        missing.buffered(CONCURRENCY).try_filter_map(async |missing| Ok(missing)).try_collect().await
    }

    async fn carried_out(&self, incoming: &Incoming<'_>, plan: Plan) -> Result<Taken, Failure> {
        match plan {
            Plan::Ended(taken) => Ok(taken),
            Plan::Follows(opening) => self.not_opened(incoming, *opening).await,
            Plan::Opens(opening) => {
                if let Some(known) = self.store.load(&opening.id).await? {
                    return self.follow(incoming, &opening, known).await;
                }
                // What the payload says of it first did not open it.
                let commit = Self::commit_of(incoming, &opening, &|_| None)?;
                let ended = self.store.commit(&commit).await;
                self.ended(incoming, *opening, ended).await
            }
        }
    }

    /// What an order of a payload calls for, as far as the payload alone tells.
    fn plan(&self, incoming: &Incoming<'_>, told: Told) -> Plan {
        let (channel, merchant) = incoming.door;
        let Told { at, bytes, number, said } = told;
        let (said, fingerprint) = match said {
            Ok(said) => said,
            Err(error) => return Plan::Ended(refused(at, number, error)),
        };
        let gaps = said.gaps();
        let ChannelOrder { status, updated_at, order: told, missing: _ } = said;
        let is_open = matches!(status, ChannelStatus::Open | ChannelStatus::Pending);
        if !gaps.is_empty() && status != ChannelStatus::Cancelled {
            return Plan::Ended(ended(at, number, Outcome::Incomplete, None, gaps));
        }
        let whose = (channel.merchant.clone(), channel.id.clone());
        let received =
            told.clone().into_order(whose, fingerprint.clone(), &merchant.policy, self.clock.now());
        let order = match received {
            Err(defects) if is_open => {
                return Plan::Ended(ended(at, number, Outcome::Impossible, None, defects));
            }
            received => received.ok(),
        };
        let source = Some(Source { payload: incoming.payload.clone(), at: at.clone(), bytes });
        let id = OrderId::of(&channel.merchant, &channel.id, &told.number);
        let word = Word { status, updated_at, fingerprint, told, source };
        let opening = Box::new(Opening { at, id, word, order });
        if is_open { Plan::Opens(opening) } else { Plan::Follows(opening) }
    }

    async fn open_all(
        &self,
        incoming: &Incoming<'_>,
        opens: Vec<(usize, Opening)>,
    ) -> Result<Vec<(usize, Taken)>, Failure> {
        let checked = stream::iter(opens).map(async |(n, opening)| {
            Ok::<_, Failure>((n, self.came_too_late(incoming, &opening).await?, opening))
        });
        let checked: Vec<_> = checked.buffered(CONCURRENCY).try_collect().await?;
        let (mut taken, mut commits, mut openings) = (Vec::new(), Vec::new(), Vec::new());
        for (n, too_late, opening) in checked {
            if let Some(ended) = too_late {
                taken.push((n, ended));
                continue;
            }
            commits.push(Self::commit_of(incoming, &opening, &|_| None)?);
            openings.push((n, opening));
        }
        let ends = self.store.commit_all(&commits).await;
        let ended = stream::iter(openings.into_iter().zip(ends)).map(async |((n, opening), end)| {
            Ok::<_, Failure>((n, self.ended(incoming, opening, end).await?))
        });
        taken.extend(ended.buffer_unordered(CONCURRENCY).try_collect::<Vec<_>>().await?);
        Ok(taken)
    }

    /// Everything that opens an order.
    fn commit_of(
        incoming: &Incoming<'_>,
        opening: &Opening,
        answer: &(impl Fn(&Taken) -> Option<Answer> + Sync),
    ) -> Result<Commit, Failure> {
        let order = opening.order.clone().ok_or_else(|| Failure::permanent("an order that was not read"))?;
        let word = &opening.word;
        let said =
            Said { seq: 1, status: word.status, updated_at: word.updated_at, source: word.source.clone() };
        let order = Order { said, ..order };
        let record = EventRecord {
            order: order.id.clone(),
            merchant: order.merchant.clone(),
            seq: order.version,
            at: order.received_at,
            cause: incoming.cause.clone(),
            event: Event::OrderReceived { order: Box::new(order.clone()) },
        };
        let answer = answer(&opening.ends(Outcome::Opened, Some(&order)));
        Ok(Commit {
            order,
            expected_version: 0,
            records: vec![record],
            movements: Vec::new(),
            answer,
            calls_next: false,
        })
    }

    /// What became of an order that was to be opened.
    async fn ended(
        &self,
        incoming: &Incoming<'_>,
        opening: Opening,
        commit: Result<(), CommitError>,
    ) -> Result<Taken, Failure> {
        match commit {
            Ok(()) => {
                let taken = opening.ends(Outcome::Opened, opening.order.as_ref());
                self.overheard(incoming, &opening).await?;
                Ok(taken)
            }
            // It was known, or somebody sent it in the same moment.
            Err(CommitError::Exists(known)) => {
                let taken = self.follow(incoming, &opening, *known).await?;
                self.overheard(incoming, &opening).await?;
                Ok(taken)
            }
            Err(error @ (CommitError::Conflict | CommitError::StockChanged | CommitError::TallyChanged)) => {
                Err(Failure::Retryable(error.into()))
            }
            Err(CommitError::Answered(_)) => Err(Failure::permanent("an answer nobody asked for")),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }
}

impl Plan {
    const fn id(&self) -> Option<&OrderId> {
        match self {
            Self::Ended(_) => None,
            Self::Opens(opening) | Self::Follows(opening) => Some(&opening.id),
        }
    }
}

impl Opening {
    fn ends(&self, outcome: Outcome, order: Option<&Order>) -> Taken {
        let order = order.map(|order| (order.id.clone(), order.state));
        let number = Some(self.word.told.number.clone());
        ended(self.at.clone(), number, outcome, order, Vec::new())
    }
}

const fn ended(
    at: String,
    number: Option<String>,
    outcome: Outcome,
    order: Option<(OrderId, OrderState)>,
    errors: Vec<Impossible>,
) -> Taken {
    Taken { at, number, outcome, order, errors }
}

fn refused(at: String, number: Option<String>, error: ChannelError) -> Taken {
    match error {
        ChannelError::Malformed { path, message } => {
            let field = if path.is_empty() { "body".to_owned() } else { path };
            ended(at, number, Outcome::Unreadable, None, vec![Impossible { field, message }])
        }
        ChannelError::Impossible(defects) => ended(at, number, Outcome::Impossible, None, defects),
    }
}

/// The result as it is kept: the first errors tell enough.
#[must_use]
pub fn shortened(mut taken: Taken) -> Taken {
    taken.errors.truncate(MAX_ERRORS);
    taken
}
