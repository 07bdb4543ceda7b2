//! What a receiver has to check, without the secret.

use crate::domain::signature::Format;

/// What a receiver has to check of each request. Header names are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiverCheck {
    Nothing,
    /// A signature in that header.
    Signature(String, Format),
    /// Basic Auth with that user name.
    Basic(String),
    Bearer,
    /// A key in that header.
    Header(String),
    /// A key in that query parameter.
    Query(String),
}

impl ReceiverCheck {
    /// The first words of a snippet.
    pub(super) const fn title(&self) -> &'static str {
        match self {
            Self::Nothing => "No authentication is registered: every request is accepted.",
            Self::Signature(_, Format::Hex) => "Checks the signature of a webhook: HMAC-SHA256 of the body, in hex.",
            Self::Signature(_, Format::Base64) => "Checks the signature of a webhook: HMAC-SHA256 of the body, in base64.",
            Self::Signature(_, Format::Sha256Hex) => {
                "Checks the signature of a webhook: sha256= and HMAC-SHA256 of the body, in hex."
            }
            Self::Signature(_, Format::Timestamped) => {
                "Checks the signature of a webhook: HMAC-SHA256 of TIMESTAMP.BODY, at most 300 s old."
            }
            Self::Signature(_, Format::Standard) => "Checks a Standard Webhooks signature, at most 300 s old.",
            Self::Basic(_) => "Checks the user name and password of a webhook.",
            Self::Bearer => "Checks the bearer token of a webhook.",
            Self::Header(_) | Self::Query(_) => "Checks the API key of a webhook.",
        }
    }
}
