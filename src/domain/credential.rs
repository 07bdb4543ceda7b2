//! What authenticates one attempt, as it goes over the wire.

use std::sync::Arc;

use super::header::HeaderKey;
use super::mask::Masked;
use super::secret::Secret;
use super::signature::{PreviousSecret, SigningSecret};
use super::token::TokenClient;

/// What is added to a request so that the receiver knows whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nothing is added.
    None,
    /// A signature over the request; and, where one is given, a second header with its timestamp, and a second signature.
    Signature { header: HeaderKey, key: SigningSecret, timestamp_header: Option<HeaderKey>, previous: Option<PreviousSecret> },
    /// A header; its name in lower case.
    Header { name: String, value: Masked },
    /// A parameter at the end of the query; its name not yet percent-encoded.
    Query { name: String, value: Secret },
    /// A bearer token that is fetched first.
    Token(Arc<TokenClient>),
}

impl Credential {
    /// The names of the headers that it adds, in lower case.
    #[must_use]
    pub fn header_names(&self) -> Vec<String> {
        match self {
            Self::None | Self::Query { .. } => Vec::new(),
            Self::Signature { header, timestamp_header, .. } => {
                [Some(header), timestamp_header.as_ref()].into_iter().flatten().map(HeaderKey::wire).collect()
            }
            Self::Header { name, .. } => vec![name.to_ascii_lowercase()],
            Self::Token(_) => vec!["authorization".to_owned()],
        }
    }
}
