//! The contract of the store's ports, sentence by sentence, kept by the fake as by the real adapter.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod dynamo_rows;
mod limits;
mod lists;
mod master_data;
mod orders;
mod pace;
mod payloads;
mod samples;
mod stock;
mod together;
mod worlds;

/// Tries sentences on every store.
macro_rules! kept_by_every_store {
    ($($sentence:ident,)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $sentence() {
                super::$sentence(&crate::worlds::Memory::new()).await;
            })*
        }

        mod dynamo {
            $(#[tokio::test]
            async fn $sentence() {
                super::$sentence(&crate::worlds::Dynamo::new().await).await;
            })*
        }
    };
}

pub(crate) use kept_by_every_store;
