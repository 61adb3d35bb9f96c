//! Numbers: their grammar (RFC 8259 §6) and the range double precision can hold (RFC 7493 §2.2).

use crate::fault::Reason;

/// Characters of the number at the beginning of `rest`, which begins with `-` or a digit, or why it is none.
pub(crate) fn scan(rest: &[u8], chars_max: usize) -> Result<usize, Reason> {
    let length = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
    if length > chars_max {
        return Err(Reason::NumberLength);
    }
    let number = rest.get(..length).unwrap_or_default();
    let shape = shape(number).ok_or(Reason::Syntax("not a number"))?;
    // Up to 300 digits without exponent lie within 1e300; the smallest such fraction, 1e-300, is no zero either.
    if shape.exponent == Exponent::None && length <= 300 {
        return Ok(length);
    }
    if shape.exponent == Exponent::Far || !fits(number, shape.zero) {
        return Err(Reason::NumberOutOfRange);
    }
    Ok(length)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exponent {
    None,
    Near,
    /// Four significant digits or more. Beyond double precision for anything but zero, and a zero so written serves only to
    /// make readers with decimal arithmetic allocate.
    Far,
}

struct Shape {
    exponent: Exponent,
    /// Whether all digits before the exponent are zero.
    zero: bool,
}

/// ``-? (0 | 1-9 digits) (. digits+)? ([eE] [+-]? digits+)?``
fn shape(number: &[u8]) -> Option<Shape> {
    let unsigned = number.strip_prefix(b"-").unwrap_or(number);
    let (integer, mut rest) = digits(unsigned);
    if integer.is_empty() || (integer.len() > 1 && integer.first() == Some(&b'0')) {
        return None;
    }
    let mut zero = integer == b"0";
    if let Some(after_point) = rest.strip_prefix(b".") {
        let (fraction, tail) = digits(after_point);
        if fraction.is_empty() {
            return None;
        }
        zero = zero && fraction.iter().all(|digit| *digit == b'0');
        rest = tail;
    }
    let exponent = match rest.split_first() {
        None => Exponent::None,
        Some((b'e' | b'E', tail)) => exponent(tail)?,
        Some(_) => return None,
    };
    Some(Shape { exponent, zero })
}

fn exponent(text: &[u8]) -> Option<Exponent> {
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let (digits, rest) = digits(unsigned);
    if digits.is_empty() || !rest.is_empty() {
        return None;
    }
    let significant = digits.iter().skip_while(|digit| **digit == b'0').count();
    Some(if significant > 3 { Exponent::Far } else { Exponent::Near })
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(length).unwrap_or((text, &[]))
}

/// Whether the value neither overflows to infinity nor, being no zero, vanishes to zero.
fn fits(number: &[u8], zero: bool) -> bool {
    let value = std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok());
    value.is_some_and(|value| value.is_finite() && (zero || value != 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_fit_are_read_to_their_end() {
        for number in [
            "0",
            "-0",
            "7",
            "-12",
            "10",
            "0.5",
            "-0.0",
            "1e5",
            "1E+05",
            "1e-7",
            "12.50",
            "1.7976931348623157e308",
            "5e-324",
            "9007199254740993",
            "99999999999999999999",
            "0e999",
            "0.00e-999",
            "1e000005",
        ] {
            assert_eq!(scan(format!("{number},").as_bytes(), 100), Ok(number.len()), "{number}");
        }
    }

    #[test]
    fn other_spellings_are_no_numbers() {
        for text in ["-", "01", "00", "-01", "1.", "1.e5", "1e", "1e+", "1e5.0", "--1", "1-", "1+1", "-.5", "0x10", "1ee5", "1.2.3"]
        {
            let expected = if text == "0x10" { Ok(1) } else { Err(Reason::Syntax("not a number")) };
            assert_eq!(scan(text.as_bytes(), 100), expected, "{text}");
        }
    }

    #[test]
    fn numbers_beyond_double_precision_are_out_of_range() {
        for text in ["1e309", "-1e309", "1.8e308", "1e999999", "1e-400", "-2e-324", "0e1000", "1e-9999", "1e00001000"] {
            assert_eq!(scan(text.as_bytes(), 100), Err(Reason::NumberOutOfRange), "{text}");
        }
    }

    #[test]
    fn the_length_limit_is_exact() {
        assert_eq!(scan("1".repeat(99).as_bytes(), 100), Ok(99));
        assert_eq!(scan("1".repeat(100).as_bytes(), 100), Ok(100));
        assert_eq!(scan("1".repeat(101).as_bytes(), 100), Err(Reason::NumberLength));
        assert_eq!(scan("9".repeat(900).as_bytes(), 1_000), Err(Reason::NumberOutOfRange));
    }
}
