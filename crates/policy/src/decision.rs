//! The decision about one message, from judgement to permit.

use portcullis_inspect::{Class, Finding, Forward, Head, Refusal, Report, Unit};

use crate::{Mode, Permit, PermitBody};

/// What became of one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It refuses.
    Enforced,
    /// Its check is in monitor mode: recorded only.
    Monitored,
    /// The exception with this index in the policy lets it pass.
    Excepted(usize),
}

/// A finding and what became of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// What became of it.
    pub disposition: Disposition,
}

/// Something only the shell can grant: shared, counted, atomic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Hold one of the service's `max` exchange slots until the answer is through.
    Exchange {
        /// Slots in all.
        max: u64,
    },
}

/// The shell's answer to one demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Fulfilled.
    Granted,
    /// Not to be had now.
    Denied,
}

/// What came of judging.
#[derive(Debug)]
pub enum Verdict {
    /// Refused by what was found; no demand was made, so a refused message uses nothing up.
    Refused(Decision),
    /// Permitted if its demands are granted.
    Pending(Pending),
}

/// A message with nothing against it, waiting for its demands.
#[derive(Debug)]
pub struct Pending {
    pub(crate) decision: Decision,
    pub(crate) demands: Vec<Demand>,
}

impl Pending {
    /// What the shell must grant, in order.
    pub fn demands(&self) -> &[Demand] {
        &self.demands
    }

    /// Closes the decision. A missing answer counts as denied.
    pub fn settle(self, answers: &[Answer]) -> Decision {
        let mut decision = self.decision;
        for (index, demand) in self.demands.iter().enumerate() {
            if answers.get(index) != Some(&Answer::Granted) {
                let Demand::Exchange { max } = demand;
                let mut finding = Finding::new(
                    "service.exchanges",
                    "SERVICE_BUSY",
                    Class::Unavailable,
                    "every exchange slot of the service is taken",
                );
                finding.allowed = Some(*max);
                decision.hold(finding, Disposition::Enforced);
            }
        }
        decision
    }
}

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Forwarded with nothing enforced against it.
    Allowed,
    /// Forwarded although it would be refused, because the service is in monitor mode.
    WouldRefuse,
    /// Refused.
    Refused,
}

impl Outcome {
    /// The word used in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::WouldRefuse => "would-refuse",
            Self::Refused => "refused",
        }
    }
}

/// The decision, with everything that led to it.
#[derive(Debug)]
pub struct Decision {
    pub(crate) mode: Mode,
    pub(crate) head: Option<Head>,
    pub(crate) report: Report,
    pub(crate) judged: Vec<Judged>,
    pub(crate) allow: Option<String>,
}

impl Decision {
    pub(crate) fn hold(&mut self, finding: Finding, disposition: Disposition) {
        self.judged.push(Judged { finding, disposition });
    }

    /// Every finding that counted, with what became of it.
    pub fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// The operations that were measured.
    pub fn units(&self) -> &[Unit] {
        &self.report.units
    }

    /// Mode of the service under which this was decided.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The finding that decides: the first that is enforced.
    pub fn because(&self) -> Option<&Finding> {
        self.judged.iter().find(|judged| judged.disposition == Disposition::Enforced).map(|judged| &judged.finding)
    }

    /// How it ends.
    pub fn outcome(&self) -> Outcome {
        match (self.because(), self.mode) {
            (None, _) => Outcome::Allowed,
            (Some(_), Mode::Enforce) => Outcome::Refused,
            (Some(_), Mode::Monitor | Mode::Off) => Outcome::WouldRefuse,
        }
    }

    /// The head, while it has not left with a permit.
    pub const fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Takes the head out of a refused decision, for the refusal to negotiate by.
    pub const fn take_head(&mut self) -> Option<Head> {
        self.head.take()
    }

    /// The refusal as the client may know it; nothing when the message is not refused.
    pub fn refusal(&self, request_id: &str) -> Option<Refusal> {
        if self.outcome() != Outcome::Refused {
            return None;
        }
        let finding = self.because()?;
        let allow = (finding.class == Class::MethodNotAllowed).then(|| self.allow.clone()).flatten();
        Some(Refusal { allow, ..Refusal::of(finding, request_id) })
    }

    /// Prints the canonical form and makes the permit. Nothing when the message is refused, when the permit was already made, or when
    /// printing fails (which is then held against the message).
    pub fn permit(&mut self) -> Option<Permit> {
        if self.outcome() == Outcome::Refused {
            return None;
        }
        if self.mode != Mode::Enforce {
            return self.head.take().map(|head| Permit::new(head, PermitBody::Original));
        }
        let Some(understood) = self.report.understood.take() else {
            self.hold(not_understood("nothing was understood that could be sent"), Disposition::Enforced);
            return None;
        };
        match understood.emit() {
            Ok(forward) => self.head.take().map(|head| canonical(head, forward)),
            Err(finding) => {
                self.hold(*finding, Disposition::Enforced);
                None
            }
        }
    }
}

pub(crate) fn not_understood(detail: &str) -> Finding {
    Finding::new("service.understood", "NOT_UNDERSTOOD", Class::Malformed, detail)
}

fn canonical(mut head: Head, forward: Forward) -> Permit {
    match forward {
        Forward::Stream { bytes_max } => Permit::new(head, PermitBody::Stream { bytes_max }),
        Forward::Canonical(outgoing) => {
            head.headers.remove(http::header::CONTENT_ENCODING);
            match outgoing.content_type {
                Some(media_type) => {
                    head.headers.insert(http::header::CONTENT_TYPE, media_type);
                }
                None => {
                    head.headers.remove(http::header::CONTENT_TYPE);
                }
            }
            head.target.query = outgoing.query;
            Permit::new(head, PermitBody::Canonical(outgoing.body))
        }
    }
}
