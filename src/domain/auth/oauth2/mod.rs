//! `OAuth2` client credentials (RFC 6749 §4.4): a bearer token that a token endpoint issues, fetched when it is needed.

mod parameters;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use parameters::credentials_in;

pub use parameters::TOKEN_PARAMS;

use super::rules::{mangling_notices, no_control, no_outer_space, not_too_long, outer_space_notice};
use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Choice, Field, FieldSpec, Kind, SecretSpec};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::credentials;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::received::Received;
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::token::{self, ClientAuth, TokenClient};
use crate::domain::url::{EndpointUrl, credential};

/// `OAuth2`, the grant by client credentials.
pub const SPEC: AuthType = &AuthSpec {
    name: "oauth2",
    label: "OAuth2 client credentials",
    help: "A token by client credentials",
    fields: &[TOKEN_URL, CLIENT_ID, CLIENT_SECRET, SCOPE, AUDIENCE, TOKEN_PARAMS, CLIENT_AUTH],
    kept: &[],
    sends: |_| "authorization: Bearer and the access token".to_owned(),
    check,
};

/// Where tokens are fetched.
pub const TOKEN_URL: Field = &FieldSpec {
    id: "token_url",
    label: "Token URL",
    required: true,
    flag: Some("--token-url"),
    value_name: "URL",
    about: "where tokens are fetched; begins with https://",
    help: "Where tokens are fetched: https://…",
    placeholder: "https://auth.example.com/token",
    credential: Some(credential::parts),
    binds_secrets: true,
    ..FieldSpec::TEXT
};

/// The client's name at the token endpoint.
pub const CLIENT_ID: Field = &FieldSpec {
    id: "client_id",
    label: "Client ID",
    required: true,
    flag: Some("--client-id"),
    value_name: "ID",
    about: "the client id",
    help: "As the token's issuer registered it",
    placeholder: "waypost",
    ..FieldSpec::TEXT
};

/// The client's secret. It goes to the token endpoint alone.
pub const CLIENT_SECRET: Field = &FieldSpec {
    id: "client_secret",
    label: "Client secret",
    required: true,
    kind: Kind::Secret(SecretSpec { shows_hint: true, generate: None, refused_flags: &["--client-secret", "--oauth2-secret"] }),
    about: "the client secret",
    help: "Sent to the token URL only",
    ..FieldSpec::TEXT
};

/// Scopes, separated by spaces.
pub const SCOPE: Field = &FieldSpec {
    id: "scope",
    label: "Scope",
    flag: Some("--scope"),
    value_name: "SCOPE",
    about: "the scopes to ask for, separated by spaces",
    help: "Separated by spaces; may be empty",
    placeholder: "events:write",
    default: |_| Some("none"),
    ..FieldSpec::TEXT
};

/// Whom the token is for, where the issuer asks for that.
pub const AUDIENCE: Field = &FieldSpec {
    id: "audience",
    label: "Audience",
    flag: Some("--audience"),
    value_name: "AUDIENCE",
    about: "whom the token is for, where the issuer asks for that",
    help: "Where the issuer asks for one",
    placeholder: "https://api.example.com",
    default: |_| Some("none"),
    ..FieldSpec::TEXT
};

/// How the client names itself at the token endpoint.
pub const CLIENT_AUTH: Field = &FieldSpec {
    id: "client_auth",
    label: "Send client in",
    flag: Some("--client-auth"),
    value_name: "PLACE",
    kind: Kind::Choice(&[IN_HEADER, IN_BODY]),
    about: "where the client secret goes in the token request [default: header]",
    help: "As Basic Auth, or as parameters",
    ..FieldSpec::TEXT
};

/// `authorization: Basic …`, the form encoding of both halves.
pub const IN_HEADER: Choice = Choice { name: "header", label: "Authorization header", detail: "" };

/// `client_id` and `client_secret` in the body.
pub const IN_BODY: Choice = Choice { name: "body", label: "Request body", detail: "" };

#[derive(Clone, Debug)]
struct OAuth2(Arc<TokenClient>);

