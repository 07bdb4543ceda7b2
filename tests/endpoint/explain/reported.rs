//! Mistakes that were reported: character sets, empty bodies, compression, plain hashes, and secrets from settings files.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ring::digest;
use waypost::domain::json::{Duplicates, NonAscii, Numbers, Rewrite, Spacing, Texts};
use waypost::domain::mangling::Mangling;
use waypost::domain::signature::Format;
use waypost::domain::signature::explain::{Algorithm, BodyForm, Charset, Encoding, Hashed, Mistake, Prefix, SecretForm};

use super::by_hand::{SHA256, base64, hex, mac};
use super::{Case, ID, Req, SECRET, TS, WHSEC, WHSEC_KEY, assert_named, hmac_of};

const BODY: &str = r#"{"name":"Zoë 🦀","price":"5€"}"#;
const SIGNATURE: &str = "x-signature";

/// Received is one body, signed another.
fn over(what: &'static str, received: impl AsRef<[u8]>, signed: impl AsRef<[u8]>, form: BodyForm) -> Case {
    let request = Req::new(received).with(SIGNATURE, hex(&mac(SHA256, SECRET, signed)));
    Case { what, settings: hmac_of(Format::Hex, SECRET), request, mistakes: vec![Mistake::Body(form)] }
}

#[test]
fn c23_a_body_in_another_character_set_is_named() {
    let misread = |what, signed: &[u8], charset| over(what, BODY, signed, BodyForm::Charset(charset));
    let in_place = |e: &str, crab: &str, euro: &str| BODY.replace('ë', e).replace('🦀', crab).replace('€', euro);
    let bytes =
        |e: &[u8], crab: &[u8], euro: &[u8]| [b"{\"name\":\"Zo", e, b" ", crab, b"\",\"price\":\"5", euro, b"\"}"].concat();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let cases = [
        misread("ASCII by .NET", in_place("?", "??", "?").as_bytes(), Charset::QuestionMarkPerUnit),
        misread("ASCII by Java and Python", in_place("?", "?", "?").as_bytes(), Charset::QuestionMarkPerCharacter),
        misread("decoded as ASCII by .NET", in_place("??", "????", "???").as_bytes(), Charset::QuestionMarkPerByte),
        misread(
            "decoded as ASCII by Java",
            in_place(&"\u{fffd}".repeat(2), &"\u{fffd}".repeat(4), &"\u{fffd}".repeat(3)).as_bytes(),
            Charset::ReplacementPerByte,
        ),
        misread("U+FFFD", in_place("\u{fffd}", "\u{fffd}", "\u{fffd}").as_bytes(), Charset::ReplacementPerCharacter),
        misread("Latin-1", &bytes(b"\xeb", b"??", b"?"), Charset::Latin1),
        misread("Windows-1252", &bytes(b"\xeb", b"??", b"\x80"), Charset::Windows1252),
        misread("binary", &bytes(b"\xeb", b"\x3e\x80", b"\xac"), Charset::LowByte),
        misread("from Latin-1", in_place("Ã«", "ð\u{9f}¦\u{80}", "â\u{82}¬").as_bytes(), Charset::DecodedAsLatin1),
        misread("from Windows-1252", &bytes("Ã«".as_bytes(), "ðŸ¦€".as_bytes(), "â‚¬".as_bytes()), Charset::DecodedAsWindows1252),
        misread("seven bits", &bytes(b"C+", b"p\x1f&\0", b"b\x02,"), Charset::SevenBits),
        misread("dropped", in_place("", "", "").as_bytes(), Charset::Dropped),
        misread("CESU-8", &bytes("ë".as_bytes(), b"\xed\xa0\xbe\xed\xb6\x80", "€".as_bytes()), Charset::Cesu8),
        misread("two chunks", in_place("ë", "\u{fffd}\u{fffd}\u{fffd}", "€").as_bytes(), Charset::SplitCharacter),
        misread("UTF-16", &utf16(BODY), Charset::Utf16),
        misread("UTF-16, big-endian, marked", &big(&format!("\u{feff}{BODY}")), Charset::Utf16),
        over("ASCII as UTF-16", "{}", utf16("{}"), BodyForm::Charset(Charset::Utf16)),
        over("from UTF-16", utf16(&format!("\u{feff}{BODY}")), BODY, BodyForm::Charset(Charset::FromUtf16)),
        over("from UTF-16, big-endian", big(BODY), BODY, BodyForm::Charset(Charset::FromUtf16)),
        over("not UTF-8", b"[\"\xe9\"]", "[\"\u{fffd}\"]", BodyForm::Charset(Charset::Replacement)),
        over("Latin-1 that came", b"[\"\xe9\"]", "[\"é\"]", BodyForm::Charset(Charset::DecodedAsLatin1)),
        over("a mark added", BODY, format!("\u{feff}{BODY}"), BodyForm::BomAdded),
        over("a mark removed", format!("\u{feff}{BODY}"), BODY, BodyForm::BomRemoved),
    ];
    assert_named(&cases);
    for case in cases {
        let found = case.request.explain(&case.settings);
        let flask = found.code.iter().find(|line| line.framework == "Flask").expect(case.what);
        assert_eq!(flask.code, "body = request.get_data()");
    }
}

