//! The compressions that are read and written: within bounds, whatever the bytes would come to.

use std::io::{Read, Write as _};

use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
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

/// At most one byte more than `most`, and whether the end was reached.
pub(crate) fn decompress(coding: Coding, bytes: &[u8], most: usize) -> (Vec<u8>, bool) {
    let mut reader: Box<dyn Read + '_> = match coding {
        Coding::Gzip => Box::new(MultiGzDecoder::new(bytes)),
        Coding::Zlib => Box::new(ZlibDecoder::new(bytes)),
        Coding::Deflate => Box::new(DeflateDecoder::new(bytes)),
    };
    let (mut out, mut chunk) = (Vec::new(), [0; 4096]);
    while out.len() <= most {
        match reader.read(&mut chunk) {
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
