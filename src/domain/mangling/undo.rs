//! A mangled text, and what it was made of.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::Mangling;
use super::lines;
use super::tables::{LOOKALIKES, TYPOGRAPHIC, is_invisible, is_odd_space, narrow};
use crate::domain::json;

/// How many layers are removed: `export NAME="…"` and a line break are three.
const MAX_LAYERS: usize = 4;

/// A text of fewer characters is not taken for an encoding of another: a short one is that by chance.
const ENCODED_FROM: usize = 8;

/// With what Standard Webhooks and Stripe begin a signing secret.
const PREFIX: &str = "whsec_";

/// A text with one kind of mangling undone.
pub(crate) struct Undone {
    pub(crate) mangling: Mangling,
    /// The first character that shows it, counted from 0.
    pub(crate) at: usize,
    /// Where in the text the rest begins, in characters, if it is a piece of the text.
    pub(crate) rest_at: Option<usize>,
    /// Whether secrets as they are issued often look like that: tried when a signature does not match, but no notice.
    pub(crate) is_doubtful: bool,
    pub(crate) text: Zeroizing<String>,
}

/// Each kind of mangling that a text shows, undone.
pub(crate) fn undone(text: &str) -> Vec<Undone> {
    let mut all = Vec::new();
    let mut push = |mangling, is_doubtful, found: Option<(usize, Option<usize>, String)>| {
        if let Some((at, rest_at, rest)) = found
            && !rest.is_empty()
            && rest != text
        {
            all.push(Undone { mangling, at, rest_at, is_doubtful, text: Zeroizing::new(rest) });
        }
    };
    for (mangling, at, rest) in lines::doubtful(text) {
        push(mangling, true, Some((at, None, rest)));
    }
    let name = lines::unnamed(text);
    if let Some(lines::Value { text: rest, is_doubtful: true }) = name {
        push(Mangling::Name, true, Some((0, None, rest.to_owned())));
    }
    let mut add = |mangling, found| push(mangling, false, found);
    let place = |is: fn(char) -> bool| text.chars().position(is);
    add(Mangling::Invisible, place(is_invisible).map(|at| (at, None, text.chars().filter(|&c| !is_invisible(c)).collect())));
    let spaced = || text.chars().filter(|&c| !is_invisible(c) || is_odd_space(c)).map(|c| if is_odd_space(c) { ' ' } else { c });
    add(Mangling::Invisible, place(is_odd_space).map(|at| (at, None, spaced().collect())));
    // The quotes of a line with a name are around parts of it.
    let unquoted = lines::unquoted(text).filter(|_| name.as_ref().is_none_or(|value| value.is_doubtful));
    add(Mangling::Quotes, unquoted.map(|(open, inner)| (0, Some(open.chars().count()), inner.to_owned())));
    let named = name.filter(|value| !value.is_doubtful).map(|value| value.text);
    // A byte address, since the value may occur in the name, too.
    let after =
        |rest: &str| text.get(..(rest.as_ptr().addr()).saturating_sub(text.as_ptr().addr())).map(|head| head.chars().count());
    add(Mangling::Name, named.and_then(|rest| Some((0, Some(after(rest)?), rest.to_owned()))));
    add(Mangling::Scheme, without_scheme(text).and_then(|rest| Some((0, Some(after(rest)?), rest.to_owned()))));
    add(Mangling::Comment, lines::uncommented(text).map(|rest| (rest.chars().count(), Some(0), rest.to_owned())));
    add(Mangling::Terminal, lines::without_terminal(text).map(|rest| (0, None, rest.to_owned())));
    add(Mangling::Twice, once(text).map(|half| (half.chars().count(), Some(0), half.to_owned())));
    add(Mangling::PrefixTwice, prefix_once(text).map(|rest| (0, Some(PREFIX.len()), rest.to_owned())));
    add(Mangling::QuotedPrintable, from_mail(text));
    add(Mangling::HtmlEntities, entities_decoded(text));
    add(Mangling::ShellEscapes, shell_unescaped(text));
    add(Mangling::Charset, from_latin_1(text));
    for member in lines::members(text) {
        add(Mangling::JsonObject, Some((0, None, member)));
    }
    let ends = ["\\r\\n", "\\n", "\\r", "\\t"];
    let line = ends.into_iter().find_map(|end| text.strip_suffix(end)).filter(|rest| !rest.ends_with('\\'));
    add(Mangling::WrittenLineBreak, line.map(|rest| (rest.chars().count(), Some(0), rest.to_owned())));
    add(Mangling::Typographic, typographic(text));
    add(Mangling::Lookalike, lookalikes(text));
    add(Mangling::PercentEncoded, percent_decoded(text));
    // As a form: + is a space.
    add(Mangling::PercentEncoded, percent_decoded(&text.replace('+', " ")));
    let escape = text.find('\\').map(|at| text[..at].chars().count());
    add(Mangling::JsonEscapes, escape.and_then(|at| Some((at, None, unescaped(text)?))));
    add(Mangling::Base64, of_base64(text).map(|inner| (0, None, inner)));
    for inner in of_hex(text) {
        add(Mangling::Hex, Some((0, None, inner)));
    }
    all
}

