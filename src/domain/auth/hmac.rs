//! A signature over the body, in a header whose name the receiver chooses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::rules::{no_control, not_empty, not_too_long, outer_space_notice};
use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Choice, Field, FieldSpec, Kind, SecretSpec, Values};
use crate::domain::header::HeaderKey;
use crate::domain::problem::Problem;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::explain::signing;
use crate::domain::signature::verify::received::Received;
use crate::domain::signature::{Format, InvalidKey, SigningSecret, WHSEC};
use crate::domain::snippet::check::ReceiverCheck;

/// A signing secret of fewer bytes triggers a notice: half the length of the digest (RFC 2104 §3 discourages less).
const SHORT_KEY_BYTES: usize = 16;

/// Custom SHA-256 HMAC Signature.
pub const SPEC: AuthType = &AuthSpec {
    name: "hmac",
    label: "Custom SHA-256 HMAC Signature",
    help: "Signs each request",
    fields: &[HEADER_KEY, SIGNING_SECRET, FORMAT],
    check,
};

/// The header that carries the signature.
pub const HEADER_KEY: Field = &FieldSpec {
    id: "header_key",
    label: "Header key",
    flag: Some("--header-key"),
    value_name: "NAME",
    about: "the header that carries the signature",
    help: "Its header, such as X-Signature",
    placeholder: "X-Signature",
    default: |values| format(values).default_header_key(),
    ..FieldSpec::TEXT
};

/// The secret that both sides have.
pub const SIGNING_SECRET: Field = &FieldSpec {
    id: "signing_secret",
    label: "Signing secret",
    kind: Kind::Secret(SecretSpec {
        shows_hint: true,
        can_be_generated: true,
        refused_flags: &["--secret", "--signing-secret", "--hmac-secret", "--webhook-secret", "--signing-key"],
    }),
    about: "the secret shared with the receiver",
    help: "As the receiver has it; ^G generates one",
    trim: false,
    ..FieldSpec::TEXT
};

/// How the signature is written, and over what.
pub const FORMAT: Field = &FieldSpec {
    id: "format",
    label: "Format",
    flag: Some("--format"),
    value_name: "FORMAT",
    kind: Kind::Choice(&FORMATS),
    about: "how the signature is encoded, and what it covers [default: hex]",
    help: "As the receiver expects it",
    ..FieldSpec::TEXT
};

const FORMATS: [Choice; Format::ALL.len()] = {
    let mut choices = [Choice { name: "", label: "", detail: "" }; Format::ALL.len()];
    let mut at = 0;
    while at < choices.len() {
        let format = Format::ALL[at];
        choices[at] = Choice { name: format.name(), label: format.label(), detail: format.shape() };
        at += 1;
    }
    choices
};

#[derive(Debug)]
struct Hmac {
    header_key: HeaderKey,
    secret: SigningSecret,
}

impl AuthMethod for Hmac {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(HEADER_KEY, self.header_key.as_str());
        visit(SIGNING_SECRET, self.secret.secret().expose());
        visit(FORMAT, self.secret.format().name());
    }

    fn credential(&self) -> Credential {
        Credential::Signature { header: self.header_key.clone(), key: self.secret.clone() }
    }

    /// The secret; and, of one that begins with `whsec_`, its base64 and the key in it.
    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let text = self.secret.secret().expose();
        let mut forms = vec![Zeroizing::new(text.as_bytes().to_vec())];
        if let Some(bare) = text.strip_prefix(WHSEC) {
            forms.push(Zeroizing::new(bare.as_bytes().to_vec()));
            forms.extend(STANDARD_NO_PAD.decode(bare.trim_end_matches('=')).ok().map(Zeroizing::new));
        }
        forms
    }

    fn verify(&self, received: &Received<'_>, now: i64) -> Result<String, String> {
        let name = self.header_key.wire();
        let value = received.only(&name)?;
        let id = received.at_most_one("webhook-id")?;
        let timestamp = received.at_most_one("webhook-timestamp")?;
        self.secret.verify(value, id, timestamp, received.body, now).map_err(|mismatch| mismatch.to_string())?;
        Ok(format!("the signature in {name} is valid"))
    }

    fn explain(&self, received: &Received<'_>, now: i64) -> Vec<Mistake> {
        signing::mistakes(&self.header_key, &self.secret, received, now)
    }

    fn curl(&self, script: &mut Script<'_>) {
        script.sign(&self.header_key.wire(), &self.secret);
    }

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::Signature(self.header_key.wire(), self.secret.format())
    }

    fn in_words(&self) -> Option<String> {
        Some("the signing secret".to_owned())
    }
}

fn format(values: &Values) -> Format {
    Format::ALL[values.choice(FORMAT)]
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let format = format(check.values);
    let header_key = check.keep(header_key(check.values));
    if let (Some(key), Some(default)) = (&header_key, format.default_header_key())
        && key.wire() != default
    {
        check.notice(HEADER_KEY, format!("receivers of that format look for {default}"));
    }
    let secret = signing_secret(check, format);
    let secret = check.keep(secret);
    Some(Auth::new(Hmac { header_key: header_key?, secret: secret? }))
}

fn header_key(values: &Values) -> Result<HeaderKey, Problem> {
    let text = match (HEADER_KEY.default)(values) {
        Some(default) if values.text(HEADER_KEY).is_empty() => default,
        _ => values.text(HEADER_KEY),
    };
    HeaderKey::parse(HEADER_KEY, text, &[])
}

fn signing_secret(check: &mut Check<'_>, format: Format) -> Result<SigningSecret, Problem> {
    let field = SIGNING_SECRET;
    let secret = check.values.secret(field).clone();
    not_empty(field, &secret, "Enter the secret that the receiver has, or generate one.")?;
    no_control(field, secret.expose())?;
    not_too_long(field, secret.expose())?;
    let signing = SigningSecret::new(secret.clone(), format).map_err(invalid)?;
    let bytes = signing.key_bytes();
    // Standard Webhooks, "Signing secret": 24 to 64 bytes.
    if format == Format::Standard && !(24..=64).contains(&bytes) {
        check.notice(field, format!("the key has {bytes} bytes; Standard Webhooks asks for 24 to 64"));
    } else if bytes < SHORT_KEY_BYTES {
        check.notice(field, format!("has only {bytes} bytes; {SHORT_KEY_BYTES} and more are hard to guess"));
    }
    outer_space_notice(check, field, &secret);
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
    }
}
