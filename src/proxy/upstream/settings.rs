//! What is configured of an upstream.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;

/// Where an upstream is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamAddress {
    /// Host name or address, IPv6 without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl fmt::Display for UpstreamAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

/// How an upstream is trusted.
#[derive(Clone)]
pub struct UpstreamTls {
    /// Roots and protocol versions.
    pub client: Arc<ClientConfig>,
    /// The name its certificate must carry.
    pub server_name: ServerName<'static>,
}

impl fmt::Debug for UpstreamTls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UpstreamTls").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}

/// One upstream.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// Where.
    pub address: UpstreamAddress,
    /// Over TLS, if given.
    pub tls: Option<UpstreamTls>,
    /// Longest wait for a connection, TLS handshake included.
    pub connect_timeout: Duration,
    /// Longest wait from sending to the first byte of the answer.
    pub first_byte_timeout: Duration,
    /// Longest silence inside an answer.
    pub idle_timeout: Duration,
    /// Longest time for the whole exchange with the upstream.
    pub total_timeout: Duration,
    /// Idle connections each worker keeps.
    pub pool_idle: usize,
    /// How long an idle connection is kept.
    pub pool_idle_timeout: Duration,
}
