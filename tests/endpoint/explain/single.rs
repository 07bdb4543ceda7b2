//! One mistake each.

use waypost::domain::json::{Escaped, NonAscii, Numbers, Rewrite, Spacing};
use waypost::domain::mangling::Mangling;
use waypost::domain::signature::Format;
use waypost::domain::signature::explain::{Algorithm, BodyForm, Content, Encoding, Mistake, Part, Prefix, SecretForm};

use super::by_hand::{SHA1, SHA256, SHA512, base64, base64url, hex, mac};
use super::{CODED, Case, ID, Req, SECRET, TS, WHSEC, WHSEC_KEY, assert_named, hmac_of};

/// What was received, in most cases.
const BODY: &str = r#"{"name":"Zoë 🦀","url":"https://a.example/b","n":1.0,"list":[1,2.50,{},[]],"html":"<b>&","e":1e3}"#;

const SIGNATURE: &str = "x-signature";

fn case(what: &'static str, (format, secret): (Format, &str), request: Req, mistake: Mistake) -> Case {
    Case { what, settings: hmac_of(format, secret), request, mistakes: vec![mistake] }
}

/// A signature of the body, by the registered secret.
fn right() -> Vec<u8> {
    mac(SHA256, SECRET, BODY)
}

fn signed(value: impl Into<String>) -> Req {
    Req::new(BODY).with(SIGNATURE, value)
}

pub fn cases() -> Vec<Case> {
    let mut all = written_otherwise();
    all.extend(secrets());
    all.extend(bodies());
    all.extend(json());
    all.extend(contents());
    all.extend(times());
    all
}

