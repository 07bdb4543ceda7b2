//! A bearer token (RFC 6750), stored without "Bearer ".

use zeroize::Zeroizing;

use super::rules::{mangling_notices, no_control, no_outer_space, not_empty, not_too_long};
use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Field, FieldSpec, Kind, SecretSpec};
use crate::domain::mask::Masked;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::credentials;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::received::Received;
use crate::domain::snippet::check::ReceiverCheck;

/// Bearer Token.
pub const SPEC: AuthType = &AuthSpec {
    name: "bearer",
    label: "Bearer Token",
    help: "A token in each request",
    fields: &[TOKEN],
    kept: &[],
    sends: |_| "authorization: Bearer and the token".to_owned(),
    check,
};

/// The token. Visible ASCII, never empty.
pub const TOKEN: Field = &FieldSpec {
    id: "token",
    label: "Token",
    required: true,
    kind: Kind::Secret(SecretSpec {
        shows_hint: true,
        generate: None,
        refused_flags: &["--token", "--bearer", "--bearer-token"],
    }),
    about: "the token, without \"Bearer \"",
    help: "Without \"Bearer \", which is added",
    clean: |text| {
        let (token, removed) = without_bearer(text);
        (token, removed.then_some(BEARER_REMOVED))
    },
    ..FieldSpec::TEXT
};

const BEARER_REMOVED: &str = "the leading \"Bearer \" was removed; it is added when sending";

#[derive(Clone, Debug)]
struct Bearer {
    token: Secret,
}

impl AuthMethod for Bearer {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(TOKEN, self.token.expose());
    }

    fn credential(&self) -> Credential {
        let value = Masked::plain("Bearer ").then_secret(self.token.expose());
        Credential::Header { name: "authorization".into(), value }
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        vec![Zeroizing::new(self.token.expose().as_bytes().to_vec())]
    }

    fn verify(&self, received: &Received<'_>, _: i64) -> Result<String, String> {
        if Secret::new(received.credentials("Bearer")?) == self.token {
            Ok("the token is correct".to_owned())
        } else {
            Err("the token does not match".to_owned())
        }
    }

    fn explain(&self, received: &Received<'_>, _: i64) -> Vec<Mistake> {
        credentials::bearer(&self.token, received)
    }

    fn curl(&self, script: &mut Script<'_>) {
        let token = script.secret("WAYPOST_TOKEN", "the token", &self.token);
        script.send_secret_header("authorization: Bearer ", token);
    }

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::Bearer
    }

    fn in_words(&self) -> Option<String> {
        Some("the token".to_owned())
    }

    fn without_secrets(&self) -> Auth {
        Auth::new(Self { token: TOKEN.stand_in(&self.token) })
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

    fn public_key(&self) -> Option<String> {
        None
    }
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let token = token(check);
    Some(Auth::new(Bearer { token: check.keep(token)? }))
}

/// A token without the "Bearer " (or "authorization: bearer ") that was copied along, and whether there was one.
///
/// All of them are removed, however many there are: what is left never begins with one, so that a registered token stays the
/// same when it is checked again.
fn without_bearer(token: &str) -> (&str, bool) {
    let mut rest = token;
    while let Some(after) = ["authorization:", "bearer "].iter().find_map(|prefix| without_prefix(rest.trim_start(), prefix)) {
        rest = after.trim_start();
    }
    (rest, rest.len() != token.len())
}

/// What follows a prefix that is written in any case.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn token(check: &mut Check<'_>) -> Result<Secret, Problem> {
    let secret = check.values.secret(TOKEN);
    not_empty(TOKEN, secret, "Enter the token that the receiver gave you.")?;
    let (text, removed) = without_bearer(secret.expose());
    let text = Secret::new(text);
    if removed {
        check.notice(TOKEN, BEARER_REMOVED);
    }
    not_empty(TOKEN, &text, "Enter the token itself, which follows \"Bearer \".")?;
    no_outer_space(TOKEN, text.expose())?;
    no_control(TOKEN, text.expose())?;
    not_too_long(TOKEN, text.expose())?;
    if let Some(position) = text.expose().chars().position(|c| !c.is_ascii_graphic()) {
        let what = format!("has a character at position {} that a token cannot have", position + 1);
        return Err(Problem::new(
            TOKEN,
            what,
            "A token consists of visible ASCII characters, without spaces.",
            "Paste it again, alone.",
        ));
    }
    if !is_b64token(text.expose()) {
        check.notice(TOKEN, "has characters outside RFC 6750's token syntax; some servers reject it");
    }
    mangling_notices(check, TOKEN, &text);
    Ok(text)
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}
