//! One `Cookie` field: what HTTP/2 and HTTP/1.1 write differently.

use http::header::{COOKIE, HeaderMap, HeaderValue};

/// Makes one `Cookie` of several: HTTP/2 clients send crumbs, which HTTP/1.1 does not know (RFC 9113 §8.2.3), and of several lines some
/// servers read the first alone.
pub(crate) fn join(headers: &mut HeaderMap) {
    let mut crumbs = headers.get_all(COOKIE).iter();
    let (Some(first), Some(second)) = (crumbs.next(), crumbs.next()) else { return };
    let mut joined = first.as_bytes().to_vec();
    for crumb in std::iter::once(second).chain(crumbs) {
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(crumb.as_bytes());
    }
    if let Ok(cookie) = HeaderValue::from_bytes(&joined) {
        headers.insert(COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_on_as_one() {
        for (crumbs, cookie) in [(&["a=b"][..], "a=b"), (&["a=b", "c=d; e=f", "g=h"], "a=b; c=d; e=f; g=h")] {
            let mut headers: HeaderMap = crumbs.iter().map(|crumb| (COOKIE, HeaderValue::from_static(crumb))).collect();
            join(&mut headers);
            assert_eq!(headers.get_all(COOKIE).iter().collect::<Vec<_>>(), [cookie]);
        }
    }
}
