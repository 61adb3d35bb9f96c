//! A timer that is cheap to set again and again.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep};

/// One alarm. Setting it later than before leaves the runtime's timer where it is; only when that one goes off is it moved on, so a
/// busy connection does not touch the timer wheel once per request.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    at: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    /// Sets or moves the alarm.
    pub(super) fn set(&mut self, at: Instant) {
        self.at = Some(at);
        if let Some(timer) = &mut self.timer
            && timer.deadline() > at
        {
            timer.as_mut().reset(at);
        }
    }

    /// Takes the alarm back.
    pub(super) const fn clear(&mut self) {
        self.at = None;
    }

    /// Whether it is set.
    pub(super) const fn is_set(&self) -> bool {
        self.at.is_some()
    }

    /// Ready when the alarm has gone off; pending, with the task to be woken, while it is still to come or not set.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
        while timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= at {
                self.at = None;
                self.timer = None;
                return Poll::Ready(());
            }
            timer.as_mut().reset(at);
        }
        Poll::Pending
    }
}
