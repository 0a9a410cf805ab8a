//! The stores the contract is tried on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::Database;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use juchu::adapters::dynamo::table::{EVENT_KIND, KIND_ATTRIBUTE, create_table};
use juchu::adapters::dynamo::{DynamoStore, message_of};
use juchu::app::message::Message;
use juchu::app::ports::{AnswerStore, MailLog, MerchantStore, OrderStore, StockStore};
use juchu::testing::{Faults, MemoryStore};

/// All that a store has to be.
pub(crate) trait Store:
    OrderStore + AnswerStore + StockStore + MerchantStore + MailLog + Clone + 'static
{
}

impl<S: OrderStore + AnswerStore + StockStore + MerchantStore + MailLog + Clone + 'static> Store for S {}

/// A store, and what it tells the relay.
pub(crate) trait World {
    type Store: Store;

    fn store(&self) -> &Self::Store;

    /// The messages since the last call, in no particular order.
    fn messages(&self) -> Vec<Message>;
}

pub(crate) struct Memory(MemoryStore);

impl Memory {
    pub(crate) fn new() -> Self {
        Self(MemoryStore::new(Faults::none()))
    }
}

impl World for Memory {
    type Store = MemoryStore;

    fn store(&self) -> &MemoryStore {
        &self.0
    }

    fn messages(&self) -> Vec<Message> {
        self.0.take_messages()
    }
}

/// The real adapter and the real SDK, against an emulator in this process.
pub(crate) struct Dynamo {
    pub(crate) store: DynamoStore,
    pub(crate) client: Client,
    database: Database,
    relayed: AtomicUsize,
}

pub(crate) const TABLE: &str = "juchu";

impl Dynamo {
    pub(crate) async fn new() -> Self {
        let database = Database::memory().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint)
            .build();
        let client = Client::from_conf(config);
        create_table(&client, TABLE).await.unwrap();
        let store = DynamoStore::new(client.clone(), TABLE);
        Self { store, client, database, relayed: AtomicUsize::new(0) }
    }

    /// Everything that was written since the beginning.
    fn stream(&self) -> Vec<Record> {
        let streams = self.database.list_streams(ListStreamsRequest::default()).unwrap();
        let iterator = GetShardIteratorRequest {
            stream_arn: streams.streams[0].stream_arn.clone(),
            shard_id: dynoxide::streams::shard_id(TABLE),
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            sequence_number: None,
        };
        let mut next = self.database.get_shard_iterator(iterator).unwrap().shard_iterator;
        let mut records = Vec::new();
        while let Some(shard_iterator) = next {
            let page = self.database.get_records(GetRecordsRequest { shard_iterator, limit: None }).unwrap();
            if page.records.is_empty() {
                break;
            }
            records.extend(page.records);
            next = page.next_shard_iterator;
        }
        records
    }

    /// How many rows were written since the beginning.
    pub(crate) fn written(&self) -> usize {
        self.stream().len()
    }

    /// A row as it is stored.
    pub(crate) async fn row(&self, pk: &str, sk: &str) -> Option<HashMap<String, AttributeValue>> {
        let request = self.client.get_item().table_name(TABLE).key("pk", AttributeValue::S(pk.to_owned()));
        request.key("sk", AttributeValue::S(sk.to_owned())).send().await.unwrap().item
    }
}

impl World for Dynamo {
    type Store = DynamoStore;

    fn store(&self) -> &DynamoStore {
        &self.store
    }

    /// Reads the table's stream as the relay does: new rows of the event kind.
    fn messages(&self) -> Vec<Message> {
        let mut messages = Vec::new();
        for record in self.stream().into_iter().filter(|record| record.event_name == "INSERT") {
            let image = serde_json::to_value(record.dynamodb.new_image).unwrap();
            if image[KIND_ATTRIBUTE]["S"] == EVENT_KIND {
                messages.push(message_of(&serde_json::from_value(image).unwrap()).unwrap());
            }
        }
        let before = self.relayed.swap(messages.len(), Ordering::Relaxed);
        messages.split_off(before)
    }
}
