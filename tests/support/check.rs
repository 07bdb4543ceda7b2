//! The receiver's own check of a request: HMAC by `ring`, base64 and percent-decoding written out, so that a mistake in the
//! product's code cannot hide in the check of it.

use ring::hmac;

use super::receiver::RawRequest;

/// What every request has to carry.
#[derive(Clone, Debug)]
pub enum Check {
    Nothing,
    Hmac { format: String, header: String, secret: String },
    Header { name: String, value: String },
    Query { name: String, value: String },
}

pub fn expect_nothing() -> Check {
    Check::Nothing
}

/// `format` by its name in flags.
pub fn expect_hmac(format: &str, header: &str, secret: &str) -> Check {
    let formats = ["hex", "base64", "sha256-hex", "timestamped", "standard", "standard-ed25519", "template"];
    assert!(formats.contains(&format), "{format}");
    Check::Hmac { format: format.into(), header: header.into(), secret: secret.into() }
}

pub fn expect_basic(user: &str, password: &str) -> Check {
    let pair = base64(format!("{user}:{password}").as_bytes());
    Check::Header { name: "authorization".into(), value: format!("Basic {pair}") }
}

pub fn expect_bearer(token: &str) -> Check {
    Check::Header { name: "authorization".into(), value: format!("Bearer {token}") }
}

pub fn expect_api_key_header(name: &str, value: &str) -> Check {
    Check::Header { name: name.into(), value: value.into() }
}

/// Name and value as they were entered, not percent-encoded.
pub fn expect_api_key_query(name: &str, value: &str) -> Check {
    Check::Query { name: name.into(), value: value.into() }
}

impl Check {
    /// What is wrong with a request, if anything.
    pub fn judge(&self, request: &RawRequest) -> Result<(), String> {
        default_headers(request)?;
        match self {
            Self::Nothing => Ok(()),
            Self::Header { name, value } => equal(name, only(request, name)?, value),
            Self::Hmac { format, header, secret } => {
                let id = only(request, "webhook-id")?;
                let timestamp = only(request, "webhook-timestamp")?;
                let expected = signature(format, secret, id, timestamp, &request.body);
                equal(header, only(request, header)?, &expected)
            }
            Self::Query { name, value } => {
                let query = request.target().split_once('?').map_or("", |(_, query)| query);
                let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
                let found: Vec<_> = pairs.filter(|(key, _)| percent_decoded(key) == name.as_bytes()).collect();
                match found.as_slice() {
                    [(_, given)] if percent_decoded(given) == value.as_bytes() => Ok(()),
                    [_] => Err(format!("another value of {name}")),
                    other => Err(format!("{} parameters {name} in {query}", other.len())),
                }
            }
        }
    }
}

/// What every request has, whatever its auth type.
fn default_headers(request: &RawRequest) -> Result<(), String> {
    if request.method() != "POST" || !request.line.ends_with(" HTTP/1.1") {
        return Err(format!("the request line is {}", request.line));
    }
    equal("content-type", only(request, "content-type")?, "application/json")?;
    let agent = only(request, "user-agent")?;
    if !agent.starts_with("waypost/") {
        return Err(format!("the user-agent is {agent}"));
    }
    let id = only(request, "webhook-id")?;
    if !id.starts_with("msg_") || id.len() < 12 {
        return Err(format!("the webhook-id is {id}"));
    }
    let timestamp = only(request, "webhook-timestamp")?;
    timestamp.parse::<u64>().map(drop).map_err(|_| format!("the webhook-timestamp is {timestamp}"))
}

fn only<'a>(request: &'a RawRequest, name: &str) -> Result<&'a str, String> {
    match request.values(name).as_slice() {
        [value] => Ok(value),
        other => Err(format!("{} headers {name}", other.len())),
    }
}

/// The values are a test's own, so they may be printed.
fn equal(name: &str, given: &str, expected: &str) -> Result<(), String> {
    if given == expected { Ok(()) } else { Err(format!("{name} is {given:?}, not {expected:?}")) }
}

/// The header value that a format asks for, written from the formats' own documents.
pub fn signature(format: &str, secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let mac = |key: &[u8], parts: &[&[u8]]| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &parts.concat());
        tag.as_ref().to_vec()
    };
    let key = secret.as_bytes();
    match format {
        "hex" => hex(&mac(key, &[body])),
        "base64" => base64(&mac(key, &[body])),
        "sha256-hex" => format!("sha256={}", hex(&mac(key, &[body]))),
        "timestamped" => format!("t={timestamp},v1={}", hex(&mac(key, &[timestamp.as_bytes(), b".", body]))),
        "standard" => {
            let key = base64_decoded(secret.strip_prefix("whsec_").unwrap_or(secret));
            let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
            format!("v1,{}", base64(&mac(&key, &content)))
        }
        "standard-ed25519" => {
            let seed = base64_decoded(secret.strip_prefix("whsk_").unwrap_or(secret));
            let content: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
            let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&seed[..32]).unwrap();
            format!("v1a,{}", base64(pair.sign(&content.concat()).as_ref()))
        }
        // Slack's, with SHA-512.
        "template" => {
            let content: [&[u8]; 4] = [b"v0:", timestamp.as_bytes(), b":", body];
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, key), &content.concat());
            format!("v0={}", hex(tag.as_ref()))
        }
        other => panic!("no format {other}"),
    }
}

/// A secret for a format: `secret`, or the private key made of it where the format needs one.
pub fn secret_for(format: &str, secret: &str) -> String {
    if format != "standard-ed25519" {
        return secret.to_owned();
    }
    let seed = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    format!("whsk_{}", base64(seed.as_ref()))
}

pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(n.into(), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

/// RFC 4648 §4.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub fn base64(bytes: &[u8]) -> String {
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

fn base64_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().filter(|&byte| byte != b'=') {
        let six = ALPHABET.iter().position(|&letter| letter == byte).expect("base64");
        bits = (bits << 6 | u32::try_from(six).unwrap()) & 0xfff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    out
}

/// Percent-decoding alone (RFC 3986 §2.1): a plus stays a plus.
fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    out
}
