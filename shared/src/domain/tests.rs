//! What the domain must do, told as given, when, then; and what must hold whatever happens.

mod properties;
