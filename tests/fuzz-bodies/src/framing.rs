//! The HTTP/1 guard. The input is what a client sends on one connection.

use portcullis_http::framing::{Framing, FramingLimits, Next, State, Upgrades};
use portcullis_http::limits::LIMITS;
use portcullis_inspect::{Limits, Scheme};

use crate::pieces::{Cut, cuts};
use crate::released;

/// What a connection came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Everything that was handed on.
    pub(crate) out: Vec<u8>,
    /// Code of the fault, and whether it was one of a head.
    pub(crate) fault: Option<(&'static str, bool)>,
    /// Heads handed on, the synthetic one of a refusal included.
    pub(crate) heads: u64,
    state: State,
}

/// Ways in which the shell may drive the machine; all must come to the same.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Every byte through the machine.
    Plain,
    /// Body bytes that need no look go past it.
    Past,
    /// Upgrades are held, and none is accepted.
    Held,
}

/// The guard's answer does not depend on how bytes arrive, and what it lets through has one reading.
pub(crate) fn body(input: &[u8]) {
    let whole = outcome(input, Cut::Whole, Way::Plain);
    for cut in cuts(input) {
        for way in [Way::Plain, Way::Past, Way::Held] {
            assert_eq!(outcome(input, cut, way), whole, "{cut:?}, {way:?}");
        }
    }
    released::check(&whole);
}

fn outcome(input: &[u8], cut: Cut, way: Way) -> Outcome {
    let upgrades = if matches!(way, Way::Held) { Upgrades::Hold } else { Upgrades::Never };
    let limits = FramingLimits::new(&Limits::defaults(&[&LIMITS]), upgrades);
    let mut framing = Framing::new(limits, Scheme::Http);
    let mut outcome = Outcome { out: Vec::new(), fault: None, heads: 0, state: State::Idle };
    for piece in cut.of(input) {
        feed(&mut framing, piece, way, &mut outcome);
    }
    match framing.eof(&mut outcome.out) {
        Ok(fault) => note(&mut outcome, fault.map(|fault| (fault.finding.code, true))),
        Err(fault) => note(&mut outcome, Some((fault.0.code, false))),
    }
    outcome.heads = framing.heads_released();
    outcome.state = framing.state();
    outcome
}

fn feed(framing: &mut Framing, piece: &[u8], way: Way, outcome: &mut Outcome) {
    let mut rest = piece;
    while !rest.is_empty() {
        if let (Way::Past, Some(remaining)) = (way, framing.body_remaining()) {
            let count = usize::try_from(remaining).unwrap_or(usize::MAX).min(rest.len());
            assert!(count > 0, "nothing remains, and yet the machine is within a body");
            outcome.out.extend_from_slice(&rest[..count]);
            framing.body_passed(count as u64);
            rest = &rest[count..];
            continue;
        }
        // Where bytes may go past, the machine is fed line by line, so that it stops where they begin.
        let end = rest.iter().position(|&octet| octet == b'\n').map_or(rest.len(), |feed| feed + 1);
        let part = if matches!(way, Way::Past) { &rest[..end] } else { rest };
        let taken = match framing.advance(part, &mut outcome.out) {
            Ok(step) => {
                note(outcome, step.fault.map(|fault| (fault.finding.code, true)));
                step.taken
            }
            Err(fault) => {
                note(outcome, Some((fault.0.code, false)));
                part.len()
            }
        };
        assert!(taken == part.len() || framing.state() == State::AfterUpgrade, "bytes were left");
        framing.after_upgrade(Next::Http);
        rest = &rest[taken..];
    }
}

fn note(outcome: &mut Outcome, fault: Option<(&'static str, bool)>) {
    assert!(outcome.fault.is_none() || fault.is_none(), "a connection fails once");
    outcome.fault = outcome.fault.or(fault);
}
