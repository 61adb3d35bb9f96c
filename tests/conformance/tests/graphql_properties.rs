//! What holds for every text: reading, measuring and printing never panic, and what was printed reads the same.

use conformance::graphql_generate::Stream;
use conformance::graphql_tree::tree;
use conformance::{Generator, Random, mutate};
use portcullis_graphql::measure::{facts, measure};
use portcullis_graphql::parser::{Document, ParseLimits, parse};
use portcullis_graphql::print::print;
use portcullis_inspect::Budget;

const DOCUMENTS: usize = 3_000;

fn canonical(document: &Document, text: &str) -> String {
    let mut out = String::new();
    print(document, text, &mut out);
    out
}

fn measure_all(document: &Document, text: &str) {
    let Ok(measurement) = measure(document, text, &mut Budget::new(100_000)) else {
        return;
    };
    for operation in &measurement.operations {
        facts(document, text, operation, 30);
    }
}

#[test]
fn what_was_printed_reads_the_same() {
    let mut stream = Stream::new(11, Vec::new());
    let (mut document, mut again, mut accepted) = (Document::new(), Document::new(), 0);
    for _ in 0..DOCUMENTS {
        let text = stream.document();
        if parse(&text, &ParseLimits::MAXIMUM, &mut document).is_err() {
            continue;
        }
        accepted += 1;
        let printed = canonical(&document, &text);
        assert!(printed.len() <= text.len() * 6, "{text}");
        parse(&printed, &ParseLimits::MAXIMUM, &mut again).unwrap_or_else(|fault| panic!("{fault:?} in {printed}"));
        assert_eq!(tree(&again, &printed), tree(&document, &text), "{text}");
        assert_eq!(canonical(&again, &printed), printed, "{text}");
        assert_eq!(again.tokens(), again.tokens().min(document.tokens()), "printing adds no token: {text}");
        measure_all(&document, &text);
    }
    assert!(accepted > DOCUMENTS / 3, "{accepted}");
}

#[test]
fn documents_of_the_generator_follow_the_grammar() {
    let mut generator = Generator::new(5);
    let mut document = Document::new();
    for _ in 0..DOCUMENTS {
        let text = generator.document();
        assert_eq!(parse(&text, &ParseLimits::MAXIMUM, &mut document), Ok(()), "{text}");
    }
}

/// Texts cut short, and nonsense. Even what a fault left behind may be walked.
#[test]
fn no_text_makes_us_panic() {
    let mut generator = Generator::new(3);
    let mut random = Random::new(4);
    let mut document = Document::new();
    for _ in 0..DOCUMENTS / 100 {
        let whole = generator.document();
        for (end, _) in whole.char_indices() {
            let (cut, rest) = whole.split_at(end);
            let _ = parse(cut, &ParseLimits::MAXIMUM, &mut document);
            canonical(&document, cut);
            measure_all(&document, cut);
            let _ = parse(rest, &ParseLimits::MAXIMUM, &mut document);
        }
        let mut broken = whole;
        for _ in 0..50 {
            broken = mutate(&broken, "{\"\"\"\\u{\\uD83D\"\\", &mut random);
            let _ = parse(&broken, &ParseLimits { tokens: 50, nesting: 4, name_bytes: 8 }, &mut document);
            canonical(&document, &broken);
            measure_all(&document, &broken);
        }
    }
}

/// Same seed, same documents: what a comparison found can be found again.
#[test]
fn a_seed_names_its_documents() {
    let documents = |seed| {
        let mut stream = Stream::new(seed, vec!["{a}".to_owned()]);
        (0..50).map(|_| stream.document()).collect::<Vec<_>>()
    };
    assert_eq!(documents(1), documents(1));
    assert_ne!(documents(1), documents(2));
}
