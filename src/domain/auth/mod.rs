//! How requests are authenticated: one file for each auth type, with its fields and rules.
//!
//! ```text
//! spec     what an auth type is: its spec as data
//! default, hmac, basic, bearer, api_key     the auth types
//! rules    rules for values that several of them share
//! ```

pub mod api_key;
pub mod basic;
pub mod bearer;
pub mod default;
pub mod hmac;
pub(crate) mod rules;
mod spec;

pub use api_key::ApiKeyPlace;
pub use rules::MAX_FIELD_BYTES;
pub use spec::{AuthSpec, AuthType, Check};

use super::field::{AUTH, BODY, CA_CERT, Field, TIMEOUT, URL, Values};
use super::header::HeaderKey;
use super::secret::Secret;
use super::signature::{Format, SigningSecret};

/// Every auth type, in the order of the form.
pub const ALL: [AuthType; 5] = [default::SPEC, hmac::SPEC, basic::SPEC, bearer::SPEC, api_key::SPEC];

/// The auth type of that name.
#[must_use]
pub fn named(name: &str) -> Option<AuthType> {
    ALL.into_iter().find(|spec| spec.name == name)
}

/// The field of that id, of a destination or of an auth type.
#[must_use]
pub fn field(id: &str) -> Option<Field> {
    let of_auth = ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied();
    [URL, AUTH, CA_CERT, TIMEOUT, BODY].into_iter().chain(of_auth).find(|field| field.id == id)
}

/// An auth type with its values. Made by [`super::draft::Draft::check`] only, whose rules it therefore keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// No authentication.
    Default,
    /// A signature in the header of that key.
    Hmac {
        /// The header that carries it.
        header_key: HeaderKey,
        /// The shared secret, with the format it is used in.
        secret: SigningSecret,
    },
    /// RFC 7617: the user name has no colon.
    Basic {
        /// May be empty.
        username: String,
        /// Never empty.
        password: Secret,
    },
    /// RFC 6750: visible ASCII, without "Bearer ".
    Bearer {
        /// Never empty.
        token: Secret,
    },
    /// A fixed key.
    ApiKey {
        /// Where it goes and under which name.
        place: ApiKeyPlace,
        /// Never empty.
        value: Secret,
    },
}

impl Auth {
    /// Its type.
    #[must_use]
    pub const fn auth_type(&self) -> AuthType {
        match self {
            Self::Default => default::SPEC,
            Self::Hmac { .. } => hmac::SPEC,
            Self::Basic { .. } => basic::SPEC,
            Self::Bearer { .. } => bearer::SPEC,
            Self::ApiKey { .. } => api_key::SPEC,
        }
    }

    /// Calls `visit` with each field and its value as it would be entered, secrets included, in the order of the form.
    pub fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        match self {
            Self::Default => {}
            Self::Hmac { header_key, secret } => {
                visit(hmac::HEADER_KEY, header_key.as_str());
                visit(hmac::SIGNING_SECRET, secret.secret().expose());
                visit(hmac::FORMAT, secret.format().name());
            }
            Self::Basic { username, password } => {
                visit(basic::USERNAME, username);
                visit(basic::PASSWORD, password.expose());
            }
            Self::Bearer { token } => visit(bearer::TOKEN, token.expose()),
            Self::ApiKey { place, value } => {
                visit(api_key::KEY, place.key());
                visit(api_key::VALUE, value.expose());
                visit(api_key::ADD_TO, place.add_to().name);
            }
        }
    }

    /// The values as they would be entered, secrets included.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::default();
        self.each_value(&mut |field, value| values.set(field, value));
        values
    }

    /// The values that are not secret, in the order of the form.
    #[must_use]
    pub fn plain_values(&self) -> Vec<(Field, &str)> {
        let mut values = Vec::new();
        self.each_value(&mut |field, value| {
            if !field.is_secret() {
                values.push((field, value));
            }
        });
        values
    }

    /// The secret, and the field that it belongs to.
    #[must_use]
    pub const fn secret(&self) -> Option<(Field, &Secret)> {
        match self {
            Self::Default => None,
            Self::Hmac { secret, .. } => Some((hmac::SIGNING_SECRET, secret.secret())),
            Self::Basic { password, .. } => Some((basic::PASSWORD, password)),
            Self::Bearer { token } => Some((bearer::TOKEN, token)),
            Self::ApiKey { value, .. } => Some((api_key::VALUE, value)),
        }
    }

    /// The last four characters of the secret, where they may be shown.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.secret().and_then(|(field, secret)| field.hint(secret.expose()))
    }

    /// The signature's format, where there is a signature.
    #[must_use]
    pub const fn format(&self) -> Option<Format> {
        match self {
            Self::Hmac { secret, .. } => Some(secret.format()),
            Self::Default | Self::Basic { .. } | Self::Bearer { .. } | Self::ApiKey { .. } => None,
        }
    }
}
