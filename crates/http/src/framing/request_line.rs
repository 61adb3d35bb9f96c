//! The request line (RFC 9112 §3): `method SP request-target SP HTTP-version`, each separator one space.

use std::ops::Range;

use portcullis_inspect::Scheme;

use super::fault::Breach;
use crate::authority;
use crate::octets::{TARGET, token};

/// Longest method in characters; registered ones have at most 17.
pub(super) const METHOD_MAX: usize = 32;

/// What a valid request line says about framing.
#[derive(Clone, Debug)]
pub(super) struct RequestLine {
    pub(super) http_1_0: bool,
    /// Length of the target in bytes.
    pub(super) target: usize,
    /// Where the authority of an absolute target lies in the line.
    pub(super) authority: Option<Range<usize>>,
}

/// Reads a request line without its line end.
pub(super) fn read(line: &[u8], scheme: Scheme) -> Result<RequestLine, Breach> {
    let method_end = token(line);
    let (method, rest) = line.split_at_checked(method_end).ok_or(Breach::RequestLineMalformed)?;
    let Some((b' ', rest)) = rest.split_first() else { return Err(no_method(rest)) };
    if method.is_empty() {
        return Err(Breach::RequestLineMalformed);
    }
    if method.len() > METHOD_MAX {
        return Err(Breach::MethodInvalid);
    }
    let target_end = TARGET.prefix(rest);
    let (target, rest) = rest.split_at_checked(target_end).ok_or(Breach::RequestLineMalformed)?;
    let Some((b' ', version)) = rest.split_first() else { return Err(no_target(target, rest)) };
    if target.is_empty() {
        return Err(Breach::RequestLineMalformed);
    }
    let http_1_0 = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        other => return Err(no_version(other)),
    };
    let start = method_end.saturating_add(1);
    let authority =
        form(method, target, scheme)?.map(|within| start.saturating_add(within.start)..start.saturating_add(within.end));
    Ok(RequestLine { http_1_0, target: target.len(), authority })
}

/// Decides the form of the target (RFC 9112 §3.2) and answers where its authority lies in it, for the absolute form.
fn form(method: &[u8], target: &[u8], scheme: Scheme) -> Result<Option<Range<usize>>, Breach> {
    match method {
        b"CONNECT" => return Err(Breach::ConnectRefused),
        b"TRACE" => return Err(Breach::TraceRefused),
        _ => {}
    }
    match target {
        [b'/', ..] => Ok(None),
        b"*" if method == b"OPTIONS" => Ok(None),
        _ => absolute(target, scheme).map(Some),
    }
}

fn absolute(target: &[u8], scheme: Scheme) -> Result<Range<usize>, Breach> {
    let colon = memchr::memmem::find(target, b"://").ok_or(Breach::TargetForm)?;
    let (named, rest) = target.split_at_checked(colon).ok_or(Breach::TargetForm)?;
    if named.is_empty() || !named.iter().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(octet)) {
        return Err(Breach::TargetForm);
    }
    if !named.eq_ignore_ascii_case(scheme.as_str().as_bytes()) {
        return Err(Breach::TargetScheme);
    }
    let after = rest.get(3..).unwrap_or_default();
    let length = after.iter().position(|octet| matches!(octet, b'/' | b'?')).unwrap_or(after.len());
    let host = after.get(..length).unwrap_or_default();
    if !authority::is_valid(host) {
        return Err(Breach::HostInvalid);
    }
    let start = colon.saturating_add(3);
    Ok(start..start.saturating_add(length))
}

#[cold]
fn no_method(rest: &[u8]) -> Breach {
    match rest.first() {
        Some(b'\r') => Breach::BareCr,
        Some(b'\t') | None => Breach::RequestLineMalformed,
        Some(_) => Breach::MethodInvalid,
    }
}

#[cold]
fn no_target(target: &[u8], rest: &[u8]) -> Breach {
    match rest.first() {
        None if target.is_empty() => Breach::RequestLineMalformed,
        None => Breach::VersionMissing,
        Some(b'#') => Breach::TargetFragment,
        Some(b'\r') => Breach::BareCr,
        Some(_) => Breach::TargetCharacter,
    }
}

#[cold]
fn no_version(version: &[u8]) -> Breach {
    if version.contains(&b'\r') {
        return Breach::BareCr;
    }
    let numbered =
        version.strip_prefix(b"HTTP/").is_some_and(|number| number.iter().all(|octet| octet.is_ascii_digit() || *octet == b'.'));
    if numbered { Breach::VersionUnsupported } else { Breach::RequestLineMalformed }
}
