//! Path patterns of routes and exceptions.

use std::fmt;

/// An exact path (`/graphql`) or everything below one (`/files/*`: every path that begins with `/files/`, and not `/files` itself).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPattern {
    /// This path alone.
    Exact(String),
    /// Everything below; kept with the trailing slash.
    Below(String),
}

/// Why a pattern cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// It does not begin with `/`.
    NotAbsolute,
    /// It has a `*` elsewhere than as its last segment.
    StarInside,
    /// It is not in normal form (dot segments, empty segments, query, escapes of plain characters), so no request could match it.
    NotNormal,
}

/// Bytes of the longest path that is proposed for an exception.
const NAMED_MAX: usize = 512;

impl PathPattern {
    /// Reads `/exact` or `/prefix/*`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if !text.starts_with('/') {
            return Err(PatternError::NotAbsolute);
        }
        let (path, below) = match text.strip_suffix('*') {
            Some(path) if path.ends_with('/') => (path, true),
            _ => (text, false),
        };
        if path.contains('*') {
            return Err(PatternError::StarInside);
        }
        let odd_segment = path.split('/').skip(1).any(|segment| matches!(segment, "." | ".."));
        if path.contains("//") || path.contains(['?', '#', ';', '\\', ' ']) || odd_segment {
            return Err(PatternError::NotNormal);
        }
        Ok(if below { Self::Below(path.to_owned()) } else { Self::Exact(path.to_owned()) })
    }

    /// Whether an exact pattern can name `path` and nothing beside it, at a length that belongs in a file of settings.
    pub(crate) fn names(path: &str) -> bool {
        path.len() <= NAMED_MAX && matches!(Self::parse(path), Ok(Self::Exact(_)))
    }

    /// Whether a normalised path falls under the pattern.
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => path == exact,
            Self::Below(prefix) => path.starts_with(prefix.as_str()),
        }
    }

    /// Whether every path of `other` also falls under this pattern.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(mine), Self::Exact(theirs)) => mine == theirs,
            (Self::Exact(_), Self::Below(_)) => false,
            (Self::Below(mine), Self::Exact(theirs) | Self::Below(theirs)) => theirs.starts_with(mine.as_str()),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(path) => out.write_str(path),
            Self::Below(path) => write!(out, "{path}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_matches_at_segment_borders_only() {
        let files = PathPattern::parse("/files/*").unwrap();
        for (path, expected) in
            [("/files", false), ("/files/", true), ("/files/a/b", true), ("/filesystem", false), ("/file", false), ("/", false)]
        {
            assert_eq!(files.matches(path), expected, "{path}");
        }
    }

    #[test]
    fn an_exact_path_matches_itself_only() {
        let exact = PathPattern::parse("/graphql").unwrap();
        for (path, expected) in [("/graphql", true), ("/graphql/", false), ("/GraphQL", false), ("/graphqlx", false)] {
            assert_eq!(exact.matches(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_is_named_where_a_pattern_means_it_alone() {
        for (path, expected) in [
            ("/graphql", true),
            ("/graphql/", true),
            ("/a%20b", true),
            ("/graphql/*", false),
            ("/a*b", false),
            ("*", false),
            ("/a;b", false),
        ] {
            assert_eq!(PathPattern::names(path), expected, "{path}");
        }
        assert!(PathPattern::names(&"/a".repeat(256)) && !PathPattern::names(&"/a".repeat(257)));
    }

    #[test]
    fn everything_is_matched_by_slash_star() {
        let all = PathPattern::parse("/*").unwrap();
        assert!(all.matches("/") && all.matches("/a") && all.matches("/a/b"));
        assert!(all.covers(&PathPattern::parse("/a/*").unwrap()));
    }

    #[test]
    fn patterns_no_request_could_match_are_refused() {
        for (text, expected) in [
            ("graphql", PatternError::NotAbsolute),
            ("/a/*/b", PatternError::StarInside),
            ("/a*", PatternError::StarInside),
            ("/a//b", PatternError::NotNormal),
            ("/a/../b", PatternError::NotNormal),
            ("/a?b", PatternError::NotNormal),
        ] {
            assert_eq!(PathPattern::parse(text), Err(expected), "{text}");
        }
    }
}
