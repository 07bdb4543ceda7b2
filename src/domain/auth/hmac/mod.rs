//! A signature over the body, in a header whose name the receiver chooses.

mod format;
mod previous;
mod template;

pub use format::FORMAT;
pub use previous::{PREVIOUS_SECRET, PREVIOUS_UNTIL};
pub use template::{ALGORITHM, ENCODING, SIGNATURE_VALUE, SIGNED_CONTENT, TIMESTAMP_HEADER};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use format::format;
use previous::Previous;

use super::rules::{mangling_notices, no_control, not_empty, not_too_long, outer_space_notice};
use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Field, FieldSpec, Kind, SecretSpec, Values};
use crate::domain::header::HeaderKey;
use crate::domain::problem::Problem;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::explain::signing;
use crate::domain::signature::verify::received::Received;
use crate::domain::signature::{self, Format, InvalidKey, SigningScheme, SigningSecret, WHSEC, WHSK};
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::visible;

/// A signing secret of fewer bytes triggers a notice: half the length of the digest (RFC 2104 §3 discourages less).
const SHORT_KEY_BYTES: usize = 16;

/// Custom SHA-256 HMAC Signature.
pub const SPEC: AuthType = &AuthSpec {
    name: "hmac",
    label: "Custom SHA-256 HMAC Signature",
    help: "Signs each request",
    fields: &[FORMAT, HEADER_KEY, SIGNING_SECRET, SIGNED_CONTENT, SIGNATURE_VALUE, ALGORITHM, ENCODING, TIMESTAMP_HEADER],
    kept: &[PREVIOUS_SECRET, PREVIOUS_UNTIL],
    sends,
    check,
};

/// The header that carries the signature.
pub const HEADER_KEY: Field = &FieldSpec {
    id: "header_key",
    label: "Header key",
    flag: Some("--header-key"),
    value_name: "NAME",
    about: "the header that carries the signature [default: the usual one of the format]",
    help: "As the receiver looks for it",
    placeholder: "X-Signature",
    required: true,
    default: |values| Some(format(values).default_header_key()),
    ..FieldSpec::TEXT
};

/// The secret that both sides have.
pub const SIGNING_SECRET: Field = &FieldSpec {
    id: "signing_secret",
    label: "Signing secret",
    kind: Kind::Secret(SecretSpec {
        shows_hint: true,
        generate: Some(|values, random| signature::generated(format(values), random)),
        refused_flags: &["--secret", "--signing-secret", "--hmac-secret", "--webhook-secret", "--signing-key"],
    }),
    about: "the secret shared with the receiver",
    help: "As the receiver has it; ^G generates one",
    required: true,
    trim: false,
    ..FieldSpec::TEXT
};

#[derive(Clone, Debug)]
struct Hmac {
    header_key: HeaderKey,
    secret: SigningSecret,
    /// Of a template.
    timestamp_header: Option<HeaderKey>,
    /// The templates as they were entered.
    entered: Option<template::Entered>,
    /// The secret before this one, while receivers may have that.
    previous: Option<Previous>,
}

