//! XML as the JSON value of the same shape: an element with elements in it is an object, one with
//! text a text, an empty one `null`, and one that comes again a list.

use std::borrow::Cow;

use encoding_rs::{Encoding, SHIFT_JIS};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::ChannelError;
use super::wire::malformed;

/// How deep elements may be in each other.
const MAX_DEPTH: usize = 32;

/// An element that is not closed yet.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    fields: Map<String, Value>,
}

/// Reads a document into an object with its root element. What `lists` names is always a list.
pub(super) fn read(body: &[u8], lists: &[&str]) -> Result<Value, ChannelError> {
    let text =
        decode(body).ok_or_else(|| malformed("", "expected XML in UTF-8, or in the encoding it names"))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    let mut open = vec![Open::default()];
    loop {
        let event = reader.read_event().map_err(|error| malformed("", error.to_string()))?;
        let Some(innermost) = open.last_mut() else { break };
        match event {
            Event::Start(element) => {
                let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
                if open.len() > MAX_DEPTH {
                    return Err(malformed(name, format!("is more than {MAX_DEPTH} elements deep")));
                }
                open.push(Open { name, ..Open::default() });
            }
            Event::Empty(element) => {
                let name = String::from_utf8_lossy(element.local_name().as_ref()).into_owned();
                add(innermost, name, Value::Null, lists);
            }
            Event::End(_) => close(&mut open, lists),
            Event::Text(text) => innermost.text.push_str(&text.xml_content().unwrap_or_default()),
            Event::CData(text) => innermost.text.push_str(&text.xml_content().unwrap_or_default()),
            Event::GeneralRef(reference) => {
                let name = reference.decode().unwrap_or_default();
                match (reference.resolve_char_ref(), resolve_predefined_entity(&name)) {
                    (Ok(Some(character)), _) => innermost.text.push(character),
                    (_, Some(text)) => innermost.text.push_str(text),
                    _ => return Err(malformed("", format!("has the unknown entity &{name};"))),
                }
            }
            // An external definition could make a small document a large one.
            Event::DocType(_) => return Err(malformed("", "must have no document type")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match open.pop() {
        Some(root) if open.is_empty() && !root.fields.is_empty() => Ok(Value::Object(root.fields)),
        Some(unclosed) if !open.is_empty() => Err(malformed(unclosed.name, "is not closed")),
        _ => Err(malformed("", "expected an XML document")),
    }
}

/// The text: UTF-8, or else in the encoding that the declaration names, or that Windows has in Japan.
fn decode(body: &[u8]) -> Option<Cow<'_, str>> {
    if let Ok(text) = std::str::from_utf8(body) {
        return Some(Cow::Borrowed(text));
    }
    let declaration = body.trim_ascii_start().strip_prefix(b"<?xml").unwrap_or_default();
    let declaration = declaration.split(|byte| *byte == b'>').next().unwrap_or_default();
    let named =
        std::str::from_utf8(declaration).ok().and_then(|text| text.split_once("encoding=")).map(|(_, it)| it);
    let named = named.and_then(|label| label.split(['"', '\'']).find(|label| !label.is_empty()));
    let encoding = named.map_or(Some(SHIFT_JIS), |label| Encoding::for_label(label.as_bytes()))?;
    encoding.decode_without_bom_handling_and_without_replacement(body)
}

fn close(open: &mut Vec<Open>, lists: &[&str]) {
    let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) else { return };
    let text = element.text.trim();
    let value = match (element.fields.is_empty(), text.is_empty()) {
        (false, _) => Value::Object(element.fields),
        (true, false) => Value::String(text.to_owned()),
        (true, true) => Value::Null,
    };
    add(parent, element.name, value, lists);
}

fn add(parent: &mut Open, name: String, value: Value, lists: &[&str]) {
    let is_list = lists.contains(&name.as_str());
    match parent.fields.get_mut(&name) {
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None if is_list => drop(parent.fields.insert(name, Value::Array(vec![value]))),
        None => drop(parent.fields.insert(name, value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_read_by_its_elements() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A total=\"1\"><B/><C> 茶 &amp; &#x83D3; </C>\
                   <D><![CDATA[<x>]]></D><E>1</E><E>2</E><F>3</F><!-- no --></A>";
        let read = read(xml.as_bytes(), &["F"]).unwrap();
        let fields = json!({ "B": null, "C": "茶 & 菓", "D": "<x>", "E": ["1", "2"], "F": ["3"] });
        assert_eq!(read, json!({ "A": fields }));
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        let deep = "<a>".repeat(100_000);
        for xml in
            ["", "text", "<A>", "<A></B>", "<A>&foo;</A>", "<!DOCTYPE a [<!ENTITY b \"c\">]><A/>", &deep]
        {
            assert!(read(xml.as_bytes(), &[]).is_err(), "{xml:.40}");
        }
        assert!(read(b"<A>\xff</A>", &[]).is_err());
    }
}
