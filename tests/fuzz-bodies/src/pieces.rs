//! One input cut into pieces, in ways that depend on the input alone: a corpus file stays plain text, and a finding can be repeated.

/// How an input is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Whole,
    Bytes,
    /// Pieces of 0 to 60 bytes, from a seed.
    Seeded(u64),
}

/// The cuts every input is tried with.
pub(crate) fn cuts(input: &[u8]) -> [Cut; 4] {
    let seed =
        input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &octet| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3));
    [Cut::Whole, Cut::Bytes, Cut::Seeded(seed), Cut::Seeded(!seed)]
}

impl Cut {
    /// The pieces of `input`, in order.
    pub(crate) fn of(self, input: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Whole => vec![input],
            Self::Bytes => input.chunks(1).collect(),
            Self::Seeded(mut seed) => {
                let mut pieces = Vec::new();
                let mut rest = input;
                while !rest.is_empty() {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let (piece, after) = rest.split_at(((seed >> 33) as usize % 61).min(rest.len()));
                    pieces.push(piece);
                    rest = after;
                }
                pieces
            }
        }
    }
}
