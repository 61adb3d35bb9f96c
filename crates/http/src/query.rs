//! What the query component may hold, and credentials in it: found by the names of parameters, redacted for logs.

use portcullis_inspect::{Class, Finding};

use crate::checks;
use crate::octets::TARGET;
use crate::path::escape;

/// Names of credentials, in lower case without `-`, `_` and `.`, sorted.
const CREDENTIALS: [&str; 41] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apikeyid",
    "apitoken",
    "appkey",
    "appsecret",
    "assertion",
    "auth",
    "authkey",
    "authorization",
    "authtoken",
    "bearer",
    "bearertoken",
    "clientassertion",
    "clientsecret",
    "credential",
    "credentials",
    "csrftoken",
    "idtoken",
    "jwt",
    "key",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "refreshtoken",
    "samlresponse",
    "secret",
    "secretkey",
    "session",
    "sessionid",
    "sessiontoken",
    "sid",
    "subscriptionkey",
    "ticket",
    "token",
    "xapikey",
];

/// Longest name looked at, in decoded characters; the names above end far before.
const NAME_MAX: usize = 48;

/// What stands in a log for a credential.
const REDACTED: &str = "[redacted]";

/// Whether a query holds what must be percent-encoded there.
pub(crate) fn character(query: &str) -> Option<Finding> {
    let detail = "the query holds a character that must be percent-encoded";
    (!TARGET.all(query.as_bytes())).then(|| Finding::new(checks::PATH.name, "QUERY_CHARACTER", Class::Malformed, detail))
}

/// The finding of `http.url_credentials`, if any parameter of `query` is named like a credential and has a value. Only the name of
/// the check is told, never the value.
pub fn credentials(query: &str) -> Option<Finding> {
    let detail = "a query parameter is named like a credential";
    parameters(query)
        .any(|(name, value)| value.is_some_and(|value| !value.is_empty()) && is_credential(name))
        .then(|| Finding::new(checks::URL_CREDENTIALS.name, "URL_CREDENTIALS", Class::Forbidden, detail))
}

/// A target fit for logs: values of parameters named like credentials are replaced.
pub fn redacted(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let mut text = String::with_capacity(target.len());
    text.push_str(path);
    text.push('?');
    for part in query.split_inclusive(['&', ';']) {
        let (pair, separator) = match part.strip_suffix(['&', ';']) {
            Some(pair) => (pair, part.get(pair.len()..).unwrap_or_default()),
            None => (part, ""),
        };
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_credential(name) => {
                text.push_str(name);
                text.push('=');
                text.push_str(REDACTED);
            }
            _ => text.push_str(pair),
        }
        text.push_str(separator);
    }
    text
}

/// Parameters as most servers read them; `;` separates too, since some do.
fn parameters(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split(['&', ';']).map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))))
}

/// Whether a parameter name, decoded once, is one of a credential: in any case, with or without separators, also as the last part of
/// `auth[token]` or `user.password`.
fn is_credential(name: &str) -> bool {
    let mut whole = [0_u8; NAME_MAX];
    let mut length = 0_usize;
    let mut last_part = 0_usize;
    let mut rest = name.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        let (octet, after) = if octet == b'%' { escape(after).unwrap_or((octet, after)) } else { (octet, after) };
        rest = after;
        match octet {
            b'-' | b'_' | b' ' | b'+' | b']' => continue,
            b'.' | b'[' => {
                last_part = length;
                continue;
            }
            _ => {}
        }
        let Some(slot) = whole.get_mut(length) else { return false };
        *slot = octet.to_ascii_lowercase();
        length = length.saturating_add(1);
    }
    let known =
        |part: Option<&[u8]>| part.is_some_and(|part| CREDENTIALS.binary_search_by(|name| name.as_bytes().cmp(part)).is_ok());
    known(whole.get(..length)) || (last_part > 0 && known(whole.get(last_part..length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_name() {
        for query in [
            "api_key=1",
            "a=b&API-Key=1",
            "apikey=x",
            "acc%65ss_token=1",
            "x;token=1",
            "user[password]=1",
            "auth.secret=1",
            "ToKeN=1",
            "jwt=a.b",
        ] {
            assert!(credentials(query).is_some(), "{query}");
        }
        for query in
            ["", "a=b", "token", "token=", "tokens=1", "keyword=1", "passport=1", "%zz=1", "a=token", "monkey=1", "secretary=1"]
        {
            assert!(credentials(query).is_none(), "{query}");
        }
        assert!(credentials(&format!("{}token=1", "a".repeat(100))).is_none());
    }

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(CREDENTIALS.is_sorted());
    }

    #[test]
    fn values_of_credentials_never_reach_a_log() {
        let cases = [
            ("/a", "/a"),
            ("/a?b=c", "/a?b=c"),
            ("/a?", "/a?"),
            ("/a?token=s3cret", "/a?token=[redacted]"),
            ("/a?b=c&api_key=s3cret&d=e", "/a?b=c&api_key=[redacted]&d=e"),
            ("/a?b=c;%70assword=s3cret=x?y", "/a?b=c;%70assword=[redacted]"),
            ("/a?&&token=1&", "/a?&&token=[redacted]&"),
        ];
        for (target, text) in cases {
            assert_eq!(redacted(target), text);
        }
    }

    #[test]
    fn a_query_is_visible_ascii_without_quotes() {
        for query in ["a=b", "query={a{b}}", "a[]=1|2", "%22", "a=b?c/d"] {
            assert!(character(query).is_none(), "{query}");
        }
        for query in ["a=\"b\"", "a=<b>", "a= b", "ä", "a=`b`", "a\x7f"] {
            assert_eq!(character(query).unwrap().code, "QUERY_CHARACTER", "{query}");
        }
    }
}
