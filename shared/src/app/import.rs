//! Takes over what a merchant had elsewhere データ取り込み: its settings, and past orders as history. Each record
//! stands for itself, and the same record again changes nothing.

mod history;

use std::collections::{BTreeMap, BTreeSet};

use super::access::Permission;
use super::limit_store::{LimitStore, Registered, RegisteredKey};
use super::manage_limits::Block;
use super::manage_merchant::{ManageError, ManageMerchant, MerchantSettings};
use super::operate_order::Caller;
use super::ports::{
    AnswerStore, Clock, LedgerReason, MerchantStore, OrderStore, StockChange, StockChanged, StockStore,
};
use super::records::{ImportOutcome, Imported, Record, Row, Setting};
use crate::domain::fraud::Mark;
use crate::domain::ids::{ChannelId, MerchantId, Sku};
use crate::domain::intake::Impossible;
use crate::domain::merchant::{Channel, ChannelKind, ChannelSecret, Merchant, OrderPolicy, Product};
use crate::domain::report::ReportSettings;
use crate::domain::rule_pack::{RulePack, RuleVersion};
use crate::domain::stock::{Stock, StockDelta, StockKey};

/// The slip of opening stock: it counts once.
const SLIP: &str = "import";
const NO_MERCHANT: &str = "there is no such merchant: import its MERCHANT record first";
/// The size of the pages that are read.
const PAGE: usize = 100;

/// What is said of a record that was not taken over.
type Said = (ImportOutcome, Vec<Impossible>);

/// An import under way. Of several parts of one file it remembers what the later ones need.
pub struct Import<'a, S, C> {
    app: &'a ManageMerchant<S, C>,
    caller: Caller,
    merchant: MerchantId,
    is_dry_run: bool,
    /// The merchant as far as it is known: as it is, or as a dry run would make it.
    known: Option<Merchant>,
    /// What a dry run would have put into the catalogue.
    products: BTreeSet<Sku>,
    /// The channels that were asked for, and whether they are the merchant's.
    channels: BTreeMap<ChannelId, bool>,
    /// All rules the merchant has had, once that was asked.
    packs: Option<Vec<RulePack>>,
}

