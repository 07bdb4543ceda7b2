//! An auth type as data: its names, its fields, and how its input is checked.

use std::fmt;

use super::Auth;
use crate::domain::field::{Field, FieldError, Notice, Values};
use crate::domain::url::EndpointUrl;

/// An auth type. Two are the same when their names are.
pub type AuthType = &'static AuthSpec;

/// Everything that the front ends and the state file need to know about an auth type.
pub struct AuthSpec {
    /// Its name in JSON and flags.
    pub name: &'static str,
    /// The words on its option.
    pub label: &'static str,
    /// The form's line of help, at most 40 columns.
    pub help: &'static str,
    /// In the order of the form.
    pub fields: &'static [Field],
    /// Makes the auth of what was entered; `None` when anything in it is wrong.
    pub check: fn(&mut Check<'_>) -> Option<Auth>,
}

impl AuthSpec {
    /// Its secret fields.
    pub fn secret_fields(&self) -> impl Iterator<Item = Field> + use<> {
        self.fields.iter().copied().filter(|field| field.is_secret())
    }
}

impl PartialEq for AuthSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for AuthSpec {}

impl fmt::Debug for AuthSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What was entered for an auth type, and what the check found in it.
pub struct Check<'a> {
    /// What was entered.
    pub values: &'a Values,
    /// Where requests go; `None` when that is not a URL.
    pub url: Option<&'a EndpointUrl>,
    /// In the order in which they were found.
    pub errors: Vec<FieldError>,
    /// In the order in which they were found.
    pub notices: Vec<Notice>,
}

impl Check<'_> {
    /// Notes an error, so that the other fields are checked all the same.
    pub fn keep<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// Notes something worth knowing.
    pub fn notice(&mut self, field: Field, text: impl Into<String>) {
        self.notices.push(Notice::new(field, text));
    }
}
