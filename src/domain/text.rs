//! Text that comes from outside, made safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character may not reach a terminal: a control (C0, DEL, C1), a bidi control, or one that has no width and so
/// hides in the text around it.
#[must_use]
pub const fn is_unsafe(c: char) -> bool {
    // Almost every character of almost every text is one of these.
    !matches!(c, ' '..='~')
        && matches!(c,
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

/// Outside text as part of a sentence: visible, and of a long one the first `max` characters and how long it is: `aaa… (60 KB)`.
#[must_use]
pub fn quoted(text: &str, max: usize) -> Cow<'_, str> {
    let (whole, mark) = match text.rfind(CUT).filter(|_| text.ends_with(')')) {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    };
    let shown = visible(whole);
    let Some((end, _)) = shown.char_indices().nth(max) else { return visible(text) };
    let mark = mark.map_or_else(|| cut_mark(text.len()), str::to_owned);
    Cow::Owned(format!("{}{mark}", &shown[..end]))
}

/// As many names as have room in `max` characters, at least one, and how many more there are.
#[must_use]
pub fn listed<T: AsRef<str>>(names: &[T], max: usize) -> String {
    let (mut out, mut count) = (String::new(), 0);
    for name in names {
        let name = quoted(name.as_ref(), max);
        if count > 0 && out.chars().count() + 2 + name.chars().count() > max {
            break;
        }
        out.push_str(if count > 0 { ", " } else { "" });
        out.push_str(&name);
        count += 1;
    }
    match names.len() - count {
        0 => out,
        more => format!("{out} and {more} more"),
    }
}

/// How a mark begins.
const CUT: &str = "… (";

/// What ends a text that was cut: how long it was.
#[must_use]
pub fn cut_mark(bytes: usize) -> String {
    let size = match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    };
    format!("{CUT}{size})")
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

    #[test]
    fn a16_what_is_quoted_of_a_long_text_says_how_long_it_is() {
        assert_eq!(quoted("abcd", 4), "abcd");
        assert_eq!(quoted("abcde", 4), "abcd… (5 bytes)");
        assert_eq!(quoted(&"ä".repeat(30_000), 3), "äää… (60 KB)");
        assert_eq!(quoted("\x1b\x1b", 6), "\\x1b\\x… (2 bytes)");
        assert_eq!(quoted("abcdef… (60 KB)", 3), "abc… (60 KB)", "it was cut before");
        assert_eq!(quoted("abc… (60 KB)", 3), "abc… (60 KB)");
        assert_eq!([999, 1_499, 999_499, 1_250_000].map(cut_mark), ["… (999 bytes)", "… (1 KB)", "… (999 KB)", "… (1.2 MB)"]);
    }

    #[test]
    fn a16_of_a_long_list_there_are_the_first_and_a_count() {
        let names: Vec<_> = (0..2_500).map(|n| format!("host-{n}.example.test")).collect();
        assert_eq!(listed(&names[..2], 200), "host-0.example.test, host-1.example.test");
        assert_eq!(listed(&names, 45), "host-0.example.test, host-1.example.test and 2498 more");
        assert_eq!(listed(&["x".repeat(500), "y".to_owned()], 3), "xxx… (500 bytes) and 1 more");
        assert_eq!(listed::<&str>(&[], 9), "");
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
