//! Basic Auth (RFC 7617): a user name and a password.

use super::Auth;
use super::rules::{no_control, not_empty, not_too_long, outer_space_notice};
use super::spec::{AuthSpec, AuthType, Check};
use crate::domain::field::{Field, FieldError, FieldSpec, Kind, SecretSpec};
use crate::domain::secret::Secret;

/// Basic Auth.
pub const SPEC: AuthType =
    &AuthSpec { name: "basic", label: "Basic Auth", help: "A user name and a password", fields: &[USERNAME, PASSWORD], check };

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
        can_be_generated: false,
        refused_flags: &["--password", "--passwd", "--pass"],
    }),
    about: "the password",
    help: "Any characters; spaces count",
    trim: false,
    ..FieldSpec::TEXT
};

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let username = username(check.values.text(USERNAME));
    let username = check.keep(username);
    let password = password(check);
    let password = check.keep(password);
    Some(Auth::Basic { username: username?, password: password? })
}

fn username(text: &str) -> Result<String, FieldError> {
    if text.contains(':') {
        return Err(FieldError::new(
            USERNAME,
            "has a colon in it",
            "Basic Auth separates the user name from the password at the first colon (RFC 7617).",
            "Enter the user name alone.",
        ));
    }
    no_control(USERNAME, text)?;
    not_too_long(USERNAME, text)?;
    Ok(text.to_owned())
}

fn password(check: &mut Check<'_>) -> Result<Secret, FieldError> {
    let secret = check.values.secret(PASSWORD).clone();
    not_empty(PASSWORD, &secret, "Enter the password that the receiver has.")?;
    no_control(PASSWORD, secret.expose())?;
    not_too_long(PASSWORD, secret.expose())?;
    if let Some(advice) = strength(&secret) {
        check.notice(PASSWORD, advice);
    }
    outer_space_notice(check, PASSWORD, &secret);
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
