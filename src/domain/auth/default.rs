//! No authentication: only the headers that every request has.

use super::Auth;
use super::spec::{AuthSpec, AuthType};

/// Default.
pub const SPEC: AuthType = &AuthSpec {
    name: "default",
    label: "Default",
    help: "Nobody can tell who sends",
    fields: &[],
    check: |_| Some(Auth::Default),
};
