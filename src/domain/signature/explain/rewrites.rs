//! The ways in which libraries write JSON again, in the order in which they are tried.

use std::collections::HashSet;

use crate::domain::json::{self, Duplicates, Escaped, NonAscii, Numbers, Rewrite, Spacing, Texts, Value, decoded};

/// The deepest nesting of a body that is read as JSON: reading and writing recurse.
const MAX_DEPTH: usize = 128;

const SPACINGS: [Spacing; 5] = [Spacing::Compact, Spacing::Spaced, Spacing::Pretty2, Spacing::Pretty4, Spacing::Tabs];

/// Those that few libraries write: tried after all others.
const RARE_SPACINGS: [Spacing; 6] =
    [Spacing::Windows, Spacing::Jackson, Spacing::AfterColons, Spacing::AfterCommas, Spacing::Pretty3, Spacing::Pretty1];

/// The languages that read a number and write it again, those first by which a way of writing is called.
const NUMBERS: [Numbers; 8] = [
    Numbers::JavaScript,
    Numbers::Python,
    Numbers::Java,
    Numbers::DotNet,
    Numbers::Ruby,
    Numbers::Rust,
    Numbers::Php,
    Numbers::WithPoint,
];

/// The ways of encoding texts, those first by which one is called.
const TEXTS: [Texts; 10] = [
    Texts::Minimal,
    Texts::MinimalUpper,
    Texts::LineSeparators,
    Texts::Html,
    Texts::Gson,
    Texts::DotNet,
    Texts::Ascii,
    Texts::AsciiSlashes,
    Texts::PhpHex,
    Texts::Laravel,
];

/// What PHP writes, by its options.
const PHP: [Texts; 5] = [Texts::Minimal, Texts::Ascii, Texts::AsciiSlashes, Texts::PhpHex, Texts::Laravel];

/// How libraries encode texts and numbers by default: what changes several things at once.
const LIBRARIES: [(Texts, Numbers); 16] = [
    (Texts::Minimal, Numbers::JavaScript),
    (Texts::Ascii, Numbers::Python),
    (Texts::Minimal, Numbers::Python),
    (Texts::Html, Numbers::JavaScript),
    (Texts::LineSeparators, Numbers::JavaScript),
    (Texts::AsciiSlashes, Numbers::Php),
    (Texts::PhpHex, Numbers::Php),
    (Texts::Laravel, Numbers::Php),
    (Texts::Minimal, Numbers::DotNet),
    (Texts::Minimal, Numbers::Php),
    (Texts::Minimal, Numbers::Ruby),
    (Texts::Html, Numbers::Ruby),
    (Texts::DotNet, Numbers::DotNet),
    (Texts::MinimalUpper, Numbers::Java),
    (Texts::Gson, Numbers::Java),
    (Texts::Minimal, Numbers::Rust),
];

/// A body as JSON; `None` when it is not one JSON value.
pub(super) fn parse(body: &[u8]) -> Option<Value<'_>> {
    json::parse(std::str::from_utf8(body).ok()?, MAX_DEPTH)
}

