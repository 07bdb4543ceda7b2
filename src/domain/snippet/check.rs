//! What a receiver has to check, without the secret.

use super::signature::SignatureCheck;
use crate::domain::signature::SigningScheme;

/// What a receiver has to check of each request. Header names are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiverCheck {
    Nothing,
    /// A signature in that header.
    Signature(String, SigningScheme),
    /// Basic Auth with that user name.
    Basic(String),
    Bearer,
    /// A bearer token that an issuer knows.
    AccessToken,
    /// A key in that header.
    Header(String),
    /// A key in that query parameter.
    Query(String),
}

impl ReceiverCheck {
    /// The first words of a snippet.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Nothing => "No authentication is registered: every request is accepted.".to_owned(),
            Self::Signature(header, scheme) => SignatureCheck { header, scheme }.title(),
            Self::Basic(_) => "Checks the user name and password of a webhook.".to_owned(),
            Self::Bearer => "Checks the bearer token of a webhook.".to_owned(),
            Self::AccessToken => "Asks the issuer of a webhook's access token whether it is valid (RFC 7662).".to_owned(),
            Self::Header(_) | Self::Query(_) => "Checks the API key of a webhook.".to_owned(),
        }
    }
}