#[test]
fn c24_an_empty_body_is_named() {
    let settings = hmac_of(Format::Hex, SECRET);
    let signed = hex(&mac(SHA256, SECRET, BODY));
    for body in ["", "\n", " \r\n", "\u{feff}"] {
        let found = Req::new(body).with(SIGNATURE, &signed).explain(&settings);
        assert_eq!(found.mistakes, [Mistake::BodyMissing { announced: None }], "{body:?}");
        assert!(found.reason.contains("the body is empty"), "{}", found.reason);
        for who in ["body parser", "redirect", "proxy"] {
            assert!(found.fix.contains(who), "{}", found.fix);
        }
        assert!(!found.code.is_empty());
    }
    let found = Req::new("").with(SIGNATURE, &signed).with("Content-Length", "31").explain(&settings);
    assert_eq!(found.mistakes, [Mistake::BodyMissing { announced: Some(31) }]);
    assert!(found.reason.contains("content-length is 31"), "{}", found.reason);
    let missing = Mistake::BodyMissing { announced: None };
    let found = Req::new("").explain(&settings);
    assert_eq!(found.mistakes, [Mistake::HeaderMissing { name: SIGNATURE.into() }, missing.clone()]);
    // After a redirect.
    let found = Req { method: "GET".into(), ..Req::new("").with(SIGNATURE, &signed) }.explain(&settings);
    assert_eq!(found.mistakes, [Mistake::Method, missing]);
    // What was signed is known: an empty body is not the mistake then.
    let upper = hex(&mac(SHA256, SECRET, "")).to_uppercase();
    assert_eq!(Req::new("").with(SIGNATURE, upper).explain(&settings).mistakes, [Mistake::Encoding(Encoding::HexUpper)]);
}

fn compressed(body: &[u8]) -> [Vec<u8>; 3] {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(body).unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(body).unwrap();
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(body).unwrap();
    [gzip.finish().unwrap(), zlib.finish().unwrap(), deflate.finish().unwrap()]
}

#[test]
fn c26_a_compressed_body_is_named() {
    let cases = compressed(BODY.as_bytes()).map(|received| over("decompressed", received, BODY, BodyForm::Decompressed));
    assert_named(&cases);
    // Which bytes were compressed how cannot be known: only what the header says and the body shows.
    let [gzip, ..] = compressed(BODY.as_bytes());
    let settings = hmac_of(Format::Hex, SECRET);
    for (coding, named) in [("gzip", "gzip"), ("identity, GZIP", "gzip"), ("br", "br"), ("deflate", "deflate")] {
        let request = Req::new(BODY).with(SIGNATURE, hex(&mac(SHA256, SECRET, &gzip))).with("Content-Encoding", coding);
        let found = request.explain(&settings);
        assert_eq!(found.mistakes, [Mistake::Compression { coding: named, is_compressed: false }]);
        assert!(found.reason.contains("not compressed"), "{}", found.reason);
    }
    let request = Req::new(&gzip).with(SIGNATURE, "0".repeat(64)).with("content-encoding", "gzip");
    assert_eq!(request.explain(&settings).mistakes, [Mistake::Compression { coding: "gzip", is_compressed: true }]);
    assert_named(&[
        over("base64", BODY, base64(BODY.as_bytes()), BodyForm::Base64Encoded),
        over("from base64", base64(BODY.as_bytes()), BODY, BodyForm::Base64Decoded),
    ]);
}

