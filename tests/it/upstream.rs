//! An upstream that records exactly what it is sent and does as it is told: answers, or stalls, lies, resets. Plain HTTP/1.1 over
//! blocking sockets, one thread per connection, nothing repaired.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// What a well-behaved upstream answers.
pub const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"data\":{\"ok\":1}}\n";

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Which connection brought it, from 0.
    pub connection: usize,
    /// How many requests that connection had brought before.
    pub earlier: usize,
    /// The head without its last blank line, as received.
    pub head: String,
    /// The body, chunks put together.
    pub body: Vec<u8>,
    /// Whether the body came to its end.
    pub whole: bool,
}

impl Seen {
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// Every value of a header, in order.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One thing to do toward the peer.
#[derive(Clone, Debug)]
pub enum Step {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send these bytes one by one, so far apart.
    Drip(Vec<u8>, Duration),
    /// Do nothing until the peer goes away.
    Stall,
    /// Do nothing for so long, or until the peer goes away.
    Pause(Duration),
    /// Close in order.
    Close,
    /// Say that nothing more will come, and wait until the peer has let go.
    Finish,
    /// Close by RST.
    Reset,
}

/// What to do about one request.
#[derive(Clone, Debug)]
pub struct Script {
    /// Act once the head is there, before the body is read.
    pub at_head: bool,
    pub steps: Vec<Step>,
}

impl Script {
    /// Act on the whole request.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { at_head: false, steps: steps.into_iter().collect() }
    }

    /// Act on the head.
    pub fn at_head(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { at_head: true, steps: steps.into_iter().collect() }
    }

    /// Answer these bytes and go on listening.
    pub fn reply(bytes: impl AsRef<[u8]>) -> Self {
        Self::new([Step::Send(bytes.as_ref().to_vec())])
    }
}

type Manners = dyn Fn(&Seen) -> Script + Send + Sync;

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    changed: Condvar,
    connections: AtomicUsize,
    /// Connections the peer left while a step was under way.
    left: AtomicUsize,
    /// Connections that are over.
    closed: AtomicUsize,
    stopped: AtomicBool,
}

