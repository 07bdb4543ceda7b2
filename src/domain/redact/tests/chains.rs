//! Any secret, encoded by any one or two of the usual encoders, is found; and the search stays bounded.

use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::super::*;

/// Encodes a text as a whole; the second argument varies what an encoder may choose.
type Encode = fn(&str, usize) -> String;

fn each_char(text: &str, vary: usize, escape: impl Fn(char) -> String) -> String {
    text.chars().enumerate().map(|(at, c)| if (at * 7 + vary).is_multiple_of(3) { c.to_string() } else { escape(c) }).collect()
}

fn marked(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|c| escape(c).unwrap_or_else(|| c.to_string())).collect()
}

fn json(text: &str) -> String {
    let written = serde_json::to_string(text).unwrap();
    written[1..written.len() - 1].to_owned()
}

fn units(text: &str, vary: usize) -> String {
    let all = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    each_char(text, vary, |c| if vary.is_multiple_of(2) { all(c) } else { all(c).to_uppercase().replace("\\U", "\\u") })
}

fn html(text: &str, quote: &str, apostrophe: &str) -> String {
    marked(text, |c| match c {
        '&' => Some("&amp;".to_owned()),
        '<' => Some("&lt;".to_owned()),
        '>' => Some("&gt;".to_owned()),
        '"' => Some(quote.to_owned()),
        '\'' => Some(apostrophe.to_owned()),
        _ => None,
    })
}

fn php_entities(text: &str) -> String {
    marked(text, |c| match c {
        '&' => Some("&amp;".to_owned()),
        'ä' => Some("&auml;".to_owned()),
        'é' => Some("&eacute;".to_owned()),
        '=' => Some("&equals;".to_owned()),
        '$' => Some("&dollar;".to_owned()),
        _ => None,
    })
}

fn bytes(text: &str, prefix: &str) -> String {
    text.bytes().map(|byte| format!("{prefix}{byte:02x}")).collect::<Vec<_>>().concat()
}

/// RFC 2045 §6.7, with a soft line break after every 20 bytes.
fn quoted_printable(text: &str, line_break: &str) -> String {
    let mut out = String::new();
    for (at, byte) in text.bytes().enumerate() {
        if at > 0 && at.is_multiple_of(20) {
            out.push_str(line_break);
        }
        let plain = matches!(byte, b' '..=b'~') && byte != b'=';
        let written = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
        out.push_str(&written);
    }
    out
}

/// Base64 of the text with up to two bytes before it.
fn base64(engine: &impl base64::Engine, text: &str, before: usize) -> String {
    engine.encode(format!("{}{text}", &"{\""[..before % 3]))
}

/// What a browser encodes in a query.
const QUOTES: &AsciiSet = &CONTROLS.add(b'"').add(b' ');