#[test]
fn c26_a_bomb_is_not_unpacked() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        bomb.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let found = Req::new(&bomb).with(SIGNATURE, "0".repeat(64)).explain(&hmac_of(Format::Hex, SECRET));
    assert_eq!(found.mistakes, []);
    // Cut off in the middle.
    let found = Req::new(&bomb[..bomb.len() / 2]).with(SIGNATURE, "0".repeat(64)).explain(&hmac_of(Format::Hex, SECRET));
    assert_eq!(found.mistakes, []);
}

#[test]
fn c27_a_plain_hash_is_named() {
    let sha256 = |text: String| digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec();
    let case = |what, tag: &[u8], algorithm, hashed| Case {
        what,
        settings: hmac_of(Format::Hex, SECRET),
        request: Req::new(BODY).with(SIGNATURE, hex(tag)),
        mistakes: vec![Mistake::PlainHash(algorithm, hashed)],
    };
    let by = |algorithm: &'static digest::Algorithm, text: &str| digest::digest(algorithm, text.as_bytes()).as_ref().to_vec();
    let mut cases = vec![
        case("no key", &sha256(BODY.into()), Algorithm::Sha256, Hashed::WithoutSecret),
        case("around", &sha256(format!("{SECRET}{BODY}{SECRET}")), Algorithm::Sha256, Hashed::SecretAround),
        case("SHA-1", &by(&digest::SHA1_FOR_LEGACY_USE_ONLY, BODY), Algorithm::Sha1, Hashed::WithoutSecret),
        case("SHA-512", &by(&digest::SHA512, &format!("{SECRET}{BODY}")), Algorithm::Sha512, Hashed::SecretFirst),
        case("SHA-384", &by(&digest::SHA384, &format!("{BODY}{SECRET}")), Algorithm::Sha384, Hashed::SecretLast),
        Case {
            what: "the format's parts",
            settings: hmac_of(Format::Standard, WHSEC),
            request: Req::new(BODY).with(SIGNATURE, format!("v1,{}", base64(&sha256(format!("{ID}.{TS}.{BODY}{WHSEC}"))))),
            mistakes: vec![Mistake::PlainHash(Algorithm::Sha256, Hashed::SecretLast)],
        },
        Case {
            what: "the body alone",
            settings: hmac_of(Format::Standard, WHSEC),
            request: Req::new("3").with(SIGNATURE, format!("v1,{}", base64(&by(&digest::SHA256, "3")))),
            mistakes: vec![Mistake::PlainHash(Algorithm::Sha256, Hashed::WithoutSecret)],
        },
    ];
    for separator in ["", ".", ":", "|", ",", "&", "-", "\n"] {
        let (first, last) = (format!("{SECRET}{separator}{BODY}"), format!("{BODY}{separator}{SECRET}"));
        cases.push(case("the secret first", &sha256(first), Algorithm::Sha256, Hashed::SecretFirst));
        cases.push(case("the secret last", &sha256(last), Algorithm::Sha256, Hashed::SecretLast));
    }
    assert_named(&cases);
    let found = cases[0].request.explain(&cases[0].settings);
    assert!(found.reason.contains("a plain SHA-256 hash of the body, without the secret, not an HMAC"), "{}", found.reason);
    assert!(found.code.iter().any(|line| line.code.contains("createHmac")));
}

#[test]
fn c27_md5_other_lengths_and_swapped_arguments_are_named() {
    let settings = hmac_of(Format::Hex, SECRET);
    let explained = |value: &str| Req::new("{}").with(SIGNATURE, value).explain(&settings).mistakes;
    // md5("{}")
    let md5 = "99914b932bd37a50b983c5e7c90ae93b";
    assert_eq!(explained(md5), [Mistake::PlainHash(Algorithm::Md5, Hashed::WithoutSecret)]);
    let github = hmac_of(Format::Sha256Hex, SECRET);
    let found = Req::new("{}").with(SIGNATURE, format!("md5={md5}")).explain(&github);
    assert_eq!(found.mistakes, [Mistake::PlainHash(Algorithm::Md5, Hashed::WithoutSecret)]);
    let found = Req::new("{}").with(SIGNATURE, format!("sha1={md5}")).explain(&github);
    assert!(found.mistakes.contains(&Mistake::Prefix(Prefix::Other("sha1="))), "{:?}", found.mistakes);
    for (bytes, algorithm) in
        [(16, Algorithm::Md5), (20, Algorithm::Sha1), (28, Algorithm::Sha224), (48, Algorithm::Sha384), (64, Algorithm::Sha512)]
    {
        assert_eq!(explained(&"5a".repeat(bytes)), [Mistake::HashLength(algorithm)]);
    }
    assert_eq!(explained(&"5a".repeat(32)), [Mistake::BodyReplaced("{}")]);
    let swapped = hex(&mac(SHA256, "{}", SECRET));
    assert_eq!(explained(&swapped), [Mistake::Secret(SecretForm::Swapped)]);
    let sha384 = hex(&mac(ring::hmac::HMAC_SHA384, SECRET, "{}"));
    assert_eq!(explained(&sha384), [Mistake::Algorithm(Algorithm::Sha384)]);
}

