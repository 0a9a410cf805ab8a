//! The ports on real services.

pub mod clock;
pub mod s3;
pub mod sandbox;
pub mod ses;
pub mod sqs;
