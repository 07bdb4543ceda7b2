//! The secret before the current one, which receivers may still have while it is replaced.

use crate::domain::field::{Field, FieldSpec, Kind, SecretSpec, Values};
use crate::domain::secret::Secret;
use crate::domain::signature::{PreviousSecret, SigningScheme, SigningSecret};

/// The secret before the current one.
pub const PREVIOUS_SECRET: Field = &FieldSpec {
    id: "previous_secret",
    label: "Previous secret",
    kind: Kind::Secret(SecretSpec { shows_hint: true, generate: None, refused_flags: &[] }),
    about: "the secret before the current one",
    trim: false,
    ..FieldSpec::TEXT
};

/// Until when requests are signed with it, too, in Unix seconds.
pub const PREVIOUS_UNTIL: Field =
    &FieldSpec { id: "previous_until", label: "Valid until", about: "until when it is valid", ..FieldSpec::TEXT };

/// A previous secret that its scheme can use.
#[derive(Clone, Debug)]
pub(super) struct Previous {
    key: SigningSecret,
    until: i64,
    until_text: String,
}

impl Previous {
    /// `None` where a header carries one signature, or the scheme cannot use the secret.
    pub fn new(secret: Secret, scheme: &SigningScheme, until: i64) -> Option<Self> {
        scheme.repeated()?;
        let key = SigningSecret::new(secret, scheme.clone()).ok()?;
        Some(Self { key, until, until_text: until.to_string() })
    }

    /// The previous secret of a draft, if it has one that the scheme can use.
    pub fn of(values: &Values, scheme: &SigningScheme) -> Option<Self> {
        let secret = values.secret(PREVIOUS_SECRET);
        if secret.is_empty() {
            return None;
        }
        Self::new(secret.clone(), scheme, values.text(PREVIOUS_UNTIL).parse().ok()?)
    }

    pub const fn key(&self) -> &SigningSecret {
        &self.key
    }

    pub const fn until(&self) -> i64 {
        self.until
    }

    pub fn until_text(&self) -> &str {
        &self.until_text
    }

    pub const fn is_valid_at(&self, now: i64) -> bool {
        now < self.until
    }

    pub fn for_requests(&self) -> PreviousSecret {
        PreviousSecret { key: self.key.clone(), until: self.until }
    }

    pub fn without_secret(&self) -> Self {
        Self { key: self.key.with_stand_in(PREVIOUS_SECRET.stand_in(self.key.secret())), ..self.clone() }
    }
}
