//! The secret that a request was made with, where the registered one is that one mangled.

use super::Mistake;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field::Field;
use crate::domain::mangling::{self, Correction};
use crate::domain::signature::verify::{self, Received, Verdict};

/// The field of the registered secret, and the secret that explains the request received at `now` (Unix seconds) but for its age.
/// `None` where none of those that the registered one may have been mangled from does.
#[must_use]
pub fn corrected(settings: &Settings, received: &Received<'_>, now: i64) -> Option<(Field, Correction)> {
    let (field, secret) = settings.auth().secret()?;
    let explains = |correction: &Correction| {
        let Ok(checked) = Draft::of(settings).with(field, correction.secret.clone()).check() else { return false };
        if matches!(verify::check(&checked.settings, received, now), Verdict::Accepted { .. }) {
            return true;
        }
        let left = checked.settings.auth().explain(received, now);
        !left.is_empty() && left.iter().all(|mistake| matches!(mistake, Mistake::Stale(_)))
    };
    mangling::candidates(secret.expose()).into_iter().find(explains).map(|correction| (field, correction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{bearer, hmac};
    use crate::domain::field;

    const SECRET: &str = "kT9v-2Qx.7hWz-kT9v";

    fn settings(draft: Draft) -> Settings {
        draft.with(field::URL, "https://hooks.example.com/in").check().unwrap().settings
    }

    fn signed_by(secret: &str) -> Settings {
        let auth = Draft::new(hmac::SPEC).with(hmac::HEADER_KEY, "x-signature").with(hmac::SIGNING_SECRET, secret);
        settings(auth.with(hmac::FORMAT, "timestamped"))
    }

    /// What a request signed with `used` proves about the registered `secret`.
    fn proved(secret: &str, used: &str, now: i64) -> Option<String> {
        let (registered, sender) = (signed_by(secret), signed_by(used));
        let (_, key) = sender.auth().secret().unwrap();
        let crate::domain::credential::Credential::Signature { key: signer, .. } = sender.auth().credential() else { panic!() };
        assert_eq!(key.expose(), used);
        let headers = vec![("x-signature".to_owned(), signer.sign("", 1000, b"{}"))];
        let received = Received { method: "POST", target: "/in", headers: &headers, body: b"{}" };
        corrected(&registered, &received, now).map(|(_, correction)| correction.secret.expose().to_owned())
    }

    #[test]
    fn the_secret_that_a_request_was_made_with_is_found() {
        for mangled in
            ["\"kT9v-2Qx.7hWz-kT9v\"", "export KEY='kT9v-2Qx.7hWz-kT9v'", "kT9v-2Qx.7hWz-kT9v ", "kT9v-2Qx.7hWz-kT9v\\n"]
        {
            for now in [1000, 9000] {
                assert_eq!(proved(mangled, SECRET, now).as_deref(), Some(SECRET), "{mangled:?} {now}");
            }
        }
        assert_eq!(proved(SECRET, SECRET, 1000), None);
        assert_eq!(proved("\"kT9v-2Qx.7hWz-kT9v\"", "another", 1000), None);
    }

    #[test]
    fn so_is_a_token() {
        let registered = settings(Draft::new(bearer::SPEC).with(bearer::TOKEN, format!("'{SECRET}'")));
        let headers = vec![("authorization".to_owned(), format!("Bearer {SECRET}"))];
        let received = Received { method: "POST", target: "/in", headers: &headers, body: b"{}" };
        let found = corrected(&registered, &received, 0).map(|(field, correction)| (field, correction.secret));
        assert_eq!(found, Some((bearer::TOKEN, SECRET.into())));
    }
}
