//! The bounded queue between exchanges and the sink.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Record;

/// How long records may gather before they are written. Long enough that a busy process writes in batches, short enough for `tail -f`.
const GATHER: Duration = Duration::from_millis(50);

/// A buffer for lines keeps this much from one line to the next.
const LINE_KEPT: usize = 16 * 1024;

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditSink {
    /// Standard output.
    Stdout,
    /// A file, appended to and reopened when it was moved away.
    File(PathBuf),
}

#[derive(Debug, Default)]
struct Waiting {
    lines: Vec<u8>,
    closed: bool,
}

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    bytes_max: usize,
    lost: AtomicU64,
}

/// The exchange's end of the queue.
#[derive(Clone, Debug)]
pub struct Audit {
    queue: Arc<Queue>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Audit {
    /// Starts the writer. Fails when the file cannot be opened.
    pub fn start(sink: &AuditSink, bytes_max: usize) -> io::Result<Self> {
        let queue = Arc::new(Queue { waiting: Mutex::default(), wake: Condvar::new(), bytes_max, lost: AtomicU64::new(0) });
        let mut out = Out::open(sink)?;
        let theirs = Arc::clone(&queue);
        let writer = std::thread::Builder::new().name("audit".to_owned()).spawn(move || theirs.write_all(&mut out))?;
        Ok(Self { queue, writer: Arc::new(Mutex::new(Some(writer))) })
    }

    /// Queues a record as one line, or counts it as lost.
    pub fn write(&self, record: &Record) {
        // Written before the queue is locked, so that workers do not wait for one another's formatting.
        thread_local!(static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
        LINE.with_borrow_mut(|line| {
            record.write_line(line);
            line.push(b'\n');
            self.queue(line);
            line.clear();
            line.shrink_to(LINE_KEPT);
        });
    }

    fn queue(&self, line: &[u8]) {
        let mut waiting = self.queue.lock();
        if waiting.lines.len().saturating_add(line.len()) > self.queue.bytes_max {
            self.queue.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        if first {
            self.queue.wake.notify_one();
        }
    }

    /// Records lost so far, because the queue was full or the sink failed.
    pub fn lost(&self) -> u64 {
        self.queue.lost.load(Ordering::Relaxed)
    }

    /// Writes what waits and ends the writer.
    pub fn close(&self) {
        self.queue.lock().closed = true;
        self.queue.wake.notify_one();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A writer that panicked has nothing left to write.
            drop(writer.join());
        }
    }
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all(&self, out: &mut Out) {
        let mut batch = Vec::new();
        loop {
            let closed = self.gather(&mut batch);
            if !batch.is_empty() && out.write(&batch).is_err() {
                let lines = memchr::memchr_iter(b'\n', &batch).count() as u64;
                self.lost.fetch_add(lines, Ordering::Relaxed);
            }
            batch.clear();
            if closed {
                return;
            }
        }
    }

    /// Waits for the first record, gives others a moment to join it, and takes them all.
    fn gather(&self, batch: &mut Vec<u8>) -> bool {
        let mut waiting = self.lock();
        while waiting.lines.is_empty() && !waiting.closed {
            waiting = self.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        if !waiting.closed {
            drop(waiting);
            std::thread::sleep(GATHER);
            waiting = self.lock();
        }
        std::mem::swap(&mut waiting.lines, batch);
        waiting.closed
    }
}

enum Out {
    Stdout(io::Stdout),
    File { path: PathBuf, file: File },
}

impl Out {
    fn open(sink: &AuditSink) -> io::Result<Self> {
        match sink {
            AuditSink::Stdout => Ok(Self::Stdout(io::stdout())),
            AuditSink::File(path) => Ok(Self::File { path: path.clone(), file: append(path)? }),
        }
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(out) => {
                let mut out = out.lock();
                out.write_all(lines)?;
                out.flush()
            }
            Self::File { path, file } => {
                // A rotated file is written to no more: the name is opened anew when it is gone.
                if !path.exists() {
                    *file = append(path)?;
                }
                file.write_all(lines)
            }
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_arrive_as_lines_and_an_overfull_queue_counts_its_losses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let audit = Audit::start(&AuditSink::File(path.clone()), 64).unwrap();
        audit.queue(b"kept\n");
        audit.queue("x".repeat(65).as_bytes());
        audit.queue("y".repeat(59).as_bytes());
        audit.close();
        assert_eq!(std::fs::read_to_string(path).unwrap(), format!("kept\n{}", "y".repeat(59)));
        assert_eq!(audit.lost(), 1);
    }
}
