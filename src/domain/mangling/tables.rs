//! The characters and names that secrets are mangled with.

/// The byte order mark first.
pub(super) const INVISIBLE: [char; 9] =
    ['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{200e}', '\u{200f}', '\u{ad}', '\u{a0}'];

/// Whether a character is one that cannot be seen, or a space that is not the plain one.
pub(super) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    ) || is_odd_space(c)
}

/// A space that is not the plain one.
pub(super) const fn is_odd_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

pub(super) const QUOTES: [(&str, &str); 18] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{201a}", "\u{2018}"),
    ("\u{ab}", "\u{bb}"),
    ("\u{201d}", "\u{201d}"),
    ("\\\"", "\\\""),
    ("\\'", "\\'"),
    // Of a shell, Python and C#.
    ("$'", "'"),
    ("b'", "'"),
    ("b\"", "\""),
    ("@\"", "\""),
    ("&quot;", "&quot;"),
    ("&#34;", "&#34;"),
    ("&#39;", "&#39;"),
];

/// The variables that a secret usually is in.
pub(super) const NAMES: [&str; 14] = [
    "WAYPOST_SECRET",
    "WEBHOOK_SECRET",
    "WEBHOOK_SIGNING_SECRET",
    "SIGNING_SECRET",
    "SECRET",
    "SECRET_KEY",
    "HMAC_SECRET",
    "HMAC_KEY",
    "WEBHOOK_KEY",
    "SIGNATURE_SECRET",
    "SHARED_SECRET",
    "API_SECRET",
    "KEY",
    "secret",
];

/// What programs put in place of a plain character, the usual one first.
pub(super) const TYPOGRAPHIC: [(&str, &str); 28] = [
    ("-", "\u{2013}"),
    ("-", "\u{2014}"),
    ("-", "\u{2011}"),
    ("-", "\u{2010}"),
    ("-", "\u{2212}"),
    ("-", "\u{2012}"),
    ("--", "\u{2013}"),
    ("--", "\u{2014}"),
    ("'", "\u{2019}"),
    ("'", "\u{2018}"),
    ("'", "\u{201a}"),
    ("'", "\u{201b}"),
    ("'", "\u{2032}"),
    ("'", "\u{b4}"),
    ("\"", "\u{201d}"),
    ("\"", "\u{201c}"),
    ("\"", "\u{201e}"),
    ("\"", "\u{2033}"),
    ("\"", "\u{ab}"),
    ("\"", "\u{bb}"),
    ("...", "\u{2026}"),
    ("ffi", "\u{fb03}"),
    ("ffl", "\u{fb04}"),
    ("ff", "\u{fb00}"),
    ("fi", "\u{fb01}"),
    ("fl", "\u{fb02}"),
    ("/", "\u{2044}"),
    ("/", "\u{2215}"),
];

/// The plain form of a full-width character.
pub(super) fn narrow(c: char) -> Option<char> {
    ('\u{ff01}'..='\u{ff5e}').contains(&c).then(|| char::from_u32(u32::from(c) - 0xfee0)).flatten()
}

/// The full-width form of a visible ASCII character.
pub(super) fn wide(c: char) -> Option<char> {
    c.is_ascii_graphic().then(|| char::from_u32(u32::from(c) + 0xfee0)).flatten()
}

/// Latin letters, and those of Cyrillic and Greek that look the same.
pub(super) const LOOKALIKES: [(char, char); 46] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('i', 'і'),
    ('j', 'ј'),
    ('o', 'о'),
    ('p', 'р'),
    ('s', 'ѕ'),
    ('x', 'х'),
    ('y', 'у'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('I', 'І'),
    ('J', 'Ј'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('S', 'Ѕ'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
    ('h', 'һ'),
    ('d', 'ԁ'),
    ('q', 'ԛ'),
    ('w', 'ԝ'),
    ('o', 'ο'),
    ('v', 'ν'),
    ('A', 'Α'),
    ('B', 'Β'),
    ('E', 'Ε'),
    ('Z', 'Ζ'),
    ('H', 'Η'),
    ('I', 'Ι'),
    ('K', 'Κ'),
    ('M', 'Μ'),
    ('N', 'Ν'),
    ('O', 'Ο'),
    ('P', 'Ρ'),
    ('T', 'Τ'),
    ('Y', 'Υ'),
    ('X', 'Χ'),
    ('l', 'ӏ'),
];
