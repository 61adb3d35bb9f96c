//! Durations and sizes: how they are written, and their bounds.
//!
//! A duration always carries its unit (`500ms`, `10s`, `2m`, `1h`); a size is bytes, or carries a binary unit (`64KiB`, `2MiB`, `1GiB`).
//! `KB` is refused because readers disagree whether it is 1000 or 1024.

use std::fmt::{self, Display};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::problem::{Complaint, Fault};
use super::spelled::{Spelled, spelled};

/// Longest duration configuration accepts: a day. Nothing on the path of a request waits longer.
const INTERVAL_MS_MAX: u64 = 24 * 3_600_000;

/// A duration above zero and up to 24 hours, in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval(u64);

impl Interval {
    /// `seconds`, for defaults; cut to 24 hours.
    pub(super) const fn seconds(seconds: u64) -> Self {
        Self::from_ms(seconds.saturating_mul(1000))
    }

    /// `ms` milliseconds, for defaults and for printing; cut to 24 hours.
    pub(super) const fn from_ms(ms: u64) -> Self {
        Self(if ms > INTERVAL_MS_MAX { INTERVAL_MS_MAX } else { ms })
    }

    /// The duration.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// The duration in milliseconds.
    pub const fn ms(self) -> u64 {
        self.0
    }
}

/// Factor of each unit of time, longest first.
const TIME_UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self.0, &TIME_UNITS, "ms", formatter)
    }
}

impl Spelled for Interval {
    const FORMAT: &'static str = "interval";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "a duration is a whole number and `ms`, `s`, `m` or `h`: `500ms`, `10s`, `2m`, `1h`";
        let (digits, unit) = split(text);
        if digits.is_empty() {
            return Err(Complaint::new("is not a duration").help(HELP));
        }
        let factor = TIME_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let Some(factor) = factor else {
            let complaint = Complaint::unit(unit_fault(unit)).help(HELP);
            return Err(match meant_time(digits, unit) {
                Some(meant) => complaint.meant(meant),
                None => complaint,
            });
        };
        let Some(ms) = number(digits).and_then(|count| count.checked_mul(factor)).filter(|ms| *ms <= INTERVAL_MS_MAX) else {
            return Err(Complaint { fault: Fault::OutOfRange, ..Complaint::new("is longer than 24h") });
        };
        if ms == 0 {
            return Err(Complaint { fault: Fault::OutOfRange, ..Complaint::new("is no time at all") });
        }
        Ok(Self(ms))
    }
}

spelled!(Interval);

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

/// Factor of each unit of size, largest first.
const SIZE_UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl ByteSize {
    /// A size of `bytes`.
    pub(super) const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self.0, &SIZE_UNITS, "", formatter)
    }
}

impl Spelled for ByteSize {
    const FORMAT: &'static str = "size";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "a size is bytes, or a whole number and `KiB`, `MiB` or `GiB`: `512`, `64KiB`, `2MiB`";
        let (digits, unit) = split(text);
        if digits.is_empty() {
            return Err(Complaint::new("is not a size").help(HELP));
        }
        let factor = if unit.is_empty() { Some(1) } else { SIZE_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, f)| *f) };
        let Some(factor) = factor else {
            let complaint = Complaint::unit(unit_fault(unit)).help(HELP);
            return Err(match meant_size(digits, unit) {
                Some(meant) => complaint.meant(meant),
                None => complaint,
            });
        };
        match number(digits).and_then(|count| count.checked_mul(factor)) {
            Some(bytes) => Ok(Self(bytes)),
            None => Err(Complaint { fault: Fault::OutOfRange, ..Complaint::new("is larger than any size") }),
        }
    }
}

spelled!(ByteSize);

/// A whole number as written: decimal, no sign, no leading zero, no grouping.
pub(super) fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Leading digits and what follows them.
fn split(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn unit_fault(unit: &str) -> &'static str {
    match unit.bytes().next() {
        None => "has no unit",
        Some(b'.' | b',') => "is not a whole number",
        Some(_) => "has no unit known here",
    }
}

fn meant_time(digits: &str, unit: &str) -> Option<String> {
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "ms" | "msec" | "msecs" | "milli" | "millis" | "millisecond" | "milliseconds" => "ms",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        _ => return None,
    };
    Some(format!("{digits}{unit}"))
}

fn meant_size(digits: &str, unit: &str) -> Option<String> {
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "b" | "byte" | "bytes" => "",
        "k" | "kb" | "ki" | "kib" => "KiB",
        "m" | "mb" | "mi" | "mib" => "MiB",
        "g" | "gb" | "gi" | "gib" => "GiB",
        _ => return None,
    };
    Some(format!("{digits}{unit}"))
}

/// Prints `value` in the largest unit that divides it.
fn print(value: u64, units: &[(&str, u64)], bare: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (unit, factor) in units {
        if let (true, Some(0), Some(count)) = (value > 0, value.checked_rem(*factor), value.checked_div(*factor)) {
            return write!(formatter, "{count}{unit}");
        }
    }
    write!(formatter, "{value}{bare}")
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_needs_its_unit() {
        for (text, ms) in [("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("1h", 3_600_000), ("24h", 86_400_000), ("1ms", 1)] {
            assert_eq!(Interval::spelled(text).map(Interval::ms), Ok(ms), "{text}");
        }
        for (text, meant) in [
            ("10", Some("10s")),
            ("10 s", Some("10s")),
            ("10S", Some("10s")),
            ("5 min", Some("5m")),
            ("2 Hours", Some("2h")),
            ("1d", None),
            ("1.5s", None),
            ("1m30s", None),
            ("0s", None),
            ("0ms", None),
            ("25h", None),
            ("010s", None),
            ("86400001ms", None),
            ("99999999999999999999s", None),
            ("18446744073709551615h", None),
            ("s", None),
            ("-1s", None),
            ("+1s", None),
            (" 1s", None),
            ("1s ", Some("1s")),
            ("１s", None),
            ("", None),
        ] {
            let complaint = Interval::spelled(text).unwrap_err();
            assert_eq!(complaint.meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_size_is_bytes_or_has_a_binary_unit() {
        for (text, bytes) in [("0", 0), ("512", 512), ("64KiB", 65_536), ("2MiB", 2_097_152), ("1GiB", 1_073_741_824)] {
            assert_eq!(ByteSize::spelled(text).map(ByteSize::bytes), Ok(bytes), "{text}");
        }
        for (text, meant) in [
            ("64KB", Some("64KiB")),
            ("64k", Some("64KiB")),
            ("64 KiB", Some("64KiB")),
            ("64kib", Some("64KiB")),
            ("8M", Some("8MiB")),
            ("512B", Some("512")),
            ("1TiB", None),
            ("1e3", None),
            ("0x10", None),
            ("1_000", None),
            ("KiB", None),
            ("-1", None),
            ("", None),
            ("18446744073709551616", None),
            ("17179869184GiB", None),
        ] {
            let complaint = ByteSize::spelled(text).unwrap_err();
            assert_eq!(complaint.meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in ["500ms", "10s", "2m", "1h", "90s", "1001ms"] {
            assert_eq!(Interval::spelled(text).unwrap().to_string(), text);
        }
        for text in ["0", "512", "64KiB", "2MiB", "1GiB", "1025"] {
            assert_eq!(ByteSize::spelled(text).unwrap().to_string(), text);
        }
    }
}
