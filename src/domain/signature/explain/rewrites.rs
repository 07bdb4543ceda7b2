//! The ways in which libraries write JSON again, in the order in which they are tried.

use super::mistake::{Escaped, NonAscii, Numbers, Rewrite, Spacing};

/// The spacings that are tried.
pub const SPACINGS: [Spacing; 4] = [Spacing::Compact, Spacing::Spaced, Spacing::Pretty2, Spacing::Pretty4];

/// The ways of writing numbers that are tried.
pub const NUMBERS: [Numbers; 3] = [Numbers::JavaScript, Numbers::Python, Numbers::WithPoint];

/// What occurs in a document: a change of anything else changes nothing.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself: any of them may occur with any other")]
pub struct Traits {
    /// Characters outside ASCII, as themselves.
    pub non_ascii: bool,
    /// `\uXXXX`
    pub escapes: bool,
    /// `/`
    pub slash: bool,
    /// `\/`
    pub escaped_slash: bool,
    /// `<`, `>` or `&`.
    pub html: bool,
    /// Numbers that are written otherwise, by the way of [`NUMBERS`].
    pub numbers: [bool; NUMBERS.len()],
    /// Numbers that JavaScript and Python write in two ways.
    pub languages_differ: bool,
    /// Keys that do not stand in order.
    pub keys: bool,
}

/// The ways of writing it again that can make a difference, the fewest changes first.
pub fn of(t: Traits) -> Vec<Rewrite> {
    let plain = |spacing| Rewrite { spacing: Some(spacing), ..Rewrite::default() };
    let mut all = SPACINGS.map(plain).to_vec();
    vary(&mut all, &[|how: &mut Rewrite| how.newline = true], true);
    vary(&mut all, &[|how: &mut Rewrite| how.sorted = true], t.keys);
    vary(&mut all, &[|how: &mut Rewrite| how.slashes = Some(Escaped::Yes)], t.slash);
    vary(&mut all, &[|how: &mut Rewrite| how.slashes = Some(Escaped::No)], t.escaped_slash);
    vary(&mut all, &[|how: &mut Rewrite| how.html = Some(Escaped::Yes)], t.html);
    vary(&mut all, &[|how: &mut Rewrite| how.html = Some(Escaped::No)], t.escapes);
    let escaped: [Change; 2] =
        [|how| how.non_ascii = Some(NonAscii::Escaped), |how| how.non_ascii = Some(NonAscii::EscapedUpper)];
    vary(&mut all, &escaped, t.non_ascii);
    vary(&mut all, &[|how: &mut Rewrite| how.non_ascii = Some(NonAscii::Plain)], t.escapes);
    let numbers = NUMBERS.into_iter().zip(t.numbers).filter(|&(_, differs)| differs);
    // What both write alike names neither.
    let numbers = numbers.filter_map(|(way, _)| match way {
        Numbers::JavaScript if !t.languages_differ => Some(Numbers::Alike),
        Numbers::Python if !t.languages_differ => None,
        way => Some(way),
    });
    let numbers: Vec<_> = numbers.map(|way| move |how: &mut Rewrite| how.numbers = Some(way)).collect();
    vary(&mut all, &numbers, true);
    // A stable sort: of equal weight, the order above stays.
    all.sort_by_key(|how| match weight(*how) {
        few @ ..=2 => (few, 0),
        many => (if is_of_a_library(*how) { 3 } else { 4 }, many),
    });
    all
}

/// Sets one part of a rewriting.
type Change = fn(&mut Rewrite);

/// Adds to each rewriting the same with each of the changes, if they can make a difference.
fn vary(all: &mut Vec<Rewrite>, changes: &[impl Fn(&mut Rewrite)], applies: bool) {
    if !applies {
        return;
    }
    for index in 0..all.len() {
        for change in changes {
            let mut how = all[index];
            change(&mut how);
            all.push(how);
        }
    }
}

/// How much is changed. Spacing costs nothing: it is always set, and named only where it differs.
fn weight(how: Rewrite) -> u8 {
    // These two come of no library's defaults.
    let rare = matches!(how.non_ascii, Some(NonAscii::EscapedUpper)) || how.numbers == Some(Numbers::WithPoint);
    u8::from(how.sorted)
        + u8::from(how.non_ascii.is_some())
        + u8::from(how.slashes.is_some())
        + u8::from(how.html.is_some())
        + u8::from(how.numbers.is_some())
        + u8::from(how.newline)
        + u8::from(rare)
}

/// Whether a library writes JSON so, by its defaults or common options.
fn is_of_a_library(how: Rewrite) -> bool {
    let Rewrite { sorted, non_ascii, slashes, html, numbers, newline, .. } = how;
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
