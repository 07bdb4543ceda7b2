//! The fields a person or a script fills in, and what can be said about one: an error or a notice.

use std::fmt;

/// One input. The form and the flags name the same things by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Where events are sent.
    Url,
    /// How requests are authenticated.
    AuthType,
    /// HMAC: the header that carries the signature.
    HeaderKey,
    /// HMAC: the shared secret.
    SigningSecret,
    /// HMAC: how the signature is written, and over what.
    Format,
    /// Basic Auth.
    Username,
    /// Basic Auth.
    Password,
    /// Bearer Token.
    Token,
    /// Api Key: the name of the header or query parameter.
    Key,
    /// Api Key: the secret.
    Value,
    /// Api Key: header or query.
    AddTo,
    /// A file of CA certificates to trust for this destination alone.
    CaCert,
    /// The total time of an attempt, in seconds.
    Timeout,
    /// The body of an event.
    Body,
}

impl Field {
    /// The words on its label in the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::AuthType => "Auth type",
            Self::HeaderKey => "Header key",
            Self::SigningSecret => "Signing secret",
            Self::Format => "Format",
            Self::Username => "Username",
            Self::Password => "Password",
            Self::Token => "Token",
            Self::Key => "Key",
            Self::Value => "Value",
            Self::AddTo => "Add to",
            Self::CaCert => "CA certificate",
            Self::Timeout => "Timeout",
            Self::Body => "Body",
        }
    }

    pub const ALL: [Self; 14] = [
        Self::Url,
        Self::AuthType,
        Self::HeaderKey,
        Self::SigningSecret,
        Self::Format,
        Self::Username,
        Self::Password,
        Self::Token,
        Self::Key,
        Self::Value,
        Self::AddTo,
        Self::CaCert,
        Self::Timeout,
        Self::Body,
    ];

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::AuthType => "auth",
            Self::HeaderKey => "header_key",
            Self::SigningSecret => "signing_secret",
            Self::Format => "format",
            Self::Username => "username",
            Self::Password => "password",
            Self::Token => "token",
            Self::Key => "key",
            Self::Value => "value",
            Self::AddTo => "add_to",
            Self::CaCert => "ca_cert",
            Self::Timeout => "timeout_s",
            Self::Body => "body",
        }
    }

    /// Whether what is typed into it is hidden.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::SigningSecret | Self::Password | Self::Token | Self::Value)
    }
}

/// The problem of an input.
pub type FieldError = super::problem::Problem;

/// Something worth knowing about an input that is accepted all the same. Never asks anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The input it is about.
    pub field: Field,
    /// One sentence, without a full stop.
    pub text: String,
}

impl Notice {
    /// A notice about `field`.
    pub fn new(field: Field, text: impl Into<String>) -> Self {
        Self { field, text: text.into() }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field.label(), self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Problem;

    #[test]
    fn what_is_said_begins_with_the_label() {
        assert_eq!(Notice::new(Field::CaCert, "ends soon").to_string(), "CA certificate: ends soon");
        let error = Problem::new(Field::Url, "is empty", "It has to be known.", "Enter one.");
        assert_eq!(error.to_string(), "URL: is empty. It has to be known. Enter one.");
    }
}