impl AuthMethod for Hmac {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(FORMAT, self.secret.format().name());
        visit(HEADER_KEY, self.header_key.as_str());
        visit(SIGNING_SECRET, self.secret.secret().expose());
        if let Some(previous) = &self.previous {
            visit(PREVIOUS_SECRET, previous.key().secret().expose());
            visit(PREVIOUS_UNTIL, previous.until_text());
        }
        let Some(entered) = &self.entered else { return };
        entered.each_value(self.secret.scheme(), visit);
        visit(TIMESTAMP_HEADER, self.timestamp_header.as_ref().map_or("", HeaderKey::as_str));
    }

    fn credential(&self) -> Credential {
        Credential::Signature {
            header: self.header_key.clone(),
            key: self.secret.clone(),
            timestamp_header: self.timestamp_header.clone(),
            previous: self.previous.as_ref().map(Previous::for_requests),
        }
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let previous = self.previous.as_ref().map(Previous::key);
        [&self.secret].into_iter().chain(previous).flat_map(wire_forms).collect()
    }

    fn verify(&self, received: &Received<'_>, now: i64) -> Result<String, String> {
        let name = self.header_key.wire();
        let value = received.only(&name)?;
        let id = received.at_most_one("webhook-id")?;
        let timestamp = received.at_most_one("webhook-timestamp")?;
        if let Some(header) = &self.timestamp_header
            && let Some(other) = received.at_most_one(&header.wire())?
            && Some(other) != timestamp
        {
            return Err(format!("{} and webhook-timestamp differ", header.wire()));
        }
        let verify = |key: &SigningSecret| key.verify(value, id, timestamp, received.body, now);
        if let (Err(_), Some(previous)) = (verify(&self.secret), &self.previous)
            && verify(previous.key()).is_ok()
        {
            return if previous.is_valid_at(now) {
                Ok(format!("the signature in {name} is valid, made with the previous secret"))
            } else {
                Err(format!("the signature in {name} was made with the previous secret, which has expired"))
            };
        }
        verify(&self.secret).map_err(|mismatch| mismatch.to_string())?;
        Ok(format!("the signature in {name} is valid"))
    }

    fn explain(&self, received: &Received<'_>, now: i64) -> Vec<Mistake> {
        signing::mistakes(&self.header_key, &self.secret, self.previous.as_ref().map(Previous::key), received, now)
    }

    fn curl(&self, script: &mut Script<'_>) {
        let previous = self.previous.as_ref().map(Previous::for_requests);
        script.sign(&self.header_key.wire(), &self.secret, previous.as_ref(), self.timestamp_header.as_ref());
    }

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::Signature(self.header_key.wire(), self.secret.scheme().clone())
    }

    fn in_words(&self) -> Option<String> {
        Some("the signing secret".to_owned())
    }

    fn keeping(&self, former: &Auth, until: i64) -> Option<Auth> {
        let values = former.values();
        if former.auth_type() != SPEC || format(&values) != self.secret.format() {
            return None;
        }
        let previous = Previous::new(values.secret(SIGNING_SECRET).clone(), self.secret.scheme(), until)?;
        Some(Auth::new(Self { previous: Some(previous), ..self.clone() }))
    }

    fn former_until(&self) -> Option<i64> {
        self.previous.as_ref().map(Previous::until)
    }

    fn without_former(&self) -> Auth {
        Auth::new(Self { previous: None, ..self.clone() })
    }

    fn without_secrets(&self) -> Auth {
        let stand_in = SIGNING_SECRET.stand_in(self.secret.secret());
        let previous = self.previous.as_ref().map(Previous::without_secret);
        Auth::new(Self { secret: self.secret.with_stand_in(stand_in), previous, ..self.clone() })
    }

    fn public_key(&self) -> Option<String> {
        self.secret.public_key()
    }
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let format = format(check.values);
    let header_key = check.keep(header_key(check.values));
    if let Some(key) = &header_key
        && format.fixes_header_key()
        && key.wire() != format.default_header_key()
    {
        check.notice(HEADER_KEY, format!("receivers of that format look for {}", format.default_header_key()));
    }
    let (scheme, entered) = match format {
        Format::Template => {
            let (scheme, entered) = template::scheme(check)?;
            (scheme, Some(entered))
        }
        _ => (SigningScheme::of(format), None),
    };
    let timestamp_header = if format == Format::Template { template::timestamp_header(check.values) } else { Ok(None) };
    let timestamp_header = check.keep(timestamp_header);
    let secret = signing_secret(check, scheme);
    let secret = check.keep(secret);
    if let (Some(key), Some(secret)) = (&header_key, &secret)
        && format != Format::Standard
        && secret.secret().expose().starts_with(WHSEC)
        && matches!(key.wire().as_str(), "webhook-signature" | "svix-signature")
    {
        check.notice(FORMAT, "the secret and the header are those of the format standard, which decodes what follows whsec_");
    }
    let (header_key, secret, timestamp_header) = (header_key?, secret?, timestamp_header?);
    if timestamp_header.as_ref() == Some(&header_key) {
        return check.keep(Err(Problem::new(
            TIMESTAMP_HEADER,
            "is the header of the signature",
            "A header carries one or the other.",
            "Enter another name, or leave it empty.",
        )));
    }
    let previous = Previous::of(check.values, secret.scheme());
    Some(Auth::new(Hmac { header_key, secret, timestamp_header, entered, previous }))
}

