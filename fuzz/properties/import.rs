//! What is registered from elsewhere.

use waypost::domain::curl;
use waypost::domain::draft::Draft;
use waypost::domain::event::Event;
use waypost::domain::field;
use waypost::domain::header::HeaderEntry;
use waypost::domain::{import, shell};

use super::{SECRET, URL, holds_secret, with_secret};

/// A curl command: any text is read or refused, and no message contains the secret. Another parser of shell words finds the same words. The
/// command that waypost makes of a destination and an event is read back as both.
pub fn curl(bytes: &[u8]) {
    let bytes = with_secret(bytes, SECRET.as_bytes());
    let Ok(text) = std::str::from_utf8(&bytes) else { return };
    match import::from_curl(text) {
        Ok(imported) => {
            // What is not valid is found by the same rules as in the form.
            let _ = imported.draft.check();
            let said = format!("{:?}", imported.not_taken);
            assert!(!holds_secret(said.as_bytes()), "{said}");
            same_words(text, &imported);
        }
        Err(refused) => assert!(!holds_secret(format!("{refused} {refused:?}").as_bytes()), "{refused:?}"),
    }
    quoted(text);
    round_trip(text);
}

/// The words are those that the crate `shlex` finds, which does not know bash's `$'…'`.
fn same_words(text: &str, imported: &import::Imported) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains("$'") || text.contains('\r') {
        return;
    }
    // A backslash at the end, which means itself to a shell, is an error there.
    let Some(words) = shlex::split(text) else { return assert!(text.ends_with('\\'), "{text:?}") };
    let url = imported.draft.text(field::URL);
    // The user of a URL becomes the auth.
    let is_url = |word: &String| word.ends_with(url) || word.contains('@');
    assert!(words.iter().any(is_url), "{url:?} of {words:?}");
    if let Some(body) = &imported.body {
        let all = words.concat();
        let parts = std::str::from_utf8(body).expect("it was text").split('&');
        assert!(parts.clone().all(|part| all.contains(part)), "{body:?} of {words:?}");
    }
}

fn quoted(text: &str) {
    if text.contains('\0') || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return;
    }
    let command = format!("curl --data-raw {} {URL}", shell::quoted(text.as_bytes()));
    // A text that a terminal would act on is quoted by a substitution, which is not run.
    if let Ok(imported) = import::from_curl(&command) {
        assert_eq!(imported.body.as_deref(), Some(text.as_bytes()), "{command}");
    }
}

/// The first line is the path, the second a header, and the rest a body.
fn round_trip(text: &str) {
    let mut parts = text.splitn(3, '\n');
    let (path, header, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or("{}"));
    let mut draft = Draft::default().with(field::URL, format!("{URL}/{path}"));
    if let Some((name, value)) = header.split_once(':') {
        draft.put_header(HeaderEntry::plain(name, value));
    }
    let Ok(checked) = draft.check() else { return };
    let event = Event { name: "ping".into(), body: body.as_bytes().to_vec() };
    let command = curl::command(&checked.settings, "evt_1", &event, false);
    // A command that needs a function or a pipe is more than one.
    if !command.starts_with("curl") || command.contains("$(") {
        return;
    }
    let imported = import::from_curl(&command).unwrap_or_else(|refused| panic!("{refused}: {command}"));
    assert_eq!(imported.draft.text(field::URL), draft.text(field::URL), "{command}");
    if serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok() {
        assert_eq!(imported.body.as_deref(), Some(body.as_bytes()), "{command}");
    }
    for header in draft.headers() {
        let taken = imported.draft.headers().iter().any(|other| other.is_named(&header.name) && other.value == header.value);
        let is_key = imported.draft.auth_type().name == "api-key";
        let is_left_out =
            imported.not_taken.iter().any(|left_out| left_out.what.eq_ignore_ascii_case(&header.name) || left_out.what == "-H");
        let is_default = header.is_named("content-type");
        assert!(taken || is_key || is_left_out || is_default, "{header:?} of {command}");
    }
}

/// A registration as JSON: written and read again it is the same, and no message contains the secret.
pub fn registration(bytes: &[u8]) {
    let bytes = with_secret(bytes, SECRET.as_bytes());
    let Ok(text) = std::str::from_utf8(&bytes) else { return };
    match import::from_export(text) {
        Ok(draft) => {
            let written = written(&draft);
            let again = import::from_export(&written).unwrap_or_else(|problem| panic!("{problem:?}: {written}"));
            assert_eq!(self::written(&again), written);
            if let Ok(checked) = draft.check() {
                // A URL with a credential is written with dots in its place.
                if !checked.settings.url().has_credential() {
                    let again = again.check().unwrap_or_else(|errors| panic!("{errors:?}: {written}")).settings;
                    assert_eq!(again, checked.settings, "{written}");
                }
            }
        }
        Err(problem) => assert!(!holds_secret(format!("{problem:?}").as_bytes()), "{problem:?}"),
    }
}

fn written(draft: &Draft) -> String {
    let mut object = import::exported(draft);
    object["schema_version"] = 1.into();
    object.to_string()
}
