//! The keys that people make of a secret in place of the right one.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::mistake::SecretForm;
use super::notation::unhex;
use crate::domain::signature::{Format, SigningSecret, WHSEC};

/// As lenient as the decoders of Node and PHP: padding or none, and bits left over are dropped.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// Characters that cannot be seen, as they come with a copied secret; the byte order mark first.
const INVISIBLE: [char; 9] =
    ['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{200e}', '\u{200f}', '\u{ad}', '\u{a0}'];

const QUOTES: [(&str, &str); 6] =
    [("\"", "\""), ("'", "'"), ("`", "`"), ("\u{201c}", "\u{201d}"), ("\u{2018}", "\u{2019}"), ("\\\"", "\\\"")];

/// The variables that a secret usually is in.
const NAMES: [&str; 14] = [
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

/// A key, and how it was made.
pub struct Key {
    /// `None` for the right one.
    pub form: Option<SecretForm>,
    /// Erased when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// The right key first, then each other one once.
pub fn of(secret: &SigningSecret) -> Vec<Key> {
    let text = secret.secret().expose();
    let bare = text.strip_prefix(WHSEC);
    let rest = bare.unwrap_or(text);
    let standard = secret.format() == Format::Standard;
    let mut all = vec![Key { form: None, bytes: secret.key().clone() }];
    let mut add = |form, bytes: Option<Vec<u8>>| {
        if let Some(bytes) = bytes.map(Zeroizing::new)
            && all.iter().all(|key| key.bytes != bytes)
        {
            all.push(Key { form: Some(form), bytes });
        }
    };
    let joined = |before: &str, after: &str| Some([before, text, after].concat().into_bytes());
    if standard {
        add(SecretForm::NotDecoded, Some(rest.as_bytes().to_vec()));
        add(SecretForm::NotDecodedWhsec, Some([WHSEC, rest].concat().into_bytes()));
        add(SecretForm::WhsecDecoded, base64(&[WHSEC, rest].concat()));
    } else {
        add(SecretForm::WhsecRemoved, bare.map(|bare| bare.as_bytes().to_vec()));
        add(SecretForm::Base64Decoded, base64(rest));
        add(SecretForm::WhsecAdded, joined(WHSEC, "").filter(|_| bare.is_none()));
    }
    add(SecretForm::HexDecoded, unhex(rest).filter(|bytes| !bytes.is_empty()));
    add(SecretForm::NewlineAdded, joined("", "\n"));
    add(SecretForm::CrLfAdded, joined("", "\r\n"));
    add(SecretForm::SpaceAdded, joined("", " "));
    add(SecretForm::SpaceAdded, joined(" ", ""));
    for space in ["\r", "\t", "\r\n\r\n", "\n\n", "\\n"] {
        add(SecretForm::WhitespaceAdded, joined("", space));
    }
    for end in [text.trim(), text.trim_end(), text.trim_start()] {
        add(SecretForm::WhitespaceRemoved, Some(end.as_bytes().to_vec()));
    }
    for (open, close) in QUOTES {
        add(SecretForm::Quoted, joined(open, close));
    }
    add(SecretForm::Quoted, joined("\"", "\"\n"));
    add(SecretForm::Quoted, joined("'", "'\n"));
    for (form, bare) in peeled(text) {
        add(form, Some(bare.as_bytes().to_vec()));
    }
    add(SecretForm::Empty, Some(Vec::new()));
    all
}

/// The secret as a text and as a key, for what hashes it without HMAC.
pub fn texts(secret: &SigningSecret) -> Vec<Zeroizing<Vec<u8>>> {
    let text = secret.secret().expose();
    let mut all = vec![Zeroizing::new(text.as_bytes().to_vec())];
    for other in [secret.key().clone(), Zeroizing::new(text.strip_prefix(WHSEC).unwrap_or(text).as_bytes().to_vec())] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

/// The keys that are rarer, and many.
pub fn rare(secret: &SigningSecret) -> impl Iterator<Item = Key> {
    let text = secret.secret().expose();
    let key = move |form, before: &str, after: &str| Key {
        form: Some(form),
        bytes: Zeroizing::new([before, text, after].concat().into_bytes()),
    };
    let invisible = INVISIBLE.into_iter().flat_map(move |c| {
        let c = c.to_string();
        [key(SecretForm::InvisibleAdded, &c, ""), key(SecretForm::InvisibleAdded, "", &c)]
    });
    let named = ["", "export "].into_iter().flat_map(move |export| {
        NAMES.into_iter().flat_map(move |name| {
            [("", ""), ("\"", "\""), ("'", "'"), ("", "\n")]
                .map(|(open, close)| key(SecretForm::NameAdded, &format!("{export}{name}={open}"), close))
        })
    });
    invisible.chain(named)
}

/// What is left of a secret when what a settings file puts around it is taken off, layer by layer.
fn peeled(text: &str) -> Vec<(SecretForm, Zeroizing<String>)> {
    let mut all: Vec<(SecretForm, Zeroizing<String>)> = Vec::new();
    let visible: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !INVISIBLE.contains(c)).collect());
    if *visible != *text {
        all.push((SecretForm::InvisibleRemoved, visible.clone()));
    }
    let mut rest = visible.as_str();
    loop {
        let unquoted = QUOTES.into_iter().find_map(|(open, close)| rest.strip_prefix(open)?.strip_suffix(close));
        let (form, inner) = if rest.trim() != rest {
            (SecretForm::WhitespaceRemoved, rest.trim())
        } else if let Some(inner) = unquoted {
            (SecretForm::Unquoted, inner)
        } else if let Some(inner) = unnamed(rest) {
            (SecretForm::NameRemoved, inner)
        } else {
            return all;
        };
        // Of several layers the first that is more than whitespace names the mistake.
        let form = match all.last() {
            Some((first, _)) if *first != SecretForm::WhitespaceRemoved => *first,
            _ => form,
        };
        if inner.is_empty() {
            return all;
        }
        all.push((form, Zeroizing::new(inner.to_owned())));
        rest = inner;
    }
}

/// What follows `NAME=`, with or without `export` before it.
fn unnamed(text: &str) -> Option<&str> {
    let (name, value) = text.strip_prefix("export ").unwrap_or(text).split_once('=')?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !value.trim_matches('=').is_empty()).then(|| value.trim())
}

/// Base64 of either alphabet, with or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let plain: Zeroizing<String> = Zeroizing::new(
        text.chars()
            .map(|c| match c {
                '-' => '+',
                '_' => '/',
                c => c,
            })
            .collect(),
    );
    LENIENT.decode(plain.as_bytes()).ok().filter(|bytes| !bytes.is_empty())
}
