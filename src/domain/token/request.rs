//! The request for a token.

use std::fmt;

use zeroize::Zeroize as _;

use super::client::TokenClient;
use crate::domain::mask::Masked;
use crate::domain::request::{Header, Request, USER_AGENT};

/// A request for a token. Its body may have the client's secret in it: it is erased when dropped, and never printed.
pub struct TokenRequest(Request);

impl TokenRequest {
    #[must_use]
    pub fn new(client: &TokenClient) -> Self {
        let body = client.form().expose().as_bytes().to_vec();
        let plain = |name: &'static str, value: String| Header { name: name.into(), value: Masked::plain(value) };
        let mut headers = vec![
            plain("content-type", "application/x-www-form-urlencoded".into()),
            plain("accept", "application/json".into()),
            plain("user-agent", USER_AGENT.into()),
        ];
        if let Some(pair) = client.basic() {
            headers.push(Header { name: "authorization".into(), value: Masked::plain("Basic ").then_secret(pair.expose()) });
        }
        headers.push(plain("host", client.url.authority()));
        headers.push(plain("content-length", body.len().to_string()));
        Self(Request { url: client.url.masked(), headers, body: body.into(), awaits_token: false })
    }

    /// What is sent.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.0
    }
}

impl Drop for TokenRequest {
    fn drop(&mut self) {
        // The request was sent.
        if let Ok(mut body) = std::mem::take(&mut self.0.body).try_into_mut() {
            body[..].zeroize();
        }
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenRequest(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::token::ClientAuth;
    use crate::domain::token::client::tests::client;

    #[test]
    fn a_request_names_its_client_once() {
        let by_header = TokenRequest::new(&client(ClientAuth::Header));
        let headers: Vec<_> =
            by_header.0.headers.iter().map(|header| format!("{}: {}", header.name, header.value.masked())).collect();
        let length = format!("content-length: {}", by_header.0.body.len());
        assert_eq!(headers[0], "content-type: application/x-www-form-urlencoded");
        assert_eq!(headers[3..], ["authorization: Basic ••••••••", "host: auth.example.com", length.as_str()]);
        assert!(!by_header.0.body.windows(13).any(|part| part == b"client_secret"));
        let by_body = TokenRequest::new(&client(ClientAuth::Body));
        assert!(by_body.0.header("authorization").is_none());
        assert!(by_body.0.body.windows(13).any(|part| part == b"client_secret"));
        assert_eq!(format!("{by_body:?}"), "TokenRequest(redacted)");
    }
}
