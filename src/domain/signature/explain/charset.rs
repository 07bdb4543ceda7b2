//! A body that a receiver turned into text with the wrong character set, and back into bytes.
//!
//! A form applies only where it changes the body, so that a body of plain ASCII has none but UTF-16.

use std::borrow::Cow;

use icu_normalizer::{
    ComposingNormalizerBorrowed as ComposingNormalizer, DecomposingNormalizerBorrowed as DecomposingNormalizer,
};

/// How the bytes that were signed were made of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Decoded as ASCII: `?` for each byte.
    QuestionMarkPerByte,
    /// Encoded as ASCII, Latin-1 or Windows-1252: `?` for each UTF-16 unit, two for an emoji.
    QuestionMarkPerUnit,
    /// The same with one `?` for each character.
    QuestionMarkPerCharacter,
    /// Encoded as Latin-1.
    Latin1,
    /// Encoded as Windows-1252.
    Windows1252,
    /// Encoded with the low byte of each UTF-16 unit, as Node's `binary` does.
    LowByte,
    /// Decoded as Latin-1, then encoded as UTF-8.
    DecodedAsLatin1,
    /// Decoded as Windows-1252, then encoded as UTF-8.
    DecodedAsWindows1252,
    /// Decoded as ASCII by dropping the highest bit, as Node's `ascii` does.
    SevenBits,
    /// U+FFFD in place of each byte.
    ReplacementPerByte,
    /// U+FFFD in place of what is not UTF-8.
    Replacement,
    /// U+FFFD in place of each UTF-16 unit or character.
    ReplacementPerCharacter,
    /// A character that two chunks share, decoded in each by itself.
    SplitCharacter,
    /// What is not ASCII is left out.
    Dropped,
    /// Encoded as UTF-16.
    Utf16,
    /// UTF-16 that was turned into UTF-8.
    FromUtf16,
    /// UTF-8 decoded as UTF-16.
    DecodedAsUtf16,
    /// Each half of a surrogate pair encoded by itself (CESU-8).
    Cesu8,
    /// Normalized to NFC: a letter and its accent as one character.
    Composed,
    /// Normalized to NFD: a letter and its accent as two characters.
    Decomposed,
    /// Normalized to NFKC or NFKD: ligatures, full-width and other forms as plain characters.
    Compatible,
}

/// The most characters for which a chunk may end within them.
const MAX_SPLITS: usize = 48;

/// The longest body that is cut in two.
const MAX_SPLIT_LENGTH: usize = 1 << 20;

/// What Windows-1252 has at 0x80 to 0x9f; the five bytes that it leaves open are those control characters.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}',
    '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

impl Charset {
    /// What the signature is over: "the body …".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::QuestionMarkPerByte | Self::QuestionMarkPerUnit | Self::QuestionMarkPerCharacter => {
                "with ? in place of characters that ASCII or Latin-1 does not have"
            }
            Self::Latin1 => "encoded as Latin-1 (ISO 8859-1), not as UTF-8",
            Self::Windows1252 => "encoded as Windows-1252, not as UTF-8",
            Self::LowByte => "encoded as \"binary\", which keeps one byte of each character",
            Self::DecodedAsLatin1 => "decoded as Latin-1 (ISO 8859-1): \u{c3}\u{a9} in place of \u{e9}",
            Self::DecodedAsWindows1252 => "decoded as Windows-1252: \u{c3}\u{a9} in place of \u{e9}",
            Self::SevenBits => "decoded as ASCII, without the highest bit of each byte",
            Self::ReplacementPerByte | Self::ReplacementPerCharacter => "decoded as ASCII, with U+FFFD in place of characters",
            Self::Replacement => "decoded as UTF-8, with U+FFFD in place of bytes that are not",
            Self::SplitCharacter => "decoded chunk by chunk, with U+FFFD in place of a character that two chunks share",
            Self::Dropped => "without its characters outside ASCII",
            Self::Utf16 => "encoded as UTF-16, not as UTF-8",
            Self::FromUtf16 => "converted from UTF-16 to UTF-8",
            Self::DecodedAsUtf16 => "decoded as UTF-16",
            Self::Cesu8 => "encoded as CESU-8, with each emoji as two characters of three bytes",
            Self::Composed => "normalized to NFC: \u{e9} as one character",
            Self::Decomposed => "normalized to NFD: \u{e9} as two characters, e and an accent",
            Self::Compatible => "normalized to NFKC or NFKD: ligatures and full-width characters as plain ones",
        }
    }
}

