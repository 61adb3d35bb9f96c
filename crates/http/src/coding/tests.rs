//! Bodies through the decoder: whole, byte by byte, cut short, with something behind, and up to their limits.

use std::io::Write as _;

use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};
use http::{HeaderMap, HeaderValue};
use portcullis_inspect::Class;

use super::{Coding, DecodeLimits, Decoder};

const WIDE: DecodeLimits = DecodeLimits { bytes_max: 1 << 20, ratio_max: 10_000 };

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The decoded body, or the code of the refusal; the same whole and byte by byte.
fn decode(coding: Coding, body: &[u8], limits: DecodeLimits) -> Result<Vec<u8>, &'static str> {
    let run = |size: usize| {
        let (mut decoder, mut out) = (Decoder::new(coding, limits), Vec::new());
        body.chunks(size).try_for_each(|piece| decoder.push(piece, &mut out))?;
        decoder.finish().map(|()| out)
    };
    let whole = run(body.len().max(1)).map_err(|finding| finding.code);
    if body.len() < 4096 {
        assert_eq!(run(1).map_err(|finding| finding.code), whole);
    }
    whole
}

#[test]
fn bodies_decode_to_what_they_were() {
    let text: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
    for text in [&b""[..], b"a", b"{\"query\":\"{me{id}}\"}", &text] {
        assert_eq!(decode(Coding::Gzip, &gzip(text), WIDE).as_deref(), Ok(text));
        assert_eq!(decode(Coding::Deflate, &zlib(text), WIDE).as_deref(), Ok(text));
        assert_eq!(decode(Coding::Identity, text, WIDE).as_deref(), Ok(text));
    }
}

#[test]
fn every_field_of_a_gzip_header_is_skipped() {
    let mut encoder = GzBuilder::new().filename("a.json").comment("c").extra(vec![1, 2, 3]).write(Vec::new(), Compression::fast());
    encoder.write_all(b"abc").unwrap();
    assert_eq!(decode(Coding::Gzip, &encoder.finish().unwrap(), WIDE).as_deref(), Ok(&b"abc"[..]));
    let mut checked = gzip(b"abc");
    checked[3] = 2;
    let mut crc = flate2::Crc::new();
    crc.update(&checked[..10]);
    let check = (crc.sum() as u16).to_le_bytes();
    checked.splice(10..10, check);
    assert_eq!(decode(Coding::Gzip, &checked, WIDE).as_deref(), Ok(&b"abc"[..]));
    checked[10] ^= 1;
    assert_eq!(decode(Coding::Gzip, &checked, WIDE), Err("CODING_CORRUPT"));
}

#[test]
fn a_body_ends_exactly_where_its_coding_ends() {
    for (coding, body) in [(Coding::Gzip, gzip(b"hello hello hello")), (Coding::Deflate, zlib(b"hello hello hello"))] {
        for cut in 0..body.len() {
            assert_eq!(decode(coding, &body[..cut], WIDE), Err("CODING_TRUNCATED"), "{coding:?} cut at {cut}");
        }
        for tail in [&b"\0"[..], b"x", &body] {
            assert_eq!(decode(coding, &[&body, tail].concat(), WIDE), Err("CODING_TRAILING_DATA"));
        }
    }
}

#[test]
fn a_body_that_does_not_decode_is_refused() {
    for at in [0, 1, 2] {
        let mut body = gzip(b"abc");
        body[at] ^= 0xff;
        assert_eq!(decode(Coding::Gzip, &body, WIDE), Err("CODING_CORRUPT"), "{at}");
    }
    let mut reserved = gzip(b"abc");
    reserved[3] = 0x20;
    assert_eq!(decode(Coding::Gzip, &reserved, WIDE), Err("CODING_CORRUPT"));
    for from_end in 1..=8 {
        let mut body = gzip(b"abc");
        let at = body.len() - from_end;
        body[at] ^= 1;
        assert_eq!(decode(Coding::Gzip, &body, WIDE), Err("CODING_CORRUPT"), "{from_end} from the end");
    }
    let mut body = zlib(b"abc");
    *body.last_mut().unwrap() ^= 1;
    assert_eq!(decode(Coding::Deflate, &body, WIDE), Err("CODING_CORRUPT"));
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
    bare.write_all(b"abc").unwrap();
    assert_eq!(decode(Coding::Deflate, &bare.finish().unwrap(), WIDE), Err("CODING_CORRUPT"));
    assert_eq!(decode(Coding::Gzip, &zlib(b"abc"), WIDE), Err("CODING_CORRUPT"));
    assert_eq!(decode(Coding::Deflate, &gzip(b"abc"), WIDE), Err("CODING_CORRUPT"));
}

#[test]
fn decoded_bytes_are_bounded_to_the_byte() {
    let text = vec![b'a'; 1000];
    for (coding, body) in [(Coding::Gzip, gzip(&text)), (Coding::Deflate, zlib(&text)), (Coding::Identity, text.clone())] {
        for (bytes_max, refused) in [(999, true), (1000, false), (1001, false)] {
            let result = decode(coding, &body, DecodeLimits { bytes_max, ratio_max: 10_000 });
            assert_eq!(result.err(), refused.then_some("BODY_TOO_LARGE"), "{coding:?} {bytes_max}");
        }
    }
}

#[test]
fn the_ratio_counts_beyond_the_first_64_kib() {
    let limits = DecodeLimits { bytes_max: 1 << 30, ratio_max: 20 };
    assert!(decode(Coding::Gzip, &gzip(&vec![0; 64 << 10]), limits).is_ok());
    assert_eq!(decode(Coding::Gzip, &gzip(&vec![0; (64 << 10) + 1]), limits), Err("DECODE_RATIO_EXCEEDED"));
    assert_eq!(decode(Coding::Deflate, &zlib(&vec![0; 10 << 20]), limits), Err("DECODE_RATIO_EXCEEDED"));
    assert!(decode(Coding::Identity, &vec![0; 1 << 20], DecodeLimits { bytes_max: 1 << 20, ratio_max: 1 }).is_ok());
    let bomb = gzip(&vec![0; 100 << 20]);
    let (mut decoder, mut out) = (Decoder::new(Coding::Gzip, limits), Vec::new());
    let finding = decoder.push(&bomb, &mut out).unwrap_err();
    assert_eq!((finding.class, finding.allowed), (Class::ContentTooLarge, Some(20)));
    assert!(out.capacity() <= 8 << 20, "a bomb is stopped early: {}", out.capacity());
}

#[test]
fn one_coding_is_read() {
    let of = |lines: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("content-encoding", HeaderValue::from_static(line));
        }
        Coding::of(&headers).map_err(|finding| (finding.code, finding.class))
    };
    assert_eq!(of(&[]), Ok(Coding::Identity));
    assert_eq!(of(&["identity"]), Ok(Coding::Identity));
    assert_eq!(of(&["gzip"]), Ok(Coding::Gzip));
    assert_eq!(of(&["X-GZIP"]), Ok(Coding::Gzip));
    assert_eq!(of(&[" Deflate\t"]), Ok(Coding::Deflate));
    for lines in [&["gzip, gzip"][..], &["gzip", "gzip"], &["identity, gzip"], &["gzip,"]] {
        assert_eq!(of(lines), Err(("CODING_STACKED", Class::UnsupportedMediaType)), "{lines:?}");
    }
    for lines in [&["br"][..], &["zstd"], &["compress"], &[""], &["gzip;q=1"], &["\"gzip\""]] {
        assert_eq!(of(lines), Err(("CODING_UNSUPPORTED", Class::UnsupportedMediaType)), "{lines:?}");
    }
}