fn written_otherwise() -> Vec<Case> {
    let hexed = hex(&right());
    let upper = hexed.to_uppercase();
    let padded = base64(&right());
    let bare = padded.trim_end_matches('=');
    // Of this one the two alphabets differ.
    let other = mac(SHA256, SECRET, "3");
    assert!(base64(&other).contains(['+', '/']));
    let plain = (Format::Hex, SECRET);
    let based = (Format::Base64, SECRET);
    let github = (Format::Sha256Hex, SECRET);
    let stripe = (Format::Timestamped, SECRET);
    let standard = (Format::Standard, WHSEC);
    let stripe_hex = hex(&mac(SHA256, SECRET, format!("{TS}.{BODY}")));
    let standard_64 = base64(&mac(SHA256, WHSEC_KEY, format!("{ID}.{TS}.{BODY}")));
    let named = |expected: &str, found: &str| Mistake::HeaderName { expected: expected.into(), found: found.into() };
    let encoding = |encoding| Mistake::Encoding(encoding);
    let prefix = |prefix| Mistake::Prefix(prefix);
    vec![
        case("no header", plain, Req::new(BODY), Mistake::HeaderMissing { name: SIGNATURE.into() }),
        case("an empty header", plain, signed(""), Mistake::HeaderMissing { name: SIGNATURE.into() }),
        case("another header", plain, Req::new(BODY).with("X-Hub-Signature", &hexed), named(SIGNATURE, "x-hub-signature")),
        case("another is right", plain, signed("0".repeat(64)).with("X-Sig", &hexed), named(SIGNATURE, "x-sig")),
        case("twice", plain, signed(&hexed).with(SIGNATURE, "x"), Mistake::Repeated { name: SIGNATURE.into() }),
        case("upper case", plain, signed(&upper), encoding(Encoding::HexUpper)),
        case("base64 for hex", plain, signed(&padded), encoding(Encoding::Base64)),
        case("base64 of hex", plain, signed(base64(hexed.as_bytes())), encoding(Encoding::Base64OfHex)),
        case("hex for base64", based, signed(&hexed), encoding(Encoding::Hex)),
        case("no padding", based, signed(bare), encoding(Encoding::Base64Unpadded)),
        case("base64url", based, Req::new("3").with(SIGNATURE, base64url(&other)), encoding(Encoding::Base64Url)),
        case(
            "base64url, no padding",
            based,
            Req::new("3").with(SIGNATURE, base64url(&other).trim_end_matches('=')),
            encoding(Encoding::Base64UrlUnpadded),
        ),
        case("upper case after sha256=", github, signed(format!("sha256={upper}")), encoding(Encoding::HexUpper)),
        case("base64 after sha256=", github, signed(format!("sha256={padded}")), encoding(Encoding::Base64)),
        case("no sha256=", github, signed(&hexed), prefix(Prefix::Missing)),
        case("sha256= twice", github, signed(format!("sha256=sha256={hexed}")), prefix(Prefix::Doubled)),
        case("SHA256=", github, signed(format!("SHA256={hexed}")), prefix(Prefix::Other("SHA256="))),
        case("v1= for sha256=", github, signed(format!("v1={hexed}")), prefix(Prefix::Other("v1="))),
        case("sha256= before hex", plain, signed(format!("sha256={hexed}")), prefix(Prefix::Other("sha256="))),
        case("in quotes", plain, signed(format!("\"{hexed}\"")), prefix(Prefix::Unknown)),
        case("something after it", plain, signed(format!("{hexed};")), prefix(Prefix::Unknown)),
        case("no v1=", stripe, signed(format!("t={TS},{stripe_hex}")), prefix(Prefix::Other("t=SECONDS,"))),
        case("no t=", stripe, signed(format!("v1={stripe_hex}")), prefix(Prefix::Other("v1="))),
        case("v0= for v1=", stripe, signed(format!("t={TS},v0={stripe_hex}")), prefix(Prefix::Other("v0="))),
        case("neither t= nor v1=", stripe, signed(&stripe_hex), prefix(Prefix::Missing)),
        case("a space after the comma", stripe, signed(format!("t={TS}, v1={stripe_hex}")), prefix(Prefix::Unknown)),
        case("no v1,", standard, signed(&standard_64), prefix(Prefix::Missing)),
        case("v1= for v1,", standard, signed(format!("v1={standard_64}")), prefix(Prefix::Other("v1="))),
        case("v1, twice", standard, signed(format!("v1,v1,{standard_64}")), prefix(Prefix::Doubled)),
        case("stripe for hex", plain, signed(format!("t={TS},v1={stripe_hex}")), Mistake::Format(Format::Timestamped)),
        case("hex for stripe", stripe, signed(&hexed), Mistake::Format(Format::Hex)),
        case("standard for hex", (Format::Hex, WHSEC), signed(format!("v1,{standard_64}")), Mistake::Format(Format::Standard)),
        case(
            "github for standard",
            standard,
            signed(format!("sha256={}", hex(&mac(SHA256, WHSEC, BODY)))),
            Mistake::Format(Format::Sha256Hex),
        ),
        case(
            "svix-id for webhook-id",
            standard,
            signed(format!("v1,{standard_64}")).without("webhook-id").with("svix-id", ID),
            named("webhook-id", "svix-id"),
        ),
        case(
            "no id",
            standard,
            signed(format!("v1,{standard_64}")).without("webhook-id"),
            Mistake::HeaderMissing { name: "webhook-id".into() },
        ),
        case("SHA-1", plain, signed(hex(&mac(SHA1, SECRET, BODY))), Mistake::Algorithm(Algorithm::Sha1)),
        case("SHA-512", based, signed(base64(&mac(SHA512, SECRET, BODY))), Mistake::Algorithm(Algorithm::Sha512)),
        case("sha1=", github, signed(format!("sha1={}", hex(&mac(SHA1, SECRET, BODY)))), Mistake::Algorithm(Algorithm::Sha1)),
        case("PUT", plain, Req { method: "PUT".into(), ..signed(&hexed) }, Mistake::Method),
    ]
}

