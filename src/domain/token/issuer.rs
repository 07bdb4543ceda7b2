//! The token endpoint of the receiver in waypost: it knows one client, and its tokens by themselves.
//!
//! A token is `wpat_EXPIRY_NONCE_MAC`, the MAC with the client's secret. So a receiver that knows the secret can tell its own tokens
//! from others without having kept them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::client::{TokenClient, parameters};
use crate::domain::secret::{Secret, same_bytes};
use crate::domain::signature::hex;

/// How long a token is good for, in seconds.
pub const TOKEN_LIFE_S: i64 = 300;

const PREFIX: &str = "wpat_";

/// An answer of the token endpoint.
#[derive(Debug)]
pub struct Issued {
    pub status: u16,
    /// Why there is no token, without a full stop.
    pub refused: Option<&'static str>,
    pub body: Value,
}

impl Issued {
    fn refused(status: u16, error: &str, why: &'static str) -> Self {
        Self { status, refused: Some(why), body: json!({ "error": error, "error_description": why }) }
    }
}

/// Answers a token request with that `authorization` and that body, received at `now` (Unix seconds).
#[must_use]
pub fn issue(client: &TokenClient, authorization: Option<&str>, body: &[u8], now: i64, nonce: &[u8; 8]) -> Issued {
    let body = String::from_utf8_lossy(body);
    let parameter = |wanted: &str| parameters(&body).find(|(name, _)| name == wanted).map(|(_, value)| Secret::new(value));
    let by_header = authorization.and_then(basic);
    let by_body = parameter("client_id").zip(parameter("client_secret"));
    let (Some((id, secret)), false) = (by_header.as_ref().or(by_body.as_ref()), by_header.is_some() && by_body.is_some()) else {
        return Issued::refused(
            401,
            "invalid_client",
            "the client names itself by Basic Auth, or by client_id and client_secret",
        );
    };
    // Both are compared whatever the first says, so that the time reveals nothing about either.
    let (is_id, is_secret) = (*id == Secret::new(client.id.as_str()), *secret == client.secret);
    if !(is_id && is_secret) {
        return Issued::refused(401, "invalid_client", "the client id or the client secret does not match");
    }
    if parameter("grant_type").is_none_or(|grant| grant.expose() != "client_credentials") {
        return Issued::refused(400, "unsupported_grant_type", "the grant_type is not client_credentials");
    }
    let token = token(client, now.saturating_add(TOKEN_LIFE_S), &hex(nonce));
    let body = json!({ "access_token": token.expose(), "token_type": "Bearer", "expires_in": TOKEN_LIFE_S });
    Issued { status: 200, refused: None, body }
}

/// Checks a token at `now` (Unix seconds).
///
/// # Errors
/// Why it is not accepted, without a full stop.
pub fn check(client: &TokenClient, given: &str, now: i64) -> Result<(), &'static str> {
    let mut parts = given.strip_prefix(PREFIX).into_iter().flat_map(|rest| rest.split('_'));
    let until = parts.next().and_then(|until| until.parse::<i64>().ok());
    let expected = until.zip(parts.next()).map(|(until, nonce)| token(client, until, nonce));
    // An empty one is of no client.
    if !expected.is_some_and(|expected| !expected.is_empty() && same_bytes(expected.expose().as_bytes(), given.as_bytes())) {
        return Err("the token was not issued by this receiver");
    }
    if until < Some(now) { Err("the token has expired") } else { Ok(()) }
}

fn token(client: &TokenClient, until: i64, nonce: &str) -> Secret {
    let text = format!("{PREFIX}{until}_{nonce}");
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(client.secret.expose().as_bytes()) else { return Secret::default() };
    mac.update(client.id.as_bytes());
    mac.update(b"\n");
    mac.update(text.as_bytes());
    Secret::new(format!("{text}_{}", hex(&mac.finalize().into_bytes())))
}

/// The client's id and secret in `Basic …`, each form-encoded.
fn basic(authorization: &str) -> Option<(Secret, Secret)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    let pair = Zeroizing::new(STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?);
    let pair = std::str::from_utf8(&pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let spaced = Zeroizing::new(text.replace('+', " "));
        percent_decode_str(&spaced).decode_utf8().ok().map(Secret::new)
    };
    decoded(id).zip(decoded(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mask::Masked;
    use crate::domain::token::client::tests::client;
    use crate::domain::token::{Answer, ClientAuth, TokenRequest, parse};

    const NOW: i64 = 1_800_000_000;

    fn asked(client: &TokenClient, by: ClientAuth) -> Issued {
        let request = TokenRequest::new(&TokenClient { by, ..client.clone() });
        let authorization = request.request().header("authorization").map(Masked::exposed);
        issue(client, authorization.as_ref().map(Secret::expose), &request.request().body, NOW, &[7; 8])
    }

    #[test]
    fn a_client_gets_a_token_that_is_good_for_its_time() {
        let client = client(ClientAuth::Header);
        for by in [ClientAuth::Header, ClientAuth::Body] {
            let issued = asked(&client, by);
            assert_eq!((issued.status, issued.refused), (200, None));
            let body = issued.body.to_string().into_bytes().into();
            let grant = parse(&Answer { status: 200, location: None, retry_after: None, body, longer: false }).unwrap();
            let token = grant.token.expose();
            assert_eq!(check(&client, token, NOW + TOKEN_LIFE_S), Ok(()));
            assert_eq!(check(&client, token, NOW + TOKEN_LIFE_S + 1), Err("the token has expired"));
            let other = TokenClient { secret: Secret::new("other"), ..client.clone() };
            for (client, token) in [(&other, token), (&client, &token[1..]), (&client, &token[..token.len() - 1]), (&client, "")]
            {
                assert_eq!(check(client, token, NOW), Err("the token was not issued by this receiver"));
            }
            let later = token.replace(&(NOW + TOKEN_LIFE_S).to_string(), &(NOW + 2 * TOKEN_LIFE_S).to_string());
            assert!(check(&client, &later, NOW).is_err());
        }
    }

    #[test]
    fn other_clients_and_other_grants_are_refused() {
        let client = client(ClientAuth::Header);
        for other in
            [TokenClient { id: "other".into(), ..client.clone() }, TokenClient { secret: Secret::new("other"), ..client.clone() }]
        {
            let request = TokenRequest::new(&TokenClient { by: ClientAuth::Body, ..other });
            let issued = issue(&client, None, &request.request().body, NOW, &[7; 8]);
            assert_eq!((issued.status, issued.body["error"].as_str()), (401, Some("invalid_client")));
        }
        for (authorization, body) in [
            (None, String::new()),
            (None, "client_id=a".to_owned()),
            (Some("Bearer x"), "grant_type=client_credentials".to_owned()),
            (Some("Basic !"), "grant_type=client_credentials".to_owned()),
            // Not in both ways (RFC 6749 §2.3).
            (client.basic().as_ref().map(|_| "Basic YTpi"), "client_id=a&client_secret=b".to_owned()),
        ] {
            assert_eq!(issue(&client, authorization, body.as_bytes(), NOW, &[7; 8]).status, 401, "{body}");
        }
        let pair = client.basic().unwrap();
        let issued = issue(&client, Some(&format!("Basic {}", pair.expose())), b"grant_type=password", NOW, &[7; 8]);
        assert_eq!((issued.status, issued.body["error"].as_str()), (400, Some("unsupported_grant_type")));
    }
}