/// A listening upstream. Dropping it stops it listening.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Upstream {
    /// Answers every request with [`ANSWER`].
    pub fn start() -> Self {
        Self::behaving(|_| Script::reply(ANSWER))
    }

    /// Does what `manners` says about each request.
    pub fn behaving(manners: impl Fn(&Seen) -> Script + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        let manners: Arc<Manners> = Arc::new(manners);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let number = accepting.connections.fetch_add(1, Ordering::SeqCst);
                let (shared, manners) = (Arc::clone(&accepting), Arc::clone(&manners));
                std::thread::spawn(move || {
                    let ended = Arc::clone(&shared);
                    Peer { stream, buffer: Vec::new(), number, shared }.serve(&*manners);
                    let _held = ended.seen.lock().unwrap();
                    ended.closed.fetch_add(1, Ordering::SeqCst);
                    ended.changed.notify_all();
                });
            }
        });
        Self { address, shared }
    }

    /// An address at which nobody listens: connections are refused.
    pub fn refusing() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Requests whose head arrived, in order of arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Connections that the peer left while a step was under way.
    pub fn left(&self) -> usize {
        self.shared.left.load(Ordering::SeqCst)
    }

    /// Connections that are over, whoever ended them.
    pub fn closed(&self) -> usize {
        self.shared.closed.load(Ordering::SeqCst)
    }

    /// Waits until `enough` says so of this upstream; false when it takes longer than `patience`.
    pub fn wait(&self, patience: Duration, enough: impl Fn(&Self, &[Seen]) -> bool) -> bool {
        let deadline = Instant::now() + patience;
        let mut seen = self.shared.seen.lock().unwrap();
        while !enough(self, &seen) {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
            seen = self.shared.changed.wait_timeout(seen, left).unwrap().0;
        }
        true
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// One accepted connection.
struct Peer {
    stream: TcpStream,
    buffer: Vec<u8>,
    number: usize,
    shared: Arc<Shared>,
}

impl Peer {
    fn serve(mut self, manners: &Manners) {
        let _ = self.stream.set_nodelay(true);
        for earlier in 0.. {
            let Ok(head) = self.until(b"\r\n\r\n") else { return };
            let head = String::from_utf8_lossy(&head[..head.len() - 4]).into_owned();
            let request = Seen { connection: self.number, earlier, head, ..Seen::default() };
            let script = manners(&request);
            let index = self.record(request.clone());
            if !script.at_head && self.body(&request, index).is_err() {
                return;
            }
            if !self.act(script.steps) {
                return;
            }
        }
    }

    fn record(&self, request: Seen) -> usize {
        let mut seen = self.shared.seen.lock().unwrap();
        seen.push(request);
        self.shared.changed.notify_all();
        seen.len() - 1
    }

    /// Reads the body into the record as it comes.
    fn body(&mut self, request: &Seen, index: usize) -> io::Result<()> {
        if request.header("transfer-encoding").iter().any(|coding| coding.eq_ignore_ascii_case("chunked")) {
            loop {
                let line = self.until(b"\r\n")?;
                let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).map_err(io::Error::other)?;
                if size == 0 {
                    while self.until(b"\r\n")?.len() > 2 {}
                    break;
                }
                let chunk = self.exactly(size + 2)?;
                self.keep(index, &chunk[..size]);
            }
        } else if let Some(length) = request.header("content-length").first() {
            let mut left: usize = length.parse().map_err(io::Error::other)?;
            while left > 0 {
                let piece = self.exactly(left.min(8 * 1024))?;
                left -= piece.len();
                self.keep(index, &piece);
            }
        }
        self.change(index, |seen| seen.whole = true);
        Ok(())
    }

    fn keep(&self, index: usize, bytes: &[u8]) {
        self.change(index, |seen| seen.body.extend_from_slice(bytes));
    }

    /// Changes a record, unless it has been forgotten meanwhile.
    fn change(&self, index: usize, change: impl FnOnce(&mut Seen)) {
        let mut seen = self.shared.seen.lock().unwrap();
        if let Some(held) = seen.get_mut(index).filter(|held| held.connection == self.number) {
            change(held);
        }
        self.shared.changed.notify_all();
    }

    /// Runs the steps; false when the connection is over.
    fn act(&mut self, steps: Vec<Step>) -> bool {
        for step in steps {
            let goes_on = match step {
                Step::Send(bytes) => self.stream.write_all(&bytes).is_ok(),
                Step::Drip(bytes, apart) => {
                    bytes.iter().all(|byte| self.stream.write_all(&[*byte]).is_ok() && !self.peer_leaves_within(Some(apart)))
                }
                Step::Stall => !self.peer_leaves_within(None),
                Step::Pause(time) => !self.peer_leaves_within(Some(time)),
                Step::Close => return false,
                Step::Finish => {
                    let _ = self.stream.shutdown(std::net::Shutdown::Write);
                    self.peer_leaves_within(None);
                    return false;
                }
                Step::Reset => {
                    let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
                    return false;
                }
            };
            if !goes_on {
                self.shared.left.fetch_add(1, Ordering::SeqCst);
                self.shared.changed.notify_all();
                return false;
            }
        }
        true
    }

    /// Watches the connection for `time` (for ever without one). What the peer sends meanwhile is kept.
    fn peer_leaves_within(&mut self, time: Option<Duration>) -> bool {
        let deadline = time.map(|time| Instant::now() + time);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                let _ = self.stream.set_read_timeout(None);
                return false;
            }
            let _ = self.stream.set_read_timeout(left);
            match self.fill() {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
                Err(_) => return true,
            }
        }
    }

    fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(end.len()).position(|window| window == end) {
                return Ok(self.buffer.drain(..at + end.len()).collect());
            }
            self.fill()?;
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.fill()?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.buffer.extend_from_slice(&piece[..count]);
                Ok(())
            }
        }
    }
}
