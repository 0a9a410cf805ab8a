//! The shapes platforms really send, which are not those they document: numbers as text, `""`, `[]`
//! and `null` for what is not there, wrappers around wrappers. A field of another shape than expected
//! is taken for one that is not there; [`super::reader`] says what an order cannot be without.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::wire::json;
use super::{ChannelError, ChannelOrder, Entry, Reading};

/// The most orders of one payload. Platforms give at most 250 a page.
const MAX_ORDERS: usize = 1_000;
/// The most paths of unmapped values one reading tells.
const MAX_UNMAPPED: usize = 1_000;

/// A text, a number or a truth value, whichever it is written as. Blank, `null`, a list and an object
/// are nothing: PHP writes `[]` and `""` for what it has not.
#[derive(Clone, Default)]
pub(super) struct Scalar(Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of `Value`, as `wire::Figure`.
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }))
    }
}

impl Scalar {
    /// The text, if there is any.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The text, or nothing.
    pub(super) fn text(&self) -> &str {
        self.get().unwrap_or_default()
    }

    /// The text as a new string.
    pub(super) fn owned(&self) -> Option<String> {
        self.0.clone()
    }

    /// Whether it says yes, in any of the ways platforms do.
    pub(super) fn is_true(&self) -> bool {
        matches!(self.text().to_ascii_lowercase().as_str(), "true" | "1" | "yes")
    }

    /// This, or the other when this is nothing.
    pub(super) fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.0.is_some() { self } else { other }
    }
}

/// A list; anything else is an empty one.
pub(super) struct List<T>(Vec<T>);

/// An object; anything else is one without fields.
#[derive(Default)]
pub(super) struct Object<T>(T);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Deref for Object<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lax(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lax(PhantomData))
    }
}

/// Reads the one shape that has a meaning, and takes every other for the default.
struct Lax<T>(PhantomData<T>);

trait Shape<'de>: Default {
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
    fn of_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for List<T> {
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Self(elements))
    }
}

impl<'de, T: Deserialize<'de> + Default> Shape<'de> for Object<T> {
    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Object)
    }
}

impl<'de, T: Shape<'de>> Visitor<'de> for Lax<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("anything")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::of_list(list)
    }
    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        T::of_object(object)
    }
    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_str<E>(self, _: &str) -> Result<T, E> {
        Ok(T::default())
    }
}

/// How a platform wraps its orders.
pub(super) struct Envelope {
    /// What the platform is called, for errors.
    pub(super) platform: &'static str,
    /// The keys that orders stand under, the first to be read first.
    pub(super) wrappers: &'static [&'static str],
    /// A key that only an order itself has: what it holds is not looked into.
    pub(super) marks: &'static [&'static str],
}

/// An object that is an order, or a part of one.
pub(super) struct Document {
    pub(super) at: String,
    pub(super) fields: Map<String, Value>,
}

/// What is in a payload, unwrapped, and the paths of what stands beside it.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) found: Vec<Document>,
    pub(super) unmapped: Vec<String>,
    /// Whether it is a list, even one of a single order or none.
    pub(super) is_list: bool,
}

impl Envelope {
    /// Unwraps a payload.
    pub(super) fn open(&self, body: &[u8]) -> Result<Documents, ChannelError> {
        let malformed = |path: &str, message: String| ChannelError::Malformed { path: path.into(), message };
        let value = json(body)?;
        let mut documents = Documents::default();
        self.unwrap(String::new(), value, &mut documents)?;
        if documents.found.len() > MAX_ORDERS {
            return Err(malformed("", format!("has more than {MAX_ORDERS} orders: send fewer at once")));
        }
        Ok(documents)
    }

    fn unwrap(&self, at: String, value: Value, into: &mut Documents) -> Result<(), ChannelError> {
        match value {
            Value::Array(elements) => {
                into.is_list = true;
                let all = elements.into_iter().enumerate();
                all.map(|(i, element)| (format!("{at}[{i}]"), element))
                    .try_for_each(|(at, element)| self.unwrap(at, element, into))
            }
            Value::Object(mut fields) => {
                let is_order = self.marks.iter().any(|mark| fields.contains_key(*mark));
                let holds = |key: &&str| {
                    !is_order && matches!(fields.get(*key), Some(Value::Array(_) | Value::Object(_)))
                };
                let wrappers: Vec<&str> = self.wrappers.iter().copied().filter(holds).collect();
                if wrappers.is_empty() {
                    into.found.push(Document { at, fields });
                    return Ok(());
                }
                let inner: Vec<_> = wrappers.into_iter().filter_map(|key| fields.remove_entry(key)).collect();
                into.unmapped.extend(fields.into_iter().map(|(key, _)| path(&at, &key)));
                inner.into_iter().try_for_each(|(key, value)| self.unwrap(path(&at, &key), value, into))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let message = format!("expected an order of {}, a JSON object", self.platform);
                Err(ChannelError::Malformed { path: at, message })
            }
        }
    }

    /// Reads each order of a payload by itself: one that is wrong does not spoil the others.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        documents: Documents,
        read: impl Fn(&T) -> Result<ChannelOrder, ChannelError>,
    ) -> Result<Reading, ChannelError> {
        let Documents { found, mut unmapped, is_list } = documents;
        let mut entries = Vec::new();
        for Document { at, fields } in found {
            let (said, ignored) = self.interpret(fields, &at, &read);
            if !is_list {
                // Nothing else came with it, so its error is the payload's.
                said.as_ref().map_err(Clone::clone).map(|_| ())?;
            }
            unmapped.extend(ignored.into_iter().map(|ignored| path(&at, &ignored)));
            let number = said.as_ref().ok().map(|said| said.order.number.clone());
            entries.push(Entry { at, number: number.filter(|number| !number.is_empty()), said });
        }
        unmapped.truncate(MAX_UNMAPPED);
        Ok(Reading { entries, unmapped })
    }

    fn interpret<T: DeserializeOwned>(
        &self,
        fields: Map<String, Value>,
        at: &str,
        read: impl Fn(&T) -> Result<ChannelOrder, ChannelError>,
    ) -> (Result<ChannelOrder, ChannelError>, Vec<String>) {
        let malformed = |message: String| ChannelError::Malformed { path: at.to_owned(), message };
        let keys: Vec<String> = fields.keys().cloned().collect();
        let mut ignored = Vec::new();
        let wire: Result<T, _> = serde_ignored::deserialize(Value::Object(fields), |path| {
            if ignored.len() < MAX_UNMAPPED {
                ignored.push(plain(&path.to_string()));
            }
        });
        if keys.iter().take(MAX_UNMAPPED).all(|key| ignored.contains(key)) {
            let message = format!("is no order: it has no field that one of {} has", self.platform);
            return (Err(malformed(message)), ignored);
        }
        (wire.map_err(|error| malformed(error.to_string())).and_then(|wire| read(&wire)), ignored)
    }
}

/// A path of `serde_ignored`, `items.?.0.id`, as ours are written: `items[0].id`.
fn plain(path: &str) -> String {
    let segments = path.split('.').filter(|segment| *segment != "?").enumerate();
    let is_index = |segment: &str| segment.bytes().all(|b| b.is_ascii_digit());
    let segments = segments.map(|(i, segment)| match i {
        0 => segment.to_owned(),
        _ if is_index(segment) => format!("[{segment}]"),
        _ => format!(".{segment}"),
    });
    segments.collect()
}

fn path(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}
