//! The real adapter and the real SDK, on an emulator of DynamoDB in this process.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must fail loudly"
)]

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

/// The name of the table.
pub const TABLE: &str = "juchu";

/// An emulator with an empty table.
pub struct Dynamo {
    /// The adapter.
    pub store: DynamoStore,
    /// A client of the emulator.
    pub client: Client,
    database: Database,
    relayed: AtomicUsize,
}

impl Dynamo {
    /// Starts one. It needs a runtime.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn new() -> Self {
        let database = Database::memory().expect("a database");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint)
            .build();
        let client = Client::from_conf(config);
        create_table(&client, TABLE).await.expect("a table");
        let store = DynamoStore::new(client.clone(), TABLE);
        Self { store, client, database, relayed: AtomicUsize::new(0) }
    }

    /// Everything that was written since the beginning.
    fn stream(&self) -> Vec<Record> {
        let streams = self.database.list_streams(ListStreamsRequest::default()).expect("a stream");
        let iterator = GetShardIteratorRequest {
            stream_arn: streams.streams[0].stream_arn.clone(),
            shard_id: dynoxide::streams::shard_id(TABLE),
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            sequence_number: None,
        };
        let mut next = self.database.get_shard_iterator(iterator).expect("an iterator").shard_iterator;
        let mut records = Vec::new();
        while let Some(shard_iterator) = next {
            let request = GetRecordsRequest { shard_iterator, limit: None };
            let page = self.database.get_records(request).expect("records");
            if page.records.is_empty() {
                break;
            }
            records.extend(page.records);
            next = page.next_shard_iterator;
        }
        records
    }

    /// How many rows were written since the beginning.
    ///
    /// # Panics
    /// When the stream cannot be read.
    #[must_use]
    pub fn written(&self) -> usize {
        self.stream().len()
    }

    /// The messages since the last call, in no particular order. Reads the table's stream as the relay
    /// does: new rows of the event kind.
    ///
    /// # Panics
    /// When the stream cannot be read.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let mut messages = Vec::new();
        for record in self.stream().into_iter().filter(|record| record.event_name == "INSERT") {
            let image = serde_json::to_value(record.dynamodb.new_image).expect("a row");
            if image[KIND_ATTRIBUTE]["S"] == EVENT_KIND {
                let row = serde_json::from_value(image).expect("a row");
                messages.push(message_of(&row).expect("a message"));
            }
        }
        let before = self.relayed.swap(messages.len(), Ordering::Relaxed);
        messages.split_off(before)
    }

    /// A row as it is stored.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn row(&self, pk: &str, sk: &str) -> Option<HashMap<String, AttributeValue>> {
        let request = self.client.get_item().table_name(TABLE).key("pk", AttributeValue::S(pk.to_owned()));
        let request = request.key("sk", AttributeValue::S(sk.to_owned()));
        request.send().await.expect("the emulator").item
    }
}
