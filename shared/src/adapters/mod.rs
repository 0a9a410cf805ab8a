//! The ports as DynamoDB, queues, mail and the rest of the world provide them.

pub(crate) mod cursor;
pub mod dynamo;