/// Makes other bytes of a text.
type OfText = fn(&str) -> Vec<u8>;

/// The text in another encoding.
const TEXT_FORMS: [(Charset, OfText); 17] = [
    (Charset::QuestionMarkPerUnit, |text| encoded(text, ascii, |c| &b"??"[..c.len_utf16()])),
    (Charset::QuestionMarkPerCharacter, |text| encoded(text, ascii, |_| b"?")),
    (Charset::Latin1, |text| encoded(text, latin1, |c| &b"??"[..c.len_utf16()])),
    (Charset::Latin1, |text| encoded(text, latin1, |_| b"?")),
    (Charset::Latin1, |text| encoded(text, latin1, |_| b"")),
    (Charset::Windows1252, |text| encoded(text, windows1252, |c| &b"??"[..c.len_utf16()])),
    (Charset::Windows1252, |text| encoded(text, windows1252, |_| b"?")),
    (Charset::Windows1252, |text| encoded(text, windows1252, |_| b"")),
    (Charset::Dropped, |text| encoded(text, ascii, |_| b"")),
    (Charset::LowByte, |text| text.encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect()),
    (Charset::ReplacementPerCharacter, |text| encoded(text, ascii, |c| &"\u{fffd}\u{fffd}".as_bytes()[..3 * c.len_utf16()])),
    (Charset::ReplacementPerCharacter, |text| encoded(text, ascii, |_| "\u{fffd}".as_bytes())),
    (Charset::Cesu8, cesu8),
    (Charset::Composed, |text| bytes(ComposingNormalizer::new_nfc().normalize(text))),
    (Charset::Decomposed, |text| bytes(DecomposingNormalizer::new_nfd().normalize(text))),
    (Charset::Compatible, |text| bytes(ComposingNormalizer::new_nfkc().normalize(text))),
    (Charset::Compatible, |text| bytes(DecomposingNormalizer::new_nfkd().normalize(text))),
];

/// Makes other bytes of a body.
type OfBytes = fn(&[u8]) -> Vec<u8>;

/// The bytes read as another encoding.
const BYTE_FORMS: [(Charset, OfBytes); 8] = [
    (Charset::QuestionMarkPerByte, |body| body.iter().map(|&b| if b.is_ascii() { b } else { b'?' }).collect()),
    (Charset::Replacement, |body| String::from_utf8_lossy(body).into_owned().into_bytes()),
    (Charset::ReplacementPerByte, |body| decoded(body, |b| if b.is_ascii() { char::from(b) } else { '\u{fffd}' })),
    (Charset::DecodedAsLatin1, |body| decoded(body, char::from)),
    (Charset::DecodedAsWindows1252, |body| decoded(body, from_windows1252)),
    (Charset::DecodedAsWindows1252, |body| {
        decoded(body, |b| Some(from_windows1252(b)).filter(|c| !('\u{80}'..'\u{a0}').contains(c)).unwrap_or('\u{fffd}'))
    }),
    (Charset::SevenBits, |body| body.iter().map(|b| b & 0x7f).collect()),
    (Charset::Dropped, |body| body.iter().copied().filter(u8::is_ascii).collect()),
];

/// UTF-16 of either byte order, with a byte order mark and without.
const UTF16_FORMS: [OfText; 4] = [
    |text| utf16("", text, u16::to_le_bytes),
    |text| utf16("", text, u16::to_be_bytes),
    |text| utf16("\u{feff}", text, u16::to_le_bytes),
    |text| utf16("\u{feff}", text, u16::to_be_bytes),
];