/// Everything that a text may have been made of, with whitespace around it removed, too; each with the outermost kind.
pub(crate) fn undone_deeply(text: &str) -> Vec<(Mangling, Zeroizing<String>)> {
    let mut all: Vec<(Mangling, Zeroizing<String>)> = Vec::new();
    let mut layer: Vec<(Option<Mangling>, Zeroizing<String>)> = vec![(None, Zeroizing::new(text.to_owned()))];
    for _ in 0..MAX_LAYERS {
        let mut next = Vec::new();
        for (outermost, text) in &layer {
            for Undone { mangling, text: inner, .. } in undone(text.trim_ascii()) {
                let mangling = outermost.unwrap_or(mangling);
                if all.iter().all(|(_, known)| *known != inner) {
                    all.push((mangling, inner.clone()));
                    next.push((Some(mangling), inner));
                }
            }
        }
        layer = next;
    }
    all
}

/// What follows `Bearer ` or `Basic `, perhaps with the header's name before it.
fn without_scheme(text: &str) -> Option<&str> {
    let bare = strip_start(text, "authorization:").map_or(text, str::trim_start);
    let rest = ["bearer ", "bearer: ", "basic ", "basic: ", "token "]
        .into_iter()
        .find_map(|scheme| strip_start(bare, scheme))
        .unwrap_or(bare);
    (rest.len() < text.len()).then(|| rest.trim_start())
}

/// What follows a start that is written in any case.
fn strip_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

fn typographic(text: &str) -> Option<(usize, Option<usize>, String)> {
    let plain_of = |c: char| {
        let known = TYPOGRAPHIC.iter().find(|(_, typographic)| typographic.starts_with(c)).map(|(plain, _)| (*plain).to_owned());
        known.or_else(|| narrow(c).map(String::from))
    };
    let at = text.chars().position(|c| plain_of(c).is_some())?;
    Some((at, None, text.chars().map(|c| plain_of(c).unwrap_or_else(|| c.to_string())).collect()))
}

/// Only where there are Latin letters as well: a password in Cyrillic is one.
fn lookalikes(text: &str) -> Option<(usize, Option<usize>, String)> {
    let latin = |c: char| LOOKALIKES.iter().find(|(_, other)| *other == c).map(|(latin, _)| *latin);
    let at = text.chars().position(|c| latin(c).is_some())?;
    let is_foreign = |c: char| c.is_alphabetic() && !c.is_ascii() && latin(c).is_none();
    let is_mixed = text.chars().any(|c| c.is_ascii_alphanumeric()) && !text.chars().any(is_foreign);
    is_mixed.then(|| (at, None, text.chars().map(|c| latin(c).unwrap_or(c)).collect()))
}

fn percent_decoded(text: &str) -> Option<(usize, Option<usize>, String)> {
    let is_escape =
        |at: usize| text.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let first = text.match_indices('%').map(|(at, _)| at).find(|&at| is_escape(at))?;
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some((text[..first].chars().count(), None, decoded.into_owned()))
}

/// A text with its prefix once.
fn prefix_once(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX).filter(|rest| rest.starts_with(PREFIX))
}

/// Quoted-printable, which writes each `=` as `=3D`: only what has that is taken for it.
fn from_mail(text: &str) -> Option<(usize, Option<usize>, String)> {
    let first = text.find("=3D")?;
    // A percent sign would be decoded, too; it stands for itself here.
    let percent = text.replace('%', "%25").replace('=', "%");
    let decoded = percent_decode_str(&percent).decode_utf8().ok()?;
    Some((text[..first].chars().count(), None, decoded.into_owned()))
}

