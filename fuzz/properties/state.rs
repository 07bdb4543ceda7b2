//! The document of the destination.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use waypost::domain::auth::{self, AuthSpec};
use waypost::domain::destination::Destination;
use waypost::domain::draft::Draft;
use waypost::domain::field;
use waypost::domain::header::HeaderEntry;
use waypost::io::fs::paths::Paths;
use waypost::io::state::store::{Change, Loaded, StateError, Store};

use super::{SECRET, URL, holds_secret, with_secret};

/// With the key that the secrets of the corpus are sealed with.
static PLACE: LazyLock<(tempfile::TempDir, Paths)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let key = dir.path().join("key");
    put(&key, &[7; 32]);
    let paths = Paths { config_dir: dir.path().join("c"), state_dir: dir.path().join("s"), key_file_override: Some(key) };
    paths.create_config_dir().expect("a directory");
    (dir, paths)
});

fn put(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).expect("the file is written");
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("the mode is set");
}

/// A state file: loading writes nothing; a save goes through, or leaves the file as it is. A secret that was sealed for one URL, auth
/// type and set of TLS files opens for no other; and what this version does not know survives a save.
pub fn document(bytes: &[u8]) {
    let bytes = with_secret(bytes, SECRET.as_bytes());
    let paths = &PLACE.1;
    let store = Store::in_file(paths.clone());
    let file = paths.destination_file();
    put(&file, &bytes);
    let loaded = store.load();
    let read = || fs::read(&file).expect("the file is there");
    assert_eq!(read(), bytes);
    match &loaded {
        Ok(Loaded::Open { destination, .. }) => {
            sealed_for_it(destination);
            let saved = store.save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone()))));
            let _ = saved.expect("it is saved");
            let after = read();
            unknown_fields_are_kept(&bytes, &after);
            assert!(!holds_secret(&after) || holds_secret(&bytes), "{}", after.escape_ascii());
            match store.load() {
                Ok(Loaded::Open { destination: again, .. }) => assert_eq!(again.settings(), destination.settings()),
                other => panic!("{other:?}"),
            }
            nowhere_else(&store, &file, destination, &after);
        }
        Ok(Loaded::Locked { id, draft, created_at, updated_at, .. }) => {
            if let Ok(checked) = entered_again(draft).check() {
                let destination = Destination::new(id.clone(), checked.settings, *created_at, *updated_at);
                let saved = store.save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone()))));
                let _ = saved.expect("it is saved");
                nowhere_else(&store, &file, &destination, &read());
                assert!(matches!(store.load(), Ok(Loaded::Open { .. })));
            }
        }
        Ok(Loaded::Empty { .. }) => {}
        // An invalid value that is no secret may be quoted.
        Err(StateError::Invalid { .. }) => {}
        Err(error) => assert!(!holds_secret(format!("{error} {error:?}").as_bytes()), "{error:?}"),
    }
    let before = read();
    let saved = store.save(|_| Ok::<_, StateError>(Change::Remove));
    assert!(loaded.is_ok() || saved.is_err());
    match saved {
        Ok(_) => assert!(matches!(store.load(), Ok(Loaded::Empty { .. }))),
        Err(_) => assert_eq!(read(), before),
    }
}

/// The secrets of the corpus begin with [`SECRET`], and go on with the auth type.
fn sealed_for_it(destination: &Destination) {
    let draft = Draft::of(destination.settings());
    for field in draft.auth_type().saved_fields().filter(|field| field.is_secret()) {
        let Some(of) = draft.secret(field).expose().strip_prefix(SECRET) else { continue };
        assert_eq!(of, draft.auth_type().name);
        assert_eq!(draft.text(field::URL), URL);
        assert!(destination.settings().files().all(|(_, file)| file.is_none()));
    }
    for header in draft.headers().iter().filter(|header| header.is_secret) {
        let Some(of) = header.value.expose().strip_prefix(SECRET) else { continue };
        assert_eq!(of, header.name);
        assert_eq!(draft.text(field::URL), URL);
    }
}

/// The draft with a secret in every place for one.
fn entered_again(draft: &Draft) -> Draft {
    let mut draft = draft.clone();
    for field in draft.auth_type().secret_fields() {
        draft.set(field, SECRET);
    }
    let headers = draft
        .headers()
        .iter()
        .cloned()
        .map(|header| if header.is_secret { HeaderEntry::secret(header.name, SECRET) } else { header });
    draft.set_headers(headers.collect());
    draft
}

/// What was just sealed opens for no other URL, auth type or TLS file.
fn nowhere_else(store: &Store, file: &Path, destination: &Destination, document: &[u8]) {
    let draft = Draft::of(destination.settings());
    let mut secrets = draft.auth_type().secret_fields().map(|field| draft.secret(field).expose());
    if secrets.all(str::is_empty) && draft.headers().iter().all(|header| !header.is_secret) {
        return;
    }
    let other_type = if draft.auth_type().name == "bearer" { "basic" } else { "bearer" };
    for (part, name, value) in [
        ("", "url", "https://other.example/in"),
        ("tls", "ca_cert", "/other.pem"),
        ("auth", "type", other_type),
        ("", "sealed", ""),
    ] {
        let mut other: Value = serde_json::from_slice(document).expect("it is JSON");
        let object = &mut other["destination"];
        let object = if part.is_empty() { object } else { &mut object[part] };
        object[name] = if value.is_empty() { Value::Null } else { value.into() };
        put(file, other.to_string().as_bytes());
        assert!(!matches!(store.load(), Ok(Loaded::Open { .. })), "{name} of {}", document.escape_ascii());
    }
    put(file, document);
}

fn unknown_fields_are_kept(before: &[u8], after: &[u8]) {
    let object = |bytes: &[u8]| serde_json::from_slice::<Map<String, Value>>(bytes).expect("it is an object");
    let (before, after) = (object(before), object(after));
    let kept = |before: &Map<String, Value>, after: &Map<String, Value>, known: &[&str]| {
        for (name, value) in before.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            assert_eq!(after.get(name), Some(value), "{name:?}");
        }
    };
    kept(&before, &after, &["schema_version", "generation", "destination"]);
    let destination = |root: &Map<String, Value>| root["destination"].as_object().expect("it was open").clone();
    let (before, after) = (destination(&before), destination(&after));
    kept(&before, &after, &["id", "url", "created_at", "updated_at", "auth", "headers", "tls", "timeout_s", "sealed"]);
    let of_auth = |destination: &Map<String, Value>| destination["auth"].as_object().expect("it was open").clone();
    let known: Vec<_> = auth::ALL.into_iter().flat_map(AuthSpec::saved_fields).map(|field| field.id).chain(["type"]).collect();
    kept(&of_auth(&before), &of_auth(&after), &known);
}