/// What a JSON text in quotes says; `None` for anything else.
pub(super) fn unquoted(body: &[u8]) -> Option<Vec<u8>> {
    match parse(body)? {
        Value::Text(text) => serde_json::from_str::<String>(text).ok().map(String::into_bytes),
        Value::Word(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The spacing in which a body is written throughout, if it is a known one; its last newline apart.
pub(super) fn spacing(value: &Value<'_>, body: &[u8]) -> Option<Spacing> {
    let mut out = Vec::new();
    SPACINGS.into_iter().chain(RARE_SPACINGS).find(|&spacing| {
        json::write(value, Rewrite { spacing: Some(spacing), ..Rewrite::default() }, &mut out);
        out == body || body.strip_suffix(b"\n") == Some(&out)
    })
}

/// What occurs in a document. A change of anything else changes nothing.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself: any of them may occur with any other")]
struct Traits {
    /// Characters outside ASCII, as themselves.
    non_ascii: bool,
    /// `\uXXXX`
    escapes: bool,
    /// `/`
    slash: bool,
    /// `\/`
    escaped_slash: bool,
    /// `<`, `>` or `&`
    html: bool,
    /// Keys that are not sorted.
    unsorted: bool,
    /// Keys that are whole numbers.
    integers: bool,
    /// Keys that come more than once in an object.
    duplicates: bool,
    /// `{}`
    empty_object: bool,
}

impl Traits {
    fn collect(&mut self, value: &Value<'_>) {
        match value {
            Value::Word(_) | Value::Number(_) => {}
            Value::Text(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(members) => {
                self.empty_object |= members.is_empty();
                self.unsorted |= !members.is_sorted_by_key(|(key, _)| decoded(key));
                self.integers |= members.len() > 1 && members.iter().any(|(key, _)| json::integer(key).is_some());
                let mut seen = HashSet::new();
                self.duplicates |= !members.iter().all(|(key, _)| seen.insert(decoded(key)));
                for (key, value) in members {
                    self.text(key);
                    self.collect(value);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let mut is_escaped = false;
        for byte in text.bytes() {
            match (is_escaped, byte) {
                (true, b'/') => self.escaped_slash = true,
                (true, b'u') => self.escapes = true,
                (false, b'/') => self.slash = true,
                (false, b'<' | b'>' | b'&') => self.html = true,
                (false, 0x80..) => self.non_ascii = true,
                _ => {}
            }
            is_escaped = byte == b'\\' && !is_escaped;
        }
    }
}

/// The rewrites that can make a difference to a value, the fewest changes first.
pub(super) fn rewrites(value: &Value<'_>) -> Vec<Rewrite> {
    let mut t = Traits::default();
    t.collect(value);
    let plain = |spacing| Rewrite { spacing: Some(spacing), ..Rewrite::default() };
    let mut all = SPACINGS.map(plain).to_vec();
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.newline = true], true);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.sorted = true], t.unsorted);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.slashes = Some(Escaped::Yes)], t.slash);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.slashes = Some(Escaped::No)], t.escaped_slash);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.html = Some(Escaped::Yes)], t.html);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.html = Some(Escaped::No)], t.escapes);
    let escaped: [Change; 2] =
        [|rewrite| rewrite.non_ascii = Some(NonAscii::Escaped), |rewrite| rewrite.non_ascii = Some(NonAscii::EscapedUpper)];
    vary(&mut all, &escaped, t.non_ascii);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.non_ascii = Some(NonAscii::Plain)], t.escapes);
    let of_languages = numbers(value);
    let ways = distinct(&of_languages);
    let is_common = |way: &Numbers| matches!(way, Numbers::Alike | Numbers::JavaScript | Numbers::Python | Numbers::WithPoint);
    let (common, rare): (Vec<_>, Vec<_>) = ways.iter().copied().partition(is_common);
    let changes: Vec<_> = common.into_iter().map(|way| move |rewrite: &mut Rewrite| rewrite.numbers = Some(way)).collect();
    vary(&mut all, &changes, true);
    all.extend(rare.iter().flat_map(|&way| SPACINGS.map(|spacing| Rewrite { numbers: Some(way), ..plain(spacing) })));
    let kept: [Change; 2] =
        [|rewrite| rewrite.duplicates = Some(Duplicates::Last), |rewrite| rewrite.duplicates = Some(Duplicates::First)];
    let mut moved = Vec::new();
    if t.duplicates {
        moved.extend(kept);
    }
    if t.integers {
        moved.push(|rewrite| rewrite.integers_first = true);
    }
    all.extend(with_each(&SPACINGS.map(plain), &moved));
    // Texts encoded anew, by themselves and by each library.
    let of_texts = texts(value);
    let texts = distinct(&of_texts);
    let mut anew: Vec<Rewrite> = texts.iter().map(|&texts| Rewrite { texts: Some(texts), ..Rewrite::default() }).collect();
    let by_library = LIBRARIES.into_iter().map(|(texts, numbers)| Rewrite {
        texts: named(&of_texts, texts),
        numbers: named(&of_languages, numbers),
        duplicates: t.duplicates.then_some(Duplicates::Last),
        integers_first: t.integers && numbers == Numbers::JavaScript && texts == Texts::Minimal,
        ..Rewrite::default()
    });
    anew.extend(by_library.filter(|_| !(texts.is_empty() && ways.is_empty() && moved.is_empty())));
    for spacing in SPACINGS {
        let spaced = anew.iter().map(|rewrite| Rewrite { spacing: Some(spacing), ..*rewrite });
        let spaced: Vec<_> = spaced.collect();
        all.extend(&spaced);
        let sorted = spaced.iter().filter(|_| t.unsorted).map(|rewrite| Rewrite { sorted: true, ..*rewrite });
        all.extend(sorted.collect::<Vec<_>>());
    }
    let anywhere = [Rewrite::default()];
    for spacing in RARE_SPACINGS {
        let with_each = anywhere.iter().chain(&anew).map(|rewrite| Rewrite { spacing: Some(spacing), ..*rewrite });
        all.extend(with_each.collect::<Vec<_>>());
    }
    if t.empty_object {
        let php = |rewrite: &&Rewrite| rewrite.texts.is_none_or(|texts| PHP.contains(&texts));
        let anew = anywhere.iter().chain(&anew).filter(php).flat_map(|rewrite| {
            [Spacing::Compact, Spacing::Pretty4].map(|spacing| Rewrite {
                spacing: Some(spacing),
                empty_as_array: true,
                ..*rewrite
            })
        });
        all.extend(anew.collect::<Vec<_>>());
    }
    // The sort is stable: rewrites of equal weight stay in the order above.
    all.sort_by_key(|rewrite| match weight(*rewrite) {
        // After those that say more exactly which escapes changed.
        0 if rewrite.texts.is_some() => (2, 1),
        few if rewrite.texts.is_some() => (4, few),
        few @ ..=2 => (few, 0),
        many => (if is_of_a_library(*rewrite) { 3 } else { 5 }, many),
    });
    all
}

