//! The answer of an endpoint, as it is kept.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::GzEncoder;
use http::{HeaderName, HeaderValue, StatusCode};
use waypost::domain::delivery::BODY_KEPT;
use waypost::io::http::ResponseReader;

use super::redact::{REDACTOR, written};
use super::{holds, holds_secret, with_secret};

/// An answer, made of header lines, an empty line and a body: no part that is kept contains the secret, however it is written, compressed
/// or cut off; and the size of what is kept is bounded.
pub fn kept(bytes: &[u8]) {
    let Some((&[way, status, chunk], bytes)) = bytes.split_first_chunk() else { return };
    let secret = written(way);
    let bytes = with_secret(bytes, secret.as_bytes());
    let bytes = lengthened(&bytes);
    let (lines, mut body) = bytes
        .windows(2)
        .position(|two| two == b"\n\n")
        .map_or((&bytes[..], Vec::new()), |at| (&bytes[..at], bytes[at + 2..].to_vec()));
    let mut head = http::Response::new(());
    *head.status_mut() = StatusCode::from_u16(100 + u16::from(status) * 3).expect("it is below 1000");
    for line in lines.split(|&byte| byte == b'\n') {
        let Some(at) = line.iter().position(|&byte| byte == b':') else { continue };
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..at]), HeaderValue::from_bytes(line[at + 1..].trim_ascii()))
        {
            head.headers_mut().append(name, value);
        }
    }
    if head.headers().get("content-encoding").is_some_and(|value| value == "gzip") {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&body).expect("a vector takes all");
        body = encoder.finish().expect("a vector takes all");
    }
    let reader = ResponseReader::default();
    let slack = REDACTOR.longest();
    reader.head(head.into_parts().0, slack);
    for piece in body.chunks(1 + usize::from(chunk) * 64) {
        if !reader.piece(piece, slack) {
            break;
        }
    }
    let response = reader.finish(&REDACTOR, (chunk % 2 == 1).then(|| "it ended early".to_owned())).expect("there is a head");
    assert!(response.body.len() <= BODY_KEPT, "{}", response.body.len());
    let head: usize = response.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(head <= 20 * 1024, "{head}");
    // What the body is, or was before it was compressed, whether a header says so or not.
    let mut decoded = Vec::new();
    let mut body = response.body.clone();
    for _ in 0..8 {
        let mut inside = Vec::new();
        // As far as there is something to decode.
        let _ = match &*body {
            [0x1f, 0x8b, ..] => GzDecoder::new(&*body).take(1 << 20).read_to_end(&mut inside),
            [0x78, ..] => ZlibDecoder::new(&*body).take(1 << 20).read_to_end(&mut inside),
            _ => break,
        };
        body.clone_from(&inside);
        decoded.push(inside);
    }
    let names = response.headers.iter().map(|(name, _)| name.as_bytes());
    let values = response.headers.iter().map(|(_, value)| value.as_bytes());
    let bodies = decoded.iter().map(Vec::as_slice).chain([response.reason.as_bytes(), &response.body]);
    for text in names.chain(values).chain(bodies) {
        assert!(!holds_secret(text) && !holds(text, secret.as_bytes()), "{}", text.escape_ascii());
    }
}

/// The bytes with a 2 and a number n replaced by n times 64 other bytes. Without this, few texts would reach a limit.
fn lengthened(bytes: &[u8]) -> Vec<u8> {
    let mut parts = bytes.split(|&byte| byte == 2);
    let mut all = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let count = part.first().map_or(0, |&count| usize::from(count) * 64);
        all.extend(std::iter::repeat_n(b'.', count));
        all.extend_from_slice(part.get(1..).unwrap_or_default());
    }
    all
}
