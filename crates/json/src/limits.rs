//! The rows of the reader: what it bounds, and the checks beside the limits.

use portcullis_inspect::{Acts, CheckSpec, LimitSpec, Limits, Quantity};

/// Limits of the reader; all act while reading.
pub static LIMITS: [LimitSpec; 6] = [
    LimitSpec {
        name: "json.depth",
        quantity: Quantity::Levels,
        default: 32,
        ceiling: 256,
        acts: Acts::WhileReading,
        code: "JSON_DEPTH_EXCEEDED",
        bounds: "nesting of arrays and objects; the outermost one is level 1",
        why: "variables of real clients stay below 12 levels; recursive readers behind the proxy overflow their stack on thousands",
    },
    LimitSpec {
        name: "json.members",
        quantity: Quantity::Count,
        default: 1_000,
        ceiling: 100_000,
        acts: Acts::WhileReading,
        code: "JSON_MEMBERS_EXCEEDED",
        bounds: "members of one object",
        why: "larger objects are maps built to collide in hash tables or to exhaust memory",
    },
    LimitSpec {
        name: "json.elements",
        quantity: Quantity::Count,
        default: 10_000,
        ceiling: 1_000_000,
        acts: Acts::WhileReading,
        code: "JSON_ELEMENTS_EXCEEDED",
        bounds: "elements of one array",
        why: "a list argument is work for the upstream per element: guessing codes by the thousand, fetching by the thousand",
    },
    LimitSpec {
        name: "json.nodes",
        quantity: Quantity::Count,
        default: 100_000,
        ceiling: 4_000_000,
        acts: Acts::WhileReading,
        code: "JSON_NODES_EXCEEDED",
        bounds: "values and member names of one text",
        why: "each costs 16 bytes here and far more in most readers behind: a megabyte of `[],` is a third of a million objects",
    },
    LimitSpec {
        name: "json.string",
        quantity: Quantity::Bytes,
        default: 1_048_576,
        ceiling: 67_108_864,
        acts: Acts::WhileReading,
        code: "JSON_STRING_TOO_LONG",
        bounds: "one string as written between its quotes",
        why: "as large as a default body: it bites where an operator raises the body limit for many small values",
    },
    LimitSpec {
        name: "json.number",
        quantity: Quantity::Count,
        default: 100,
        ceiling: 1_000,
        acts: Acts::WhileReading,
        code: "JSON_NUMBER_TOO_LONG",
        bounds: "characters of one number",
        why: "readers with unbounded integers take quadratic time over the digits",
    },
];

/// What the reader refuses beside its limits. None yields: a text that was not understood cannot be forwarded.
pub static CHECKS: [CheckSpec; 4] = [
    CheckSpec {
        name: "json.syntax",
        codes: &["JSON_SYNTAX", "JSON_TRAILING_DATA"],
        refuses: "text outside the JSON grammar (RFC 8259), and anything that follows the one value",
        yields: false,
    },
    CheckSpec {
        name: "json.encoding",
        codes: &["JSON_NOT_UTF8", "JSON_BYTE_ORDER_MARK", "JSON_LONE_SURROGATE"],
        refuses: "bytes that are not UTF-8, a byte order mark, and escapes that name half a surrogate pair",
        yields: false,
    },
    CheckSpec {
        name: "json.duplicate_key",
        codes: &["DUPLICATE_JSON_KEY"],
        refuses: "an object in which two member names are equal after unescaping: readers differ in which one counts",
        yields: false,
    },
    CheckSpec {
        name: "json.number_range",
        codes: &["JSON_NUMBER_OUT_OF_RANGE"],
        refuses: "a number that double precision cannot hold: it would overflow to infinity or vanish to zero",
        yields: false,
    },
];

/// The rows of one exchange, looked up once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Levels of arrays and objects.
    pub depth: usize,
    /// Members of one object.
    pub members: usize,
    /// Elements of one array.
    pub elements: usize,
    /// Values and member names of one text.
    pub nodes: usize,
    /// Bytes of one string as written.
    pub string_bytes: usize,
    /// Characters of one number.
    pub number_chars: usize,
}

impl Bounds {
    /// The values of the rows in [`LIMITS`]; a row that is missing from `limits` allows nothing.
    pub fn of(limits: &Limits) -> Self {
        let value = |name| usize::try_from(limits.value(name)).unwrap_or(usize::MAX);
        Self {
            depth: value("json.depth"),
            members: value("json.members"),
            elements: value("json.elements"),
            nodes: value("json.nodes"),
            string_bytes: value("json.string"),
            number_chars: value("json.number"),
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::of(&Limits::defaults(&[&LIMITS]))
    }
}
