//! The slow clients, all in one thread: once a second each does as little as keeps it alive.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// In what a client is slow.
#[derive(Clone, Copy)]
pub enum Manner {
    /// Sending a head.
    Head,
    /// Sending a body.
    Body,
    /// Taking an answer.
    Read,
}

/// Slow clients at work.
pub struct Crowd {
    over: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Crowd {
    /// Opens `each` connections of every manner; returns when all are open.
    pub fn gather(port: u16, manners: &[Manner], each: usize) -> Self {
        let mut clients: Vec<_> =
            manners.iter().flat_map(|manner| (0..each).map(|_| (*manner, arrive(port, *manner))).collect::<Vec<_>>()).collect();
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut returned = 0;
            while !told.load(Ordering::Relaxed) {
                // A tenth of them at a time, so that they do not come in one burst.
                for tenth in 0..10 {
                    for (manner, client) in clients.iter_mut().skip(tenth).step_by(10) {
                        if !linger(client, *manner) {
                            *client = arrive(port, *manner);
                            returned += 1;
                        }
                    }
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
            returned
        });
        Self { over, thread }
    }

    /// Sends them away; answers how often one was cut off and came back.
    pub fn disperse(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("the slow clients")
    }
}

/// Opens a connection and sends the beginning of a request.
fn arrive(port: u16, manner: Manner) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    if matches!(manner, Manner::Read) {
        socket.set_recv_buffer_size(4096).expect("a small buffer");
    }
    socket.connect(&SocketAddr::from(([127, 0, 0, 1], port)).into()).expect("a connection");
    socket.set_nonblocking(true).expect("a socket that does not wait");
    let mut stream = TcpStream::from(socket);
    let beginning: &[u8] = match manner {
        Manner::Head => b"GET /files/item.json HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        Manner::Body => b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
        Manner::Read => b"GET /files/big/8m HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    stream.write_all(beginning).expect("a beginning sent");
    stream
}

/// Does the least; answers whether the connection is still there.
fn linger(stream: &mut TcpStream, manner: Manner) -> bool {
    let done = match manner {
        Manner::Head | Manner::Body => match stream.read(&mut [0; 512]) {
            // An answer, or the end: cut off.
            Ok(_) => return false,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stream.write(b" "),
            Err(error) => Err(error),
        },
        Manner::Read => {
            let read = stream.read(&mut [0; 1]);
            if matches!(read, Ok(0)) {
                return false;
            }
            read
        }
    };
    done.is_ok() || done.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}
