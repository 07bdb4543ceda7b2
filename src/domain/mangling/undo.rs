//! A mangled text, and what it was made of.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::Mangling;
use super::tables::{LOOKALIKES, QUOTES, TYPOGRAPHIC, is_invisible, is_odd_space, narrow};
use crate::domain::json;

/// How many layers are removed: `export NAME="…"` and a line break are three.
const MAX_LAYERS: usize = 4;

/// A text of fewer characters is not taken for an encoding of another: a short one is that by chance.
const ENCODED_FROM: usize = 8;

/// A text with one kind of mangling undone.
pub(crate) struct Undone {
    pub(crate) mangling: Mangling,
    /// The first character that shows it, counted from 0.
    pub(crate) at: usize,
    /// Where in the text the rest begins, in characters, if it is a piece of the text.
    pub(crate) rest_at: Option<usize>,
    pub(crate) text: Zeroizing<String>,
}

/// Each kind of mangling that a text shows, undone.
pub(crate) fn undone(text: &str) -> Vec<Undone> {
    let mut all = Vec::new();
    let mut add = |mangling, found: Option<(usize, Option<usize>, String)>| {
        if let Some((at, rest_at, rest)) = found
            && !rest.is_empty()
            && rest != text
        {
            all.push(Undone { mangling, at, rest_at, text: Zeroizing::new(rest) });
        }
    };
    let place = |is: fn(char) -> bool| text.chars().position(is);
    add(Mangling::Invisible, place(is_invisible).map(|at| (at, None, text.chars().filter(|&c| !is_invisible(c)).collect())));
    let spaced = || text.chars().filter(|&c| !is_invisible(c) || is_odd_space(c)).map(|c| if is_odd_space(c) { ' ' } else { c });
    add(Mangling::Invisible, place(is_odd_space).map(|at| (at, None, spaced().collect())));
    let unquoted = QUOTES.into_iter().find_map(|(open, close)| Some((open, text.strip_prefix(open)?.strip_suffix(close)?)));
    add(Mangling::Quotes, unquoted.map(|(open, inner)| (0, Some(open.chars().count()), inner.to_owned())));
    let after = |rest: &str| text.chars().count() - rest.chars().count();
    add(Mangling::Name, unnamed(text).map(|rest| (0, Some(after(rest)), rest.to_owned())));
    add(Mangling::Scheme, without_scheme(text).map(|rest| (0, Some(after(rest)), rest.to_owned())));
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

/// What follows `NAME=`, `export NAME=` or `NAME: `.
fn unnamed(text: &str) -> Option<&str> {
    let starts = ["export ", "set ", "declare -x ", "ENV ", "$env:", "- "];
    let bare = starts.into_iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
    let (name, value) = match (bare.split_once('='), bare.split_once(": ")) {
        (Some((name, value)), Some((other, _))) if name.len() < other.len() => (name, value),
        (Some(pair), None) => pair,
        (_, other) => other?,
    };
    let name = name.trim().trim_matches('"');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        // What is before the padding of base64 is no name.
        && !value.trim_matches('=').is_empty()
        // Those are schemes.
        && !["authorization", "bearer", "basic"].iter().any(|scheme| name.eq_ignore_ascii_case(scheme));
    is_name.then(|| value.trim())
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
