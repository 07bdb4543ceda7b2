//! Fields: what a person or a script fills in, and what can be said about one.
//!
//! ```text
//! spec     a field as data: its id, label, flag, kind and texts; and values by field
//! common   the fields that every destination has
//! notice   a remark about a value that is accepted
//! ```
//!
//! The fields of an auth type are in its own file, `domain/auth/NAME.rs`. The form, the flags, the accessible mode, `show` and
//! the state file iterate over these specs; none of them knows a field by name.

mod common;
mod notice;
mod spec;

pub use common::{AUTH, BODY, CA_CERT, CLIENT_CERT, CLIENT_KEY, HEADERS, OF_DESTINATION, OPTIONAL, TIMEOUT, TLS_FILES, URL};
pub use notice::Notice;
pub use spec::{Choice, Field, FieldSpec, Kind, SecretSpec, Values, unchanged};
