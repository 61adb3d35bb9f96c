//! URL parameters: decoded once, each name once, written again by percent-encoding alone.

use portcullis_inspect::{CheckSpec, Class, Finding};

/// URL parameters have one reading.
pub(crate) const PARAMETERS: CheckSpec = CheckSpec {
    name: "graphql.parameters",
    codes: &["AMBIGUOUS_PARAMETERS", "DUPLICATE_PARAMETER", "PARAMETER_SYNTAX", "GET_BODY"],
    refuses: "GraphQL parameters in the URL of a POST, a parameter twice, broken percent-encoding, a GET with a body",
    yields: false,
};

/// Nothing in the URL is unknown. Where this check is off, unknown parameters are dropped: they are never forwarded.
pub(crate) const UNKNOWN_PARAMETERS: CheckSpec = CheckSpec {
    name: "graphql.unknown_parameters",
    codes: &["UNKNOWN_PARAMETER"],
    refuses: "URL parameters other than `query`, `operationName`, `variables` and `extensions`",
    yields: true,
};

/// The four parameters GraphQL over HTTP knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) query: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Option<String>,
    pub(super) extensions: Option<String>,
}

impl Parameters {
    fn place(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "query" => Some(&mut self.query),
            "operationName" => Some(&mut self.operation_name),
            "variables" => Some(&mut self.variables),
            "extensions" => Some(&mut self.extensions),
            _ => None,
        }
    }
}

pub(super) fn fault(code: &'static str, detail: &'static str) -> Finding {
    Finding::new(PARAMETERS.name, code, Class::Malformed, detail)
}

/// Reads the query component of a GET.
pub(super) fn read(query: &str, findings: &mut Vec<Finding>) -> Result<Parameters, Box<Finding>> {
    let mut read = Parameters::default();
    let mut unknown = false;
    for pair in pairs(query) {
        let (name, value) = pair?;
        match read.place(&name) {
            Some(Some(_)) => return Err(fault("DUPLICATE_PARAMETER", "a parameter of GraphQL occurs twice").into()),
            Some(place) => *place = Some(value),
            None => unknown = true,
        }
    }
    note_unknown(unknown, findings);
    Ok(read)
}

/// The envelope of a POST is its body, so no parameter of GraphQL may stand in the URL as well.
pub(super) fn check_post(query: &str, findings: &mut Vec<Finding>) -> Result<(), Box<Finding>> {
    let mut unknown = false;
    for pair in pairs(query) {
        let (name, _) = pair?;
        // Some servers fold case or take `query[]` for `query`; all of these are meant for them.
        let stem = name.split('[').next().unwrap_or_default().trim();
        if ["query", "operationName", "variables", "extensions"].iter().any(|known| stem.eq_ignore_ascii_case(known)) {
            return Err(fault("AMBIGUOUS_PARAMETERS", "a POST names a parameter of GraphQL in its URL").into());
        }
        unknown = true;
    }
    note_unknown(unknown, findings);
    Ok(())
}

fn note_unknown(unknown: bool, findings: &mut Vec<Finding>) {
    if unknown {
        let detail = "the URL has a parameter GraphQL does not know";
        findings.push(Finding::new(UNKNOWN_PARAMETERS.name, "UNKNOWN_PARAMETER", Class::Malformed, detail));
    }
}

/// `name=value` pairs of a form-encoded text, decoded once.
fn pairs(query: &str) -> impl Iterator<Item = Result<(String, String), Box<Finding>>> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (decoded(name), decoded(value)) {
            (Some(name), Some(value)) => Ok((name, value)),
            _ => Err(fault("PARAMETER_SYNTAX", "broken percent-encoding, or not UTF-8").into()),
        }
    })
}

fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => (digit(bytes.next()?)? << 4) | digit(bytes.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Adds `name=value` to a query component. Only unreserved characters (RFC 3986 §2.3) stay as they are, a space becomes `%20`: every
/// reader agrees about those.
pub(super) fn write(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(name);
    out.push('=');
    let hex = |digit: u8| char::from_digit(u32::from(digit), 16).map_or('0', |digit| digit.to_ascii_uppercase());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', hex(byte >> 4), hex(byte & 0xF)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(query: &str) -> Result<Parameters, &'static str> {
        read(query, &mut Vec::new()).map_err(|finding| finding.code)
    }

    #[test]
    fn parameters_are_decoded_once() {
        for (query, meant) in [
            ("query=%7Bme%7D", "{me}"),
            ("qu%65ry={me}", "{me}"),
            ("query={a+b%2Bc}", "{a b+c}"),
            ("query=%257Bme%257D", "%7Bme%7D"),
            ("&&query={me}&", "{me}"),
            ("query=a=b", "a=b"),
            ("query", ""),
            ("query=%C3%A9", "é"),
        ] {
            assert_eq!(get(query).map(|read| read.query.unwrap()), Ok(meant.to_owned()), "{query}");
        }
    }

    #[test]
    fn two_readings_are_refused() {
        for (query, code) in [
            ("query={me}&query={evil}", "DUPLICATE_PARAMETER"),
            ("query={me}&qu%65ry={evil}", "DUPLICATE_PARAMETER"),
            ("query&query", "DUPLICATE_PARAMETER"),
            ("query=%", "PARAMETER_SYNTAX"),
            ("query=%7", "PARAMETER_SYNTAX"),
            ("query=%7G", "PARAMETER_SYNTAX"),
            ("query=%+7", "PARAMETER_SYNTAX"),
            ("query=%FF", "PARAMETER_SYNTAX"),
            ("%C0%AF=1&query={me}", "PARAMETER_SYNTAX"),
        ] {
            assert_eq!(get(query), Err(code), "{query}");
        }
    }

    #[test]
    fn unknown_parameters_are_reported() {
        for (query, findings) in
            [("query={me}", 0), ("query={me}&x=1", 1), ("query={me}&Query=1&x=1", 1), ("query={me}&query[]=1", 1)]
        {
            let mut found = Vec::new();
            assert!(read(query, &mut found).is_ok());
            assert_eq!(found.len(), findings, "{query}");
        }
    }

    #[test]
    fn a_post_names_nothing_in_its_url() {
        for (query, passes) in [
            ("", true),
            ("&", true),
            ("trace=1", true),
            ("query={me}", false),
            ("QUERY={me}", false),
            ("qu%65ry={me}", false),
            ("query[]=x", false),
            ("%20query=x", false),
            ("a=1&variables={}", false),
            ("operationName=A", false),
            ("extensions", false),
        ] {
            assert_eq!(check_post(query, &mut Vec::new()).is_ok(), passes, "{query}");
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let value = "{a(b:\"é+&=%#\\n\"){c d}} ~-._";
        let mut out = String::new();
        write(&mut out, "query", value);
        write(&mut out, "operationName", "A");
        assert!(out.starts_with("query=%7Ba%28b%3A%22%C3%A9%2B%26%3D%25%23%5Cn%22"), "{out}");
        let read = get(&out).unwrap();
        assert_eq!((read.query.as_deref(), read.operation_name.as_deref()), (Some(value), Some("A")));
    }
}
