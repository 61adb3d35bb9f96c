//! From a file to a request, by the same readers a socket has behind it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use portcullis_http::framing::{Framing, FramingLimits, State};
use portcullis_inspect::{Class, Finding, Scheme};
use tokio::io::AsyncWriteExt;

use crate::cli::message_file::MessageFile;
use crate::config::Config;

/// Room for the answer nobody reads.
const DUPLEX_BYTES: usize = 64 * 1024;

/// A request as the HTTP library reads it.
#[derive(Debug)]
pub(super) struct Request {
    /// Its head.
    pub(super) parts: Parts,
    /// Its body, chunks joined, still encoded.
    pub(super) body: Bytes,
}

/// The bytes a client would send for the request in `file`: the message itself, or a POST of the document to the first GraphQL service.
pub(super) fn wire(text: &[u8], file: &Path, config: &Config) -> Result<Vec<u8>, String> {
    let document = file.extension().is_some_and(|extension| extension == "graphql" || extension == "gql");
    if !document {
        return MessageFile::read(text).map(|message| message.wire()).map_err(|problem| problem.to_string());
    }
    let Some(service) = config.services.iter().find(|service| service.protocol == "graphql") else {
        return Err("is a GraphQL document, and no service of the configuration speaks `graphql`".to_owned());
    };
    let query = std::str::from_utf8(text).map_err(|_| "is not UTF-8".to_owned())?;
    let path = service.paths.first().map(|path| path.text().replace('*', "")).unwrap_or_default();
    let host = service.hosts.iter().flatten().next().map_or("localhost".to_owned(), |host| host.text().replace("*.", "any."));
    let body = serde_json::json!({ "query": query }).to_string();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    Ok([head.into_bytes(), body.into_bytes()].concat())
}

/// Reads the first request of `wire`: through the framing machine, then through hyper.
pub(super) fn request(wire: &[u8], limits: FramingLimits, scheme: Scheme) -> Result<Request, Finding> {
    let mut framing = Framing::new(limits, scheme);
    let mut released = Vec::new();
    match framing.advance(wire, &mut released) {
        Err(fault) => return Err(*fault.0),
        Ok(step) => {
            if let Some(fault) = step.fault.filter(|fault| fault.head_index == 0) {
                return Err(fault.finding);
            }
        }
    }
    if framing.state() != State::Refused {
        match framing.eof(&mut released) {
            Ok(None) => {}
            Ok(Some(fault)) => return Err(fault.finding),
            Err(fault) => return Err(*fault.0),
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| unread())?;
    runtime.block_on(through_hyper(&released)).ok_or_else(unread)
}

async fn through_hyper(released: &[u8]) -> Option<Request> {
    let (mut client, server) = tokio::io::duplex(released.len().saturating_add(DUPLEX_BYTES));
    client.write_all(released).await.ok()?;
    client.shutdown().await.ok()?;
    let first = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&first);
    let service = service_fn(move |request: HttpRequest<Incoming>| {
        let kept = Arc::clone(&kept);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            kept.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(Request { parts, body });
            Ok::<_, hyper::Error>(Response::new(Empty::<Bytes>::new()))
        }
    });
    let mut builder = http1::Builder::new();
    builder.half_close(true).max_headers(1024).max_buf_size(16 * 1024 * 1024);
    // The connection ends as the bytes do; what counts is what was read until then.
    let _ = builder.serve_connection(TokioIo::new(server), service).await;
    first.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn unread() -> Finding {
    Finding::new("http.framing", "HEAD_INCOMPLETE", Class::Malformed, "the file holds no complete request")
}
