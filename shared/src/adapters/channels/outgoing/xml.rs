//! Small XML documents.

use quick_xml::escape::escape;

/// An element with a text.
pub(super) fn text(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// An element with elements in it.
pub(super) fn element(name: &str, children: &[String]) -> String {
    format!("<{name}>{}</{name}>", children.concat())
}

/// A document.
pub(super) fn document(root: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}\n")
}
