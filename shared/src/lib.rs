//! juchu
