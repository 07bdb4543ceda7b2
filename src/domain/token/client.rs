//! Who asks a token endpoint for a token, and for which.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::{self, Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::domain::secret::Secret;
use crate::domain::url::EndpointUrl;

/// How a client names itself (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// By Basic Auth.
    Header,
    /// By two parameters.
    Body,
}

/// A client of a token endpoint, with what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClient {
    pub url: EndpointUrl,
    pub id: String,
    pub secret: Secret,
    /// Empty for the endpoint's own choice.
    pub scope: String,
    /// Empty where none is wanted.
    pub audience: String,
    /// Further ones, as in a form; a value may be a credential.
    pub parameters: Secret,
    pub by: ClientAuth,
}

impl TokenClient {
    /// The credentials of `authorization: Basic …`; `None` where they are parameters.
    #[must_use]
    pub fn basic(&self) -> Option<Secret> {
        (self.by == ClientAuth::Header).then(|| basic_pair(&self.id, &self.secret))
    }

    /// The body of a token request.
    #[must_use]
    pub fn form(&self) -> Secret {
        let mut all = vec![("scope".into(), self.scope.as_str().into()), ("audience".into(), self.audience.as_str().into())];
        if self.by == ClientAuth::Body {
            all.insert(0, ("client_id".into(), self.id.as_str().into()));
            all.insert(1, ("client_secret".into(), self.secret.expose().into()));
        }
        all.extend(parameters(self.parameters.expose()));
        form(&all)
    }
}

/// The parameters in a text such as `resource=https://api.example.com&realm=a%20b`.
pub fn parameters(text: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(text.as_bytes())
}

/// Each half is form-encoded before they are joined (RFC 6749 §2.3.1), so that an id may have a colon in it. A space is `%20`: what
/// decodes a form reads that as well as `+`, and some servers only percent-decode.
fn basic_pair(id: &str, secret: &Secret) -> Secret {
    let encoded = |text: &str| Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20"));
    let pair = Zeroizing::new(format!("{}:{}", *encoded(id), *encoded(secret.expose())));
    Secret::new(STANDARD.encode(pair.as_bytes()))
}

/// The grant type, then each parameter that has a value, in this order.
fn form(parameters: &[(Cow<'_, str>, Cow<'_, str>)]) -> Secret {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    form.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    Secret::new(form.finish())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::domain::token) fn client(by: ClientAuth) -> TokenClient {
        TokenClient {
            url: EndpointUrl::parse("https://auth.example.com/token").unwrap(),
            id: "a:b c".into(),
            secret: Secret::new("ä+/"),
            scope: "a b".into(),
            audience: String::new(),
            parameters: "resource=https://api.example.com/?a%26b&x=%20+".into(),
            by,
        }
    }

    #[test]
    fn each_half_is_encoded_before_they_are_joined() {
        let pair = client(ClientAuth::Header).basic().unwrap();
        assert_eq!(STANDARD.decode(pair.expose()).ok().as_deref(), Some(&b"a%3Ab%20c:%C3%A4%2B%2F"[..]));
        assert_eq!(client(ClientAuth::Body).basic(), None);
    }

    #[test]
    fn a_parameter_without_a_value_is_left_out() {
        let rest = "scope=a+b&resource=https%3A%2F%2Fapi.example.com%2F%3Fa%26b&x=++";
        assert_eq!(client(ClientAuth::Header).form().expose(), format!("grant_type=client_credentials&{rest}"));
        let named = "client_id=a%3Ab+c&client_secret=%C3%A4%2B%2F";
        assert_eq!(client(ClientAuth::Body).form().expose(), format!("grant_type=client_credentials&{named}&{rest}"));
    }

    #[test]
    fn nothing_secret_is_in_a_debug() {
        let mut client = client(ClientAuth::Body);
        client.secret = Secret::new("hunter2");
        client.parameters = Secret::new("password=hunter2");
        assert!(!format!("{client:?}").contains("hunter2"));
    }
}
