//! What a framework, an editor or a form may have made of a body, and what that is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{percent_decode, utf8_percent_encode};

use super::mistake::{BodyForm, Mistake};
use super::{coding, python, rewrites};
use crate::domain::json::{self, Duplicates, Escaped, NonAscii, Numbers, Rewrite, Spacing, Texts, Value};
use crate::domain::mangling::COMPONENT;
use crate::domain::signature::hex;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Makes other bytes of a body; `None` where that form does not apply.
type Make = fn(&[u8]) -> Option<Vec<u8>>;

/// The forms other than JSON written again, in the order in which they are tried.
pub const FORMS: [(BodyForm, Make); 26] = [
    (BodyForm::NewlineAdded, |body| Some([body, b"\n"].concat())),
    (BodyForm::NewlineRemoved, |body| body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).map(<[u8]>::to_vec)),
    (BodyForm::CrLfAdded, |body| Some([body, b"\r\n"].concat())),
    (BodyForm::Trimmed, |body| Some(body.trim_ascii().to_vec())),
    (BodyForm::LfForCrLf, |body| Some(lines(body).join(&b"\n"[..]))),
    (BodyForm::CrLfForLf, |body| Some(lines(body).join(&b"\r\n"[..]))),
    (BodyForm::BomAdded, |body| Some([BOM, body].concat())),
    (BodyForm::BomRemoved, |body| body.strip_prefix(BOM).map(<[u8]>::to_vec)),
    (BodyForm::FormField, form_field),
    (BodyForm::FormDecoded, |body| Some(form_decoded(body))),
    (BodyForm::PercentDecoded, |body| Some(percent_decode(body).collect())),
    (BodyForm::QuotedAsJson, |body| serde_json::to_vec(std::str::from_utf8(body).ok()?).ok()),
    (BodyForm::UnquotedJson, rewrites::unquoted),
    (BodyForm::ObjectObject, |body| body.trim_ascii().starts_with(b"{").then(|| b"[object Object]".to_vec())),
    (BodyForm::Empty, |_| Some(Vec::new())),
    (BodyForm::Decompressed, coding::decompressed),
    (BodyForm::Decompressed, coding::inflated),
    (BodyForm::Base64Encoded, |body| Some(STANDARD.encode(body).into_bytes())),
    (BodyForm::Base64Decoded, coding::base64_decoded),
    (BodyForm::HexEncoded, |body| Some(hex(body).into_bytes())),
    (BodyForm::PercentEncoded, |body| {
        Some(utf8_percent_encode(std::str::from_utf8(body).ok()?, COMPONENT).to_string().into_bytes())
    }),
    (BodyForm::PercentEncoded, |body| Some(url::form_urlencoded::byte_serialize(body).collect::<String>().into_bytes())),
    (BodyForm::PythonBytes, |body| Some(python::bytes(body))),
    (BodyForm::PythonDict, python::dict),
    (BodyForm::NodeBuffer, |body| Some(node_buffer(body))),
    (BodyForm::HtmlEscaped, |body| Some(html(std::str::from_utf8(body).ok()?))),
];

/// What the members of a JSON object are: some programs sign only `data`.
pub(super) fn members(body: &[u8]) -> Vec<Vec<u8>> {
    let Some(Value::Object(members)) = rewrites::parse(body) else { return Vec::new() };
    let texts = members.iter().filter_map(|(_, value)| match value {
        Value::Text(text) => Some(json::decoded(text.trim_matches('"')).into_owned().into_bytes()),
        Value::Array(_) | Value::Object(_) => {
            let mut out = Vec::new();
            json::write(value, Rewrite::default(), &mut out);
            Some(out)
        }
        Value::Word(_) | Value::Number(_) => None,
    });
    texts.collect()
}

/// What `JSON.stringify` makes of a Buffer in Node.
fn node_buffer(body: &[u8]) -> Vec<u8> {
    let numbers: Vec<String> = body.iter().map(u8::to_string).collect();
    format!("{{\"type\":\"Buffer\",\"data\":[{}]}}", numbers.join(",")).into_bytes()
}

/// As PHP's `htmlspecialchars` does.
fn html(body: &str) -> Vec<u8> {
    let plain = body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    plain.replace('"', "&quot;").replace('\'', "&#039;").into_bytes()
}

/// The lines, without what ends them.
fn lines(body: &[u8]) -> Vec<&[u8]> {
    body.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}

/// The value of a form that has one field, as GitHub's `payload=…`.
fn form_field(body: &[u8]) -> Option<Vec<u8>> {
    if !body.contains(&b'=') || body.contains(&b'&') {
        return None;
    }
    url::form_urlencoded::parse(body).next().map(|(_, value)| value.into_owned().into_bytes())
}

