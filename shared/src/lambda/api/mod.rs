//! The API's own types: what is read from requests and shown in responses. They are apart from the
//! domain's, so that neither bends the other.

pub mod address;
pub mod addresses;
pub mod commands;
pub mod fulfilment;
pub mod limits;
pub mod merchants;
pub mod moving;
pub mod openapi;
pub mod orders;
pub mod reading;
pub mod receiving;
pub mod reports;
pub mod rules;
pub mod stock;
pub mod worklist;

use crate::domain::intake::Impossible;

/// Collects what is wrong with a request, so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Defects(Vec<Impossible>);

impl Defects {
    /// Notes that `field` breaks `rule`, unless `ok`.
    pub fn check(&mut self, ok: bool, field: impl Into<String>, rule: impl Into<String>) {
        if !ok {
            self.0.push(Impossible { field: field.into(), message: rule.into() });
        }
    }

    /// Notes that `text` in `field` is not 1 to `max` characters of printable text.
    pub fn check_text(&mut self, text: &str, max: usize, field: &str) {
        let length = text.chars().count();
        let printable = !text.chars().any(|c| c.is_control() && c != '\n');
        let ok = (1..=max).contains(&length) && printable && !text.trim().is_empty();
        self.check(ok, field, format!("must be 1 to {max} printable characters"));
    }

    /// `value`, if nothing is wrong.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Vec<Impossible>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
