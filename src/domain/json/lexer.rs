//! Any text as tokens of JSON, and what an escape means.

use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Whitespace.
    Space,
    /// `{`, `}`, `[`, `]`, `,` or `:`
    Punctuation,
    /// A text in quotes that a colon follows.
    Key,
    /// A text in quotes.
    Text,
    /// A number or a word, or what is neither.
    Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: TokenKind,
    /// Its first byte in the text.
    pub start: usize,
    pub text: &'a str,
}

/// The tokens of a text, JSON or not. Each byte is in one of them: a text without its closing quote goes on to the end.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let (kind, length) = match *rest.as_bytes().first()? {
            byte if is_space(byte) => (TokenKind::Space, rest.bytes().take_while(|&byte| is_space(byte)).count()),
            byte if is_punctuation(byte) => (TokenKind::Punctuation, 1),
            b'"' => {
                let length = text_length(rest);
                let is_key = rest[length..].bytes().find(|&byte| !is_space(byte)) == Some(b':');
                (if is_key { TokenKind::Key } else { TokenKind::Text }, length)
            }
            _ => (
                TokenKind::Literal,
                rest.bytes().take_while(|&byte| !is_space(byte) && !is_punctuation(byte) && byte != b'"').count(),
            ),
        };
        let token = Token { kind, start, text: &rest[..length] };
        start += length;
        Some(token)
    })
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

const fn is_punctuation(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':')
}

/// The length of a text, from its opening quote to its closing one.
fn text_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !is_escaped => return at + 1,
            _ => is_escaped = byte == b'\\' && !is_escaped,
        }
    }
    text.len()
}

/// The length of the escape that begins with a backslash, and its character (RFC 8259 §7): `None` for half a surrogate pair, or
/// for what is no escape.
pub(crate) fn escape(text: &[u8]) -> (usize, Option<char>) {
    let short = |meaning| (2, Some(meaning));
    match text.get(1) {
        Some(&byte @ (b'"' | b'\\' | b'/')) => short(char::from(byte)),
        Some(b'b') => short('\u{8}'),
        Some(b'f') => short('\u{c}'),
        Some(b'n') => short('\n'),
        Some(b'r') => short('\r'),
        Some(b't') => short('\t'),
        Some(b'u') => match (code_unit(text), text.get(6..).and_then(code_unit)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                (12, char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)))
            }
            (Some(unit), _) => (6, char::from_u32(unit)),
            (None, _) => (2, None),
        },
        _ => (1, None),
    }
}

/// The value of the `\uXXXX` that a text begins with.
fn code_unit(text: &[u8]) -> Option<u32> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}

/// A text with its escapes replaced by their characters.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (length, meaning) = escape(&rest.as_bytes()[at..]);
        out.push(meaning.unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_token_has_its_kind() {
        use TokenKind::{Key, Literal, Punctuation, Space, Text};
        let kinds = |text| tokens(text).map(|token| (token.text, token.kind)).collect::<Vec<_>>();
        assert_eq!(
            kinds("  \"a\" : \"x\\\"y\","),
            [
                ("  ", Space),
                ("\"a\"", Key),
                (" ", Space),
                (":", Punctuation),
                (" ", Space),
                ("\"x\\\"y\"", Text),
                (",", Punctuation)
            ]
        );
        assert_eq!(kinds("[-1.5e3,true"), [("[", Punctuation), ("-1.5e3", Literal), (",", Punctuation), ("true", Literal)]);
        assert_eq!(kinds("\"\\\\\"x\"open"), [("\"\\\\\"", Text), ("x", Literal), ("\"open", Text)]);
        assert_eq!(kinds(""), []);
    }

    #[test]
    fn escapes_mean_their_characters() {
        for (text, expected) in [
            ("\\n", (2, Some('\n'))),
            ("\\/", (2, Some('/'))),
            ("\\u00e9", (6, Some('é'))),
            ("\\u00E9x", (6, Some('é'))),
            ("\\ud83d\\ude00", (12, Some('😀'))),
            ("\\ud83d", (6, None)),
            ("\\ud83dx", (6, None)),
            ("\\ude00\\ud83d", (6, None)),
            ("\\u12", (2, None)),
            ("\\x", (1, None)),
            ("\\", (1, None)),
        ] {
            assert_eq!(escape(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(decoded("a\\u00e9\\n\\ud83d."), "aé\n\u{fffd}.");
        assert_eq!(decoded("\\ä"), "\u{fffd}ä");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn tokens_are_the_whole_text(text in any::<String>()) {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert_eq!(token.start, end);
                end += token.text.len();
            }
            prop_assert_eq!(end, text.len());
        }

        #[test]
        fn a_text_decodes_to_itself(text in any::<String>()) {
            let written = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(decoded(&written[1..written.len() - 1]), text);
        }
    }
}
