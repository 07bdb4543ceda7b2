//! The further parameters of a token request: one text, as in a form.

use std::ops::Range;

use super::super::rules::{no_control, no_outer_space, not_too_long};
use crate::domain::field::{Field, FieldSpec};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::text::visible;
use crate::domain::token;
use crate::domain::url::credential;

/// Further parameters of the token request, as in a form: `resource=https://api.example.com&realm=a%20b`.
pub const TOKEN_PARAMS: Field = &FieldSpec {
    id: "token_params",
    label: "Token params",
    flag: Some("--token-param"),
    value_name: "NAME=VALUE",
    about: "a further parameter of the token request; may be repeated",
    help: "Further ones, as NAME=VALUE&NAME=VALUE",
    placeholder: "resource=https://api.example.com",
    default: |_| Some("none"),
    credential: Some(credentials_in),
    joined: Some(joined),
    ..FieldSpec::TEXT
};

/// Parameters that other fields stand for.
const RESERVED: [&str; 5] = ["grant_type", "client_id", "client_secret", "scope", "audience"];

/// Given once or more (RFC 8707 §2); any other once (RFC 6749 §3.2).
const REPEATABLE: &str = "resource";

/// Checks them.
pub(super) fn check(entered: &Secret) -> Result<Secret, Problem> {
    let text = entered.expose();
    let wrong = |what: String, why: &str, fix: &str| Err(Problem::new(TOKEN_PARAMS, what, why, fix));
    if credential::is_masked(text) {
        return wrong(
            "is masked".into(),
            "The dots hide a part of it that is a credential, and cannot be sent.",
            "Enter all of it again.",
        );
    }
    no_outer_space(TOKEN_PARAMS, text)?;
    no_control(TOKEN_PARAMS, text)?;
    not_too_long(TOKEN_PARAMS, text)?;
    let mut names = Vec::new();
    // As they are parted when they are sent.
    for (at, pair) in text.split('&').enumerate().filter(|_| !text.is_empty()) {
        let Some((name, _)) =
            pair.split_once('=').and_then(|_| token::parameters(pair).next()).filter(|(name, _)| !name.is_empty())
        else {
            return wrong(
                format!("number {} of them is not NAME=VALUE", at + 1),
                "",
                "Write NAME=VALUE; in a value, & is written %26, % is %25 and + is %2B.",
            );
        };
        if RESERVED.contains(&&*name) {
            let what = format!("has {name}, which waypost sends itself");
            return wrong(what, "A parameter must not be sent twice (RFC 6749 §3.2).", "Remove it; each has a field of its own.");
        }
        if names.contains(&name) && name != REPEATABLE {
            let what = format!("has {} twice", visible(&name));
            return wrong(what, "A parameter must not be sent twice (RFC 6749 §3.2).", "Remove one of them.");
        }
        names.push(name);
    }
    Ok(entered.clone())
}

/// One more parameter, as `NAME=VALUE`, at the end of a text of them.
pub(super) fn joined(text: &str, more: &str) -> String {
    let mut out = String::with_capacity(text.len() + more.len() + 1);
    if !text.is_empty() && !more.is_empty() {
        out.push_str(text);
        out.push('&');
    }
    // Only what would be read as something else.
    for c in more.chars() {
        match c {
            '&' => out.push_str("%26"),
            '%' => out.push_str("%25"),
            '+' => out.push_str("%2B"),
            other => out.push(other),
        }
    }
    out
}

/// The values that are a credential, as in a query.
pub(super) fn credentials_in(text: &str) -> Vec<Range<usize>> {
    let parts = credential::parts(&format!("?{text}"));
    parts.into_iter().map(|part| part.start - 1..part.end - 1).collect()
}