impl AuthMethod for OAuth2 {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(TOKEN_URL, self.0.url.expose());
        visit(CLIENT_ID, &self.0.id);
        visit(CLIENT_SECRET, self.0.secret.expose());
        visit(SCOPE, &self.0.scope);
        visit(AUDIENCE, &self.0.audience);
        visit(TOKEN_PARAMS, self.0.parameters.expose());
        visit(CLIENT_AUTH, if self.0.by == ClientAuth::Header { IN_HEADER } else { IN_BODY }.name);
    }

    fn credential(&self) -> Credential {
        Credential::Token(Arc::clone(&self.0))
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let (id, secret) = (self.0.id.as_str(), self.0.secret.expose());
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let texts =
            [secret.to_owned(), encoded(secret), format!("{id}:{secret}"), format!("{}:{}", encoded(id), encoded(secret))];
        let mut forms: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for form in texts.map(|text| Zeroizing::new(text.into_bytes())) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        let parameters = self.0.parameters.expose();
        let of_parameters = credentials_in(parameters).into_iter().map(|part| &parameters[part]);
        forms.extend(self.0.url.wire_forms());
        forms.extend(of_parameters.map(|value| Zeroizing::new(value.as_bytes().to_vec())));
        forms
    }

    fn verify(&self, received: &Received<'_>, now: i64) -> Result<String, String> {
        let given = received.credentials("Bearer")?;
        token::check(&self.0, given, now).map(|()| "the token was issued by this receiver".to_owned()).map_err(str::to_owned)
    }

    fn explain(&self, received: &Received<'_>, _: i64) -> Vec<Mistake> {
        credentials::access_token(received)
    }

    fn curl(&self, script: &mut Script<'_>) {
        script.fetch_token(&self.0);
    }

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::AccessToken
    }

    fn in_words(&self) -> Option<String> {
        Some("the access token".to_owned())
    }

    fn keeping(&self, _: &Auth, _: i64) -> Option<Auth> {
        None
    }

    fn former_until(&self) -> Option<i64> {
        None
    }

    fn without_former(&self) -> Auth {
        Auth::new(self.clone())
    }

    fn without_secrets(&self) -> Auth {
        let parameters = self.0.parameters.expose();
        let parameters = credential::with_stand_ins(parameters, &credentials_in(parameters)).0;
        Auth::new(Self(Arc::new(TokenClient {
            url: self.0.url.without_credential(),
            secret: CLIENT_SECRET.stand_in(&self.0.secret),
            parameters: parameters.into(),
            ..(*self.0).clone()
        })))
    }

    fn public_key(&self) -> Option<String> {
        None
    }
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let url = check.keep(token_url(check.values.text(TOKEN_URL)));
    let id = check.keep(client_id(check.values.text(CLIENT_ID)));
    let secret = client_secret(check);
    let secret = check.keep(secret);
    let scope = scope(check);
    let scope = check.keep(scope);
    let audience = check.keep(audience(check.values.text(AUDIENCE)));
    let parameters = check.keep(parameters::check(check.values.secret(TOKEN_PARAMS)));
    let by =
        if CLIENT_AUTH.options()[check.values.choice(CLIENT_AUTH)] == IN_HEADER { ClientAuth::Header } else { ClientAuth::Body };
    let client =
        TokenClient { url: url?, id: id?, secret: secret?, scope: scope?, audience: audience?, parameters: parameters?, by };
    Some(Auth::new(OAuth2(Arc::new(client))))
}

fn token_url(text: &str) -> Result<EndpointUrl, Problem> {
    if text.is_empty() {
        return Err(Problem::new(
            TOKEN_URL,
            "is required",
            "The token that each request carries is fetched there.",
            "Enter the token endpoint of the issuer, such as https://auth.example.com/token.",
        ));
    }
    EndpointUrl::parse(text).map_err(|error| Problem { field: Some(TOKEN_URL), ..error })
}

fn required(field: Field, fix: &str) -> Problem {
    Problem::new(field, "is required", "The token endpoint issues tokens to clients that it knows.", fix)
}

fn client_id(text: &str) -> Result<String, Problem> {
    if text.is_empty() {
        return Err(required(CLIENT_ID, "Enter the client id that the issuer gave you."));
    }
    no_outer_space(CLIENT_ID, text)?;
    no_control(CLIENT_ID, text)?;
    not_too_long(CLIENT_ID, text)?;
    Ok(text.to_owned())
}

fn client_secret(check: &mut Check<'_>) -> Result<Secret, Problem> {
    let secret = check.values.secret(CLIENT_SECRET).clone();
    if secret.is_empty() {
        return Err(required(CLIENT_SECRET, "Enter the client secret that the issuer gave you."));
    }
    no_control(CLIENT_SECRET, secret.expose())?;
    not_too_long(CLIENT_SECRET, secret.expose())?;
    outer_space_notice(check, CLIENT_SECRET, &secret);
    mangling_notices(check, CLIENT_SECRET, &secret);
    Ok(secret)
}

/// RFC 6749 §3.3: visible ASCII without quotation marks and backslashes.
fn scope(check: &mut Check<'_>) -> Result<String, Problem> {
    let text = check.values.text(SCOPE);
    no_outer_space(SCOPE, text)?;
    no_control(SCOPE, text)?;
    not_too_long(SCOPE, text)?;
    let is_allowed = |c: char| c == ' ' || (c.is_ascii_graphic() && c != '"' && c != '\\');
    if let Some(position) = text.chars().position(|c| !is_allowed(c)) {
        return Err(Problem::new(
            SCOPE,
            format!("has a character at position {} that a scope cannot have", position + 1),
            "Scopes are visible ASCII without \" and \\, separated by spaces (RFC 6749 §3.3).",
            "Enter them as the issuer documents them.",
        ));
    }
    if text.contains(',') {
        check.notice(SCOPE, "has a comma; scopes are separated by spaces");
    }
    Ok(text.to_owned())
}

fn audience(text: &str) -> Result<String, Problem> {
    no_outer_space(AUDIENCE, text)?;
    no_control(AUDIENCE, text)?;
    not_too_long(AUDIENCE, text)?;
    Ok(text.to_owned())
}