/// Half of a text that is the same twice, perhaps with a space between.
fn once(text: &str) -> Option<&str> {
    let (half, _) = text.split_at_checked(text.len() / 2)?;
    let is_same = text.strip_prefix(half).is_some_and(|rest| rest == half || rest.strip_prefix(' ') == Some(half));
    // Of a text with a shorter period it says nothing.
    let is_even =
        |period: usize| half.len().is_multiple_of(period) && half.as_bytes()[period..] == half.as_bytes()[..half.len() - period];
    let varies = !(1..half.len()).any(is_even);
    (is_same && varies && half.len() >= ENCODED_FROM).then_some(half)
}

/// With the entities that templates write, and any by its number.
fn entities_decoded(text: &str) -> Option<(usize, Option<usize>, String)> {
    let meaning = |name: &str| match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let hex = digits.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
            char::from_u32(hex.unwrap_or_else(|| digits.parse()).ok()?)
        }
    };
    let mut out = String::new();
    let mut first = None;
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let entity = rest[at + 1..].find(';').and_then(|end| Some((meaning(&rest[at + 1..at + 1 + end])?, at + end + 2)));
        let (c, end) = entity.unwrap_or(('&', at + 1));
        if entity.is_some() {
            first = first.or(Some(text[..text.len() - rest.len() + at].chars().count()));
        }
        out.push_str(&rest[..at]);
        out.push(c);
        rest = &rest[end..];
    }
    out.push_str(rest);
    Some((first?, None, out))
}

/// A text in which each backslash is before a sign that a shell would interpret.
fn shell_unescaped(text: &str) -> Option<(usize, Option<usize>, String)> {
    let first = text.find('\\')?;
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next()? } else { c };
        if c == '\\' && !(next.is_ascii_punctuation() || next == ' ') {
            return None;
        }
        out.push(next);
    }
    // What JSON escapes as well is called that.
    let is_json = text.match_indices('\\').all(|(at, _)| text[at + 1..].starts_with(['\\', '"', '/']));
    (!is_json).then(|| (text[..first].chars().count(), None, out))
}

/// UTF-8 whose bytes were taken for Latin-1.
fn from_latin_1(text: &str) -> Option<(usize, Option<usize>, String)> {
    let at = text.chars().position(|c| !c.is_ascii())?;
    let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>()?;
    Some((at, None, String::from_utf8(bytes).ok()?))
}

/// A text whose every backslash begins an escape of JSON.
fn unescaped(text: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{}\"", text.replace("\\\"", "\"").replace('"', "\\\""))).ok().or_else(|| {
        let decoded = json::decoded(text);
        (!decoded.contains(char::REPLACEMENT_CHARACTER)).then(|| decoded.into_owned())
    })
}

/// What a text of base64 says, if that is a text that could be typed.
fn of_base64(text: &str) -> Option<String> {
    let bare = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(bare).or_else(|_| URL_SAFE_NO_PAD.decode(bare)).ok()?;
    let inner = typed(bytes)?;
    Some(inner.trim_end_matches(['\r', '\n']).to_owned())
}

/// Hex with separators, without them and decoded; hex without separators is decoded only to text that could be typed.
fn of_hex(text: &str) -> Vec<String> {
    let bare: String =
        text.chars().filter(|c| !matches!(c, ' ' | ':' | '-')).collect::<String>().replace("\\x", "").replace("0x", "");
    if bare.len() < 2 * ENCODED_FROM || !bare.len().is_multiple_of(2) || !bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Vec::new();
    }
    let pairs = (0..bare.len()).step_by(2).filter_map(|at| u8::from_str_radix(bare.get(at..at + 2)?, 16).ok());
    let decoded = typed(pairs.collect());
    // A UUID has hyphens, too: what separates pairs is at every third place.
    let is_dump = bare.len() < text.len() && text.len() + 1 >= bare.len() / 2 * 3;
    is_dump.then_some(bare).into_iter().chain(decoded).collect()
}

/// Bytes as a text of visible ASCII, perhaps with a line break at its end.
fn typed(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let bare = text.trim_end_matches(['\r', '\n']);
    (bare.len() >= ENCODED_FROM && bare.bytes().all(|byte| matches!(byte, b' '..=b'~'))).then_some(text)
}