const ENCODERS: [(&str, Encode); 26] = [
    ("plain", |text, _| text.to_owned()),
    ("percent", |text, _| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()),
    ("percent, lower case", |text, _| bytes(text, "%")),
    ("percent, in part", |text, vary| each_char(text, vary, |c| bytes(&c.to_string(), "%"))),
    ("percent, quotes only", |text, _| utf8_percent_encode(text, QUOTES).to_string()),
    ("escape() of JavaScript", |text, _| {
        marked(text, |c| (!c.is_ascii() && c.len_utf16() == 1).then(|| format!("%u{:04X}", u32::from(c))))
    }),
    ("form", |text, _| url::form_urlencoded::byte_serialize(text.as_bytes()).collect()),
    ("JSON", |text, _| json(text)),
    ("JSON, slashes", |text, _| json(text).replace('/', "\\/")),
    ("JSON, units", units),
    ("JSON, Go", |text, _| json(text).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")),
    ("ES6", |text, _| marked(text, |c| (!c.is_ascii_alphanumeric()).then(|| format!("\\u{{{:x}}}", u32::from(c))))),
    ("\\x", |text, _| bytes(text, "\\x")),
    ("octal", |text, _| {
        text.bytes()
            .map(|byte| if byte < 0x80 { char::from(byte).to_string().replace('\\', "\\\\") } else { format!("\\{byte:03o}") })
            .collect()
    }),
    ("HTML", |text, _| html(text, "&quot;", "&#39;")),
    ("HTML, Go", |text, _| html(text, "&#34;", "&#x27;")),
    ("HTML, PHP", |text, _| php_entities(text)),
    ("HTML, decimal", |text, vary| each_char(text, vary, |c| format!("&#{};", u32::from(c)))),
    ("HTML, hex", |text, _| text.chars().map(|c| format!("&#x{:04X};", u32::from(c))).collect::<Vec<_>>().concat()),
    ("quoted-printable", |text, vary| quoted_printable(text, ["=\r\n", "=\n"][vary % 2])),
    ("CSV", |text, _| text.replace('"', "\"\"")),
    ("SQL", |text, _| text.replace('\'', "''")),
    ("a shell", |text, vary| text.replace('\'', ["'\\''", "'\"'\"'"][vary % 2])),
    ("hex", |text, vary| {
        let hex = hex(text.as_bytes());
        if vary.is_multiple_of(2) { hex } else { hex.to_uppercase() }
    }),
    (
        "base64",
        |text, vary| {
            if vary.is_multiple_of(2) { base64(&STANDARD, text, vary / 2) } else { base64(&STANDARD_NO_PAD, text, vary / 2) }
        },
    ),
    ("base64, URL-safe", |text, vary| {
        if vary.is_multiple_of(2) { base64(&URL_SAFE, text, vary / 2) } else { base64(&URL_SAFE_NO_PAD, text, vary / 2) }
    }),
];

fn redactor(secret: &str) -> Redactor {
    Redactor::of([secret.as_bytes()].into_iter())
}

/// Whether nothing of a secret is left in a text that was `before`, a space, the encoded secret, a space, and `after`. Base64 of
/// something before the secret begins and ends with digits that hold bits of both, or pad.
fn is_masked(masked: &str, (before, after): (&str, &str), has_base64: bool) -> bool {
    let Some(rest) = masked.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
    let left: usize = rest.trim().split(DOTS).map(str::len).sum();
    // Three digits at the beginning and the end, and two of padding, each as the longest escape.
    rest.contains(DOTS) && left <= if has_base64 { 8 * 10 } else { 0 }
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
    for secret in [r#"pa%25ss"word/ä+é='q'&amp;<x>\\n$1"#, "k9-Fh2jD83kfLq0s", "correct horse & battery"] {
        let redactor = redactor(secret);
        for (first, inner) in ENCODERS {
            for (second, outer) in ENCODERS {
                for vary in 0..6 {
                    let encoded = outer(&inner(secret, vary), vary);
                    let masked = redactor.redact(&encoded);
                    let has_base64 = [first, second].iter().any(|name| name.starts_with("base64"));
                    assert!(is_masked(&masked, ("", ""), has_base64), "{first}, then {second} ({vary}): {encoded} is {masked}");
                }
            }
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
        let redactor = redactor(&secret);
        let encoded = (ENCODERS[outer].1)(&(ENCODERS[inner].1)(&secret, vary), vary);
        let text = format!("{before} {encoded} {after}");
        let masked = redactor.redact(&text);
        let has_base64 = [inner, outer].iter().any(|&which| ENCODERS[which].0.starts_with("base64"));
        prop_assert!(is_masked(&masked, (&before, &after), has_base64), "{:?} in {:?} is {:?}", secret, text, masked);
        // However many bytes of it came: what is masked of the whole is masked of each part, up to the few bytes that tell nothing.
        let end = text.floor_char_boundary(cut * text.len() / 1000);
        let found = redactor.find(text.as_bytes(), End::Whole).ranges;
        let part = &text.as_bytes()[..end];
        let of_part = joined(redactor.find(part, End::Cut).ranges);
        for range in joined(found).into_iter().filter(|range| range.start < end) {
            let seen = range.start..range.end.min(end);
            let is_covered = of_part.iter().any(|known| known.start <= seen.start && known.end >= seen.end);
            // A few bytes of a secret, as long as they are written here, and an escape or a stretch of base64 that just began.
            let few = 8 * encoded.len().div_ceil(secret.len()) + 24;
            prop_assert!(is_covered || seen.len() <= few, "{:?}: {:?} of {:?} in {:?}", secret, seen, range, text);
        }
    }

    #[test]
    fn the_first_look_misses_nothing(secret in "[ -~ü]{1,12}", between in "[ -~ü]{0,3}", which in 0..ENCODERS.len(), cut in any::<bool>()) {
        let forms = redactor(&secret).0;
        let text = format!("{between}{}{between}", (ENCODERS[which].1)(&secret, 1));
        let end = if cut { End::Cut } else { End::Whole };
        let (quick, slow) = (forms.find(text.as_bytes(), end), forms.find_everywhere(text.as_bytes(), end));
        prop_assert_eq!(joined(quick.ranges), joined(slow.ranges), "{:?} in {:?}", secret, text);
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
    ];
    for secret in secrets {
        let redactor = redactor(secret);
        for piece in texts {
            let work = |length: usize| {
                let text: String = piece.chars().cycle().take(length).collect();
                redactor.find(text.as_bytes(), End::Cut).steps
            };
            let (short, long) = (work(1024), work(2048));
            assert!(long <= 2 * short + short / 4 + 1024, "{secret}: {piece} took {short}, then {long} steps");
            assert!(long <= 2048 * 128, "{secret}: {piece} took {long} steps for 2048 bytes");
        }
    }
}
