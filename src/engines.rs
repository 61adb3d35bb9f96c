//! The list of protocols, one line each, and everything a configuration can speak of beside them.

use std::sync::Arc;

use portcullis_inspect::{CheckSpec, Engine, LimitSpec};

use crate::config::Known;

/// Every protocol of this build.
pub fn all() -> Vec<Arc<dyn Engine>> {
    vec![Arc::new(portcullis_graphql::GraphQl), Arc::new(portcullis_http::plain::Plain)]
}

/// Tables of limits of the process: they act before it is known which service a request is for.
pub static PROCESS_LIMITS: &[&[LimitSpec]] = &[portcullis_http::limits::PROCESS];

/// Tables of limits every service has beside those of its protocol.
pub static SERVICE_LIMITS: &[&[LimitSpec]] = &[portcullis_policy::LIMITS];

/// Tables of checks every service has beside those of its protocol.
pub static CHECKS: &[&[CheckSpec]] = &[&portcullis_http::checks::CHECKS, portcullis_policy::CHECKS, PLANE];

/// Checks a service does not enforce unless it says so.
pub static OFF_BY_DEFAULT: &[&str] = &[portcullis_http::checks::URL_CREDENTIALS.name];

/// What the data plane itself can find; nothing of it can be excepted, because there is nothing left to forward.
static PLANE: &[CheckSpec] = &[
    CheckSpec { name: "http.route", codes: &["NO_ROUTE"], refuses: "a host and path at which no service answers", yields: false },
    CheckSpec {
        name: "service.understood",
        codes: &["NOT_UNDERSTOOD"],
        refuses: "a message that was not understood to its end although nothing enforced speaks against it: there is no form to send",
        yields: false,
    },
    CheckSpec {
        name: "upstream.connect",
        codes: &["UPSTREAM_UNREACHABLE", "UPSTREAM_TIMEOUT"],
        refuses: "nothing by itself: no connection to the upstream could be made (503, or 504 when time ran out)",
        yields: false,
    },
    CheckSpec {
        name: "upstream.answer",
        codes: &["UPSTREAM_FAILED", "UPSTREAM_TIMEOUT"],
        refuses: "an answer that broke off, is no HTTP or has more than one reading (502), or did not begin in time (504)",
        yields: false,
    },
    CheckSpec {
        name: "upstream.request",
        codes: &["INTERNAL_ERROR"],
        refuses: "a permitted message that cannot be written as a request",
        yields: false,
    },
    CheckSpec {
        name: "portcullis.internal",
        codes: &["INTERNAL_ERROR"],
        refuses: "an exchange that failed inside Portcullis: what could not be judged is not forwarded",
        yields: false,
    },
];

/// What a configuration can speak of, with `engines` as the protocols.
pub const fn known(engines: &[Arc<dyn Engine>]) -> Known<'_> {
    Known { engines, process_limits: PROCESS_LIMITS, service_limits: SERVICE_LIMITS, service_checks: CHECKS, off: OFF_BY_DEFAULT }
}
