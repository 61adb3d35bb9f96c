//! The tables of the whole protocol: GraphQL's own rows followed by those of the JSON it rides in.

use portcullis_inspect::{CheckSpec, LimitSpec};

use crate::{checks, limits};

pub(crate) static LIMITS: [LimitSpec; limits::LIMITS.len() + portcullis_json::LIMITS.len()] =
    joined(limits::LIMITS, &portcullis_json::LIMITS, &[]);

pub(crate) static CHECKS: [CheckSpec; checks::DOCUMENT.len() + checks::TRANSPORT.len() + portcullis_json::CHECKS.len()] =
    joined(&checks::DOCUMENT, &checks::TRANSPORT, &portcullis_json::CHECKS);

/// Tables one after another. Runs while compiling; a wrong `N` does not compile.
#[expect(clippy::indexing_slicing, reason = "evaluated while compiling, where a panic is a compile error")]
const fn joined<T: Copy, const N: usize>(first: &[T], second: &[T], third: &[T]) -> [T; N] {
    let mut rows = [first[0]; N];
    let mut at = 0;
    while at < N {
        rows[at] = if at < first.len() {
            first[at]
        } else if at < first.len() + second.len() {
            second[at - first.len()]
        } else {
            third[at - first.len() - second.len()]
        };
        at += 1;
    }
    rows
}
