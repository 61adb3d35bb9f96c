//! JSON texts.

use std::hint::black_box;

use portcullis_json::{Bounds, Document, write_string};

use super::graphql::PRODUCT_PAGE;

/// The body of a GraphQL request: query and variables.
pub fn envelope_text() -> Vec<u8> {
    let mut text = b"{\"query\":".to_vec();
    write_string(&mut text, PRODUCT_PAGE);
    text.extend_from_slice(br#","variables":{"slug":"blue-kettle","market":"EU","reviews":20,"tags":["quiet","light"]}}"#);
    text
}

/// Reading the envelope and the query in it.
pub fn envelope() -> Box<dyn FnMut()> {
    let text = envelope_text();
    let mut document = Document::new();
    Box::new(move || {
        document.read(black_box(&text), &Bounds::default()).expect("the envelope is JSON");
        let query = document.root(&text).and_then(|root| root.members().find(|(name, _)| name == "query"));
        black_box(query.and_then(|(_, value)| value.as_str()));
    })
}

/// Reading a text of any shape and size.
pub fn reading(text: String) -> Box<dyn FnMut()> {
    let (any, mut document) = (1 << 30, Document::new());
    let bounds = Bounds { depth: any, members: any, elements: any, nodes: any, string_bytes: any, number_chars: any };
    Box::new(move || {
        document.read(black_box(text.as_bytes()), &bounds).expect("the text is JSON");
        black_box(document.root(text.as_bytes()).and_then(|root| root.as_str()));
    })
}
