//! Rules for values that more than one field has.

use crate::domain::field::Field;
use crate::domain::mangling;
use crate::domain::problem::{IS_REQUIRED, Problem};
use crate::domain::secret::Secret;

use super::spec::Check;

/// The longest value accepted, in bytes: most servers accept no more in one header.
pub const MAX_FIELD_BYTES: usize = 8 * 1024;

pub(super) fn not_empty(field: Field, secret: &Secret, fix: &str) -> Result<(), Problem> {
    if !secret.is_empty() {
        return Ok(());
    }
    Err(Problem::new(field, IS_REQUIRED, "Without it, the receiver cannot tell your requests from anyone else's.", fix))
}

pub(super) fn no_outer_space(field: Field, text: &str) -> Result<(), Problem> {
    if text.trim() == text {
        return Ok(());
    }
    Err(Problem::new(
        field,
        "starts or ends with whitespace",
        "It usually comes from copying, and the receiver would not accept it.",
        "Remove the whitespace.",
    ))
}

/// Says where a control character is, never what the text is.
pub(crate) fn no_control(field: Field, text: &str) -> Result<(), Problem> {
    let Some(position) = text.chars().position(char::is_control) else { return Ok(()) };
    let what = format!("has a control character (a line break, tab or the like) at position {}", position + 1);
    Err(Problem::new(field, what, "It could end the header early; it usually comes from copying.", "Remove that character."))
}

pub(super) fn not_too_long(field: Field, text: &str) -> Result<(), Problem> {
    if text.len() <= MAX_FIELD_BYTES {
        return Ok(());
    }
    let what = format!("has {} bytes, more than {MAX_FIELD_BYTES}", text.len());
    Err(Problem::new(field, what, "Servers refuse headers of that size.", "Enter a shorter one."))
}

/// What looks mangled in a secret, with its position: never an error, since it may be meant.
pub(super) fn mangling_notices(check: &mut Check<'_>, field: Field, secret: &Secret) {
    for notice in mangling::notices(secret.expose()) {
        check.notice(field, notice);
    }
}

/// For a secret that may start or end with whitespace.
pub(super) fn outer_space_notice(check: &mut Check<'_>, field: Field, secret: &Secret) {
    if secret.expose().trim() != secret.expose() {
        check.notice(field, "starts or ends with whitespace, which is kept");
    }
}
