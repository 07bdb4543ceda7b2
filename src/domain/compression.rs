//! The compressions that are read and written: within bounds, whatever the bytes would come to.

use std::io::{Read, Write as _};

use flate2::Compression;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Zlib,
    /// RFC 1951, which has no mark of its own.
    Deflate,
}

impl Coding {
    /// Its name in `content-encoding` (RFC 9110 §8.4.1).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib | Self::Deflate => "deflate",
        }
    }

    /// Whether the bytes begin with its magic number, if it has one.
    pub(crate) fn begins(self, bytes: &[u8]) -> bool {
        match (self, bytes) {
            (Self::Gzip, [0x1f, 0x8b, 8, ..]) => true,
            // The method, the size of the window, and a check of both (RFC 1950 §2.2).
            (Self::Zlib, [first @ 0x08..=0x78, second, ..]) => {
                first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31)
            }
            _ => false,
        }
    }
}

/// What was read of compressed bytes.
pub(crate) struct Decompressed {
    /// At most one byte more than asked for.
    pub bytes: Vec<u8>,
    /// Whether the end was reached.
    pub whole: bool,
    /// How many of the compressed bytes that took; of gzip all.
    pub used: usize,
}

/// Decompresses `most` bytes, and one more if there are more.
pub(crate) fn decompress(coding: Coding, bytes: &[u8], most: usize) -> Decompressed {
    let all = bytes.len();
    let used = |count: u64| usize::try_from(count).unwrap_or(all);
    match coding {
        Coding::Gzip => {
            let (bytes, whole) = read(&mut MultiGzDecoder::new(bytes), most);
            Decompressed { bytes, whole, used: all }
        }
        Coding::Zlib => {
            let mut decoder = ZlibDecoder::new(bytes);
            let (bytes, whole) = read(&mut decoder, most);
            Decompressed { bytes, whole, used: used(decoder.total_in()) }
        }
        Coding::Deflate => {
            let mut decoder = DeflateDecoder::new(bytes);
            let (bytes, whole) = read(&mut decoder, most);
            Decompressed { bytes, whole, used: used(decoder.total_in()) }
        }
    }
}

fn read(decoder: &mut impl Read, most: usize) -> (Vec<u8>, bool) {
    let (mut out, mut chunk) = (Vec::new(), [0; 4096]);
    while out.len() <= most {
        match decoder.read(&mut chunk) {
            Ok(0) => return (out, true),
            Ok(count) => out.extend_from_slice(&chunk[..count]),
            Err(_) => return (out, false),
        }
    }
    out.truncate(most + 1);
    (out, false)
}

/// The same bytes in that coding.
pub(crate) fn compress(coding: Coding, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let level = Compression::default();
    match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Coding::Zlib => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Coding::Deflate => {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(bytes)?;
            encoder.finish()
        }
    }
}
