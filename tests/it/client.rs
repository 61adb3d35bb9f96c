//! A client that sends exactly the bytes it is given and reads HTTP/1.1 answers strictly. It repairs nothing, so that what Portcullis
//! writes is seen as it is.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for one read. Far above every limit the tests set, so that only a hang reaches it.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// One answer as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// First value of a header, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Code of a refusal, in GraphQL's words or in problem+json.
    pub fn code(&self) -> Option<String> {
        let body = self.json();
        [&body["errors"][0]["extensions"]["code"], &body["code"]].into_iter().find_map(|code| code.as_str().map(str::to_owned))
    }

    /// Request id of a refusal, in GraphQL's words or in problem+json.
    pub fn request_id(&self) -> Option<String> {
        let body = self.json();
        let id = [&body["errors"][0]["extensions"]["request_id"], &body["request_id"]].into_iter().find_map(|id| id.as_str());
        id.map(str::to_owned)
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {:?} {:?}", self.status, self.headers, self.text().chars().take(400).collect::<String>())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The connection ended before the first byte.
    Closed,
    /// The connection ended within an answer; what came of its body.
    Cut(Vec<u8>),
    /// Nothing came within [`PATIENCE`].
    Silence,
    /// What came is not HTTP/1.1.
    Garbled(String),
}

/// One connection. Reads into a buffer of its own so that pipelined answers are kept apart.
pub struct Connection<S> {
    stream: S,
    buffer: Vec<u8>,
}

impl Connection<TcpStream> {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("the listener accepts");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }

    /// Sends from another thread, so that an answer can be read while a large request is still going out. A peer that stops reading is
    /// no fault here: early refusals do that.
    pub fn send_aside(&self, bytes: Vec<u8>, then_half_close: bool) {
        let mut writer = self.stream.try_clone().unwrap();
        std::thread::spawn(move || {
            if writer.write_all(&bytes).is_ok() && then_half_close {
                let _ = writer.shutdown(Shutdown::Write);
            }
        });
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

impl<S: Read + Write> Connection<S> {
    pub fn over(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// Sends everything, or reports that the peer no longer takes it.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    /// Sends a request and reads its answer.
    pub fn ask(&mut self, request: impl AsRef<[u8]>) -> Result<Answer, NoAnswer> {
        let request = request.as_ref();
        let _ = self.send(request);
        self.answer(request.starts_with(b"HEAD "))
    }

    /// Reads one final answer; interim (1xx) ones are passed over.
    pub fn answer(&mut self, to_head_request: bool) -> Result<Answer, NoAnswer> {
        loop {
            let (status, headers) = self.head()?;
            if (100..200).contains(&status) && status != 101 {
                continue;
            }
            let mut answer = Answer { status, headers, body: Vec::new() };
            if !to_head_request && !matches!(status, 101 | 204 | 304) {
                answer.body = self.body(&answer)?;
            }
            return Ok(answer);
        }
    }

    /// Whether the peer closes the connection without sending anything more. A reset counts as closed.
    pub fn is_closed(&mut self) -> bool {
        self.buffer.is_empty() && matches!(self.fill(), Ok(0))
    }

    /// Everything that comes until the peer closes.
    pub fn rest(&mut self) -> Vec<u8> {
        while self.fill().is_ok_and(|count| count > 0) {}
        std::mem::take(&mut self.buffer)
    }

    fn head(&mut self) -> Result<(u16, Vec<(String, String)>), NoAnswer> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let nothing_yet = self.buffer.is_empty();
            match self.fill() {
                Ok(0) if nothing_yet => return Err(NoAnswer::Closed),
                Ok(0) => return Err(NoAnswer::Cut(Vec::new())),
                Ok(_) => {}
                Err(_) => return Err(NoAnswer::Silence),
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        parse_head(&String::from_utf8_lossy(&head[..end]))
    }

    fn body(&mut self, answer: &Answer) -> Result<Vec<u8>, NoAnswer> {
        if let Some(coding) = answer.header("transfer-encoding") {
            if coding != "chunked" || answer.header("content-length").is_some() {
                return Err(NoAnswer::Garbled(format!("transfer-encoding: {coding}")));
            }
            return self.chunks();
        }
        match answer.header("content-length") {
            Some(length) => {
                let length = length.parse().map_err(|_| NoAnswer::Garbled(format!("content-length: {length}")))?;
                self.exactly(length)
            }
            None => Ok(self.rest()),
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, NoAnswer> {
        while self.buffer.len() < length {
            match self.fill() {
                Ok(0) => return Err(NoAnswer::Cut(std::mem::take(&mut self.buffer))),
                Ok(_) => {}
                Err(_) => return Err(NoAnswer::Silence),
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn chunks(&mut self) -> Result<Vec<u8>, NoAnswer> {
        let mut body = Vec::new();
        loop {
            let line = self.line(&body)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(|_| NoAnswer::Garbled(format!("chunk size: {line}")))?;
            if size == 0 {
                while !self.line(&body)?.is_empty() {}
                return Ok(body);
            }
            let chunk = self.exactly(size + 2).map_err(|fault| match fault {
                NoAnswer::Cut(part) => NoAnswer::Cut([body.clone(), part].concat()),
                other => other,
            })?;
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn line(&mut self, body: &[u8]) -> Result<String, NoAnswer> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            match self.fill() {
                Ok(0) => return Err(NoAnswer::Cut(body.to_vec())),
                Ok(_) => {}
                Err(_) => return Err(NoAnswer::Silence),
            }
        }
    }

    /// Reads once into the buffer. Zero at the end of the connection, orderly or not; an error only when nothing comes in time.
    fn fill(&mut self) -> io::Result<usize> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(count) => {
                self.buffer.extend_from_slice(&piece[..count]);
                Ok(count)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Err(error),
            Err(_) => Ok(0),
        }
    }
}

fn parse_head(head: &str) -> Result<(u16, Vec<(String, String)>), NoAnswer> {
    let garbled = || NoAnswer::Garbled(head.chars().take(200).collect());
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 "))
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .ok_or_else(garbled)?;
    let headers = lines
        .map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(garbled)?;
    Ok((status, headers))
}

/// A GraphQL request over POST, framed.
pub fn graphql(query: &str) -> Vec<u8> {
    let body = serde_json::json!({ "query": query }).to_string();
    request("POST /graphql", &[("Content-Type", "application/json")], body.as_bytes())
}

/// A request with a Host and, where there is a body, its length.
pub fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{line} HTTP/1.1\r\nHost: shop.example\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}

/// One request on a connection of its own.
pub fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Result<Answer, NoAnswer> {
    Connection::open(address).ask(request)
}
