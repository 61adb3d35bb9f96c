//! The compiled schema: what a document is bound to.
//!
//! The way in: sources of either form, SDL ([`sdl`], after [`prepass`]) or the answer to an introspection query ([`introspection`]), become
//! one [`draft`]. The draft is merged with the built-in definitions and compiled ([`compile`]) into flat tables ([`table`]) whose members
//! are found through one index ([`index`]); what the specification forbids is noted on the way ([`review`]). Notes are warnings unless the
//! operator asks for strictness: real servers ship schemas with small faults, and what is doubtful is left out of the tables, so that a
//! request for it is refused.

mod builtin;
mod compile;
mod draft;
mod index;
mod introspection;
mod prepass;
mod review;
mod sdl;
mod table;
#[cfg(test)]
mod tests;
mod types;

use portcullis_inspect::{Problem, Problems, Source};

use draft::Draft;
pub(crate) use index::Scope;
pub use table::{Directive, Field, Input, Location, Schema, Type, TypeKind};
pub use types::TypeRef;

/// Bytes of one source. The largest public schemas have a tenth of it.
const SOURCE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Problems told at once; nobody reads more.
const PROBLEMS_MAX: usize = 100;

/// Reads and compiles `sources`, taken together as one schema. Beside the schema come notes: what the specification forbids and what was
/// therefore left out or taken in its first form. The error is everything that keeps the sources from being one schema at all.
pub fn load(sources: &[Source]) -> Result<(Schema, Problems), Problems> {
    let mut draft = Draft::default();
    let mut problems = Vec::new();
    for (number, source) in (0_u32..).zip(sources) {
        if let Err(problem) = read(number, source, &mut draft) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut notes = draft::Notes::new(sources);
    let schema = compile::compile(draft, &mut notes)?;
    review::review(&schema, &mut notes);
    let mut notes = notes.finish();
    notes.truncate(PROBLEMS_MAX);
    Ok((schema, notes))
}

fn read(number: u32, source: &Source, draft: &mut Draft) -> Result<(), Problem> {
    let problem = |span, what: &str, help: Option<&str>| Problem {
        source: source.name.clone(),
        span,
        what: what.to_owned(),
        help: help.map(str::to_owned),
    };
    if source.text.len() > SOURCE_BYTES_MAX {
        return Err(problem(None, "the schema is larger than 32 MiB", None));
    }
    let Ok(text) = std::str::from_utf8(&source.text) else {
        return Err(problem(None, "the schema is not UTF-8", None));
    };
    if text.trim_start_matches('\u{FEFF}').trim_start().starts_with('{') {
        return introspection::read(number, source, draft).map_err(|fault| problem(fault.span, fault.what, fault.help));
    }
    sdl::read(number, text, draft).map_err(|fault| problem(fault.span, fault.what, fault.help))
}
