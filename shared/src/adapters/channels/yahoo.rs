//! Yahoo!ショッピング: `orderInfo`.

use super::{ChannelDefaults, ChannelError, Reading};

pub(super) fn read(_body: &[u8], _defaults: &ChannelDefaults) -> Result<Reading, ChannelError> {
    Err(ChannelError::Malformed { path: String::new(), message: "this dialect is not spoken yet".into() })
}