fn form_decoded(body: &[u8]) -> Vec<u8> {
    let spaces: Vec<u8> = body.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    percent_decode(&spaces).collect()
}

pub fn missing_words(announced: Option<u64>) -> (String, String) {
    let what = match announced {
        Some(length) => format!("the body is empty, although content-length is {length}"),
        None => "the body is empty".to_owned(),
    };
    let fix = "Find what consumed it: a body parser or middleware that ran before the check (keep the bytes that it read), a redirect \
               (after 301, 302 or 303 clients send a GET without a body), or a proxy that does not pass the body on.";
    (what, fix.to_owned())
}

/// What programs write in place of a body that they do not have.
const REPLACEMENTS: [&str; 7] = ["{}", "null", "\"\"", "[]", "undefined", "\"{}\"", "[object Object]"];

/// A body that is one of them; only known when nothing else is.
pub(super) fn replaced(body: &[u8]) -> Option<Mistake> {
    let known = REPLACEMENTS.into_iter().find(|known| known.as_bytes() == body.trim_ascii());
    known.map(Mistake::BodyReplaced)
}

pub fn replaced_words(body: &str) -> (String, String) {
    let fix = "If more than that was sent, find what replaced it: a body parser that does not accept the content-type leaves {} \
               (Express), a body that was read twice or never awaited becomes null, \"\" or undefined, and an object used as a \
               string [object Object]. Keep the raw bytes, and check those. Otherwise compare the secrets.";
    (format!("no known mistake explains the signature, and the body is only {body}"), fix.to_owned())
}

pub fn compression_words(coding: &str, is_compressed: bool) -> (String, String) {
    let what = if is_compressed { "the body looks compressed" } else { "the body is not compressed" };
    (
        format!("no known mistake explains the signature; content-encoding is {coding}, and {what}"),
        "Check the bytes as they were signed: a proxy or framework may have decompressed or compressed the body.".to_owned(),
    )
}

/// Body mistakes have one fix.
const RAW: &str = "Check the bytes as they came, before any parser, framework or editor.";

pub fn words(form: BodyForm) -> (String, String) {
    let what = match form {
        BodyForm::NewlineAdded => "with a line break at its end",
        BodyForm::CrLfAdded => "with a Windows line break at its end",
        BodyForm::NewlineRemoved => "without its last line break",
        BodyForm::Trimmed => "without the whitespace around it",
        BodyForm::LfForCrLf => "with LF for every CRLF",
        BodyForm::CrLfForLf => "with CRLF for every LF",
        BodyForm::BomAdded => "with a byte order mark",
        BodyForm::BomRemoved => "without its byte order mark",
        BodyForm::Charset(charset) => charset.words(),
        BodyForm::Decompressed => {
            let fix = "Sign and check the same bytes: compress before signing, or check the body after it is decompressed.";
            return ("the signature is over the decompressed body".into(), fix.into());
        }
        BodyForm::Base64Encoded => "as base64",
        BodyForm::Base64Decoded => "decoded from base64",
        BodyForm::Rewritten(how) => return (format!("the signature is over the JSON {}", rewritten(how)), RAW.into()),
        BodyForm::FormField => "as the decoded field of a form",
        BodyForm::FormDecoded => "decoded as a form",
        BodyForm::HexEncoded => "as hex",
        BodyForm::PercentEncoded => "percent-encoded",
        BodyForm::HtmlEscaped => "escaped for HTML",
        BodyForm::PythonBytes => {
            let fix = "Join bytes, not texts, before the hash: str() of bytes, and an f-string, add b'…' in Python.";
            return ("the signature is over the body as Python shows bytes (b'…')".into(), fix.into());
        }
        BodyForm::PythonDict => {
            let fix = "Check the bytes as they came (request.data, request.get_data()): str() of a parsed body writes Python, not JSON.";
            return ("the signature is over the parsed body as Python shows it ({'a': None})".into(), fix.into());
        }
        BodyForm::NodeBuffer => {
            let fix = "Pass the Buffer itself to the hash, and not what JSON.stringify makes of it.";
            return ("the signature is over JSON.stringify of a Node Buffer ({\"type\":\"Buffer\",…})".into(), fix.into());
        }
        BodyForm::Member => return ("the signature is over one member of the JSON alone, such as data".into(), RAW.into()),
        BodyForm::PercentDecoded => "with its %XX decoded",
        BodyForm::QuotedAsJson => "encoded again, as a JSON string",
        BodyForm::UnquotedJson => "taken out of the JSON string that came",
        BodyForm::ObjectObject => {
            let what = "the signature is over \"[object Object]\", a parsed body used as a string";
            return (what.into(), RAW.into());
        }
        BodyForm::Empty => {
            let fix = "Something read the body before the check: keep the bytes, and check those.";
            return ("the signature is over no bytes at all".into(), fix.into());
        }
    };
    (format!("the signature is over the body {what}"), RAW.into())
}

