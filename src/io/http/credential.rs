//! The credential of an attempt, resolved before its request is built.

use crate::domain::auth::Auth;
use crate::domain::credential::Credential;

/// What an attempt authenticates itself with.
///
/// Asynchronous since an auth type may have to fetch a token first; those of today have all that they need.
pub async fn resolve(auth: &Auth) -> Credential {
    auth.credential()
}
