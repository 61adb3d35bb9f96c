//! The exception that would have let a refused message pass, ready to be written down.

use std::net::IpAddr;

use portcullis_inspect::{Finding, Time};

/// How long a proposed exception lasts: ninety days, long enough to fix the cause and short enough to be looked at again.
const LASTS_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// The smallest exception that covers a finding. The operator still has to say why and who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The check.
    pub check: &'static str,
    /// Where, if the finding has a coordinate.
    pub coordinate: Option<String>,
    /// The path of the request.
    pub path: String,
    /// The caller's address as a network of one.
    pub address: String,
    /// For limits: the number that was used.
    pub up_to: Option<u64>,
    /// When it would end.
    pub expires: Time,
}

impl Proposal {
    /// For a finding on a request for `path` from `address` at `now`.
    pub fn new(finding: &Finding, path: &str, address: IpAddr, now: Time) -> Self {
        Self {
            check: finding.check,
            coordinate: finding.coordinate.clone(),
            path: path.to_owned(),
            address: ipnet::IpNet::from(address).to_string(),
            up_to: finding.used,
            expires: Time(now.0.saturating_add(LASTS_MS)),
        }
    }
}