/// The secret; and, of one that begins with `whsec_` or is a private key, its base64 and the key in it.
fn wire_forms(secret: &SigningSecret) -> Vec<Zeroizing<Vec<u8>>> {
    let text = secret.secret().expose();
    let mut forms = vec![Zeroizing::new(text.as_bytes().to_vec())];
    if let Some(bare) = text.strip_prefix(WHSEC).or(text.strip_prefix(WHSK)) {
        forms.push(Zeroizing::new(bare.as_bytes().to_vec()));
        forms.extend(STANDARD_NO_PAD.decode(bare.trim_end_matches('=')).ok().map(Zeroizing::new));
    }
    if secret.public_key().is_some() {
        let seed = secret.key();
        forms.push(Zeroizing::new(STANDARD_NO_PAD.encode(seed).into_bytes()));
        forms.push(seed.clone());
    }
    forms
}

/// The header's name as it was entered, or the usual one.
fn header_name(values: &Values) -> &str {
    match values.text(HEADER_KEY) {
        "" => format(values).default_header_key(),
        name => name,
    }
}

fn sends(values: &Values) -> String {
    let (format, name) = (format(values), visible(header_name(values)));
    match format {
        Format::Template => format!("{name}: the signature, {}", format.shape()),
        _ => format!("{name}: {} over {}", format.shape(), format.covers()),
    }
}

fn header_key(values: &Values) -> Result<HeaderKey, Problem> {
    HeaderKey::parse(HEADER_KEY, header_name(values), &[])
}

fn signing_secret(check: &mut Check<'_>, scheme: SigningScheme) -> Result<SigningSecret, Problem> {
    let (field, format) = (SIGNING_SECRET, scheme.format());
    let secret = check.values.secret(field).clone();
    not_empty(field, &secret, "Enter the secret that the receiver has, or generate one.")?;
    no_control(field, secret.expose())?;
    not_too_long(field, secret.expose())?;
    let signing = SigningSecret::new(secret.clone(), scheme).map_err(invalid)?;
    let bytes = signing.key().len();
    // Standard Webhooks, "Signing secret": 24 to 64 bytes.
    if format == Format::Standard && !(24..=64).contains(&bytes) {
        check.notice(field, format!("the key has {bytes} bytes; Standard Webhooks asks for 24 to 64"));
    } else if bytes < SHORT_KEY_BYTES {
        check.notice(field, format!("has only {bytes} bytes; {SHORT_KEY_BYTES} and more are hard to guess"));
    }
    outer_space_notice(check, field, &secret);
    mangling_notices(check, field, &secret);
    Ok(signing)
}

fn invalid(error: InvalidKey) -> Problem {
    match error {
        InvalidKey::Empty => Problem::new(
            SIGNING_SECRET,
            "is empty",
            "Anyone could sign with an empty secret.",
            "Enter the secret that the receiver has, or generate one.",
        ),
        InvalidKey::NotBase64 => Problem::new(
            SIGNING_SECRET,
            "is not base64",
            "Standard Webhooks takes the key from the base64 text after \"whsec_\", padded with = to a multiple of four.",
            "Paste it whole, generate one, or choose another format.",
        ),
        InvalidKey::NotPrivateKey => Problem::new(
            SIGNING_SECRET,
            "is not an ed25519 private key",
            "It is \"whsk_\" and the base64 of 32 bytes, or of 64 with the public key.",
            "Paste it whole, or generate a key pair.",
        ),
        InvalidKey::PublicKey => Problem::new(
            SIGNING_SECRET,
            "is a public key",
            "The receiver has the public key; waypost signs with the private one, which begins with \"whsk_\".",
            "Paste the private key, or generate a key pair.",
        ),
        InvalidKey::KeysDiffer => Problem::new(
            SIGNING_SECRET,
            "has a public key that does not belong to its private key",
            "Of its 64 bytes the last 32 are the public key of the first 32.",
            "Paste it whole, or generate a key pair.",
        ),
    }
}
