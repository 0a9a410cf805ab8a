//! juchu 受注: order management for Japanese e-commerce.
//!
//! The modules point one way: `domain` knows nobody, `app` knows `domain`, `adapters` and `lambda`
//! know both. ARCHITECTURE.md tells the way an order takes through them.

pub mod adapters;
pub mod app;
pub mod domain;
