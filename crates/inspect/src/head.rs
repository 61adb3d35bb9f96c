//! The head of a request, read once.

use std::net::{IpAddr, SocketAddr};

use crate::Finding;

/// How the client reached the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Address and port of the client, as the socket says it.
    pub address: SocketAddr,
    /// Whether the connection is TLS.
    pub scheme: Scheme,
}

impl Peer {
    /// The client's address, with an IPv4 address mapped into IPv6 read as IPv4.
    pub fn ip(&self) -> IpAddr {
        self.address.ip().to_canonical()
    }
}

/// The request target, read once: what was judged is what is forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Normalised absolute path; never empty.
    pub path: String,
    /// Query component as received, without `?`.
    pub query: Option<String>,
    /// Path and query exactly as received. Used by monitor mode alone, which forwards what came.
    pub received: String,
}

/// A request head in its one reading: target normalised, headers free of connection-level fields, forwarding headers rewritten.
#[derive(Clone, Debug)]
pub struct Head {
    /// Method.
    pub method: http::Method,
    /// Host and port the client asked for, lower case.
    pub authority: String,
    /// Path and query.
    pub target: Target,
    /// Header fields as they would be forwarded.
    pub headers: http::HeaderMap,
    /// Version the client spoke.
    pub version: http::Version,
    /// What is held against the head itself (path, headers). Judged with the report's findings.
    pub findings: Vec<Finding>,
}
