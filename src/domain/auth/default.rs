//! No authentication: only the headers that every request has.

use zeroize::Zeroizing;

use super::spec::{Auth, AuthMethod, AuthSpec, AuthType};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::Field;
use crate::domain::request::DEFAULT_HEADERS;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::received::Received;
use crate::domain::snippet::check::ReceiverCheck;

/// Default.
pub const SPEC: AuthType = &AuthSpec {
    name: "default",
    label: "Default",
    help: "No authentication",
    fields: &[],
    kept: &[],
    sends: |_| format!("the default headers alone: {}", DEFAULT_HEADERS.join(", ")),
    check: |_| Some(none()),
};

/// No authentication.
pub(crate) fn none() -> Auth {
    Auth::new(NoAuth)
}

#[derive(Clone, Debug)]
struct NoAuth;

impl AuthMethod for NoAuth {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, _: &mut dyn FnMut(Field, &'a str)) {}

    fn credential(&self) -> Credential {
        Credential::None
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        Vec::new()
    }

    fn verify(&self, _: &Received<'_>, _: i64) -> Result<String, String> {
        Ok("nothing to check: no authentication is registered".to_owned())
    }

    fn explain(&self, _: &Received<'_>, _: i64) -> Vec<Mistake> {
        Vec::new()
    }

    fn curl(&self, _: &mut Script<'_>) {}

    fn receiver_check(&self) -> ReceiverCheck {
        ReceiverCheck::Nothing
    }

    fn in_words(&self) -> Option<String> {
        None
    }

    fn without_secrets(&self) -> Auth {
        none()
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