impl<'a, S, C> Import<'a, S, C>
where
    S: MerchantStore + StockStore + LimitStore + OrderStore + AnswerStore,
    C: Clock,
{
    /// Begins to take over what `merchant` has, or only to say what would become of it.
    ///
    /// # Errors
    /// [`ManageError`], when the caller may not.
    pub async fn begin(
        app: &'a ManageMerchant<S, C>,
        caller: Caller,
        merchant: MerchantId,
        is_dry_run: bool,
    ) -> Result<Self, ManageError> {
        caller.principal.require(Permission::MoveData, &merchant)?;
        let known = app.store.merchant(&merchant).await?;
        let (products, channels) = (BTreeSet::new(), BTreeMap::new());
        Ok(Self { app, caller, merchant, is_dry_run, known, products, channels, packs: None })
    }

    /// Takes the records over one after the other, and tells of each what became of it.
    ///
    /// # Errors
    /// [`ManageError`] when not all could be looked at; taking them again does no harm.
    pub async fn take(&mut self, rows: Vec<Row>) -> Result<Vec<Imported>, ManageError> {
        let mut imported = Vec::with_capacity(rows.len());
        let mut orders = Vec::new();
        for row in rows {
            let Row { at, kind, id, fingerprint, record } = row;
            let mut told =
                Imported { at, kind, id, outcome: ImportOutcome::Refused, order: None, errors: Vec::new() };
            let past = match record {
                Err(defects) => Err(defects),
                Ok(Record::Order(order, milestones)) => self.past(*order, milestones, fingerprint).await?,
                Ok(Record::PastOrder(order)) => self.ended_elsewhere(*order, fingerprint).await?,
                Ok(Record::Setting(setting)) => {
                    (told.outcome, told.errors) = self.setting(setting).await?;
                    imported.push(told);
                    continue;
                }
            };
            match past {
                Ok(commit) => orders.push((imported.len(), commit)),
                Err(defects) => told.errors = defects,
            }
            imported.push(told);
        }
        for (n, outcome, order, errors) in self.keep(orders).await? {
            if let Some(told) = imported.get_mut(n) {
                (told.outcome, told.order, told.errors) = (outcome, Some(order), errors);
            }
        }
        Ok(imported)
    }

    async fn setting(&mut self, setting: Setting) -> Result<Said, ManageError> {
        if self.known.is_none() && !matches!(setting, Setting::Merchant(_)) {
            return Ok(refused("merchant", NO_MERCHANT));
        }
        let done = match setting {
            Setting::Merchant(settings) => self.settings(settings).await,
            Setting::Rules(pack, is_current) => self.rules(*pack, is_current).await,
            Setting::Channel { id, kind, reports } => self.channel(id, kind, reports).await,
            Setting::Product(product) => self.product(product).await,
            Setting::Registered(what) => self.registered(what).await,
            Setting::Block(block) => self.block(block).await,
            Setting::Blocked(mark) => return self.blocked(&mark).await,
            Setting::Stock { key, on_hand, safety } => return self.stock(key, on_hand, safety).await,
            Setting::Ledger => {
                let message = "a ledger is written by its own stock: import the STOCK record instead";
                return Ok((ImportOutcome::Skipped, vec![impossible("kind", message)]));
            }
        };
        match done {
            Ok(outcome) => Ok((outcome, Vec::new())),
            Err(error @ (ManageError::Failed(_) | ManageError::Denied(_))) => Err(error),
            Err(ManageError::Changed) => {
                Ok(refused("data", "was changed by somebody else meanwhile: import it again"))
            }
            Err(ManageError::ChannelTaken) => Ok(refused(
                "id",
                "another merchant has a channel with this id: choose another, here and in its orders",
            )),
            Err(
                error @ (ManageError::NotFound(_)
                | ManageError::ReferenceReused
                | ManageError::BelowZero
                | ManageError::TooFewPoints
                | ManageError::TooMany(..)
                | ManageError::KeyReused(_)
                | ManageError::NoSuchLocation
                | ManageError::BadCursor),
            ) => Ok(refused("data", error)),
        }
    }

    async fn settings(&mut self, settings: MerchantSettings) -> Result<ImportOutcome, ManageError> {
        let MerchantSettings { shop, policy: _, language, locations } = &settings;
        let same = |known: &Merchant| {
            (&known.shop, known.language, &known.locations) == (shop, *language, locations)
        };
        let outcome = match &self.known {
            None => ImportOutcome::Created,
            Some(known) if same(known) => return Ok(ImportOutcome::Unchanged),
            Some(_) => ImportOutcome::Replaced,
        };
        let version = self.known.as_ref().map(|known| known.version);
        self.known = Some(if self.is_dry_run {
            let policy = self.known.as_ref().map(|known| known.policy.clone()).unwrap_or_default();
            let (id, version) = (self.merchant.clone(), version.unwrap_or_default());
            Merchant {
                id,
                version,
                shop: settings.shop,
                policy,
                language: settings.language,
                locations: settings.locations,
            }
        } else {
            let (who, expected) = (&self.caller.principal, Some(version.unwrap_or_default()));
            self.app.save_merchant(who, &self.merchant, settings, expected).await?
        });
        Ok(outcome)
    }

    /// Rules that were in force before only have to be among the versions; the others are put in force.
    async fn rules(&mut self, pack: RulePack, is_current: bool) -> Result<ImportOutcome, ManageError> {
        let Some(known) = &self.known else { return Err(ManageError::NotFound("merchant")) };
        let pack = unnumbered(pack);
        let versions = match self.packs.take() {
            Some(versions) => versions,
            None => self.versions().await?,
        };
        let in_force = if self.is_dry_run {
            versions.last().cloned()
        } else {
            Some(self.app.rules_of(known).await?.pack)
        };
        let is_known = if is_current {
            in_force.map(unnumbered).as_ref() == Some(&pack)
        } else {
            versions.contains(&pack)
        };
        let versions = self.packs.insert(versions);
        if is_known {
            return Ok(ImportOutcome::Unchanged);
        }
        versions.push(pack.clone());
        if !self.is_dry_run {
            let (who, expected) = (&self.caller.principal, Some(known.version));
            let RuleVersion { version, pack, .. } =
                self.app.save_rules(who, &self.merchant, pack, expected).await?;
            if let Some(known) = &mut self.known {
                (known.version, known.policy) = (u64::from(version), pack.policy);
            }
        }
        Ok(ImportOutcome::Created)
    }

    /// All rules the merchant has had, the oldest first.
    async fn versions(&self) -> Result<Vec<RulePack>, ManageError> {
        let (mut packs, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.app.store.list_rules(&self.merchant, cursor.as_deref(), PAGE).await?;
            packs.extend(page.items.into_iter().map(|version| unnumbered(version.pack)));
            cursor = page.next;
            if cursor.is_none() {
                // A merchant that a dry run would create begins with the standard.
                if packs.is_empty() {
                    packs.push(unnumbered(RulePack::default()));
                }
                packs.reverse();
                return Ok(packs);
            }
        }
    }

    async fn channel(
        &mut self,
        id: ChannelId,
        kind: ChannelKind,
        reports: ReportSettings,
    ) -> Result<ImportOutcome, ManageError> {
        let merchant = self.merchant.clone();
        let (outcome, secret) = match self.app.store.channel(&id).await? {
            None => (ImportOutcome::Created, ChannelSecret::Unset),
            Some(known) if known.merchant != merchant => return Err(ManageError::ChannelTaken),
            Some(known) if (known.kind, &known.reports) == (kind, &reports) => {
                return Ok(ImportOutcome::Unchanged);
            }
            // A key is no signature's secret.
            Some(known) if known.kind.signs() != kind.signs() => {
                (ImportOutcome::Replaced, ChannelSecret::Unset)
            }
            Some(known) => (ImportOutcome::Replaced, known.secret),
        };
        self.channels.insert(id.clone(), true);
        if !self.is_dry_run {
            let channel = Channel { id, merchant, kind, secret, reports };
            self.app.save_channel(&self.caller.principal, &channel).await?;
        }
        Ok(outcome)
    }

    async fn product(&mut self, product: Product) -> Result<ImportOutcome, ManageError> {
        let known = self.app.store.products(&self.merchant, std::slice::from_ref(&product.sku)).await?;
        let outcome = compared(known.first(), &product);
        self.products.insert(product.sku.clone());
        if outcome != ImportOutcome::Unchanged && !self.is_dry_run {
            self.app.save_product(&self.caller.principal, &self.merchant, &product).await?;
        }
        Ok(outcome)
    }

    async fn registered(&self, what: Registered) -> Result<ImportOutcome, ManageError> {
        let known = self.app.store.registered(&self.merchant, &[what.key()]).await?;
        let outcome = compared(known.first(), &what);
        if outcome == ImportOutcome::Unchanged || self.is_dry_run {
            return Ok(outcome);
        }
        let (who, merchant) = (&self.caller.principal, &self.merchant);
        match what {
            Registered::Promotion(promotion) => self.app.save_promotion(who, merchant, promotion).await?,
            Registered::Account(account) => self.app.save_account(who, merchant, account).await?,
            Registered::PointIssuer(issuer) => self.app.save_issuer(who, merchant, issuer).await?,
            Registered::Blocked(_) => return Err(ManageError::NotFound("entry without its hash")),
        }
        Ok(outcome)
    }

    async fn block(&self, block: Block) -> Result<ImportOutcome, ManageError> {
        let mark = self.app.store.salt(&self.merchant).await?.mark(&block.feature);
        let known = self.app.store.registered(&self.merchant, &[RegisteredKey::blocked(&mark)]).await?;
        let outcome = match known.first() {
            None => ImportOutcome::Created,
            Some(Registered::Blocked(known))
                if (&known.reason, known.until) == (&block.reason, block.until) =>
            {
                return Ok(ImportOutcome::Unchanged);
            }
            Some(_) => ImportOutcome::Replaced,
        };
        if !self.is_dry_run {
            self.app.block(&self.caller.principal, &self.merchant, block).await?;
        }
        Ok(outcome)
    }

    /// Hashes are made with a key that never leaves: elsewhere they are nobody's.
    async fn blocked(&self, mark: &Mark) -> Result<Said, ManageError> {
        let known = self.app.store.registered(&self.merchant, &[RegisteredKey::blocked(mark)]).await?;
        if known.is_empty() {
            let message = "is a hash that only the system it comes from knows: give what is `blocked` itself";
            return Ok(refused("hash", message));
        }
        Ok((ImportOutcome::Unchanged, Vec::new()))
    }

    /// Opening stock is for a stock that nobody has counted yet: what was counted since is not undone.
    async fn stock(&self, key: StockKey, on_hand: i64, safety: i64) -> Result<Said, ManageError> {
        let locations = self.known.as_ref().map(|known| known.locations.as_slice()).unwrap_or_default();
        if !locations.contains(&key.location) {
            return Ok(refused("location", "is none of the merchant's: add it to its settings"));
        }
        let known = self.app.store.products(&self.merchant, std::slice::from_ref(&key.sku)).await?;
        if known.is_empty() && !self.products.contains(&key.sku) {
            return Ok(refused("sku", "is not in the catalogue: import its PRODUCT record first"));
        }
        let counts = self.app.store.counts(&self.merchant, std::slice::from_ref(&key)).await?;
        let Stock { on_hand: there, safety: kept, .. } = counts.first().copied().unwrap_or_default();
        if (there, kept) == (on_hand, safety) {
            return Ok((ImportOutcome::Unchanged, Vec::new()));
        }
        if (there, kept) != (0, 0) {
            let message = format!("{there} units are there already: correct them by an adjustment");
            return Ok(refused("on_hand", message));
        }
        if self.is_dry_run {
            return Ok((ImportOutcome::Created, Vec::new()));
        }
        let change = StockChange {
            merchant: self.merchant.clone(),
            key,
            delta: StockDelta { on_hand, safety, ..StockDelta::default() },
            reason: LedgerReason::Adjustment,
            reference: SLIP.to_owned(),
            at: self.app.clock.now(),
            cause: self.caller.cause(),
        };
        Ok(match self.app.store.change(&change).await? {
            StockChanged::Done => (ImportOutcome::Created, Vec::new()),
            StockChanged::AlreadyDone => (ImportOutcome::Unchanged, Vec::new()),
            StockChanged::ReferenceReused => {
                refused("on_hand", "other counts were imported before: correct them by an adjustment")
            }
            StockChanged::BelowZero => refused("on_hand", "would leave fewer than 0 units"),
        })
    }
}

/// The rules without the number of the settings they came with.
fn unnumbered(pack: RulePack) -> RulePack {
    let policy = OrderPolicy { version: 0, ..pack.policy };
    RulePack { policy, ..pack }
}

fn compared<T: PartialEq>(known: Option<&T>, new: &T) -> ImportOutcome {
    match known {
        None => ImportOutcome::Created,
        Some(known) if known == new => ImportOutcome::Unchanged,
        Some(_) => ImportOutcome::Replaced,
    }
}

fn refused(field: &str, message: impl ToString) -> Said {
    (ImportOutcome::Refused, vec![impossible(field, message)])
}

#[expect(clippy::needless_pass_by_value, reason = "a message is made of what is at hand")]
fn impossible(field: &str, message: impl ToString) -> Impossible {
    Impossible { field: field.to_owned(), message: message.to_string() }
}
