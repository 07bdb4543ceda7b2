//! Text that comes from outside, made safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character may not reach a terminal: a control (C0, DEL, C1), a bidi control, or one that has no width and so
/// hides in the text around it.
#[must_use]
pub const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // soft hyphen, combining grapheme joiner, Arabic letter mark, Hangul fillers, Khmer inherent vowels, Mongolian separators
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        // zero-width space, (non-)joiner, LRM, RLM, line and paragraph separator, embeddings, overrides, isolates, invisible operators
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        // tags and variation selectors supplement
        | '\u{e0000}'..='\u{e0fff}')
}

/// One line of text with every unsafe character as a visible escape: `\n`, `\t`, `\x1b`, `\u{202e}`.
///
/// A text without any is given back as it is, so that escaping twice is escaping once.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// Like [`visible`], but line feeds stay: for a body that is shown on several lines.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c == '\n')
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|c| is_unsafe(c) && !keep(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !is_unsafe(c) || keep(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
        }
    }
    Cow::Owned(out)
}

/// The columns of what [`visible`] makes of an unsafe character.
#[must_use]
pub const fn visible_columns(unsafe_char: char) -> usize {
    match unsafe_char {
        '\n' | '\r' | '\t' => 2,
        c if (c as u32) < 0x100 => 4,
        // \u{…}
        c => 4 + (c as u32).ilog(16) as usize + 1,
    }
}

/// Text that begins with a capital letter.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A clause, such as the reason of a system error, as a sentence.
#[must_use]
pub fn sentence(clause: &str) -> String {
    format!("{}.", capitalised(clause))
}

/// Bytes as text; those that are not UTF-8 as `\\xNN`.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Text of at most `max` characters, cut with an ellipsis.
#[must_use]
pub fn ellipsis(text: &str, max: usize) -> Cow<'_, str> {
    if text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    let mut out: String = text.chars().take(max.saturating_sub(1)).collect();
    out.push('…');
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_visible() {
        assert_eq!(visible("a\x1b[31m\u{9b}\u{202e}b\n\t\r"), "a\\x1b[31m\\x9b\\u{202e}b\\n\\t\\r");
        assert_eq!(visible_lines("a\nb\u{200b}"), "a\nb\\u{200b}");
        assert!(matches!(visible("plain, ä, 漢"), Cow::Borrowed(_)));
    }

    #[test]
    fn bytes_that_are_no_text_are_visible() {
        assert_eq!(from_bytes(b"a\xff\xc3\xa9\xe2\x82"), "a\\xffé\\xe2\\x82");
    }

    #[test]
    fn a_cut_shows() {
        assert_eq!(ellipsis("abcdef", 4), "abc…");
        assert_eq!(ellipsis("abcd", 4), "abcd");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_unsafe_is_left_and_twice_is_once(text in any::<String>()) {
            let once = visible(&text).into_owned();
            prop_assert!(!once.chars().any(is_unsafe));
            prop_assert_eq!(visible(&once), once.as_str());
            for c in text.chars().filter(|&c| is_unsafe(c)) {
                prop_assert_eq!(visible_columns(c), visible(c.encode_utf8(&mut [0; 4])).len());
            }
        }
    }
}
