//! How requests are authenticated: one file for each auth type, with its fields, its rules and all that it does.
//!
//! ```text
//! spec     what an auth type is: its spec as data, and the trait of what it does
//! default, hmac, basic, bearer, api_key, oauth2     the auth types
//! rules    rules for values that several of them share
//! ```
//!
//! To add an auth type: its file, with an [`AuthSpec`] and an [`AuthMethod`]; its line in [`ALL`]; and, where a receiver checks
//! something that no other auth type has it check, a variant of [`ReceiverCheck`](super::snippet::check::ReceiverCheck) with its
//! fragments of code. The form, the flags, the accessible mode, `show`, the state file, the redactor and the list of refused
//! arguments follow from the spec. The schemas in `assets/` describe it.

pub mod api_key;
pub mod basic;
pub mod bearer;
pub mod default;
pub mod hmac;
pub mod oauth2;
pub(crate) mod rules;
mod spec;

pub use rules::MAX_FIELD_BYTES;
pub use spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};

use super::field::{BODY, Field, OF_DESTINATION};

/// Every auth type, in the order of the form.
pub const ALL: [AuthType; 6] = [default::SPEC, hmac::SPEC, basic::SPEC, bearer::SPEC, api_key::SPEC, oauth2::SPEC];

/// The auth type of that name.
#[must_use]
pub fn named(name: &str) -> Option<AuthType> {
    ALL.into_iter().find(|spec| spec.name == name)
}

/// The field of that id, of a destination or of an auth type.
#[must_use]
pub fn field(id: &str) -> Option<Field> {
    let of_auth = ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied();
    OF_DESTINATION.into_iter().chain([BODY]).chain(of_auth).find(|field| field.id == id)
}

#[cfg(test)]
mod tests;