/// Each way of writing numbers, and the first that gives the same; `None` where nothing changes.
fn numbers(value: &Value<'_>) -> Vec<(Numbers, Option<Numbers>)> {
    let of = |way| written(value, Rewrite { numbers: Some(way), ..Rewrite::default() });
    let is_alike = of(Numbers::JavaScript) == of(Numbers::Python);
    let first = |way| if is_alike && way == Numbers::JavaScript { Numbers::Alike } else { way };
    firsts(value, &NUMBERS, of).into_iter().map(|(way, name)| (way, name.map(first))).collect()
}

/// The same for the ways of encoding texts.
fn texts(value: &Value<'_>) -> Vec<(Texts, Option<Texts>)> {
    firsts(value, &TEXTS, |texts| written(value, Rewrite { texts: Some(texts), ..Rewrite::default() }))
}

fn firsts<T: Copy>(value: &Value<'_>, all: &[T], write: impl Fn(T) -> Vec<u8>) -> Vec<(T, Option<T>)> {
    let mut known: Vec<(Vec<u8>, Option<T>)> = vec![(written(value, Rewrite::default()), None)];
    let mut firsts = Vec::new();
    for &way in all {
        let text = write(way);
        let first = known.iter().find(|(other, _)| *other == text).map(|(_, first)| *first);
        if first.is_none() {
            known.push((text, Some(way)));
        }
        firsts.push((way, first.unwrap_or(Some(way))));
    }
    firsts
}

/// The names, each once.
fn distinct<T: Copy + PartialEq>(firsts: &[(T, Option<T>)]) -> Vec<T> {
    let mut all = Vec::new();
    for name in firsts.iter().filter_map(|(_, name)| *name) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn named<T: Copy + PartialEq>(firsts: &[(T, Option<T>)], way: T) -> Option<T> {
    firsts.iter().find(|(known, _)| *known == way).and_then(|(_, name)| *name)
}

fn written(value: &Value<'_>, rewrite: Rewrite) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(value, rewrite, &mut out);
    out
}

/// Each rewrite with each of the changes.
fn with_each(all: &[Rewrite], changes: &[Change]) -> Vec<Rewrite> {
    let each = changes.iter().flat_map(|change| all.iter().map(move |rewrite| (change, *rewrite)));
    each.map(|(change, mut rewrite)| {
        change(&mut rewrite);
        rewrite
    })
    .collect()
}

/// Sets one part of a rewrite.
type Change = fn(&mut Rewrite);

/// Adds to each rewrite the same with each of the changes, if they can make a difference.
fn vary(all: &mut Vec<Rewrite>, changes: &[impl Fn(&mut Rewrite)], applies: bool) {
    if !applies {
        return;
    }
    for index in 0..all.len() {
        for change in changes {
            let mut rewrite = all[index];
            change(&mut rewrite);
            all.push(rewrite);
        }
    }
}

/// How much is changed. Spacing costs nothing: it is always set, and named only where it differs.
fn weight(rewrite: Rewrite) -> u8 {
    // No library writes these two by default.
    let rare = matches!(rewrite.non_ascii, Some(NonAscii::EscapedUpper)) || rewrite.numbers == Some(Numbers::WithPoint);
    u8::from(rewrite.sorted)
        + u8::from(rewrite.non_ascii.is_some())
        + u8::from(rewrite.slashes.is_some())
        + u8::from(rewrite.html.is_some())
        + u8::from(rewrite.numbers.is_some())
        + u8::from(rewrite.newline)
        + u8::from(rewrite.integers_first)
        + u8::from(rewrite.duplicates.is_some())
        + u8::from(rewrite.empty_as_array)
        + u8::from(rare)
}

/// Whether a library writes JSON like this, by its defaults or common options.
fn is_of_a_library(rewrite: Rewrite) -> bool {
    let Rewrite { sorted, non_ascii, slashes, html, numbers, newline, .. } = rewrite;
    let plain = matches!(non_ascii, None | Some(NonAscii::Plain));
    let escaped = matches!(non_ascii, None | Some(NonAscii::Escaped));
    let slashes_plain = slashes != Some(Escaped::Yes);
    let html_plain = html != Some(Escaped::Yes);
    let as_javascript = matches!(numbers, None | Some(Numbers::JavaScript | Numbers::Alike));
    let as_python = matches!(numbers, None | Some(Numbers::Python | Numbers::Alike));
    let javascript = plain && slashes_plain && html_plain && as_javascript && !newline;
    let python = escaped && slashes_plain && html_plain && as_python && !newline;
    let php = escaped && html_plain && as_python && !sorted && !newline;
    let go = plain && slashes_plain && html != Some(Escaped::No) && as_javascript;
    let ruby = plain && slashes_plain && as_python && !sorted && !newline;
    javascript || python || php || go || ruby
}
