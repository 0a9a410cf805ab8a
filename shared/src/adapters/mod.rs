//! The ports as DynamoDB, queues, mail and the rest of the world provide them, and the channels'
//! dialects.

pub mod channel_queue;
pub mod channels;
pub mod clock;
pub(crate) mod cursor;

pub mod dialects;
pub mod dynamo;
pub mod reading;
pub mod s3;
pub mod sandbox;
pub mod ses;
pub mod sqs;
#[cfg(test)]
mod stub;