/// Every other reading of a body, each made when it is asked for.
pub(super) fn forms(body: &[u8]) -> impl Iterator<Item = (Charset, Vec<u8>)> {
    let text = std::str::from_utf8(body).ok();
    let wide = text.filter(|text| !text.is_ascii());
    let of_text = wide.into_iter().flat_map(|text| TEXT_FORMS.into_iter().map(move |(charset, make)| (charset, make(text))));
    let of_bytes = (!body.is_ascii()).then_some(body);
    let of_bytes = of_bytes.into_iter().flat_map(|body| BYTE_FORMS.into_iter().map(move |(charset, make)| (charset, make(body))));
    let to_utf16 = text.into_iter().flat_map(|text| UTF16_FORMS.into_iter().map(move |make| (Charset::Utf16, make(text))));
    let from_utf16 = [u16::from_le_bytes as fn([u8; 2]) -> u16, u16::from_be_bytes];
    let from_utf16 = from_utf16.into_iter().flat_map(|from_bytes| from_utf16_forms(body, from_bytes));
    let split = wide.filter(|text| text.len() <= MAX_SPLIT_LENGTH).into_iter().flat_map(splits);
    let split = split.map(|bytes| (Charset::SplitCharacter, bytes));
    of_text.chain(of_bytes).chain(to_utf16).chain(from_utf16).chain(split)
}

fn utf16(mark: &str, text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    mark.encode_utf16().chain(bare.encode_utf16()).flat_map(to_bytes).collect()
}

/// The bytes read as UTF-16, with the byte order mark and without.
fn from_utf16_forms(body: &[u8], from_bytes: fn([u8; 2]) -> u16) -> Vec<(Charset, Vec<u8>)> {
    let (pairs, rest) = body.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().copied().map(from_bytes).collect();
    let mut text = String::from_utf16_lossy(&units);
    let bare = text.trim_start_matches('\u{feff}');
    // JSON begins with ASCII.
    let is_utf16 = rest.is_empty() && bare.starts_with(|c: char| c.is_ascii());
    let charset = if is_utf16 { Charset::FromUtf16 } else { Charset::DecodedAsUtf16 };
    let bare = (bare.len() < text.len()).then(|| (charset, bare.as_bytes().to_vec()));
    text.extend((!rest.is_empty()).then_some('\u{fffd}'));
    bare.into_iter().chain([(charset, text.into_bytes())]).collect()
}

/// Each of the first characters of more than one byte cut in two, as by the end of a chunk.
fn splits(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let wide = text.char_indices().filter(|(_, c)| c.len_utf8() > 1);
    let cuts = wide.flat_map(|(at, c)| (1..c.len_utf8()).map(move |size| at + size)).take(MAX_SPLITS);
    cuts.map(|at| {
        let (first, second) = text.as_bytes().split_at(at);
        [first, second].map(String::from_utf8_lossy).concat().into_bytes()
    })
}

fn encoded(text: &str, table: fn(char) -> Option<u8>, other: fn(char) -> &'static [u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match table(c) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(other(c)),
        }
    }
    out
}

fn decoded(body: &[u8], table: impl Fn(u8) -> char) -> Vec<u8> {
    body.iter().map(|&b| table(b)).collect::<String>().into_bytes()
}

fn ascii(c: char) -> Option<u8> {
    u8::try_from(c).ok().filter(u8::is_ascii)
}

fn latin1(c: char) -> Option<u8> {
    u8::try_from(c).ok()
}

fn from_windows1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn windows1252(c: char) -> Option<u8> {
    match u8::try_from(c) {
        Ok(byte @ (..0x80 | 0xa0..)) => Some(byte),
        _ => WINDOWS_1252.iter().position(|&known| known == c).and_then(|at| u8::try_from(at + 0x80).ok()),
    }
}

fn bytes(text: Cow<'_, str>) -> Vec<u8> {
    text.into_owned().into_bytes()
}

fn cesu8(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        if c.len_utf16() == 1 {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let [high, low] = unit.to_be_bytes();
            out.extend([0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]);
        }
    }
    out
}
