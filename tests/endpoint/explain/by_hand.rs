//! What senders do, rightly or wrongly: HMAC by `ring`, everything else written out, so that a mistake in the product's
//! code cannot hide in the check of it.

use ring::hmac;

pub use hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY as SHA1, HMAC_SHA256 as SHA256, HMAC_SHA512 as SHA512};

pub fn mac(algorithm: hmac::Algorithm, key: impl AsRef<[u8]>, signed: impl AsRef<[u8]>) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key.as_ref()), signed.as_ref()).as_ref().to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(n.into(), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// RFC 4648 §4.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().enumerate().fold(0_u32, |bits, (i, &byte)| bits | u32::from(byte) << (16 - 8 * i));
        for i in 0..4 {
            let six = (bits >> (18 - 6 * i)) & 0x3f;
            out.push(if i <= three.len() { char::from(ALPHABET[six as usize]) } else { '=' });
        }
    }
    out
}

/// RFC 4648 §5.
pub fn base64url(bytes: &[u8]) -> String {
    base64(bytes).replace('+', "-").replace('/', "_")
}
