//! Basic Auth (RFC 7617): a user name and a password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::rules::{mangling_notices, no_control, not_empty, not_too_long, outer_space_notice};
use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Field, FieldSpec, Kind, SecretSpec};
use crate::domain::mangling;
use crate::domain::mask::Masked;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::shell::quoted;
use crate::domain::signature::explain::credentials;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::received::Received;
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::visible;

/// Basic Auth.
pub const SPEC: AuthType = &AuthSpec {
    name: "basic",
    label: "Basic Auth",
    help: "A user name and a password",
    fields: &[USERNAME, PASSWORD],
    kept: &[],
    sends: |_| "authorization: Basic and the base64 of username:password".to_owned(),
    check,
};

/// The user name. May be empty; has no colon.
pub const USERNAME: Field = &FieldSpec {
    id: "username",
    label: "Username",
    flag: Some("--username"),
    value_name: "NAME",
    about: "the user name",
    help: "Without a colon; may be empty",
    placeholder: "waypost",
    trim: false,
    ..FieldSpec::TEXT
};

/// The password. Never empty.
pub const PASSWORD: Field = &FieldSpec {
    id: "password",
    label: "Password",
    kind: Kind::Secret(SecretSpec {
        // A person chose it, perhaps for more than this: nothing of it is shown.
        shows_hint: false,
        generate: None,
        refused_flags: &["--password", "--passwd", "--pass"],
    }),
    about: "the password",
    help: "Any characters; spaces count",
    required: true,
    trim: false,
    ..FieldSpec::TEXT
};

#[derive(Clone, Debug)]
struct Basic {
    username: String,
    password: Secret,
}

impl Basic {
    fn pair(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}:{}", self.username, self.password.expose()))
    }
}

impl AuthMethod for Basic {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(USERNAME, &self.username);
        visit(PASSWORD, self.password.expose());
    }

    fn credential(&self) -> Credential {
        let value = Masked::plain("Basic ").then_secret(STANDARD.encode(self.pair().as_bytes()));
        Credential::Header { name: "authorization".into(), value }
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let password = Zeroizing::new(self.password.expose().as_bytes().to_vec());
        vec![password, Zeroizing::new(self.pair().as_bytes().to_vec())]
    }

    /// RFC 7617 §2.
    fn verify(&self, received: &Received<'_>, _: i64) -> Result<String, String> {
        let encoded = received.credentials("Basic")?;
        let pair = STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| "what follows \"Basic \" is not base64")?;
        let pair = std::str::from_utf8(&pair).map_err(|_| "the user name and password are not UTF-8")?;
        let (name, word) = pair.split_once(':').ok_or("there is no colon between the user name and the password")?;
        // Both are compared whatever the first says, so that the time reveals nothing about either.
        let name_is_right = Secret::new(name) == Secret::new(self.username.as_str());
        let word_is_right = Secret::new(word) == self.password;
        match (name_is_right, word_is_right) {
            (true, true) => Ok("the user name and password are correct".to_owned()),
            (true, false) => Err("the password does not match".to_owned()),
            (false, true) => Err("the user name does not match".to_owned()),
            (false, false) => Err("neither the user name nor the password matches".to_owned()),
        }
    }

    fn explain(&self, received: &Received<'_>, _: i64) -> Vec<Mistake> {
        credentials::basic(&self.username, &self.password, received)
    }

    fn curl(&self, script: &mut Script<'_>) {
        let (user, password) =
            (quoted(self.username.as_bytes()), script.secret("WAYPOST_PASSWORD", "the password", &self.password));
        let pair = format!("\"$(printf '%s:%s' {user} {password} | openssl base64 -A)\"");
        script.send_secret_header("authorization: Basic ", pair);
    }

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::Basic(self.username.clone())
    }

    fn in_words(&self) -> Option<String> {
        Some(format!("the username \"{}\" and the password", visible(&self.username)))
    }

    fn without_secrets(&self) -> Auth {
        Auth::new(Self { username: self.username.clone(), password: PASSWORD.stand_in(&self.password) })
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
    let username = username(check.values.text(USERNAME));
    let username = check.keep(username);
    if let Some(name) = &username {
        if name.trim() != name {
            check.notice(USERNAME, "starts or ends with whitespace, which is kept");
        }
        for notice in mangling::notices_of_name(name) {
            check.notice(USERNAME, notice);
        }
    }
    let password = password(check);
    let password = check.keep(password);
    Some(Auth::new(Basic { username: username?, password: password? }))
}

fn username(text: &str) -> Result<String, Problem> {
    if text.contains(':') {
        return Err(Problem::new(
            USERNAME,
            "contains a colon",
            "Basic Auth separates the user name from the password at the first colon (RFC 7617).",
            "Enter the user name only.",
        ));
    }
    no_control(USERNAME, text)?;
    not_too_long(USERNAME, text)?;
    Ok(text.to_owned())
}

fn password(check: &mut Check<'_>) -> Result<Secret, Problem> {
    let secret = check.values.secret(PASSWORD).clone();
    not_empty(PASSWORD, &secret, "Enter the password that the receiver has.")?;
    no_control(PASSWORD, secret.expose())?;
    not_too_long(PASSWORD, secret.expose())?;
    if let Some(advice) = strength(&secret) {
        check.notice(PASSWORD, advice);
    }
    outer_space_notice(check, PASSWORD, &secret);
    mangling_notices(check, PASSWORD, &secret);
    Ok(secret)
}

/// Advice on a password's strength, never a refusal. Length is what counts (NIST SP 800-63B §3.1.1.2).
pub(super) fn strength(secret: &Secret) -> Option<String> {
    let count = secret.chars();
    let mut seen: Vec<char> = secret.expose().chars().collect();
    seen.sort_unstable();
    seen.dedup();
    let distinct = seen.len();
    seen.fill('\0');
    if count < 15 {
        return Some(format!("has {count} characters; 15 and more are hard to guess"));
    }
    (distinct < 6).then(|| format!("has only {distinct} different characters and is easy to guess"))
}
