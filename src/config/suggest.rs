//! What was probably meant by a name nobody knows.

/// How alike two names must be (Jaro-Winkler, 0 to 1) to be suggested.
const ALIKE: f64 = 0.84;

/// The candidate that `name` probably means.
pub(super) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let plain = squeezed(name);
    if plain.is_empty() || name.len() > 100 {
        return None;
    }
    let ends_alike = |candidate: &&&str| candidate.rsplit('.').next().is_some_and(|last| squeezed(last) == plain);
    if let Some(found) = candidates.iter().find(|candidate| squeezed(candidate) == plain) {
        return Some(found);
    }
    if let Some(found) = candidates.iter().find(ends_alike) {
        return Some(found);
    }
    candidates
        .iter()
        .map(|candidate| (likeness(&plain, &squeezed(candidate)), *candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// "did you mean …?", or else what there is.
pub(super) fn advice(name: &str, candidates: &[&str], what_they_are: &str) -> String {
    if let Some(meant) = nearest(name, candidates) {
        return format!("did you mean `{meant}`?");
    }
    listed(candidates, what_they_are)
}

/// "`a`, `b` and 3 more" under a word for what they are.
pub(super) fn listed(candidates: &[&str], what_they_are: &str) -> String {
    const SHOWN: usize = 14;
    let shown: Vec<String> = candidates.iter().take(SHOWN).map(|candidate| format!("`{candidate}`")).collect();
    let more = candidates.len().saturating_sub(SHOWN);
    match (shown.is_empty(), more) {
        (true, _) => format!("there are no {what_they_are}"),
        (false, 0) => format!("{what_they_are}: {}", shown.join(", ")),
        (false, more) => format!("{what_they_are}: {} and {more} more", shown.join(", ")),
    }
}

fn likeness(one: &str, other: &str) -> f64 {
    // Two swapped letters in a short name are worth a suggestion too, and Jaro-Winkler is harsh on short names.
    if one.len().min(other.len()) >= 3 && strsim::damerau_levenshtein(one, other) == 1 {
        return 0.99;
    }
    strsim::jaro_winkler(one, other)
}

/// Lower case without separators, so that `connectTimeout` and `connect-timeout` are `connect_timeout`.
fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant_and_nothing_else() {
        let names = ["connect_timeout", "first_byte_timeout", "url", "graphql.depth", "graphql.aliases"];
        for (written, meant) in [
            ("connectTimeout", Some("connect_timeout")),
            ("connect-timeout", Some("connect_timeout")),
            ("conect_timeout", Some("connect_timeout")),
            ("depth", Some("graphql.depth")),
            ("graphql.dept", Some("graphql.depth")),
            ("ulr", Some("url")),
            ("zebra", None),
            ("", None),
            ("---", None),
        ] {
            assert_eq!(nearest(written, &names), meant, "{written}");
        }
    }
}
