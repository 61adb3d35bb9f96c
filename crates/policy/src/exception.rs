//! Exceptions: one case that may pass although a check says no.

use std::net::IpAddr;

use ipnet::IpNet;
use portcullis_inspect::{Finding, Time};

use crate::PathPattern;

/// A scoped, commented permission. Every scope that is given must match; `reason`, `owner` and `expires` are not optional, so that an
/// exception explains itself and ends.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The check (or limit) that is excepted.
    pub check: String,
    /// Only findings at this coordinate.
    pub coordinate: Option<String>,
    /// Only requests under this path.
    pub path: Option<PathPattern>,
    /// Only callers from this network.
    pub address: Option<IpNet>,
    /// For limits: pass up to this number, not beyond.
    pub up_to: Option<u64>,
    /// Why it exists.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// When it ends; from this moment on it never matches.
    pub expires: Time,
}

impl Exception {
    /// Whether it lets `finding` on a request for `path` from `address` pass at `now`.
    pub fn covers(&self, finding: &Finding, path: &str, address: IpAddr, now: Time) -> bool {
        self.check == finding.check
            && self.applies(path, address, now)
            && self.coordinate.as_ref().is_none_or(|wanted| finding.coordinate.as_ref() == Some(wanted))
            && self.up_to.is_none_or(|up_to| finding.used.is_some_and(|used| used <= up_to))
    }

    /// Whether its scope (path, address, time) takes in a request, whatever is found in it.
    pub fn applies(&self, path: &str, address: IpAddr, now: Time) -> bool {
        now < self.expires
            && self.path.as_ref().is_none_or(|pattern| pattern.matches(path))
            && self.address.is_none_or(|network| network.contains(&address))
    }
}
