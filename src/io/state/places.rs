//! Where each secret of a destination may go: what it is sealed for.

use std::path::Path;

use super::vault::Place;
use crate::domain::auth::{Auth, AuthType};
use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::field::{Field, URL};
use crate::domain::header::HeaderEntry;
use crate::domain::secret::Secret;

/// The fields of an auth type that decide where its secrets go.
pub(super) fn bound_fields(auth_type: AuthType) -> impl Iterator<Item = Field> {
    auth_type.fields.iter().copied().filter(|field| field.binds_secrets)
}

/// A secret as the file has it.
#[derive(Debug)]
pub(super) struct SealedSecret {
    pub of: Owner,
    /// Where it may go, by the current content of the file.
    pub place: Place,
    /// `None` where the file has none.
    pub sealed: Option<String>,
}

/// What a secret is the value of.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    Field(Field),
    /// The header of that name.
    Header(String),
}

impl Owner {
    /// Puts the opened secret into the draft.
    pub fn fill(self, draft: &mut Draft, secret: Secret) {
        match self {
            Self::Field(field) => draft.set(field, secret),
            Self::Header(name) => draft.put_header(HeaderEntry::secret(name, secret)),
        }
    }
}

/// The name of a value in `sealed`.
pub(super) fn name_of(field: Field) -> String {
    if field == URL { URL.id.to_owned() } else { format!("auth.{}", field.id) }
}

/// What the names of the headers' secrets in `sealed` begin with.
pub(super) const SEALED_HEADERS: &str = "headers.";

/// The name of a header's secret in `sealed`. It is a part of what the secret is sealed for.
pub(super) fn name_of_header(name: &str) -> String {
    format!("{SEALED_HEADERS}{}", name.to_ascii_lowercase())
}

/// All that is sealed of a destination: the secrets, and a URL of which a part is a credential.
pub(super) fn secrets_of(destination: &Destination) -> Vec<(Place, Secret)> {
    let auth = destination.auth();
    let values = auth.values();
    let place = place_of(destination.settings());
    let secret = |field: Field| (Place { name: name_of(field), ..place.clone() }, values.secret(field).clone());
    let kept = |field: &Field| auth.auth_type().fields.contains(field) || !values.secret(field).is_empty();
    let mut all: Vec<_> = auth.auth_type().saved_fields().filter(|field| field.is_secret()).filter(kept).map(secret).collect();
    for header in destination.settings().headers() {
        if let Some(secret) = header.secret() {
            all.push((Place { name: name_of_header(header.key().as_str()), ..place.clone() }, secret.clone()));
        }
    }
    // Their place is what the file says, so that it cannot say anything else of them.
    let bound = bound_values(auth).map(|(field, value)| field.shown(value).into_owned()).collect();
    let as_shown = Place { url: destination.url().shown().into(), bound, ..place };
    for (field, whole, _) in destination.settings().masked_values() {
        all.push((Place { name: name_of(field), ..as_shown.clone() }, whole));
    }
    all
}

/// The values that decide where the secrets go.
fn bound_values(auth: &Auth) -> impl Iterator<Item = (Field, &str)> {
    auth.plain_values().into_iter().filter(|(field, _)| field.binds_secrets)
}

/// The place of the secrets of a destination, without a name.
pub(super) fn place_of(settings: &Settings) -> Place {
    let auth = settings.auth();
    Place {
        url: settings.url().expose().into(),
        auth_type: auth.auth_type().name.to_owned(),
        bound: bound_values(auth).map(|(_, value)| value.to_owned()).collect(),
        files: settings.files().map(|(_, path)| path.map(text_of).unwrap_or_default()).collect(),
        name: String::new(),
    }
}

pub(super) fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
