//! A text of which the bytes were read in another character set: UTF-8 as Latin-1 or Windows-1252 and written as UTF-8 again
//! (`Ã¶` for `ö`), or not written as UTF-8 at all.

/// The characters of Windows-1252 from 0x80 on. Where it has none, Latin-1 counts.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The characters that a byte of a text in one of the two is.
pub(super) fn of_byte(byte: u8, mut visit: impl FnMut(char)) {
    if byte >= 0x80 {
        visit(char::from(byte));
        if let Some(&c) = WINDOWS_1252.get(usize::from(byte - 0x80)) {
            visit(c);
        }
    }
}

/// Whether such a character begins with that byte.
pub(super) const fn is_lead(byte: u8) -> bool {
    matches!(byte, 0xc2 | 0xc3 | 0xc5 | 0xc6 | 0xcb | 0xe2)
}

/// Whether the text is the beginning of such a character, and the byte that was read as the character that it is.
pub(super) fn read(text: &[u8]) -> (bool, Option<u8>) {
    let [first, rest @ ..] = text else { return (false, None) };
    let needed = if *first == 0xe2 { 3 } else { 2 };
    if !is_lead(*first) || text.len() < needed {
        return (is_lead(*first) && rest.iter().all(|byte| matches!(byte, 0x80..=0xbf)), None);
    }
    let mut chars = str::from_utf8(text).unwrap_or_default().chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return (false, None) };
    let of_windows = || WINDOWS_1252.iter().zip(0x80..).find_map(|(&known, byte)| (known == c).then_some(byte));
    (false, u8::try_from(u32::from(c)).ok().or_else(of_windows))
}

/// What is left of a text where what is not ASCII was replaced, character by character or byte by byte, or left out. Nothing for
/// a text of which little is left.
pub(super) fn replaced(text: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = str::from_utf8(text) else { return Vec::new() };
    if text.is_ascii() || text.bytes().filter(u8::is_ascii).count() < 8 {
        return Vec::new();
    }
    let with = |mark: &str, per_byte: bool| -> Vec<u8> {
        let each = |c: char| if c.is_ascii() { c.to_string() } else { mark.repeat(if per_byte { c.len_utf8() } else { 1 }) };
        text.chars().map(each).collect::<String>().into_bytes()
    };
    [("?", false), ("?", true), ("\u{fffd}", false), ("\u{fffd}", true), ("", false)]
        .map(|(mark, each)| with(mark, each))
        .to_vec()
}
