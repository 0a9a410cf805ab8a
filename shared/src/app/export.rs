//! Takes out everything a merchant has データ書き出し, page by page: what a client knows stays the client's.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::access::{Permission, Principal};
use super::cursor;
use super::limit_store::{LimitStore, RegisteredKind};
use super::manage_merchant::{ManageError, ManageMerchant};
use super::ports::{
    AnswerStore, Clock, MailLog, MerchantStore, OrderFilter, OrderQuery, OrderStore, Page, StockStore,
};
use super::query_orders::WholeOrder;
use super::records::{Exported, Kind};
use crate::domain::ids::{MerchantId, OrderId};
use crate::domain::merchant::{Merchant, Product};
use crate::domain::stock::{Stock, StockKey};

/// How many orders are read in the same moment.
const ORDERS: usize = 8;
/// How many parts of lists a page looks at: most ledgers of a large catalogue may be empty, so a page may be
/// too, and yet have a next one.
const STEPS: usize = 40;
/// With this many bytes of orders a page is full: it stays well below the 6 MB of a function's answer.
const FULL_BYTES: usize = 512 * 1_024;
/// Separates the parts of a position; no cursor contains it.
const SEPARATOR: char = '|';

/// Where an export has got to: a kind, and where in its list.
struct Place {
    kind: Kind,
    after: Option<String>,
}

/// A part of the list of one kind, and where the rest begins; `None` when that is all of it.
type Part = (Vec<Exported>, Option<String>);