#[test]
fn c19_a_secret_as_a_settings_file_has_it_is_named_in_both_directions() {
    let case = |what, registered: &str, used: &str, form| Case {
        what,
        settings: hmac_of(Format::Hex, registered),
        request: Req::new(BODY).with(SIGNATURE, hex(&mac(SHA256, used, BODY))),
        mistakes: vec![Mistake::Secret(form)],
    };
    let bare = "k9-Fh2jD83kfLq0s";
    let mut cases = Vec::new();
    for (form, back, text) in [
        (SecretForm::With(Mangling::Quotes), SecretForm::Without(Mangling::Quotes), format!("\"{bare}\"")),
        (SecretForm::With(Mangling::Quotes), SecretForm::Without(Mangling::Quotes), format!("'{bare}'")),
        (SecretForm::With(Mangling::Quotes), SecretForm::Without(Mangling::Quotes), format!("\u{201c}{bare}\u{201d}")),
        (SecretForm::With(Mangling::Name), SecretForm::Without(Mangling::Name), format!("WEBHOOK_SECRET={bare}")),
        (SecretForm::With(Mangling::Name), SecretForm::Without(Mangling::Name), format!("export SECRET=\"{bare}\"")),
        (SecretForm::SpaceAdded, SecretForm::WhitespaceRemoved, format!("{bare} ")),
        (SecretForm::With(Mangling::Invisible), SecretForm::Without(Mangling::Invisible), format!("\u{feff}{bare}")),
        (SecretForm::With(Mangling::Invisible), SecretForm::Without(Mangling::Invisible), format!("{bare}\u{200b}")),
    ] {
        cases.push(case("signed with", bare, &text, form));
        cases.push(case("registered with", &text, bare, back));
    }
    for (form, end) in [
        (SecretForm::NewlineAdded, "\n"),
        (SecretForm::CrLfAdded, "\r\n"),
        (SecretForm::WhitespaceAdded, "\r"),
        (SecretForm::WhitespaceAdded, "\t"),
        (SecretForm::With(Mangling::Quotes), "\"\n"),
    ] {
        let start = if form == SecretForm::With(Mangling::Quotes) { "\"" } else { "" };
        cases.push(case("an end", bare, &format!("{start}{bare}{end}"), form));
    }
    cases.push(case("any name", &format!("MY_APP_HOOK_2='{bare}'"), bare, SecretForm::Without(Mangling::Name)));
    assert_named(&cases);
    // A key of `standard` is decoded: its text with quotes is used as it is only by mistake.
    let used = base64(&mac(SHA256, format!("\"{WHSEC}\""), format!("{ID}.{TS}.{BODY}")));
    let request = Req::new(BODY).with(SIGNATURE, format!("v1,{used}"));
    let found = request.explain(&hmac_of(Format::Standard, WHSEC));
    assert_eq!(found.mistakes, [Mistake::Secret(SecretForm::With(Mangling::Quotes))]);
    let right = base64(&mac(SHA256, WHSEC_KEY, format!("{ID}.{TS}.{BODY}")));
    assert!(Req::new(BODY).with(SIGNATURE, format!("v1,{right}")).explain(&hmac_of(Format::Standard, WHSEC)).valid);
}

