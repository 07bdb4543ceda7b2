//! How requests are authenticated: the five auth types with their fields, valid by construction.

use crate::domain::field::Field;
use crate::domain::header::HeaderKey;
use crate::domain::secret::Secret;
use crate::domain::signature::{Format, SigningSecret};

/// Which of the five ways; without its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AuthType {
    /// No authentication.
    #[default]
    Default,
    /// A signature over the body in a header.
    Hmac,
    /// RFC 7617.
    Basic,
    /// RFC 6750.
    Bearer,
    /// A fixed key in a header or in the query.
    ApiKey,
}

impl AuthType {
    /// In the order of the form.
    pub const ALL: [Self; 5] = [Self::Default, Self::Hmac, Self::Basic, Self::Bearer, Self::ApiKey];

    /// The words on its option in the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::Hmac => "Custom SHA-256 HMAC Signature",
            Self::Basic => "Basic Auth",
            Self::Bearer => "Bearer Token",
            Self::ApiKey => "Api Key",
        }
    }

    /// Its name in JSON and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Hmac => "hmac",
            Self::Basic => "basic",
            Self::Bearer => "bearer",
            Self::ApiKey => "api-key",
        }
    }

    /// The auth type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|auth| auth.name() == name)
    }

    /// The fields it asks for, in the order of the form.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Default => &[],
            Self::Hmac => &[Field::HeaderKey, Field::SigningSecret, Field::Format],
            Self::Basic => &[Field::Username, Field::Password],
            Self::Bearer => &[Field::Token],
            Self::ApiKey => &[Field::Key, Field::Value, Field::AddTo],
        }
    }

    /// The one field of it that is secret.
    #[must_use]
    pub const fn secret_field(self) -> Option<Field> {
        match self {
            Self::Default => None,
            Self::Hmac => Some(Field::SigningSecret),
            Self::Basic => Some(Field::Password),
            Self::Bearer => Some(Field::Token),
            Self::ApiKey => Some(Field::Value),
        }
    }
}

/// Where an API key goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AddTo {
    /// A header of its own.
    #[default]
    Header,
    /// A parameter at the end of the URL's query.
    Query,
}

impl AddTo {
    /// In the order of the form.
    pub const ALL: [Self; 2] = [Self::Header, Self::Query];

    /// The words on its option in the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Header => "Header",
            Self::Query => "Query parameter",
        }
    }

    /// Its name in JSON and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
        }
    }

    /// The place of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|to| to.name() == name)
    }
}

/// The place and name of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyPlace {
    /// A header of that name.
    Header(HeaderKey),
    /// A query parameter of that name, not yet percent-encoded.
    Query(String),
}

impl ApiKeyPlace {
    /// The name as it was entered.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Header(key) => key.as_str(),
            Self::Query(key) => key,
        }
    }

    /// Header or query.
    #[must_use]
    pub const fn add_to(&self) -> AddTo {
        match self {
            Self::Header(_) => AddTo::Header,
            Self::Query(_) => AddTo::Query,
        }
    }
}

/// An auth type with its fields. Made by [`crate::domain::draft::Draft::check`] only, whose rules it therefore keeps.
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
    /// Which of the five it is.
    #[must_use]
    pub const fn auth_type(&self) -> AuthType {
        match self {
            Self::Default => AuthType::Default,
            Self::Hmac { .. } => AuthType::Hmac,
            Self::Basic { .. } => AuthType::Basic,
            Self::Bearer { .. } => AuthType::Bearer,
            Self::ApiKey { .. } => AuthType::ApiKey,
        }
    }

    /// The secret, and the field that it belongs to.
    #[must_use]
    pub const fn secret(&self) -> Option<(Field, &Secret)> {
        match self {
            Self::Default => None,
            Self::Hmac { secret, .. } => Some((Field::SigningSecret, secret.secret())),
            Self::Basic { password, .. } => Some((Field::Password, password)),
            Self::Bearer { token } => Some((Field::Token, token)),
            Self::ApiKey { value, .. } => Some((Field::Value, value)),
        }
    }

    /// The last four characters of the secret, where they may be shown: never of a password.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.secret()? {
            (Field::Password, _) => None,
            (_, secret) => secret.hint(),
        }
    }

    /// The signature's format, where there is a signature.
    #[must_use]
    pub const fn format(&self) -> Option<Format> {
        match self {
            Self::Hmac { secret, .. } => Some(secret.format()),
            _ => None,
        }
    }
}