impl<S, C> ManageMerchant<S, C>
where
    S: MerchantStore + StockStore + LimitStore + OrderStore + MailLog + AnswerStore,
    C: Clock,
{
    /// A page of everything that `id` has, in the order of [`Kind::EXPORTED`]; orders the newest first.
    /// Secrets, salts and the tokens of cards are never part of it.
    ///
    /// # Errors
    /// [`ManageError`].
    pub async fn export(
        &self,
        who: &Principal,
        id: &MerchantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Exported>, ManageError> {
        who.require(Permission::MoveData, id)?;
        let merchant = self.existing(id).await?;
        let scope = format!("export#{id}");
        let mut place = match cursor {
            None => Place { kind: Kind::Merchant, after: None },
            Some(text) => cursor::decode(&scope, text)
                .and_then(|position| Place::read(&position))
                .ok_or(ManageError::BadCursor)?,
        };
        let mut items = Vec::new();
        for _ in 0..STEPS {
            if items.len() >= limit {
                break;
            }
            let is_orders = place.kind == Kind::Order;
            let (part, rest) = self.part(&merchant, &place, limit - items.len()).await?;
            items.extend(part);
            place = match (rest, place.kind.next()) {
                (Some(after), _) => Place { after: Some(after), ..place },
                (None, Some(kind)) => Place { kind, after: None },
                (None, None) => return Ok(Page { items, next: None }),
            };
            if is_orders {
                break;
            }
        }
        Ok(Page { items, next: Some(cursor::encode(&scope, &place.write())) })
    }

    async fn part(&self, merchant: &Merchant, place: &Place, limit: usize) -> Result<Part, ManageError> {
        let after = place.after.as_deref();
        match place.kind {
            Kind::Merchant => Ok((vec![Exported::Merchant(merchant.clone())], None)),
            Kind::Rules => self.rules_after(merchant, after, limit).await,
            Kind::Channel => {
                let page = self.store.list_channels(&merchant.id, after, limit).await?;
                Ok((page.items.into_iter().map(Exported::Channel).collect(), page.next))
            }
            Kind::Product => {
                let page = self.store.list_products(&merchant.id, after, limit).await?;
                Ok((page.items.into_iter().map(Exported::Product).collect(), page.next))
            }
            Kind::Promotion => self.registered_after(merchant, RegisteredKind::Promotion, after, limit).await,
            Kind::Account => self.registered_after(merchant, RegisteredKind::Account, after, limit).await,
            Kind::PointIssuer => {
                self.registered_after(merchant, RegisteredKind::PointIssuer, after, limit).await
            }
            Kind::Block => self.registered_after(merchant, RegisteredKind::Blocked, after, limit).await,
            Kind::Stock => self.stock_after(merchant, after, limit).await,
            Kind::Ledger => self.ledger_after(merchant, after, limit).await,
            Kind::Order | Kind::PastOrder => self.orders_after(merchant, after, limit).await,
        }
    }

    /// The versions of the rules, the oldest first: so they can be saved again one after the other.
    async fn rules_after(
        &self,
        merchant: &Merchant,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Part, ManageError> {
        let last = u32::try_from(merchant.version).unwrap_or(u32::MAX);
        let after: u32 = after.map_or(Ok(0), str::parse).map_err(|_| ManageError::BadCursor)?;
        let (mut versions, mut version) = (Vec::new(), after);
        while version < last && versions.len() < limit {
            version += 1;
            if version == last {
                versions.push(Exported::Rules(self.rules_of(merchant).await?, true));
            } else if let Some(rules) = self.store.rules(&merchant.id, version).await? {
                versions.push(Exported::Rules(rules, false));
            }
        }
        Ok((versions, (version < last).then(|| version.to_string())))
    }

    async fn registered_after(
        &self,
        merchant: &Merchant,
        kind: RegisteredKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Part, ManageError> {
        let page = self.store.list_registered(&merchant.id, kind, after, limit).await?;
        Ok((page.items.into_iter().map(Exported::Registered).collect(), page.next))
    }

    /// The stocks that have anything, in the order of the catalogue.
    async fn stock_after(
        &self,
        merchant: &Merchant,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Part, ManageError> {
        // All locations of a product come together.
        let products = (limit / merchant.locations.len().max(1)).max(1);
        let page = self.store.list_products(&merchant.id, after, products).await?;
        let keys: Vec<StockKey> =
            page.items.iter().flat_map(|product| stocks_of(merchant, product)).collect();
        let counts = self.store.counts(&merchant.id, &keys).await?;
        let stocks = keys.into_iter().zip(counts).filter(|(_, stock)| *stock != Stock::default());
        Ok((stocks.map(|(key, stock)| Exported::Stock(key, stock)).collect(), page.next))
    }

    /// A part of the ledger of one stock.
    async fn ledger_after(
        &self,
        merchant: &Merchant,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Part, ManageError> {
        // The product's cursor, which of its locations, and where in that ledger.
        let place: Vec<&str> = after.map_or_else(Vec::new, |after| after.split(SEPARATOR).collect());
        let filled = |n: usize| place.get(n).copied().filter(|part| !part.is_empty());
        let (before, row) = (filled(0), filled(2));
        let location: usize = filled(1).map_or(Ok(0), str::parse).map_err(|_| ManageError::BadCursor)?;
        let page = self.store.list_products(&merchant.id, before, 1).await?;
        let Some(product) = page.items.first() else { return Ok((Vec::new(), None)) };
        let at = |before: &str, location: usize, row: &str| {
            Some(format!("{before}{SEPARATOR}{location}{SEPARATOR}{row}"))
        };
        let Some(key) = stocks_of(merchant, product).nth(location) else {
            return Ok((Vec::new(), page.next.and_then(|next| at(&next, 0, ""))));
        };
        let ledger = self.store.ledger(&merchant.id, &key, row, limit).await?;
        let rows = ledger.items.into_iter().map(|entry| Exported::Ledger(key.clone(), entry)).collect();
        let before = before.unwrap_or_default();
        let rest = match ledger.next {
            Some(next) => at(before, location, &next),
            None => at(before, location + 1, ""),
        };
        Ok((rows, rest))
    }

    async fn orders_after(
        &self,
        merchant: &Merchant,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Part, ManageError> {
        let (mut orders, mut bytes, mut cursor) = (Vec::new(), 0, after.map(str::to_owned));
        loop {
            let query = OrderQuery {
                merchant: merchant.id.clone(),
                filter: OrderFilter::All,
                cursor,
                limit: ORDERS.min(limit - orders.len()),
            };
            let page = self.store.list(&query).await?;
            let read = stream::iter(page.items).map(async |listed| self.whole(&listed.id).await);
            let read: Vec<Option<WholeOrder>> = read.buffered(ORDERS).try_collect().await?;
            for order in read.into_iter().flatten() {
                bytes += bytes_of(&order);
                orders.push(Exported::Order(Box::new(order)));
            }
            cursor = page.next;
            if cursor.is_none() || bytes >= FULL_BYTES || orders.len() >= limit {
                return Ok((orders, cursor));
            }
        }
    }

    async fn whole(&self, id: &OrderId) -> Result<Option<WholeOrder>, ManageError> {
        let Some(mut order) = self.store.load(id).await? else { return Ok(None) };
        let mut history = self.store.history(id).await?;
        let mails = self.store.mails(id).await?;
        order.forget_tokens();
        for record in &mut history {
            record.event.forget_tokens();
        }
        Ok(Some(WholeOrder { order, history, mails, scripts: Vec::new() }))
    }
}

impl Place {
    fn read(position: &str) -> Option<Self> {
        let (kind, after) = position.split_once(SEPARATOR)?;
        let kind = Kind::EXPORTED.into_iter().find(|known| known.name() == kind)?;
        Some(Self { kind, after: (!after.is_empty()).then(|| after.to_owned()) })
    }

    fn write(&self) -> String {
        format!("{}{SEPARATOR}{}", self.kind.name(), self.after.as_deref().unwrap_or_default())
    }
}

fn stocks_of(merchant: &Merchant, product: &Product) -> impl Iterator<Item = StockKey> {
    let key = |location: &_| StockKey { sku: product.sku.clone(), location: Clone::clone(location) };
    merchant.locations.iter().map(key)
}

/// About the bytes of an order as a record.
fn bytes_of(whole: &WholeOrder) -> usize {
    let order = serde_json::to_vec(&whole.order).map_or(0, |json| json.len());
    order + serde_json::to_vec(&whole.history).map_or(0, |json| json.len())
}