#[test]
fn c25_texts_that_a_library_encoded_anew_are_named() {
    let none = Rewrite::default();
    let case = |what, received, signed: &str, how| over(what, received, signed, BodyForm::Rewritten(how));
    let anew = |texts| Rewrite { texts: Some(texts), ..none };
    let dot_net = r#"["\u003Cb\u003E \u0026 \u0027a\u0027 1\u002B1 \u0060 \u0022 \u00EB \uD83E\uDD80 /"]"#;
    let cases = [
        case("lower case", r#"["\u001B[0m"]"#, r#"["\u001b[0m"]"#, anew(Texts::Minimal)),
        case("upper case", r#"["\u001b[0m"]"#, r#"["\u001B[0m"]"#, anew(Texts::MinimalUpper)),
        case("short", r#"["\u0041\u000a\u0022"]"#, r#"["A\n\""]"#, anew(Texts::Minimal)),
        case(".NET", r#"["<b> & 'a' 1+1 ` \" ë 🦀 /"]"#, dot_net, anew(Texts::DotNet)),
        case("19.90", r#"[19.90,"+"]"#, r#"[19.9,"\u002B"]"#, Rewrite { numbers: Some(Numbers::Alike), ..anew(Texts::DotNet) }),
        case("1E5", "[1E5]", "[100000.0]", Rewrite { numbers: Some(Numbers::Python), ..none }),
        case("19.90 alone", "[19.90]", "[19.9]", Rewrite { numbers: Some(Numbers::Alike), ..none }),
        case("indented", r#"["+"]"#, "[\n  \"\\u002B\"\n]", Rewrite { spacing: Some(Spacing::Pretty2), ..anew(Texts::DotNet) }),
    ];
    assert_named(&cases);
}

/// A secret, and the forms in which a settings file, an editor or a tool has it.
fn mangled() -> Vec<(Mangling, String)> {
    let bare = "k9-Fh2'jD83/kfi+Lq0s";
    let spread = |separator: &str| bare.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator);
    vec![
        (Mangling::Quotes, format!("`{bare}`")),
        (Mangling::Quotes, format!("\u{201e}{bare}\u{201c}")),
        (Mangling::Name, format!("API_SECRET: {bare}")),
        (Mangling::Name, format!("export HMAC_KEY='{bare}'")),
        (Mangling::Scheme, format!("Bearer {bare}")),
        (Mangling::Invisible, format!("{bare}\u{a0}")),
        (Mangling::Typographic, bare.replace('-', "\u{2013}")),
        (Mangling::Typographic, bare.replace('\'', "\u{2019}")),
        (Mangling::Typographic, bare.replace("fi", "\u{fb01}")),
        (Mangling::Lookalike, bare.replace('s', "\u{455}")),
        (Mangling::WrittenLineBreak, format!("{bare}\\n")),
        (Mangling::WrittenLineBreak, format!("{bare}\\r\\n")),
        (Mangling::PercentEncoded, "k9-Fh2%27jD83%2Fkfi%2BLq0s".into()),
        (Mangling::JsonEscapes, bare.replace('/', "\\/")),
        (Mangling::Base64, base64(bare.as_bytes())),
        (Mangling::Base64, base64(format!("{bare}\n").as_bytes())),
        (Mangling::Hex, spread("")),
        (Mangling::Hex, spread(" ")),
        (Mangling::Hex, spread(":")),
    ]
}

#[test]
fn c20_a_mangled_signing_secret_is_named_in_both_directions() {
    let bare = "k9-Fh2'jD83/kfi+Lq0s";
    let case = |what, registered: &str, used: &str, form| Case {
        what,
        settings: hmac_of(Format::Hex, registered),
        request: Req::new(BODY).with(SIGNATURE, hex(&mac(SHA256, used, BODY))),
        mistakes: vec![Mistake::Secret(form)],
    };
    let mut cases = Vec::new();
    for (mangling, text) in mangled() {
        cases.push(case("signed with", bare, &text, SecretForm::With(mangling)));
        let back = match mangling {
            // What the key is decoded to is the name that there was already.
            Mangling::Base64 if !text.ends_with("Cg==") && base64(bare.as_bytes()) == text => SecretForm::Base64Decoded,
            Mangling::Hex if !text.contains([' ', ':']) => SecretForm::HexDecoded,
            mangling => SecretForm::Without(mangling),
        };
        cases.push(case("registered with", &text, bare, back));
    }
    assert_named(&cases);
}

#[test]
fn c23_a_normalized_body_is_named() {
    let (composed, decomposed) = ("{\"name\":\"Zo\u{eb}\"}", "{\"name\":\"Zoe\u{308}\"}");
    assert_named(&[
        over("NFC", decomposed, composed, BodyForm::Charset(Charset::Composed)),
        over("NFD", composed, decomposed, BodyForm::Charset(Charset::Decomposed)),
        over("NFKC", "[\"\u{fb01}\"]", "[\"fi\"]", BodyForm::Charset(Charset::Compatible)),
        over("NFKD", "[\"\u{ff21}\u{eb}\"]", "[\"Ae\u{308}\"]", BodyForm::Charset(Charset::Compatible)),
    ]);
}

#[test]
fn c24_what_stands_in_place_of_a_body_is_named() {
    let settings = hmac_of(Format::Hex, SECRET);
    for body in ["{}", "null", "\"\"", "[]", "undefined", "[object Object]", "{}\n"] {
        let found = Req::new(body).with(SIGNATURE, hex(&mac(SHA256, SECRET, BODY))).explain(&settings);
        assert_eq!(found.mistakes, [Mistake::BodyReplaced(body.trim())]);
        assert!(found.fix.contains("body parser") && !found.code.is_empty(), "{}", found.fix);
    }
}

#[test]
fn c25_what_libraries_make_of_numbers_keys_and_texts_is_named() {
    let none = Rewrite::default();
    let case = |what, received, signed: &str, how| over(what, received, signed, BodyForm::Rewritten(how));
    let numbers = |numbers| Rewrite { numbers: Some(numbers), ..none };
    let anew = |texts| Rewrite { texts: Some(texts), ..none };
    let spaced = |spacing| Rewrite { spacing: Some(spacing), ..none };
    // Compact as it came, which is not named.
    let as_array = |spacing| Rewrite { empty_as_array: true, ..spaced(spacing) };
    let html = r#"["<a href='x'>\u003d = & \" é"]"#;
    assert_named(&[
        case("Java", "[1e7]", "[1.0E7]", numbers(Numbers::Java)),
        case(".NET", "[1E15]", "[1E+15]", numbers(Numbers::DotNet)),
        case("Ruby", "[1e16]", "[1.0e+16]", numbers(Numbers::Ruby)),
        case("Rust", "[1E16]", "[1e16]", numbers(Numbers::Rust)),
        case("PHP", "[1.0,1e25]", "[1,1.0e+25]", numbers(Numbers::Php)),
        case("a large integer", "[9007199254740993]", "[9007199254740992]", numbers(Numbers::JavaScript)),
        case("-0", "[-0]", "[0]", numbers(Numbers::JavaScript)),
        case("the last", r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#, Rewrite { duplicates: Some(Duplicates::Last), ..none }),
        case("the first", r#"{"a":1,"b":2,"a":3}"#, r#"{"a":1,"b":2}"#, Rewrite { duplicates: Some(Duplicates::First), ..none }),
        case("whole numbers", r#"{"b":1,"10":2,"9":3}"#, r#"{"9":3,"10":2,"b":1}"#, Rewrite { integers_first: true, ..none }),
        case("tabs", r#"{"a":[1]}"#, "{\n\t\"a\": [\n\t\t1\n\t]\n}", Rewrite { spacing: Some(Spacing::Tabs), ..none }),
        case("Gson", html, r#"["\u003ca href\u003d\u0027x\u0027\u003e\u003d \u003d \u0026 \" é"]"#, anew(Texts::Gson)),
        case("JSON_HEX", html, r#"["\u003Ca href=\u0027x\u0027\u003E= = \u0026 \u0022 \u00e9"]"#, anew(Texts::PhpHex)),
        case("U+2028", "[\"\u{2028}\"]", r#"["\u2028"]"#, Rewrite { non_ascii: Some(NonAscii::Escaped), ..none }),
        case("U+2028 alone", "[\"\u{2028}é\"]", "[\"\\u2028é\"]", anew(Texts::LineSeparators)),
        case("Python", r#"["\u001Bé"]"#, r#"["\u001b\u00e9"]"#, anew(Texts::Ascii)),
        case("Laravel's slashes", r#"["</é"]"#, r#"["\u003C/\u00e9"]"#, anew(Texts::Laravel)),
        case("PHP's arrays", r#"{"a": {}, "b": [{}]}"#, r#"{"a":[],"b":[[]]}"#, as_array(Spacing::Compact)),
        case(
            "PHP's arrays, indented",
            r#"{"a":{"b":{}}}"#,
            "{\n    \"a\": {\n        \"b\": []\n    }\n}",
            as_array(Spacing::Pretty4),
        ),
        case(
            "PHP's arrays and texts",
            r#"{"a":{},"b":"é/"}"#,
            r#"{"a":[],"b":"\u00e9\/"}"#,
            Rewrite { empty_as_array: true, ..anew(Texts::AsciiSlashes) },
        ),
        case("CRLF", r#"{"a":[1,{}]}"#, "{\r\n  \"a\": [\r\n    1,\r\n    {}\r\n  ]\r\n}", spaced(Spacing::Windows)),
        case(
            "Jackson",
            r#"{"a":{"b":[1,{"c":2}],"d":[],"e":{}}}"#,
            "{\n  \"a\" : {\n    \"b\" : [ 1, {\n      \"c\" : 2\n    } ],\n    \"d\" : [ ],\n    \"e\" : { }\n  }\n}",
            spaced(Spacing::Jackson),
        ),
        case("by 1", r#"{"a":[1]}"#, "{\n \"a\": [\n  1\n ]\n}", spaced(Spacing::Pretty1)),
        case("by 3", r#"{"a":[1]}"#, "{\n   \"a\": [\n      1\n   ]\n}", spaced(Spacing::Pretty3)),
        case("after commas", r#"{"a":[1,2],"b":3}"#, r#"{"a":[1, 2], "b":3}"#, spaced(Spacing::AfterCommas)),
        case("after colons", r#"{"a":[1,2],"b":3}"#, r#"{"a": [1,2],"b": 3}"#, spaced(Spacing::AfterColons)),
        case("PHP's texts", r#"["\u001Bé/"]"#, r#"["\u001b\u00e9\/"]"#, anew(Texts::AsciiSlashes)),
    ]);
}

#[test]
fn c26_a_body_that_was_serialised_again_after_decompression_is_named() {
    let [gzip, ..] = compressed(br#"{"a": 1, "b": [2]}"#);
    assert_named(&[over("compact", gzip, r#"{"a":1,"b":[2]}"#, BodyForm::Decompressed)]);
}

#[test]
fn c25_what_programs_make_of_the_whole_body_is_named() {
    let body = "{\"event\": \"ping\", \"data\": {\"a\": \"Zo\u{eb}'s\\n\"}}\n";
    let buffer =
        format!("{{\"type\":\"Buffer\",\"data\":[{}]}}", body.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(","));
    let percent = "%7B%22event%22%3A%20%22ping%22%2C%20%22data%22%3A%20%7B%22a%22%3A%20%22Zo%C3%AB's%5Cn%22%7D%7D%0A";
    let parsed = r#"{"event": "ping", "data": {"a": "Zo\u00eb's\n", "b\\": [1.50, 1e16, 12345678901234567890, true, false, null, {}, []]}, "q": "\"'\u00a0\u200b\u0007\ud83d\ude00\\"}"#;
    let dict = r#"{'event': 'ping', 'data': {'a': "Zoë's\n", 'b\\': [1.5, 1e+16, 12345678901234567890, True, False, None, {}, []]}, 'q': '"\'\xa0\u200b\x07😀\\'}"#;
    let repr = r#"b'{"event": "ping", "data": {"a": "Zo\xc3\xab\'s\\n"}}\n'"#;
    assert_named(&[
        over("hex", body, hex(body.as_bytes()), BodyForm::HexEncoded),
        over("percent", body, percent, BodyForm::PercentEncoded),
        over("form", body, percent.replace("%20", "+").replace('\'', "%27"), BodyForm::PercentEncoded),
        over("str(bytes)", body, repr, BodyForm::PythonBytes),
        over("str(bytes) with the other quotes", "'", "b\"'\"", BodyForm::PythonBytes),
        over("str(dict)", parsed, dict, BodyForm::PythonDict),
        over("str(list)", "[true,\"it's\"]", "[True, \"it's\"]", BodyForm::PythonDict),
        over("JSON.stringify(buffer)", body, buffer, BodyForm::NodeBuffer),
        over("htmlspecialchars", "{\"a\":\"<'&\"}", "{&quot;a&quot;:&quot;&lt;&#039;&amp;&quot;}", BodyForm::HtmlEscaped),
        over("data alone", body, "{\"a\":\"Zo\u{eb}'s\\n\"}", BodyForm::Member),
        over("a text alone", "{\"payload\":\"{\\\"a\\\":1}\",\"b\":2}", "{\"a\":1}", BodyForm::Member),
    ]);
}
