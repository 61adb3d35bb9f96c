//! Limits and checks that belong to policy itself, whatever the protocol.

use portcullis_inspect::{Acts, CheckSpec, LimitSpec, Quantity};

/// Rows every service has beside those of its protocol.
pub static LIMITS: &[LimitSpec] = &[
    LimitSpec {
        name: "service.exchanges",
        quantity: Quantity::Count,
        default: 1024,
        ceiling: 1_000_000,
        acts: Acts::InTheShell,
        code: "SERVICE_BUSY",
        bounds: "exchanges one service may have at its upstream at the same time",
        why: "a slow upstream must not collect every exchange of the process; beyond it callers get 503 with Retry-After",
    },
    LimitSpec {
        name: "service.work",
        quantity: Quantity::Steps,
        default: 2_000_000,
        ceiling: 1_000_000_000,
        acts: Acts::WhileReading,
        code: "WORK_EXCEEDED",
        bounds: "steps of inspection one message may cost",
        why: "the last bound on work: no message that fits the other limits reaches it, so what does is an attack on the inspection itself",
    },
];

/// Checks every service has beside those of its protocol.
pub static CHECKS: &[CheckSpec] = &[CheckSpec {
    name: "service.methods",
    codes: &["METHOD_NOT_ALLOWED"],
    refuses: "a method the service does not list under `methods`",
    yields: true,
}];
