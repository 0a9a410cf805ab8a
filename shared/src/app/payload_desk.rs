//! Payloads beside the way of the orders in them: files of many orders, what somebody has to look at, and
//! where an order came from.

use std::collections::BTreeMap;

use super::access::{Denied, Permission, Principal};
use super::failure::Failure;
use super::operate_order::{Caller, RequestError};
use super::payloads::{Dialects, PayloadLog, PayloadNote, Taken, key_of};
use super::ports::{AnswerStore, Archive, Clock, ListError, MerchantStore, OrderStore, Page};
use super::query_orders::QueryError;
use super::receive_order::{Incoming, ReceiveOrder};
use super::uploads::{ReportPage, Upload, UploadState, UploadStore};
use crate::domain::ids::{ChannelId, MerchantId, OrderId};
use crate::domain::merchant::{Channel, ChannelKind, Merchant};
use crate::domain::told::Source;

/// The most bytes of a payload that are read at once.
pub const PAYLOAD_LIMIT: u64 = 256 * 1_024;

/// The door for orders, and all around what comes through it.
#[derive(Debug, Clone)]
pub struct PayloadDesk<S, A, C, D> {
    /// The door.
    pub door: ReceiveOrder<S, A, C>,
    /// The dialects payloads come in.
    pub dialects: D,
}

impl<S, A, C, D> PayloadDesk<S, A, C, D>
where
    S: OrderStore + MerchantStore + AnswerStore + PayloadLog + UploadStore,
    A: Archive,
    C: Clock,
    D: Dialects,
{
    /// The channel through which staff enter an order of this merchant themselves.
    ///
    /// # Errors
    /// [`RequestError`], also when the channel is not one for that.
    pub async fn manual_door(
        &self,
        principal: &Principal,
        merchant: &MerchantId,
        channel: &ChannelId,
    ) -> Result<(Channel, Merchant), RequestError> {
        let door = self.door(principal, Permission::Serve, channel).await?;
        let fits = door.0.merchant == *merchant && door.0.kind == ChannelKind::Manual;
        if fits { Ok(door) } else { Err(RequestError::NotFound("channel of kind manual")) }
    }

    /// Keeps a file of orders and calls for the stage that works through it. The same file is the same
    /// upload, however often it is sent. Says whether it is new.
    ///
    /// # Errors
    /// [`Failure`] when it was not kept; sending it again does no harm.
    pub async fn begin(&self, incoming: &Incoming<'_>, file: &[u8]) -> Result<(Upload, bool), Failure> {
        let channel = &incoming.door.0;
        if let Some(known) = self.door.store.upload(&channel.id, &incoming.payload).await? {
            return Ok((known, false));
        }
        self.door.keep(incoming, file).await?;
        let upload = Upload {
            id: incoming.payload.clone(),
            channel: channel.id.clone(),
            merchant: channel.merchant.clone(),
            size: file.len() as u64,
            received_at: self.door.clock.now(),
            cause: incoming.cause.clone(),
            state: UploadState::Working,
            offset: 0,
            pages: 0,
            counts: BTreeMap::new(),
            ended_at: None,
            failure: None,
        };
        let known = self.door.store.begin_upload(&upload).await?;
        let is_new = known.is_none();
        Ok((known.unwrap_or(upload), is_new))
    }

    /// How an upload of a channel stands; `None` when there is none.
    ///
    /// # Errors
    /// [`Failure`] when that cannot be known.
    pub async fn upload(&self, channel: &ChannelId, id: &str) -> Result<Option<Upload>, Failure> {
        Ok(self.door.store.upload(channel, id).await?)
    }

    /// Some pages of an upload's report.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn report(
        &self,
        channel: &ChannelId,
        id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ReportPage>, ListError> {
        self.door.store.report(channel, id, cursor, limit).await
    }

    /// The payloads of a channel that somebody has to look at.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn payloads(
        &self,
        principal: &Principal,
        channel: &ChannelId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<PayloadNote>, QueryError> {
        let known = self.door.store.channel(channel).await.map_err(ListError::from)?;
        let known = known.ok_or(Denied::Merchant)?;
        principal.require(Permission::Read, &known.merchant)?;
        Ok(self.door.store.payloads(channel, cursor, limit).await?)
    }

    /// Reads a payload again with what the dialect understands today, and takes its orders. Those that were
    /// taken before stay as they are.
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn reprocess(
        &self,
        caller: &Caller,
        channel: &ChannelId,
        payload: &str,
    ) -> Result<Vec<Taken>, RequestError> {
        let door = self.door(&caller.principal, Permission::Operate, channel).await?;
        let key = key_of(&door.0, payload);
        let raw = self.door.archive.read(&key, (0, PAYLOAD_LIMIT)).await.map_err(Failure::from)?;
        let raw = raw.ok_or(RequestError::NotFound("payload"))?;
        let payload = payload.to_owned();
        let incoming = Incoming { door: &door, payload, cause: caller.cause(), is_resumed: false };
        let told = match self.dialects.read(door.0.kind, &raw, door.1.language) {
            Ok(told) => told,
            Err(error) => return Ok(vec![self.door.refuse(&incoming, &error).await?]),
        };
        let taken = self.door.all(&incoming, told).await?;
        if taken.iter().any(|taken| taken.outcome.is_refused()) {
            self.door.note(&incoming, &taken).await?;
        } else {
            self.door.store.settle_payload(channel, &incoming.payload).await?;
        }
        Ok(taken)
    }

    /// What the channel really sent of an order, to the byte, and where that is.
    ///
    /// # Errors
    /// [`RequestError::NotFound`] also of an order older than its source's record.
    pub async fn source(
        &self,
        principal: &Principal,
        order: &OrderId,
    ) -> Result<(Source, Vec<u8>), RequestError> {
        let order = self.door.store.load(order).await?.ok_or(RequestError::NotFound("order"))?;
        may(principal, Permission::Read, &order.merchant, "order")?;
        let (channel, _) = self.known(&order.channel).await?;
        let source = order.said.source.ok_or(RequestError::NotFound("source of this order"))?;
        let bytes = source.bytes.unwrap_or((0, PAYLOAD_LIMIT));
        let key = key_of(&channel, &source.payload);
        let raw = self.door.archive.read(&key, bytes).await.map_err(Failure::from)?;
        Ok((source, raw.ok_or(RequestError::NotFound("source of this order"))?))
    }

    async fn door(
        &self,
        principal: &Principal,
        permission: Permission,
        channel: &ChannelId,
    ) -> Result<(Channel, Merchant), RequestError> {
        let door = self.known(channel).await?;
        may(principal, permission, &door.0.merchant, "channel")?;
        Ok(door)
    }

    async fn known(&self, channel: &ChannelId) -> Result<(Channel, Merchant), RequestError> {
        self.door.channel(channel).await?.ok_or(RequestError::NotFound("channel"))
    }
}

/// Another merchant's is shown as if it did not exist.
fn may(
    principal: &Principal,
    permission: Permission,
    merchant: &MerchantId,
    what: &'static str,
) -> Result<(), RequestError> {
    principal.require(permission, merchant).map_err(|denied| match denied {
        Denied::Merchant => RequestError::NotFound(what),
        Denied::Role => denied.into(),
    })
}
