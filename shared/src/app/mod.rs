//! The use cases: each loads, decides and commits through the ports. One file per stage or request.

pub mod access;
pub mod allocate_stock;
pub mod audit;
pub mod cancel_order;
pub mod collect_payment;
pub mod deliver_order;
pub mod execute;
pub mod failure;
pub mod idempotency;
pub mod mail;
pub mod manage_merchant;
pub mod message;
pub mod notify_customer;
pub mod operate_order;
pub mod ports;
pub mod post_sales;
pub mod query_orders;
pub mod receive_order;
pub mod record;
pub mod relay_events;
pub mod release_order;
pub mod run_timers;
pub mod ship_order;
pub mod stock_effect;
pub mod validate_order;
pub mod verify;
