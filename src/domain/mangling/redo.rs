//! What a text is often mangled to: for a signature, which shows no secret to compare with.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::Mangling;
use super::tables::{INVISIBLE, LOOKALIKES, NAMES, QUOTES, TYPOGRAPHIC, wide};
use crate::domain::signature::hex;

/// What JavaScript's `encodeURIComponent` encodes.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A text in each form that it is often mangled to, the usual ones first.
pub(crate) fn redone(text: &str) -> impl Iterator<Item = (Mangling, Zeroizing<Vec<u8>>)> {
    let around = move |mangling, before: &str, after: &str| (mangling, [before, text, after].concat());
    let quoted = QUOTES.into_iter().map(move |(open, close)| around(Mangling::Quotes, open, close));
    let broken = ["\"\n", "'\n"].into_iter().map(move |close| around(Mangling::Quotes, &close[..1], close));
    let written = ["\\n", "\\r\\n", "\\t"].into_iter().map(move |end| around(Mangling::WrittenLineBreak, "", end));
    let invisible = INVISIBLE.into_iter().flat_map(move |c| {
        let c = c.to_string();
        [around(Mangling::Invisible, &c, ""), around(Mangling::Invisible, "", &c)]
    });
    let spaces = ["\u{a0}", "\u{3000}"].into_iter().map(move |space| (Mangling::Invisible, text.replace(' ', space)));
    let schemes = ["Bearer ", "bearer ", "Basic "].into_iter().map(move |scheme| around(Mangling::Scheme, scheme, ""));
    let lines = [("", "=", ""), ("", "=\"", "\""), ("", "='", "'"), ("", "=", "\n"), ("", ": ", "")];
    let exports = [("export ", "=", ""), ("export ", "=\"", "\""), ("export ", "='", "'")];
    let named = lines.into_iter().chain(exports).flat_map(move |(start, before, after)| {
        NAMES.into_iter().map(move |name| around(Mangling::Name, &format!("{start}{name}{before}"), after))
    });
    let half =
        ["\"", "'"].into_iter().flat_map(move |mark| [around(Mangling::Quotes, mark, ""), around(Mangling::Quotes, "", mark)]);
    let ended = [",", ";"].into_iter().map(move |end| around(Mangling::Punctuation, "", end));
    let quoted_end = ["\",", "\";", "',", "';"].into_iter().map(move |end| around(Mangling::Quotes, &end[..1], end));
    let terminal =
        [("[200~", "[201~"), ("[200~", ""), ("", "[201~"), ("00~", "01~"), ("", "01~"), ("", "^M"), ("", "^J"), ("$ ", "")];
    let terminal = terminal.into_iter().map(move |(before, after)| around(Mangling::Terminal, before, after));
    let twice = [text, " "]
        .into_iter()
        .map(move |between| (Mangling::Twice, format!("{text}{}{text}", if between == " " { " " } else { "" })));
    let quoted = quoted.chain(half).chain(ended).chain(quoted_end).chain(terminal).chain(twice);
    let all = quoted
        .chain(broken)
        .chain(written)
        .chain(invisible)
        .chain(spaces)
        .chain(schemes)
        .chain(encoded(text))
        .chain(replaced(text));
    let latin_1 = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>();
    let latin_1 = latin_1.filter(|_| !text.is_ascii()).map(|bytes| (Mangling::Charset, Zeroizing::new(bytes)));
    all.chain(named)
        .filter(move |(_, other)| other != text)
        .map(|(mangling, text)| (mangling, Zeroizing::new(text.into_bytes())))
        .chain(latin_1)
}

fn encoded(text: &str) -> impl Iterator<Item = (Mangling, String)> {
    let line = [text, "\n"].concat();
    let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let digits = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") };
    let lower = text.bytes().map(digits).collect();
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let html = |quote: &str, apostrophe: &str| {
        let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        plain.replace('"', quote).replace('\'', apostrophe)
    };
    let shell = text
        .chars()
        .flat_map(|c| (c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '.' | '/')).then_some('\\').into_iter().chain([c]));
    let shell = shell.collect();
    let dump = |separator: &str| text.bytes().map(|byte| hex(&[byte])).collect::<Vec<_>>().join(separator);
    let spread = |separator: &str| {
        let pairs: Vec<&str> = (0..text.len()).step_by(2).filter_map(|at| text.get(at..text.len().min(at + 2))).collect();
        pairs.join(separator)
    };
    [
        (Mangling::PercentEncoded, utf8_percent_encode(text, COMPONENT).to_string()),
        (Mangling::PercentEncoded, lower),
        (Mangling::PercentEncoded, percent),
        (Mangling::PercentEncoded, url::form_urlencoded::byte_serialize(text.as_bytes()).collect()),
        (Mangling::JsonEscapes, json.replace('/', "\\/")),
        (Mangling::JsonEscapes, json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")),
        (Mangling::JsonEscapes, json),
        (Mangling::Base64, STANDARD.encode(text)),
        (Mangling::Base64, STANDARD.encode(&line)),
        (Mangling::Base64, STANDARD.encode(text).trim_end_matches('=').to_owned()),
        (Mangling::Base64, format!("{}\n", STANDARD.encode(text))),
        (Mangling::Base64, URL_SAFE.encode(text)),
        (Mangling::Hex, hex(text.as_bytes())),
        (Mangling::Hex, hex(text.as_bytes()).to_uppercase()),
        (Mangling::Hex, dump(" ")),
        (Mangling::Hex, dump(":")),
        (Mangling::Hex, spread(" ")),
        (Mangling::Hex, spread(":")),
        (Mangling::HtmlEntities, html("&quot;", "&#39;")),
        (Mangling::HtmlEntities, html("&#34;", "&#39;")),
        (Mangling::HtmlEntities, html("&quot;", "&#x27;")),
        (Mangling::HtmlEntities, html("&quot;", "&#039;")),
        (Mangling::HtmlEntities, html("\"", "'")),
        (Mangling::ShellEscapes, shell),
        (Mangling::ShellEscapes, text.replace('$', "\\$")),
        (Mangling::ShellEscapes, text.replace('$', "$$")),
        (Mangling::ShellEscapes, text.replace('%', "%%")),
        (Mangling::ShellEscapes, text.replace('\'', "''")),
        (Mangling::ShellEscapes, text.replace('"', "\"\"")),
        (Mangling::Charset, text.bytes().map(char::from).collect()),
        (Mangling::PrefixTwice, if text.starts_with("whsec_") { format!("whsec_{text}") } else { text.to_owned() }),
        (Mangling::QuotedPrintable, text.replace('=', "=3D")),
    ]
    .into_iter()
}

/// With characters replaced: all of one kind, and only the first.
fn replaced(text: &str) -> impl Iterator<Item = (Mangling, String)> {
    let typographic = TYPOGRAPHIC.into_iter().filter(move |(plain, _)| text.contains(plain));
    let typographic = typographic.flat_map(move |(plain, other)| {
        [text.replace(plain, other), text.replacen(plain, other, 1)].map(|text| (Mangling::Typographic, text))
    });
    let full = text.chars().map(|c| wide(c).unwrap_or(c)).collect();
    let lookalikes = LOOKALIKES.into_iter().filter(move |(latin, _)| text.contains(*latin));
    let lookalikes = lookalikes.flat_map(move |(latin, other)| {
        let other = other.to_string();
        [text.replace(latin, &other), text.replacen(latin, &other, 1)].map(|text| (Mangling::Lookalike, text))
    });
    typographic.chain([(Mangling::Typographic, full)]).chain(lookalikes)
}