fn rewritten(how: Rewrite) -> String {
    let spacing = how.spacing.map(|spacing| match spacing {
        Spacing::Compact => "without whitespace",
        Spacing::Spaced => "with a space after each comma and colon",
        Spacing::Pretty2 => "indented by 2",
        Spacing::Pretty4 => "indented by 4",
        Spacing::Tabs => "indented by tabs",
        Spacing::Pretty1 => "indented by 1",
        Spacing::Pretty3 => "indented by 3",
        Spacing::AfterCommas => "with a space after each comma, but not after a colon",
        Spacing::AfterColons => "with a space after each colon, but not after a comma",
        Spacing::Windows => "indented by 2, with CRLF line breaks, as .NET has it on Windows",
        Spacing::Jackson => "indented as Jackson's pretty printer has it (\"a\" : 1)",
    });
    let non_ascii = how.non_ascii.map(|way| match way {
        NonAscii::Escaped => "with non-ASCII characters as \\uXXXX",
        NonAscii::EscapedUpper => "with non-ASCII characters as \\uXXXX in upper case",
        NonAscii::Plain => "with \\uXXXX as the characters themselves",
    });
    let slashes = how.slashes.map(|way| match way {
        Escaped::Yes => "with / written as \\/",
        Escaped::No => "with \\/ written as /",
    });
    let html = how.html.map(|way| match way {
        Escaped::Yes => "with <, > and & as \\u003c, \\u003e and \\u0026",
        Escaped::No => "with \\u003c, \\u003e and \\u0026 as <, > and &",
    });
    let texts = how.texts.map(|way| match way {
        Texts::Minimal => "with only the escapes that JSON needs (\\u001B as \\u001b)",
        Texts::MinimalUpper => "with only the escapes that JSON needs, in upper case (\\u001b as \\u001B)",
        Texts::DotNet => "with texts as .NET's System.Text.Json escapes them (\\u003C, \\u0027, \\u002B)",
        Texts::Ascii => "with texts escaped as Python does (everything outside ASCII as \\u00e9)",
        Texts::AsciiSlashes => "with texts escaped as PHP does (/ as \\/, everything outside ASCII as \\u00e9)",
        Texts::PhpHex => "with texts escaped as by PHP's JSON_HEX options (\\u003C, \\u0026, \\u0027, \\u0022)",
        Texts::Laravel => "with texts escaped as Laravel does (\\u003C, \\u0026, \\u0027, \\u0022, / as it is)",
        Texts::Gson => "with texts as Gson escapes them (\\u003c, \\u0026, \\u003d, \\u0027)",
        Texts::Html => "with texts escaped as Go and Rails do (\\u003c, \\u003e, \\u0026, \\u2028)",
        Texts::LineSeparators => "with U+2028 and U+2029 as \\u2028 and \\u2029, as Go does",
    });
    let numbers = how.numbers.map(|way| match way {
        Numbers::Alike => "with numbers written again (1.50 as 1.5)",
        Numbers::JavaScript => "with numbers as JavaScript and Go write them (1.0 as 1, large integers rounded)",
        Numbers::Python => "with numbers as Python and some other languages write them (1e5 as 100000.0)",
        Numbers::Java => "with numbers as Java writes them (1e7 as 1.0E7)",
        Numbers::DotNet => "with numbers as .NET writes them (1e15 as 1E+15)",
        Numbers::Ruby => "with numbers as Ruby writes them (1e16 as 1.0e+16)",
        Numbers::Rust => "with numbers as Rust's serde_json writes them (1e16 as 1e16, 1e5 as 100000.0)",
        Numbers::Php => "with numbers as PHP writes them (1.0 as 1, 1e25 as 1.0e+25)",
        Numbers::WithPoint => "with .0 after integers",
    });
    let sorted = how.sorted.then_some("with sorted keys");
    let integers = how.integers_first.then_some("with keys that are whole numbers first, as JavaScript has them");
    let duplicates = how.duplicates.map(|kept| match kept {
        Duplicates::First => "with only the first of several members that have the same key",
        Duplicates::Last => "with only the last of several members that have the same key",
    });
    let empty = how.empty_as_array.then_some("with {} as [], as PHP has it after json_decode(…, true)");
    let newline = how.newline.then_some("with a line break at its end");
    let parts: Vec<_> = [spacing, sorted, integers, duplicates, non_ascii, slashes, html, texts, numbers, empty, newline]
        .into_iter()
        .flatten()
        .collect();
    format!("written again {}", parts.join(", "))
}
