//! The table, as data: for local runs and tests, and to compare with the template.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::failed;
use crate::app::ports::StoreError;

/// The attribute that marks a new row as a message for the relay.
pub const KIND_ATTRIBUTE: &str = "kind";
/// Its value on such rows; the stream's filter looks for it.
pub const EVENT_KIND: &str = "EVENT";
/// The attribute after whose moment (seconds since 1970) a row is forgotten.
pub const TTL_ATTRIBUTE: &str = "expires_at";
/// The table's key: partition and sort attribute.
pub const KEY: (&str, &str) = ("pk", "sk");

/// A sparse index: only rows that have its key are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its partition and its sort attribute.
    pub key: (&'static str, &'static str),
    /// What it carries besides keys.
    pub carries: &'static [&'static str],
}

/// All orders of a merchant.
pub const BY_MERCHANT: Index =
    Index { name: "by-merchant", key: ("merchant_key", "received_key"), carries: &["summary"] };
/// The orders of a merchant in one state.
pub const BY_STATE: Index =
    Index { name: "by-state", key: ("state_key", "received_key"), carries: &["summary"] };
/// The orders of a merchant that need a person 要対応.
pub const BY_ATTENTION: Index =
    Index { name: "by-attention", key: ("attention_key", "received_key"), carries: &["summary"] };
/// The orders of a merchant that people have to deal with, by when.
pub const BY_WORK: Index = Index { name: "by-work", key: ("work_key", "work_due"), carries: &["work"] };
/// The orders that wait for the clock.
pub const BY_DUE: Index = Index { name: "by-due", key: ("due_key", "due_at"), carries: &[] };
/// All indexes.
pub const INDEXES: [Index; 5] = [BY_MERCHANT, BY_STATE, BY_ATTENTION, BY_WORK, BY_DUE];

/// Creates the table unless there is one of that name. On AWS the template does it.
///
/// # Errors
/// [`StoreError`] when it cannot be created.
pub async fn create_table(client: &Client, name: &str) -> Result<(), StoreError> {
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let mut attributes: Vec<&str> = vec![KEY.0, KEY.1];
    attributes.extend(INDEXES.iter().flat_map(|index| [index.key.0, index.key.1]));
    attributes.sort_unstable();
    attributes.dedup();
    for attribute in attributes {
        let definition = AttributeDefinition::builder().attribute_name(attribute);
        let definition = definition.attribute_type(ScalarAttributeType::S).build()?;
        request = request.attribute_definitions(definition);
    }
    for index in INDEXES {
        let carries: Vec<String> = index.carries.iter().map(|&attribute| attribute.to_owned()).collect();
        let projection = if carries.is_empty() {
            Projection::builder().projection_type(ProjectionType::KeysOnly)
        } else {
            Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(carries))
        };
        let projection = projection.build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.key)?))
            .projection(projection);
        request = request.global_secondary_indexes(index.build()?);
    }
    let stream = StreamSpecification::builder().stream_enabled(true);
    let stream = stream.stream_view_type(StreamViewType::NewImage).build()?;
    let request = request.set_key_schema(Some(key_schema(KEY)?)).stream_specification(stream);
    match request.send().await {
        Ok(_) => forget(client, name).await,
        Err(error)
            if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(failed(error)),
    }
}

async fn forget(client: &Client, name: &str) -> Result<(), StoreError> {
    let rule = TimeToLiveSpecification::builder().attribute_name(TTL_ATTRIBUTE).enabled(true);
    let rule = rule.build()?;
    let request = client.update_time_to_live().table_name(name).time_to_live_specification(rule);
    request.send().await.map_err(failed)?;
    Ok(())
}

fn key_schema((partition, sort): (&str, &str)) -> Result<Vec<KeySchemaElement>, StoreError> {
    let part =
        |(attribute, part)| KeySchemaElement::builder().attribute_name(attribute).key_type(part).build();
    let parts = [(partition, KeyType::Hash), (sort, KeyType::Range)].map(part);
    Ok(parts.into_iter().collect::<Result<_, _>>()?)
}
