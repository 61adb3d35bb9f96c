//! The end of an exchange: whatever way it ends, its record is written once and what it held is given back.

use std::sync::Arc;
use std::time::Instant;

use crate::audit::Record;
use crate::shared::{HeldBytes, HeldSlot};

use super::stream::Progress;
use crate::live::Plane;

/// Lives as long as the exchange; dropping it writes the record.
#[derive(Debug)]
pub struct Finish {
    plane: Arc<Plane>,
    /// The record as far as it is known.
    pub record: Box<Record>,
    /// When the head was complete.
    pub started: Instant,
    /// Bytes of the request body.
    pub received: Arc<Progress>,
    /// Buffered bytes counted for this exchange.
    pub bytes: HeldBytes,
    slots: Vec<HeldSlot>,
}

impl Finish {
    /// The start of an exchange.
    pub fn new(plane: Arc<Plane>, record: Record) -> Self {
        let bytes = plane.bytes.holding();
        Self { plane, record: Box::new(record), started: Instant::now(), received: Arc::default(), bytes, slots: Vec::new() }
    }

    /// Keeps a slot until the end.
    pub fn hold(&mut self, slot: HeldSlot) {
        self.slots.push(slot);
    }

    /// Microseconds since the start.
    pub fn elapsed_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        self.record.total_us = self.elapsed_us();
        self.record.bytes_in = self.received.bytes();
        if self.record.status == 0 {
            // Nothing was answered: the client went away while it was served, or the exchange panicked and the panic was not
            // caught below. Either way the record says so.
            self.record.outcome = "abandoned";
        }
        self.plane.metrics.count(&self.record);
        self.plane.audit.write(&self.record);
    }
}