fn secrets() -> Vec<Case> {
    let by = |what, registered: &str, key: &[u8], form| {
        let request = signed(hex(&mac(SHA256, key, BODY)));
        case(what, (Format::Hex, registered), request, Mistake::Secret(form))
    };
    let coded_as_base64: Vec<u8> = base64_decoded(CODED);
    let coded_as_hex: Vec<u8> =
        (0..CODED.len()).step_by(2).map(|at| u8::from_str_radix(&CODED[at..at + 2], 16).unwrap()).collect();
    let standard = |what, key: &[u8], form| {
        let value = format!("v1,{}", base64(&mac(SHA256, key, format!("{ID}.{TS}.{BODY}"))));
        case(what, (Format::Standard, WHSEC), signed(value), Mistake::Secret(form))
    };
    let spaced = format!(" {SECRET} ");
    vec![
        by("newline", SECRET, format!("{SECRET}\n").as_bytes(), SecretForm::NewlineAdded),
        by("CR LF", SECRET, format!("{SECRET}\r\n").as_bytes(), SecretForm::CrLfAdded),
        by("space after", SECRET, format!("{SECRET} ").as_bytes(), SecretForm::SpaceAdded),
        by("space before", SECRET, format!(" {SECRET}").as_bytes(), SecretForm::SpaceAdded),
        by("spaces removed", &spaced, SECRET.as_bytes(), SecretForm::WhitespaceRemoved),
        by("double quotes", SECRET, format!("\"{SECRET}\"").as_bytes(), SecretForm::With(Mangling::Quotes)),
        by("single quotes", SECRET, format!("'{SECRET}'").as_bytes(), SecretForm::With(Mangling::Quotes)),
        by("whsec_ taken off", WHSEC, &WHSEC.as_bytes()[6..], SecretForm::WhsecRemoved),
        by("whsec_ added", SECRET, format!("whsec_{SECRET}").as_bytes(), SecretForm::WhsecAdded),
        by("decoded after whsec_", WHSEC, &WHSEC_KEY, SecretForm::Base64Decoded),
        by("decoded from base64", CODED, &coded_as_base64, SecretForm::Base64Decoded),
        by("decoded from hex", CODED, &coded_as_hex, SecretForm::HexDecoded),
        by("empty", SECRET, b"", SecretForm::Empty),
        standard("not decoded", &WHSEC.as_bytes()[6..], SecretForm::NotDecoded),
        standard("not decoded, with whsec_", WHSEC.as_bytes(), SecretForm::NotDecodedWhsec),
        standard("decoded with whsec_", &base64_decoded(&WHSEC.replace('_', "/"))[..], SecretForm::WhsecDecoded),
        standard("newline", format!("{WHSEC}\n").as_bytes(), SecretForm::NewlineAdded),
    ]
}

/// RFC 4648 §4, without padding; bits left over are dropped.
fn base64_decoded(text: &str) -> Vec<u8> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let six = |letter: u8| letters.iter().position(|&known| known == letter).unwrap();
    let bits: Vec<u8> = text.bytes().flat_map(|b| (0..6).rev().map(move |bit| u8::from(six(b) >> bit & 1 == 1))).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect()
}

/// Received is one body, signed another.
fn over(what: &'static str, received: &str, signed: &[u8], form: BodyForm) -> Case {
    let value = hex(&mac(SHA256, SECRET, signed));
    case(what, (Format::Hex, SECRET), Req::new(received).with(SIGNATURE, value), Mistake::Body(form))
}

fn bodies() -> Vec<Case> {
    let encoded = "payload=%7B%22a%22%3A%22b+c%22%7D";
    vec![
        over("newline added", "{\"a\":1}", b"{\"a\":1}\n", BodyForm::NewlineAdded),
        over("CR LF added", "{\"a\":1}", b"{\"a\":1}\r\n", BodyForm::CrLfAdded),
        over("newline removed", "{\"a\":1}\n", b"{\"a\":1}", BodyForm::NewlineRemoved),
        over("CR LF removed", "{\"a\":1}\r\n", b"{\"a\":1}", BodyForm::NewlineRemoved),
        over("trimmed", " {\"a\":1}\n\n", b"{\"a\":1}", BodyForm::Trimmed),
        over("LF for CRLF", "{\r\n\"a\":1,\r\n\"b\":2}", b"{\n\"a\":1,\n\"b\":2}", BodyForm::LfForCrLf),
        over("CRLF for LF", "{\n\"a\":1,\n\"b\":2}", b"{\r\n\"a\":1,\r\n\"b\":2}", BodyForm::CrLfForLf),
        over("BOM added", "{\"a\":1}", b"\xef\xbb\xbf{\"a\":1}", BodyForm::BomAdded),
        over("BOM removed", "\u{feff}{\"a\":1}", b"{\"a\":1}", BodyForm::BomRemoved),
        over("a form's field", encoded, b"{\"a\":\"b c\"}", BodyForm::FormField),
        over("form-decoded", encoded, b"payload={\"a\":\"b c\"}", BodyForm::FormDecoded),
        over("percent-decoded", encoded, b"payload={\"a\":\"b+c\"}", BodyForm::PercentDecoded),
        over("encoded twice", "{\"a\":\"\u{e9}\"}", "\"{\\\"a\\\":\\\"\u{e9}\\\"}\"".as_bytes(), BodyForm::QuotedAsJson),
        over("a JSON text", "\"{\\\"a\\\":1}\"", b"{\"a\":1}", BodyForm::UnquotedJson),
        over("an object as a text", "{\"a\":1}", b"[object Object]", BodyForm::ObjectObject),
        over("no bytes", "{\"a\":1}", b"", BodyForm::Empty),
    ]
}

