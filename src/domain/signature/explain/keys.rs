//! The keys that people make of a secret in place of the right one.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::mistake::SecretForm;
use super::notation::unhex;
use crate::domain::mangling;
use crate::domain::signature::{Format, SigningSecret, WHSEC};

/// As lenient as the decoders of Node and PHP: padding or none, and bits left over are dropped.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

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
    for space in ["\r", "\t", "\r\n\r\n", "\n\n"] {
        add(SecretForm::WhitespaceAdded, joined("", space));
    }
    for end in [text.trim_ascii(), text.trim_ascii_end(), text.trim_ascii_start()] {
        add(SecretForm::WhitespaceRemoved, Some(end.as_bytes().to_vec()));
    }
    for (mangling, bare) in mangling::undone_deeply(text) {
        add(SecretForm::Without(mangling), Some(bare.as_bytes().to_vec()));
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

/// The keys that are many: the secret in each form that it is often mangled to.
pub fn mangled(secret: &SigningSecret) -> impl Iterator<Item = Key> {
    mangling::redone(secret.secret().expose()).map(|(mangling, bytes)| Key { form: Some(SecretForm::With(mangling)), bytes })
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
