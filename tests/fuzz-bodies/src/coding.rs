//! Content codings. The first byte of the input says which; the rest is a body, and then a text to be coded.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use portcullis_http::coding::{Coding, DecodeLimits, Decoder};

use crate::pieces::{Cut, cuts};

const LIMITS: DecodeLimits = DecodeLimits { bytes_max: 256 << 10, ratio_max: 20 };

/// What decoding came to: the text, or the code it was refused with.
type Outcome = Result<Vec<u8>, &'static str>;

/// Decoding ends within its bounds, does not depend on the cuts, and agrees with an independent use of the library.
pub(crate) fn body(input: &[u8]) {
    let Some((&kind, coded)) = input.split_first() else { return };
    let coding = if kind & 1 == 0 { Coding::Gzip } else { Coding::Deflate };
    let whole = decoded(coding, coded, Cut::Whole);
    for cut in cuts(coded) {
        let pieces = decoded(coding, coded, cut);
        // Received bytes earn decoded ones, so pieces may be refused where the whole is not; never the other way round.
        assert!(pieces == whole || pieces == Err("DECODE_RATIO_EXCEEDED"), "{cut:?}: {pieces:?} {whole:?}");
    }
    second_reader(coding, coded, &whole);
    round_trip(coding, kind, coded);
}

fn decoded(coding: Coding, coded: &[u8], cut: Cut) -> Outcome {
    let mut decoder = Decoder::new(coding, LIMITS);
    let mut out = Vec::new();
    for piece in cut.of(coded) {
        let pushed = decoder.push(piece, &mut out);
        assert!(out.len() as u64 <= LIMITS.bytes_max + (64 << 10), "{} bytes were decoded", out.len());
        pushed.map_err(|finding| finding.code)?;
    }
    decoder.finish().map_err(|finding| finding.code)?;
    assert_eq!(decoder.decoded(), out.len() as u64);
    assert!(out.len() as u64 <= LIMITS.bytes_max);
    Ok(out)
}

/// Accepted means: the second reader decodes the same and nothing is left behind. What both it and its bounds accept, we accept.
fn second_reader(coding: Coding, coded: &[u8], ours: &Outcome) {
    let mut theirs = Vec::new();
    let most = LIMITS.bytes_max + 1;
    let (read, used) = if coding == Coding::Gzip {
        let mut reader = GzDecoder::new(coded);
        (reader.by_ref().take(most).read_to_end(&mut theirs), coded.len() - reader.into_inner().len())
    } else {
        let mut reader = ZlibDecoder::new(coded);
        let read = reader.by_ref().take(most).read_to_end(&mut theirs);
        (read, usize::try_from(reader.total_in()).unwrap())
    };
    match ours {
        Ok(text) => {
            assert!(read.is_ok() && *text == theirs, "the second reader says {read:?}");
            assert!(coding == Coding::Gzip || used == coded.len(), "{used} of {}", coded.len());
        }
        Err(code) => assert!(
            read.is_err() || used < coded.len() || theirs.len() as u64 > LIMITS.bytes_max || *code == "DECODE_RATIO_EXCEEDED"
                // The second reader's buffer hides how much of a gzip body it used, and it does not look at reserved flags.
                || coding == Coding::Gzip || theirs.is_empty(),
            "refused with {code}, and yet {} bytes were read",
            theirs.len()
        ),
    }
}

/// What was coded decodes to what it was, unless its size or ratio is over the limit; one byte behind it is refused.
fn round_trip(coding: Coding, level: u8, text: &[u8]) {
    let level = Compression::new(u32::from(level >> 1) % 10);
    let mut coded = if coding == Coding::Gzip {
        let mut encoder = GzEncoder::new(Vec::new(), level);
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    } else {
        let mut encoder = ZlibEncoder::new(Vec::new(), level);
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let whole = decoded(coding, &coded, Cut::Whole);
    assert!(whole.as_deref() == Ok(text) || matches!(whole, Err("DECODE_RATIO_EXCEEDED" | "BODY_TOO_LARGE")), "{whole:?}");
    coded.push(0);
    assert!(decoded(coding, &coded, Cut::Whole).is_err(), "data behind the end");
    coded.truncate(coded.len() - 2);
    assert!(decoded(coding, &coded, Cut::Whole).is_err(), "a body cut short");
}
