//! The outside world, behind the ports of `app` and in the shapes of `domain`.

pub mod channels;
