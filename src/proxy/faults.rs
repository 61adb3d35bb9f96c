//! What goes wrong on the client's side of an exchange, as findings of the data plane.

use std::io;

use portcullis_http::framing::BodyFault;
use portcullis_http::limits::{BODY_IDLE_TIME, BODY_TIME, BUFFERED};
use portcullis_inspect::{Class, Finding};

/// The process has no room for more buffered bytes.
pub(super) fn overloaded() -> Finding {
    Finding::new(BUFFERED.name, BUFFERED.code, Class::Unavailable, "the process buffers as many bytes as it may")
}

/// The body did not arrive in time: it fell silent, or it took too long in all.
pub(super) fn late(stalled: bool) -> Finding {
    let (row, what) =
        if stalled { (&BODY_IDLE_TIME, "the body fell silent") } else { (&BODY_TIME, "the body did not arrive in time") };
    Finding::new(row.name, row.code, Class::RequestTimeout, what)
}

/// The finding behind an error of a request body: a framing fault of the guard, or a client that went away.
pub(super) fn fault_of(error: &hyper::Error) -> Finding {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(fault) = cause.downcast_ref::<BodyFault>() {
            return (*fault.0).clone();
        }
        // An io::Error hides what it carries from `source`.
        if let Some(fault) =
            cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<BodyFault>())
        {
            return (*fault.0).clone();
        }
        source = cause.source();
    }
    Finding::new("http.framing", "BODY_INCOMPLETE", Class::Malformed, format!("the body broke off: {error}"))
}
