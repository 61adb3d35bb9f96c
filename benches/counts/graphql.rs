//! GraphQL documents: parsing, measuring, printing.

use std::hint::black_box;

use portcullis_graphql::measure::measure;
use portcullis_graphql::parser::{Document, ParseLimits, parse};
use portcullis_graphql::print::print;
use portcullis_inspect::Budget;

/// A query as a shop's front end sends it, 0.9 KB.
pub const PRODUCT_PAGE: &str = include_str!("../inputs/product-page.graphql");

/// A query of the outside test suites; `CONFORMANCE` names their folder.
pub fn outside(name: &str) -> Option<String> {
    let folder = std::env::var("CONFORMANCE").unwrap_or_else(|_| "../shared/conformance".to_owned());
    std::fs::read_to_string(format!("{folder}/queries/{name}.graphql")).ok()
}

fn read(text: &str) -> Document {
    let mut document = Document::new();
    parse(text, &ParseLimits::MAXIMUM, &mut document).expect("the query parses");
    document
}

/// Parsing with the arrays of the query before.
pub fn parsing(text: &str) -> Box<dyn FnMut()> {
    let text = text.to_owned();
    let mut document = Document::new();
    Box::new(move || {
        parse(black_box(&text), &ParseLimits::MAXIMUM, &mut document).expect("the query parses");
        black_box(&document);
    })
}

/// Measuring.
pub fn measuring(text: &str) -> Box<dyn FnMut()> {
    let text = text.to_owned();
    let document = read(&text);
    Box::new(move || drop(black_box(measure(black_box(&document), &text, &mut Budget::new(u64::MAX)))))
}

/// Printing into the buffer of the query before.
pub fn printing(text: &str) -> Box<dyn FnMut()> {
    let text = text.to_owned();
    let document = read(&text);
    let mut out = String::new();
    Box::new(move || {
        out.clear();
        print(black_box(&document), &text, &mut out);
        black_box(&out);
    })
}

/// All three on one document.
pub fn whole(text: String) -> Box<dyn FnMut()> {
    let (mut document, mut out) = (Document::new(), String::new());
    Box::new(move || {
        parse(black_box(&text), &ParseLimits::MAXIMUM, &mut document).expect("the query parses");
        drop(black_box(measure(&document, &text, &mut Budget::new(u64::MAX))));
        out.clear();
        print(&document, &text, &mut out);
        black_box(&out);
    })
}
