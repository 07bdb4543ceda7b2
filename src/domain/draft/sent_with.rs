//! Settings as a delivery remembers them.

use std::borrow::Cow;

use super::Draft;
use crate::domain::delivery::{SentWith, Setting};
use crate::domain::destination::{DEFAULT_TIMEOUT_S, Settings};
use crate::domain::field::{AUTH, Field, Kind, TIMEOUT, URL};

/// The version of waypost that makes a delivery.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is sent with these settings. `mark` makes a mark of a secret, given the id of its field.
#[must_use]
pub fn sent_with(settings: &Settings, mark: impl Fn(&str, &str) -> Option<String>) -> SentWith {
    let draft = Draft::of(settings);
    let url = settings.url();
    let mut all = vec![
        Setting {
            field: URL.id.to_owned(),
            value: Some(url.shown()),
            mark: url.has_credential().then(|| mark(URL.id, url.expose())).flatten(),
        },
        Setting { field: AUTH.id.to_owned(), value: Some(draft.auth_type().name.to_owned()), mark: None },
    ];
    let fields = draft.auth_type().fields.iter().copied().filter(|field| draft.applies(field));
    all.extend(fields.map(|field| of_field(field, &draft, &mark)));
    for header in settings.headers() {
        let field = format!("headers.{}", header.key().as_str());
        let mark = header.secret().and_then(|secret| mark(&field, secret.expose()));
        all.push(Setting { value: header.plain().map(str::to_owned), mark, field });
    }
    let files = settings.files().filter_map(|(field, path)| Some((field, path?.to_string_lossy().into_owned())));
    all.extend(files.map(|(field, path)| Setting { field: field.id.to_owned(), value: Some(path), mark: None }));
    let timeout = settings.timeout_s().unwrap_or(DEFAULT_TIMEOUT_S).to_string();
    all.push(Setting { field: TIMEOUT.id.to_owned(), value: Some(timeout), mark: None });
    SentWith { waypost: VERSION.to_owned(), settings: all }
}

fn of_field(field: Field, draft: &Draft, mark: &impl Fn(&str, &str) -> Option<String>) -> Setting {
    let (value, mark) = match field.kind {
        Kind::Secret(_) => (None, mark(field.id, draft.secret(field).expose())),
        Kind::Choice(options) => (Some(options[draft.choice(field)].name.into()), None),
        Kind::Text => match draft.text(field) {
            "" => (Some((field.default)(draft.values()).unwrap_or_default().into()), None),
            text if field.credentials(text).is_empty() => (Some(text.into()), None),
            text => (Some(field.shown(text)), mark(field.id, text)),
        },
    };
    Setting { field: field.id.to_owned(), value: value.map(Cow::into_owned), mark }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{hmac, oauth2};
    use crate::domain::field::CA_CERT;

    #[test]
    fn no_secret_is_in_it() {
        let settings = Draft::new(hmac::SPEC)
            .with(URL, "https://hooks.example.com/in?token=canary-one")
            .with(hmac::HEADER_KEY, "X-Signature")
            .with(hmac::SIGNING_SECRET, "canary-two-of-some-length")
            .with(CA_CERT, "/etc/ca.pem")
            .check()
            .unwrap()
            .settings;
        let sent_with = sent_with(&settings, |name, secret| Some(format!("{name}/{}", secret.len())));
        assert!(!format!("{sent_with:?}").contains("canary"), "{sent_with:?}");
        let value = |field: &str| sent_with.setting(field).unwrap().value.as_deref();
        assert_eq!((value("auth"), value("format"), value("timeout_s")), (Some("hmac"), Some("hex"), Some("15")));
        assert_eq!((value("ca_cert"), value("signing_secret")), (Some("/etc/ca.pem"), None));
        let mark = |field: &str| sent_with.setting(field).unwrap().mark.as_deref();
        assert_eq!((mark("url"), mark("signing_secret")), (Some("url/45"), Some("signing_secret/25")));
    }

    #[test]
    fn h118_no_part_of_a_text_that_is_a_credential_is_in_it() {
        let settings = Draft::new(oauth2::SPEC)
            .with(URL, "https://hooks.example.com/in")
            .with(oauth2::TOKEN_URL, "https://auth.example.com/token?api_key=canary-one")
            .with(oauth2::CLIENT_ID, "client")
            .with(oauth2::CLIENT_SECRET, "canary-two-of-some-length")
            .with(oauth2::TOKEN_PARAMS, "realm=a&client_assertion=canary-three")
            .check()
            .unwrap()
            .settings;
        let sent_with = sent_with(&settings, |name, secret| Some(format!("{name}/{}", secret.len())));
        assert!(!format!("{sent_with:?}").contains("canary"), "{sent_with:?}");
        let setting = |field: &str| sent_with.setting(field).unwrap();
        let token_url = setting("token_url");
        assert_eq!(token_url.value.as_deref(), Some("https://auth.example.com/token?api_key=••••••••"));
        assert_eq!(token_url.mark.as_deref(), Some("token_url/49"));
        assert_eq!(setting("token_params").value.as_deref(), Some("realm=a&client_assertion=••••••••"));
        assert_eq!(setting("client_id").mark, None);
    }
}
