//! The only way to an upstream: a permit is used up, and exactly what it permits is sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::{Request, Uri, Version};
use portcullis_inspect::{Class, Finding, Head};
use portcullis_policy::{Permit, PermitBody};

use super::stream::{BodyStream, Progress};
use super::upstream::{Answered, Failure, Upstream};

/// A body on its way upstream.
#[derive(Debug)]
pub enum OutBody {
    /// All of it, in memory; absent when empty or sent.
    Whole(Option<Bytes>),
    /// As it comes.
    Stream(Box<BodyStream>),
}

impl OutBody {
    /// Bytes of the body passed on so far, where that takes time.
    pub(super) fn progress(&self) -> Option<Arc<Progress>> {
        match self {
            Self::Whole(_) => None,
            Self::Stream(stream) => Some(stream.progress()),
        }
    }

    /// The same body once more, if it is in memory.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            Self::Stream(_) => None,
        }
    }
}

impl Body for OutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(stream) => Pin::new(stream.as_mut()).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Stream(stream) => stream.size_hint(),
        }
    }
}

/// What the shell still holds of the message as it came: all of it, or what was read and the stream of the rest.
#[derive(Debug)]
pub enum Received {
    /// Read to its end, still encoded.
    Whole(Bytes),
    /// Some or none of it was read.
    Stream(Box<BodyStream>),
}

/// Ids the shell adds to what it sends.
#[derive(Debug)]
pub struct Ids<'a> {
    /// Request id.
    pub request_id: &'a str,
    /// `traceparent` of the upstream's part (W3C Trace Context).
    pub traceparent: &'a str,
    /// Whether the caller's trace goes on, and its `tracestate` with it.
    pub continued: bool,
}

/// Sends what `permit` permits and nothing else. `received` is used only where the permit says `Original` or `Stream`.
pub async fn forward(
    permit: Permit,
    received: Received,
    upstream: &Arc<Upstream>,
    worker: usize,
    ids: Ids<'_>,
    deadline: Instant,
) -> Result<Answered, (Finding, u32)> {
    let (head, permitted) = permit.into_parts();
    let target = Permit::target(&head, &permitted);
    let body = match (permitted, received) {
        // The body was collected. (Of a stream permit too: the contract judged the head alone, and what was read is what streams.)
        (PermitBody::Canonical(bytes), _) | (PermitBody::Original | PermitBody::Stream { .. }, Received::Whole(bytes)) => {
            whole(bytes)
        }
        (PermitBody::Original | PermitBody::Stream { .. }, Received::Stream(stream)) if stream.is_end_stream() => {
            OutBody::Whole(None)
        }
        (PermitBody::Original | PermitBody::Stream { .. }, Received::Stream(stream)) => OutBody::Stream(stream),
    };
    let request = request(head, &target, body, &ids).map_err(|finding| (finding, 0))?;
    upstream.send(worker, request, deadline).await.map_err(|(failure, attempts): (Failure, u32)| (failure.finding(), attempts))
}

fn whole(bytes: Bytes) -> OutBody {
    OutBody::Whole((!bytes.is_empty()).then_some(bytes))
}

fn request(mut head: Head, target: &str, body: OutBody, ids: &Ids<'_>) -> Result<Request<OutBody>, Finding> {
    let internal =
        |what: &str| Finding::new("upstream.request", "INTERNAL_ERROR", Class::Internal, format!("{what} cannot be sent"));
    let uri = Uri::try_from(target).map_err(|_| internal("the target"))?;
    let host = HeaderValue::try_from(head.authority).map_err(|_| internal("the host"))?;
    head.headers.insert(HOST, host);
    for (name, value) in [("x-request-id", ids.request_id), ("traceparent", ids.traceparent)] {
        let value = HeaderValue::try_from(value).map_err(|_| internal("an id"))?;
        head.headers.insert(HeaderName::from_static(name), value);
    }
    if !ids.continued {
        head.headers.remove("tracestate");
    }
    let mut request = Request::new(body);
    *request.method_mut() = head.method;
    *request.uri_mut() = uri;
    *request.version_mut() = Version::HTTP_11;
    *request.headers_mut() = head.headers;
    Ok(request)
}
