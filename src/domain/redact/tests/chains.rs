//! Any secret, encoded by any one or two of the usual encoders, is found; and the search stays bounded.

use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;

use super::super::*;

/// Encodes a text as a whole; the second argument varies what an encoder may choose.
type Encode = fn(&[u8], usize) -> Vec<u8>;

/// As a program reads bytes of which it knows nothing.
fn text(bytes: &[u8]) -> String {
    str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

/// The numbers of the bytes, each as the function writes it.
fn list(bytes: &[u8], (open, between, close): (&str, &str, &str), write: impl Fn(u8) -> String) -> Vec<u8> {
    format!("{open}{}{close}", bytes.iter().map(|&byte| write(byte)).collect::<Vec<_>>().join(between)).into_bytes()
}

/// In lines, as encoders for mail do, or with an indentation before each.
fn lines(text: &str, vary: usize) -> String {
    let (width, line_break) = [(76, "\r\n"), (64, "\n"), (16, "\n\t"), (1000, "")][vary % 4];
    text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>().join(line_break)
}

/// RFC 4648 §6 and §7.
fn base32(bytes: &[u8], alphabet: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let mut out: String = bits
        .chunks(5)
        .map(|five| char::from(alphabet[(0..5).fold(0, |value, at| value << 1 | usize::from(*five.get(at).unwrap_or(&0)))]))
        .collect();
    while !out.len().is_multiple_of(8) {
        out.push('=');
    }
    out
}

/// In either case, or in both.
fn cased(text: &str, vary: usize) -> String {
    match vary % 3 {
        0 => text.to_lowercase(),
        1 => text.to_uppercase(),
        _ => text
            .chars()
            .enumerate()
            .map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect(),
    }
}

fn each_char(bytes: &[u8], vary: usize, escape: impl Fn(char) -> String) -> Vec<u8> {
    let each = |(at, c): (usize, char)| if (at * 7 + vary).is_multiple_of(3) { c.to_string() } else { escape(c) };
    text(bytes).chars().enumerate().map(each).collect::<String>().into_bytes()
}

fn marked(bytes: &[u8], escape: impl Fn(char) -> Option<String>) -> Vec<u8> {
    text(bytes).chars().map(|c| escape(c).unwrap_or_else(|| c.to_string())).collect::<String>().into_bytes()
}

fn json(bytes: &[u8]) -> String {
    let written = serde_json::to_string(&text(bytes)).unwrap();
    written[1..written.len() - 1].to_owned()
}

fn units(bytes: &[u8], vary: usize) -> Vec<u8> {
    let all = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    each_char(bytes, vary, |c| if vary.is_multiple_of(2) { all(c) } else { all(c).to_uppercase().replace("\\U", "\\u") })
}

fn html(bytes: &[u8], quote: &str, apostrophe: &str) -> Vec<u8> {
    marked(bytes, |c| match c {
        '&' => Some("&amp;".to_owned()),
        '<' => Some("&lt;".to_owned()),
        '>' => Some("&gt;".to_owned()),
        '"' => Some(quote.to_owned()),
        '\'' => Some(apostrophe.to_owned()),
        _ => None,
    })
}

fn php_entities(bytes: &[u8]) -> Vec<u8> {
    marked(bytes, |c| match c {
        '&' => Some("&amp;".to_owned()),
        'ä' => Some("&auml;".to_owned()),
        'é' => Some("&eacute;".to_owned()),
        '=' => Some("&equals;".to_owned()),
        '$' => Some("&dollar;".to_owned()),
        _ => None,
    })
}

fn prefixed(bytes: &[u8], prefix: &str) -> Vec<u8> {
    list(bytes, ("", "", ""), |byte| format!("{prefix}{byte:02x}"))
}

/// RFC 2045 §6.7, with a soft line break after every 20 bytes.
fn quoted_printable(bytes: &[u8], line_break: &str) -> Vec<u8> {
    let mut out = String::new();
    for (at, &byte) in bytes.iter().enumerate() {
        if at > 0 && at.is_multiple_of(20) {
            out.push_str(line_break);
        }
        let plain = matches!(byte, b' '..=b'~') && byte != b'=';
        let written = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
        out.push_str(&written);
    }
    out.into_bytes()
}

/// Base64 of the text with up to two bytes before it.
fn base64(engine: &impl base64::Engine, bytes: &[u8], before: usize) -> String {
    engine.encode([&b"{\""[..before % 3], bytes].concat())
}

/// What a browser encodes in a query.
const QUOTES: &AsciiSet = &CONTROLS.add(b'"').add(b' ');

const ENCODERS: [(&str, Encode); 39] = [
    ("plain", |bytes, _| bytes.to_vec()),
    ("percent", |bytes, _| percent_encode(bytes, NON_ALPHANUMERIC).to_string().into_bytes()),
    ("percent, lower case", |bytes, _| prefixed(bytes, "%")),
    ("percent, in part", |bytes, vary| each_char(bytes, vary, |c| text(&prefixed(c.to_string().as_bytes(), "%")))),
    ("percent, quotes only", |bytes, _| percent_encode(bytes, QUOTES).to_string().into_bytes()),
    ("escape() of JavaScript", |bytes, _| {
        marked(bytes, |c| {
            (!c.is_ascii())
                .then(|| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("%u{unit:04X}")).collect::<Vec<_>>().concat())
        })
    }),
    ("form", |bytes, _| url::form_urlencoded::byte_serialize(bytes).collect::<String>().into_bytes()),
    ("JSON", |bytes, _| json(bytes).into_bytes()),
    ("JSON, slashes", |bytes, _| json(bytes).replace('/', "\\/").into_bytes()),
    ("JSON, units", units),
    ("JSON, Go", |bytes, _| json(bytes).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").into_bytes()),
    ("JSON, in two lines", |bytes, vary| {
        let written = json(bytes);
        let (first, second) = written.split_at(written.ceil_char_boundary(vary + 1));
        let is_apart = !second.is_empty() && !first.ends_with('\\') && !first.contains("\\u");
        if is_apart { format!("{first}\\\n{second}").into_bytes() } else { written.into_bytes() }
    }),
    ("ES6", |bytes, _| marked(bytes, |c| (!c.is_ascii_alphanumeric()).then(|| format!("\\u{{{:x}}}", u32::from(c))))),
    ("\\x", |bytes, _| prefixed(bytes, "\\x")),
    ("octal", |bytes, _| {
        let escape = |byte: &u8| {
            if byte.is_ascii() { char::from(*byte).to_string().replace('\\', "\\\\") } else { format!("\\{byte:03o}") }
        };
        bytes.iter().map(escape).collect::<String>().into_bytes()
    }),
    ("CSS", |bytes, vary| {
        let is_short = vary.is_multiple_of(2);
        marked(bytes, |c| Some(if is_short { format!("\\{:x} ", u32::from(c)) } else { format!("\\{:06X}", u32::from(c)) }))
    }),
    ("HTML", |bytes, _| html(bytes, "&quot;", "&#39;")),
    ("HTML, Go", |bytes, _| html(bytes, "&#34;", "&#x27;")),
    ("HTML, PHP", |bytes, _| php_entities(bytes)),
    ("HTML, decimal", |bytes, vary| each_char(bytes, vary, |c| format!("&#{};", u32::from(c)))),
    ("HTML, hex", |bytes, _| marked(bytes, |c| Some(format!("&#x{:04X};", u32::from(c))))),
    ("HTML, no semicolon", |bytes, vary| {
        marked(bytes, |c| {
            Some(if vary.is_multiple_of(2) { format!("&#{}", u32::from(c)) } else { format!("&#x{:x}", u32::from(c)) })
        })
    }),
    ("quoted-printable", |bytes, vary| quoted_printable(bytes, ["=\r\n", "=\n"][vary % 2])),
    ("CSV", |bytes, _| text(bytes).replace('"', "\"\"").into_bytes()),
    ("SQL", |bytes, _| text(bytes).replace('\'', "''").into_bytes()),
    ("a shell", |bytes, vary| text(bytes).replace('\'', ["'\\''", "'\"'\"'"][vary % 2]).into_bytes()),
    ("Latin-1 as UTF-8", |bytes, _| bytes.iter().copied().map(char::from).collect::<String>().into_bytes()),
    ("UTF-8 as Latin-1", |bytes, _| {
        text(bytes).chars().map(|c| u8::try_from(u32::from(c))).collect::<Result<_, _>>().unwrap_or_else(|_| bytes.to_vec())
    }),
    ("UTF-16", |bytes, vary| {
        let write = if vary.is_multiple_of(2) { u16::to_le_bytes } else { u16::to_be_bytes };
        text(bytes).encode_utf16().flat_map(write).collect()
    }),
    ("hex", |bytes, vary| cased(&hex(bytes), vary).into_bytes()),
    ("hex, apart", |bytes, vary| list(bytes, ("<", [" ", ":", "-", ", ", "\n"][vary % 5], ">"), |byte| format!("{byte:02x}"))),
    ("hex, as in C", |bytes, vary| {
        let write = |byte| if vary.is_multiple_of(2) { format!("0x{byte:02x}") } else { format!("0x{byte:X}") };
        list(bytes, ("{", [", ", ",", " ", ",\n    "][vary % 4], "}"), write)
    }),
    ("numbers", |bytes, vary| {
        list(bytes, ("[", [",", ", ", " ", ",\n        ", "|", ";"][vary % 6], "]"), |byte| byte.to_string())
    }),
    ("numbers with a sign", |bytes, _| list(bytes, ("[", ", ", "]"), |byte| byte.cast_signed().to_string())),
    ("numbers with keys", |bytes, _| {
        let pairs: Vec<_> = bytes.iter().enumerate().map(|(at, byte)| format!("\"{at}\":{byte}")).collect();
        format!("{{{}}}", pairs.join(",")).into_bytes()
    }),
    ("base32", |bytes, vary| cased(&base32(bytes, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), vary).into_bytes()),
    ("base32, extended hex", |bytes, vary| cased(&base32(bytes, b"0123456789ABCDEFGHIJKLMNOPQRSTUV"), vary).into_bytes()),
    ("base64", |bytes, vary| {
        let encoded =
            if vary.is_multiple_of(2) { base64(&STANDARD, bytes, vary / 2) } else { base64(&STANDARD_NO_PAD, bytes, vary / 2) };
        lines(&encoded, vary / 3).into_bytes()
    }),
    ("base64, URL-safe", |bytes, vary| match vary % 3 {
        0 => base64(&URL_SAFE, bytes, vary / 2).into_bytes(),
        1 => base64(&URL_SAFE_NO_PAD, bytes, vary / 2).into_bytes(),
        _ => base64(&STANDARD_NO_PAD, bytes, vary / 2).replace('/', ",").into_bytes(),
    }),
];

fn redactor(secret: &str) -> Redactor {
    Redactor::of([secret.as_bytes()].into_iter())
}

/// What an encoder may write beside the secret: brackets, keys, what is before the secret in base64, padding.
const BESIDE: [&str; 5] = ["base", "hex, ", "number", "UTF-16", "quoted"];

/// Whether nothing of a secret is left in a text that was `before`, the encoded secret, and `after`. Beside it are a few
/// characters, each as the longest escape.
fn is_masked(masked: &[u8], (before, after): (&[u8], &[u8]), encoders: [&str; 2]) -> bool {
    let Some(rest) = masked.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
    let Some(at) = rest.windows(DOTS.len()).position(|part| part == DOTS.as_bytes()) else { return false };
    let left = at + rest[at..].split(|byte| DOTS.as_bytes().contains(byte)).map(<[u8]>::len).sum::<usize>();
    let is_beside = encoders.iter().any(|name| BESIDE.iter().any(|known| name.starts_with(known)));
    left <= if is_beside { 8 * 12 } else { 0 }
}

#[test]
fn a03_a_secret_that_contains_an_escape_is_masked() {
    for (secret, echoed) in [
        (r#"pa%25ss"word-123456"#, r#"{"got":"pa%25ss\"word-123456"}"#),
        (r#"tok&amp;en"12345678"#, r#"{"got":"tok&amp;en\"12345678"}"#),
        (r#"ab\\cd"efghijklmn"#, "<p>ab\\\\cd&quot;efghijklmn</p>"),
        (r#"ab\\cd"efghijklmn"#, "/in?key=ab\\\\cd%22efghijklmn"),
        (r"a\u0041b\n123456", r#"{"got":"a\\u0041b\\n123456"}"#),
        ("a=3Db=3D123456", "a=3D3Db=3D123456"),
        ("it''s \"\"quoted\"\"", "it''s %22%22quoted%22%22"),
    ] {
        let masked = redactor(secret).redact(echoed);
        assert!(
            masked.contains(DOTS) && !masked.contains("123456") && !masked.contains("efgh") && !masked.contains("quoted"),
            "{secret}: {masked}"
        );
    }
}

#[test]
fn a03_each_pair_of_encoders_is_undone() {
    let secrets = [r#"pa%25ss"word/ä+é='q'&amp;<x>\\n$1"#, "k9-Fh2jD83kfLq0s", "correct horse & battery", "Grüße—€5 und 😀"];
    let redactors = secrets.map(redactor);
    for (at, (first, inner)) in ENCODERS.into_iter().enumerate() {
        for (beside, (second, outer)) in ENCODERS.into_iter().enumerate() {
            let (which, vary) = ((at + beside) % secrets.len(), (at + 2 * beside) % 6);
            let encoded = outer(&inner(secrets[which].as_bytes(), vary), vary);
            let masked = redactors[which].redact_bytes(&encoded);
            assert!(
                is_masked(&masked, (b"", b""), [first, second]),
                "{first}, then {second} ({vary}): {} is {}",
                encoded.escape_ascii(),
                String::from_utf8_lossy(&masked)
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a03_any_secret_in_any_two_encodings_is_masked(
        secret in r#"[ -~äé€😀]{8,24}|[%\\&="'u0-9a-f;#]{8,16}|[a-zA-Z0-9+/]{8,40}"#,
        (inner, outer) in (0..ENCODERS.len(), 0..ENCODERS.len()),
        vary in 0_usize..12,
        before in "[ -~é]{0,12}",
        after in "[ -~é]{0,12}",
        cut in 0_usize..1000,
    ) {
        prop_assume!(secret.trim() == secret);
        // An encoder that leaves its own escapes as they are is undone for a secret itself, but not for its bytes as UTF-16; UTF-16
        // twice is masked with a byte of what is beside it.
        let is_careless = ["percent, in part", "percent, quotes only", "JSON, units", "HTML, decimal"].contains(&ENCODERS[outer].0);
        let is_unclear = is_careless && secret.contains(['%', '\\', '&']) || inner == outer;
        prop_assume!(!(ENCODERS[inner].0 == "UTF-16" && is_unclear));
        let redactor = redactor(&secret);
        let encoded = (ENCODERS[outer].1)(&(ENCODERS[inner].1)(secret.as_bytes(), vary), vary);
        let (before, after) = (format!("{before} <"), format!("> {after}"));
        let text = [before.as_bytes(), &encoded, after.as_bytes()].concat();
        let masked = redactor.redact_bytes(&text);
        let encoders = [ENCODERS[inner].0, ENCODERS[outer].0];
        prop_assert!(
            is_masked(&masked, (before.as_bytes(), after.as_bytes()), encoders),
            "{:?} as {:?} in {} is {}", secret, encoders, text.escape_ascii(), String::from_utf8_lossy(&masked)
        );
        // However many bytes of it came: what is masked of the whole is masked of each part, up to the few bytes that tell nothing.
        let end = cut * text.len() / 1000;
        let found = redactor.find(&text, End::Whole).ranges;
        let of_part = joined(redactor.find(&text[..end], End::Cut).ranges);
        for range in joined(found).into_iter().filter(|range| range.start < end) {
            let seen = range.start..range.end.min(end);
            let is_covered = of_part.iter().any(|known| known.start <= seen.start && known.end >= seen.end);
            // A few bytes of a secret, as long as they are written here, and an escape or a stretch of base64 that just began.
            let few = 8 * encoded.len().div_ceil(secret.len()) + 24;
            prop_assert!(
                is_covered || seen.len() <= few,
                "{:?} as {:?}: {:?} of {:?} in {}", secret, encoders, seen, range, text.escape_ascii()
            );
        }
    }

    #[test]
    fn a03_a_secret_escaped_three_times_is_masked(secret in "[ -~äé€😀]{8,24}", which in proptest::array::uniform3(1_usize..25)) {
        prop_assume!(secret.trim() == secret);
        let encoded = which.iter().fold(secret.clone().into_bytes(), |text, &which| (ENCODERS[which].1)(&text, which));
        let masked = redactor(&secret).redact_bytes(&encoded);
        let names = which.map(|which| ENCODERS[which].0);
        prop_assert!(
            is_masked(&masked, (b"", b""), ["quoted", ""]),
            "{:?} as {:?}: {} is {}", secret, names, encoded.escape_ascii(), String::from_utf8_lossy(&masked)
        );
    }

    #[test]
    fn the_first_look_misses_nothing(secret in "[ -~ü]{1,12}", between in "[ -~ü]{0,3}", which in 0..ENCODERS.len(), cut in any::<bool>()) {
        let forms = redactor(&secret).forms;
        let text = [between.as_bytes(), &(ENCODERS[which].1)(secret.as_bytes(), 1), between.as_bytes()].concat();
        let end = if cut { End::Cut } else { End::Whole };
        let (quick, slow) = (forms.find(&text, end), forms.find_everywhere(&text, end));
        prop_assert_eq!(joined(quick.ranges), joined(slow.ranges), "{:?} in {}", secret, text.escape_ascii());
    }

    #[test]
    fn a_text_without_the_secret_stays(secret in "[a-zA-Z0-9]{16,40}", text in any::<String>()) {
        prop_assert_eq!(redactor(&secret).redact(&text), text);
    }
}

/// Not timed: the number of steps is the same on every machine.
#[test]
fn a03_the_work_is_bounded_by_the_length_of_the_text() {
    let secrets = [r"pa\\ss%25wo&amp;rd=3D\u0041''123", "k9-Fh2jD83kfLq0s", r"\\\\\\\\\\\\\\\\", "%25%25%25%25%25%25"];
    let texts = [
        "\\",
        "%",
        "%2",
        "%25",
        "%2525",
        "&",
        "&amp;",
        "&#x26;amp;",
        "&#",
        "=",
        "=3D",
        "=\r\n",
        "\"",
        "'",
        "'\\''",
        "\\u005c",
        "\\x5c",
        "\\\\u005cu",
        "\\ud83d",
        "{\"a\":\"b\"},",
        "YWJj",
        "a",
        "0",
        "+",
        "$",
        "%5C%5Cu0025",
        "\\\"&quot;%22=22\"\"",
        "\0a",
        "\0%25\\\\&amp;=3D\"\u{80}",
        "\0\u{7ff}%\\&=\"",
    ];
    for secret in secrets {
        let redactor = redactor(secret);
        for piece in texts {
            let work = |length: usize| {
                let text: String = piece.chars().cycle().take(length).collect();
                redactor.find(text.as_bytes(), End::Cut).steps
            };
            let (short, long) = (work(512), work(1024));
            assert!(long <= 2 * short + short / 4 + 512, "{secret}: {piece} took {short}, then {long} steps");
            assert!(long <= 1024 * 128, "{secret}: {piece} took {long} steps for 1024 bytes");
        }
    }
}