/// The bodies that were signed are what Python's `json.dumps`, JavaScript's `JSON.stringify`, PHP's `json_encode` and Go's
/// `json.Marshal` make of the one that was received.
fn json() -> Vec<Case> {
    let none = Rewrite::default();
    let case = |what, received, signed: &str, how| over(what, received, signed.as_bytes(), BodyForm::Rewritten(how));
    let (compact, pretty) = (
        r#"{"b":[1,{"a":null}],"c":{},"d":[]}"#,
        "{\n  \"b\": [\n    1,\n    {\n      \"a\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}",
    );
    let python_numbers = r#"{"name":"Zoë 🦀","url":"https://a.example/b","n":1.0,"list":[1,2.5,{},[]],"html":"<b>&","e":1000.0}"#;
    let javascript = r#"{"name":"Zoë 🦀","url":"https://a.example/b","n":1,"list":[1,2.5,{},[]],"html":"<b>&","e":1000}"#;
    let python = r#"{"name": "Zo\u00eb \ud83e\udd80", "url": "https://a.example/b", "n": 1.0, "list": [1, 2.5, {}, []], "html": "<b>&", "e": 1000.0}"#;
    let python_sorted = r#"{"e": 1000.0, "html": "<b>&", "list": [1, 2.5, {}, []], "n": 1.0, "name": "Zo\u00eb \ud83e\udd80", "url": "https://a.example/b"}"#;
    let php = r#"{"name":"Zo\u00eb \ud83e\udd80","url":"https:\/\/a.example\/b","n":1.0,"list":[1,2.5,{},[]],"html":"<b>&","e":1000.0}"#;
    let go = "{\"e\":1000,\"html\":\"\\u003cb\\u003e\\u0026\",\"list\":[1,2.5,{},[]],\"n\":1,\"name\":\"Zoë 🦀\",\"url\":\"https://a.example/b\"}\n";
    let numbers = Some(Numbers::Python);
    let (spaced, escaped) = (Some(Spacing::Spaced), Some(NonAscii::Escaped));
    vec![
        case("compact", pretty, compact, Rewrite { spacing: Some(Spacing::Compact), ..none }),
        case("spaced", compact, r#"{"b": [1, {"a": null}], "c": {}, "d": []}"#, Rewrite { spacing: spaced, ..none }),
        case("by 2", compact, pretty, Rewrite { spacing: Some(Spacing::Pretty2), ..none }),
        case("by 4", "[[1],{}]", "[\n    [\n        1\n    ],\n    {}\n]", Rewrite { spacing: Some(Spacing::Pretty4), ..none }),
        case("sorted", r#"{"b":1,"\u0061":2}"#, r#"{"\u0061":2,"b":1}"#, Rewrite { sorted: true, ..none }),
        case("escaped", r#"["é🦀"]"#, r#"["\u00e9\ud83e\udd80"]"#, Rewrite { non_ascii: escaped, ..none }),
        case("in capitals", r#"["é"]"#, r#"["\u00E9"]"#, Rewrite { non_ascii: Some(NonAscii::EscapedUpper), ..none }),
        case("not escaped", r#"["\u00e9\uD83E\uDD80\n"]"#, r#"["é🦀\n"]"#, Rewrite { non_ascii: Some(NonAscii::Plain), ..none }),
        case("slashes", r#"["a/b\\/"]"#, r#"["a\/b\\\/"]"#, Rewrite { slashes: Some(Escaped::Yes), ..none }),
        case("no slashes", r#"["a\/b"]"#, r#"["a/b"]"#, Rewrite { slashes: Some(Escaped::No), ..none }),
        case("html", r#"["<&>"]"#, r#"["\u003c\u0026\u003e"]"#, Rewrite { html: Some(Escaped::Yes), ..none }),
        case("no html", r#"["\u003c"]"#, r#"["<"]"#, Rewrite { html: Some(Escaped::No), ..none }),
        case("floats", "[1.0,2.50,-0.0,1E2]", "[1,2.5,0,100]", Rewrite { numbers: Some(Numbers::JavaScript), ..none }),
        case("zeros", "[1.50,7]", "[1.5,7]", Rewrite { numbers: Some(Numbers::Alike), ..none }),
        case("points", "[1,2.5]", "[1.0,2.5]", Rewrite { numbers: Some(Numbers::WithPoint), ..none }),
        case(
            "big numbers",
            "[12345678901234567890]",
            "[12345678901234567000]",
            Rewrite { numbers: Some(Numbers::JavaScript), ..none },
        ),
        case("Python's numbers", BODY, python_numbers, Rewrite { numbers, ..none }),
        case("JSON.stringify", BODY, javascript, Rewrite { numbers: Some(Numbers::JavaScript), ..none }),
        case("json.dumps", BODY, python, Rewrite { spacing: spaced, non_ascii: escaped, numbers, ..none }),
        case("sort_keys", BODY, python_sorted, Rewrite { spacing: spaced, sorted: true, non_ascii: escaped, numbers, ..none }),
        case("json_encode", BODY, php, Rewrite { non_ascii: escaped, slashes: Some(Escaped::Yes), numbers, ..none }),
        case(
            "json.NewEncoder",
            BODY,
            go,
            Rewrite { sorted: true, html: Some(Escaped::Yes), numbers: Some(Numbers::JavaScript), newline: true, ..none },
        ),
    ]
}

fn contents() -> Vec<Case> {
    use Part::{Body, Id, Timestamp};
    let content = |parts, separator| Mistake::Content(Content { parts, separator });
    let hexed = |what, text: String, mistake| case(what, (Format::Hex, SECRET), signed(hex(&mac(SHA256, SECRET, text))), mistake);
    let stripe = |what, text: String, mistake| {
        let value = format!("t={TS},v1={}", hex(&mac(SHA256, SECRET, text)));
        case(what, (Format::Timestamped, SECRET), signed(value), mistake)
    };
    let standard = |what, text: String, mistake| {
        let value = format!("v1,{}", base64(&mac(SHA256, WHSEC_KEY, text)));
        case(what, (Format::Standard, WHSEC), signed(value), mistake)
    };
    vec![
        hexed("a timestamp", format!("{TS}.{BODY}"), content(&[Timestamp, Body], ".")),
        hexed("id and timestamp", format!("{ID}.{TS}.{BODY}"), content(&[Id, Timestamp, Body], ".")),
        stripe("the body alone", BODY.into(), content(&[Body], ".")),
        stripe("a comma", format!("{TS},{BODY}"), content(&[Timestamp, Body], ",")),
        stripe("no separator", format!("{TS}{BODY}"), content(&[Timestamp, Body], "")),
        stripe("the body first", format!("{BODY}.{TS}"), content(&[Body, Timestamp], ".")),
        stripe("an id", format!("{ID}.{TS}.{BODY}"), content(&[Id, Timestamp, Body], ".")),
        standard("the body alone", BODY.into(), content(&[Body], ".")),
        standard("no id", format!("{TS}.{BODY}"), content(&[Timestamp, Body], ".")),
        standard("no timestamp", format!("{ID}.{BODY}"), content(&[Id, Body], ".")),
        standard("another order", format!("{TS}.{ID}.{BODY}"), content(&[Timestamp, Id, Body], ".")),
        standard("commas", format!("{ID},{TS},{BODY}"), content(&[Id, Timestamp, Body], ",")),
    ]
}

fn times() -> Vec<Case> {
    let at = |stamp: &str| {
        let value = format!("t={stamp},v1={}", hex(&mac(SHA256, SECRET, format!("{stamp}.{BODY}"))));
        ((Format::Timestamped, SECRET), signed(value))
    };
    let case = |what, (registered, request), mistake| case(what, registered, request, mistake);
    let standard = |stamp: &str| {
        let value = format!("v1,{}", base64(&mac(SHA256, WHSEC_KEY, format!("{ID}.{stamp}.{BODY}"))));
        ((Format::Standard, WHSEC), signed(value).instead("webhook-timestamp", stamp))
    };
    vec![
        case("old", at("1789999699"), Mistake::Stale(301)),
        case("of the future", standard("1790003600"), Mistake::Stale(3600)),
        case("in ms", at("1790000000123"), Mistake::Milliseconds),
        case("in ms", standard("1790000000123"), Mistake::Milliseconds),
        case("a fraction", standard("1790000000.5"), Mistake::TimestampForm),
        case("a sign", standard("+1790000000"), Mistake::TimestampForm),
        case("a sign", at("+1790000000"), Mistake::TimestampForm),
        case("a date", at("2026-09-21T14:13:20Z"), Mistake::TimestampForm),
    ]
}

#[test]
fn each_is_named() {
    assert_named(&cases());
}
