//! What the query component may hold, and credentials in it: found by the names of parameters, redacted for logs.

use portcullis_inspect::{Class, Finding};

use crate::checks;
use crate::octets::TARGET;
use crate::path::escape;

/// Names of credentials, in lower case without `-`, `_` and `.`, sorted.
const CREDENTIALS: [&str; 47] = [
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
    "otp",
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
    "sig",
    "signature",
    "subscriptionkey",
    "ticket",
    "token",
    "xamzsecuritytoken",
    "xamzsignature",
    "xapikey",
    "xgoogsignature",
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

/// A target fit for logs: values of parameters named like credentials are replaced, in the query and behind a `;` in the path.
pub fn redacted(target: &str) -> String {
    let mut text = String::with_capacity(target.len());
    match target.split_once('?') {
        None => redact(target, [';', '/'], &mut text),
        Some((path, query)) => {
            redact(path, [';', '/'], &mut text);
            text.push('?');
            redact(query, ['&', ';'], &mut text);
        }
    }
    text
}

/// Copies parts, each up to its separator.
fn redact(parts: &str, separators: [char; 2], text: &mut String) {
    for part in parts.split_inclusive(separators) {
        let pair = part.strip_suffix(separators).unwrap_or(part);
        let separator = part.get(pair.len()..).unwrap_or_default();
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
}

/// Parameters as most servers read them; `;` separates too, since some do.
fn parameters(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split(['&', ';']).map(|pair| pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value))))
}

/// Whether a parameter name, decoded once, is one of a credential: in any case, with or without separators, whole or as a part of
/// `auth[token]`, `user.password` or `password[0]`.
fn is_credential(name: &str) -> bool {
    let (mut whole, mut part) = (Name::default(), Name::default());
    let mut rest = name.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        let (octet, after) = if octet == b'%' { escape(after).unwrap_or((octet, after)) } else { (octet, after) };
        rest = after;
        match octet {
            b'-' | b'_' | b'+' | b']' | 0..=b' ' => {}
            b'.' | b'[' | b':' => {
                if part.is_known() {
                    return true;
                }
                part = Name::default();
            }
            _ => {
                whole.push(octet);
                part.push(octet);
            }
        }
    }
    whole.is_known() || part.is_known()
}

/// A name being read: lower case, no separators. What is longer than every known name is none of them.
struct Name {
    octets: [u8; NAME_MAX],
    length: usize,
}

impl Default for Name {
    fn default() -> Self {
        Self { octets: [0; NAME_MAX], length: 0 }
    }
}

impl Name {
    fn push(&mut self, octet: u8) {
        if let Some(slot) = self.octets.get_mut(self.length) {
            *slot = octet.to_ascii_lowercase();
        }
        self.length = self.length.saturating_add(1);
    }

    fn is_known(&self) -> bool {
        let name = self.octets.get(..self.length);
        name.is_some_and(|octets| CREDENTIALS.binary_search_by(|name| name.as_bytes().cmp(octets)).is_ok())
    }
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
            "token[]=1",
            "token[0]=1",
            "password.value=1",
            "user:password=1",
            "access%09token=1",
            "X-Amz-Signature=1",
        ] {
            assert!(credentials(query).is_some(), "{query}");
        }
        for query in
            ["", "a=b", "token", "token=", "tokens=1", "keyword=1", "passport=1", "%zz=1", "a=token", "monkey=1", "secretary=1"]
        {
            assert!(credentials(query).is_none(), "{query}");
        }
        assert!(credentials(&format!("{}token=1", "a".repeat(100))).is_none());
        assert!(credentials(&format!("{}[token]=1", "a".repeat(100))).is_some());
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
            ("/a?token=s3/cr?et&b=c", "/a?token=[redacted]&b=c"),
            ("/a;token=s3cret/b;c=d?e=f", "/a;token=[redacted]/b;c=d?e=f"),
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
