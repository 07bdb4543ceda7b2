//! The token endpoint of the receiver: it issues tokens to the registered client.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;

use super::shared::TOKEN_PATH;
use crate::domain::credential::Credential;
use crate::domain::destination::Settings;
use crate::domain::request;
use crate::domain::signature::verify::{Received, Verdict};
use crate::domain::token::{self, Issued, TokenClient};

/// Whose token a request to that path is about; `None` where it is not for the token endpoint.
pub(super) fn client(settings: Option<&Settings>, path: &str) -> Option<Arc<TokenClient>> {
    match settings?.auth().credential() {
        Credential::Token(client) if path == TOKEN_PATH => Some(client),
        _ => None,
    }
}

/// The answer to a request for a token.
pub(super) fn answered(
    client: &TokenClient,
    received: &Received<'_>,
    now: i64,
) -> (Option<Verdict>, StatusCode, serde_json::Value) {
    if received.method != request::Request::METHOD {
        let why = "a token is asked for by POST".to_owned();
        let body = json!({ "error": "invalid_request", "error_description": why });
        return (Some(Verdict::Rejected { why }), StatusCode::METHOD_NOT_ALLOWED, body);
    }
    let mut nonce = [0; 8];
    if getrandom::fill(&mut nonce).is_err() {
        let why = "the system has no random numbers for a token".to_owned();
        let body = json!({ "error": "server_error", "error_description": why });
        return (Some(Verdict::Rejected { why }), StatusCode::INTERNAL_SERVER_ERROR, body);
    }
    let Issued { status, refused, body } = token::issue(client, received.header("authorization"), received.body, now, &nonce);
    let verdict = match refused {
        None => Verdict::Accepted { how: format!("a token was issued for {} s", token::TOKEN_LIFE_S) },
        Some(why) => Verdict::Rejected { why: why.to_owned() },
    };
    (Some(verdict), StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), body)
}
