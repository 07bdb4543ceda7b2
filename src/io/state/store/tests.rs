use crate::domain::auth::{self, api_key, basic, bearer, default, hmac};
use crate::domain::destination::DestinationId;
use crate::domain::field;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::domain::auth::AuthType;
use crate::domain::signature::Format;

/// Long enough for a hint, and found nowhere else.
const CANARY: &str = "canary+5ecret/with~odd=chars-0123456789";
const SECOND: &str = "another-canary-9876543210-zyxwvu";

pub(super) struct Home {
    dir: tempfile::TempDir,
    paths: Paths,
}

impl Home {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name| dir.path().join(name);
        let paths = Paths { config_dir: at("config"), state_dir: at("state"), key_file_override: None };
        Self { dir, paths }
    }

    /// With a state file that somebody wrote by hand.
    fn with_file(bytes: impl AsRef<[u8]>) -> Self {
        let home = Self::new();
        home.paths.create_config_dir().unwrap();
        home.write(bytes);
        home
    }

    fn write(&self, bytes: impl AsRef<[u8]>) {
        fs::write(self.file(), bytes).unwrap();
        fs::set_permissions(self.file(), Permissions::from_mode(0o600)).unwrap();
    }

    fn file(&self) -> std::path::PathBuf {
        self.paths.destination_file()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    fn edit_by_hand(&self, change: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        change(&mut json);
        self.write(json.to_string());
    }

    /// Saves, and gives the number of that save.
    pub(super) fn put(&self, draft: &Draft) -> u64 {
        let destination = destination(draft);
        let saved = save(&self.paths, |_| Ok::<_, StateError>(Change::Replace(Box::new(destination)))).unwrap();
        assert!(saved.durable);
        saved.generation
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.paths.config_dir).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn destination(draft: &Draft) -> Destination {
    let at = |text: &str| text.parse().unwrap();
    Destination::new(
        DestinationId::new("dst_1"),
        draft.check().unwrap().settings,
        at("2026-11-23T09:12:00Z"),
        at("2026-11-24T10:00:01.5Z"),
    )
}

pub(super) fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(field::URL, "https://hooks.example.com/in?a=1")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::FORMAT, Format::Timestamped.name())
        .with(basic::USERNAME, "ann")
        .with(api_key::KEY, "X-Api-Key")
        .with(hmac::SIGNING_SECRET, CANARY)
        .with(basic::PASSWORD, CANARY)
        .with(bearer::TOKEN, CANARY)
        .with(api_key::VALUE, CANARY)
}

fn is_empty(home: &Home, after: u64) -> bool {
    matches!(load(&home.paths).unwrap(), Loaded::Empty { generation } if generation == after)
}

#[track_caller]
fn assert_open(home: &Home, draft: &Draft, after: u64) {
    let loaded = load(&home.paths).unwrap();
    assert_eq!((loaded.destination(), loaded.generation()), (Some(&destination(draft)), after));
}

fn is_too_large(result: &Result<(), StateError>) -> bool {
    matches!(result, Err(StateError::File(FileError { kind: FileErrorKind::TooLarge { limit: MAX_BYTES }, .. })))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A secret as it could be found in a file.
fn forms(secret: &str) -> [String; 4] {
    let hex = secret.bytes().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    [secret.to_owned(), STANDARD.encode(secret), hex.to_uppercase(), hex]
}

fn assert_hidden(text: &str) {
    for secret in [CANARY, SECOND] {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{text}");
        }
    }
}

#[test]
fn h22_an_absent_file_is_empty_and_loading_makes_nothing() {
    let home = Home::new();
    assert!(is_empty(&home, 0));
    assert_eq!(fs::read_dir(home.dir.path()).unwrap().count(), 0);
}

#[test]
fn every_auth_type_comes_back_as_it_was_saved() {
    let home = Home::new();
    let mut all: Vec<Draft> = auth::ALL.map(draft).into();
    all.push(draft(api_key::SPEC).with(api_key::ADD_TO, api_key::QUERY.name).with(api_key::KEY, "api key"));
    all.push(draft(basic::SPEC).with(field::CA_CERT, "/etc/ca.pem").with(field::TIMEOUT, "30"));
    for (before, draft) in all.iter().enumerate() {
        let generation = home.put(draft);
        assert_eq!(generation, u64::try_from(before).unwrap() + 1);
        assert_open(&home, draft, generation);
        assert_hidden(&home.text());
    }
    assert_eq!(mode(&home.file()), 0o600);
    assert_eq!(mode(&home.paths.config_dir), 0o700);
    assert_eq!(home.names(), ["destination.json", "destination.lock"]);
}

#[test]
fn the_file_is_as_the_design_shows_it() {
    let home = Home::new();
    home.put(&draft(hmac::SPEC).with(hmac::FORMAT, Format::Hex.name()));
    let sealed = home.json()["destination"]["sealed"]["auth.signing_secret"].as_str().unwrap().to_owned();
    let expected = json!({
        "schema_version": 1, "generation": 1,
        "destination": { "id": "dst_1", "url": "https://hooks.example.com/in?a=1", "created_at": "2026-11-23T09:12:00Z",
            "updated_at": "2026-11-24T10:00:01.5Z",
            "auth": { "type": "hmac", "header_key": "X-Signature", "format": "hex" },
            "sealed": { "auth.signing_secret": sealed } },
    });
    assert_eq!(home.json(), expected);
    assert!(home.text().ends_with("}\n"));
}

#[test]
fn no_key_is_made_for_what_has_no_secret() {
    let home = Home::new();
    home.put(&draft(default::SPEC));
    assert!(!home.paths.state_dir.exists());
}

#[test]
fn a_removed_destination_is_gone() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let saved = save(&home.paths, |loaded| {
        assert!(loaded.destination().is_some());
        Ok::<_, StateError>(Change::Remove)
    });
    assert_eq!(saved.unwrap(), Saved { generation: 2, changed: true, durable: true });
    assert_eq!(home.json(), json!({ "schema_version": 1, "generation": 2, "destination": null }));
    assert!(is_empty(&home, 2));
}

#[test]
fn a_refusing_change_writes_nothing() {
    #[derive(Debug)]
    struct Refusal(Option<StateError>);
    impl From<StateError> for Refusal {
        fn from(error: StateError) -> Self {
            Self(Some(error))
        }
    }
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let before = home.text();
    assert!(save(&home.paths, |_| Err(Refusal(None))).unwrap_err().0.is_none());
    assert_eq!(home.text(), before);
}

#[test]
fn h26_unknown_fields_survive() {
    let home = Home::new();
    home.put(&draft(hmac::SPEC));
    home.edit_by_hand(|json| {
        json["x-top"] = json!([1, { "deep": null }]);
        json["destination"]["x-note"] = json!("ours");
        json["destination"]["auth"]["x-auth"] = json!(2.5);
        json["destination"]["sealed"]["x-secret"] = json!("v1:AAAA");
        json["destination"]["tls"] = json!({ "x-tls": true });
    });
    home.put(&draft(hmac::SPEC).with(field::URL, "https://other.example.com/").with(hmac::SIGNING_SECRET, SECOND));
    let json = home.json();
    assert_eq!(json["x-top"], json!([1, { "deep": null }]));
    assert_eq!(json["destination"]["x-note"], "ours");
    assert_eq!(json["destination"]["auth"]["x-auth"], 2.5);
    assert_eq!(json["destination"]["sealed"]["x-secret"], "v1:AAAA");
    assert_eq!(json["destination"]["tls"], json!({ "x-tls": true }));
    assert!(matches!(load(&home.paths).unwrap(), Loaded::Open { .. }));
}

#[test]
fn fields_of_another_auth_type_go() {
    let home = Home::new();
    home.put(&draft(hmac::SPEC).with(field::CA_CERT, "/ca.pem").with(field::TIMEOUT, "9"));
    home.edit_by_hand(|json| json["destination"]["auth"]["x-auth"] = json!(1));
    let old = home.json()["destination"]["sealed"]["auth.signing_secret"].as_str().unwrap().to_owned();
    home.put(&draft(basic::SPEC));
    let json = home.json();
    let keys: Vec<_> = json["destination"]["auth"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["type", "x-auth", "username"]);
    assert_eq!(json["destination"].get("tls"), None);
    let sealed: Vec<_> = json["destination"]["sealed"].as_object().unwrap().keys().collect();
    assert_eq!(sealed, ["auth.password"]);
    assert_eq!(json["destination"].get("timeout_s"), None);
    assert!(!home.text().contains(&old));
}

#[test]
fn h23_a_loose_mode_names_the_command() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    for loose in [0o640, 0o604, 0o620, 0o602, 0o666] {
        fs::set_permissions(home.file(), Permissions::from_mode(loose)).unwrap();
        let error = load(&home.paths).unwrap_err();
        assert!(error.fix().text.ends_with(&format!("chmod 600 {}", home.file().display())), "{error}");
        assert!(save(&home.paths, |_| Ok::<_, StateError>(Change::Remove)).is_err());
        assert_eq!(mode(&home.file()), loose);
    }
}

#[test]
fn h24_a_bad_file_is_placed_and_left_as_it_is() {
    let value = "S3CRET-VALUE";
    let in_destination = |text: &str| format!("{{\"schema_version\":1,\"generation\":1,\n\"destination\":{text}}}");
    let cases: Vec<(Vec<u8>, (usize, usize))> = vec![
        (b"".to_vec(), (1, 1)),
        (b"{\"schema_version\": 1,\n  \"gener".to_vec(), (2, 8)),
        (b"\xef\xbb\xbf{}".to_vec(), (1, 1)),
        (vec![b'['; 200_000], (1, 128)),
        (format!("\"{value}\"").into(), (1, 1)),
        (format!("{{\"schema_version\": \"{value}\"}}").into(), (1, 20)),
        (b"{}".to_vec(), (1, 1)),
        // Older than the first.
        (b"{\"schema_version\": 0}".to_vec(), (1, 20)),
        (format!("{{\"schema_version\":1,\"generation\": \"{value}\"}}").into(), (1, 35)),
        (b"{\"schema_version\":1,\"generation\":1}".to_vec(), (1, 1)),
        (in_destination(&format!("\"{value}\"")).into(), (2, 15)),
        (in_destination(&format!("{{\"url\":\"https://h/\",\"auth\":\"{value}\"}}")).into(), (2, 42)),
        (in_destination(&format!("{{\"url\":\"https://h/\",\"auth\":{{\"type\":\"{value}\"}}}}")).into(), (2, 50)),
        (in_destination(&format!("{{\"url\":[\"{value}\"],\"auth\":{{\"type\":\"default\"}}}}")).into(), (2, 22)),
        (
            in_destination(&format!("{{\"url\":\"https://h/\",\"auth\":{{\"type\":\"bearer\"}},\"sealed\":\"{value}\"}}")).into(),
            (2, 69),
        ),
        (
            in_destination(&format!(
                "{{\"url\":\"https://h/\",\"auth\":{{\"type\":\"default\"}},\"id\":\"d\",\"created_at\":\"{value}\",\"updated_at\":1}}"
            ))
            .into(),
            (2, 83),
        ),
        (format!("{{\"schema_version\":1,\"{value}\":tru}}").into(), (1, 39)),
    ];
    for (bytes, (line, column)) in cases {
        let home = Home::with_file(&bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let error = load(&home.paths).unwrap_err();
        assert!(matches!(error, StateError::Syntax { .. } | StateError::Shape { .. }), "{shown}");
        let refused = save(&home.paths, |_| Ok::<_, StateError>(Change::Remove)).unwrap_err();
        assert_eq!(refused.to_string(), error.to_string(), "{shown}");
        let at = format!("{}:{line}:{column}: ", home.file().display());
        assert!(error.to_string().starts_with(&at), "{shown}\n{error}");
        assert!(!error.to_string().contains(value) && !format!("{error:?}").contains(value), "{error:?}");
        assert_eq!(fs::read(home.file()).unwrap(), bytes, "{shown}");
    }
}

#[test]
fn a_file_that_was_cut_is_told_from_one_that_is_no_json() {
    for (text, problem) in [("{\"schema_version\": 1,", "the file is truncated"), ("{schema_version}", "this is not JSON")] {
        let error = load(&Home::with_file(text).paths).unwrap_err();
        assert!(matches!(error, StateError::Syntax { problem: found, .. } if found == problem), "{error}");
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_not_an_absent_one() {
    let home = Home::with_file("");
    fs::remove_file(home.file()).unwrap();
    symlink("destination.json", home.file()).unwrap();
    let error = load(&home.paths).unwrap_err();
    assert!(matches!(error, StateError::File(FileError { operation: Operation::Read, .. })), "{error}");
    let never = |_: &Loaded| -> Result<_, StateError> { panic!("asked what to save") };
    assert_eq!(save(&home.paths, never).unwrap_err().to_string(), error.to_string());
}

#[test]
fn no_file_is_saved_that_could_not_be_read_again() {
    let of = |filler: &str| {
        let json = json!({ "schema_version": 1, "generation": 8, "destination": null, "filler": filler });
        format!("{json:#}\n")
    };
    let home = Home::with_file(of(&"x".repeat(MAX_BYTES - of("").len())));
    let nothing = |_: &Loaded| Ok::<_, StateError>(Change::Remove);
    assert_eq!(save(&home.paths, nothing).unwrap().generation, 9);
    let whole = home.text();
    assert_eq!((whole.len(), load(&home.paths).unwrap().generation()), (MAX_BYTES, 9));
    // The next number has a digit more.
    assert!(is_too_large(&save(&home.paths, nothing).map(drop)));
    assert!(home.text() == whole);
}

#[test]
fn h25_a_newer_file_is_left_as_it_is() {
    let home = Home::with_file("{\"schema_version\": 7, \"destination\": \"of another shape\"}");
    let error = save(&home.paths, |_| Ok::<_, StateError>(Change::Remove)).unwrap_err();
    assert!(matches!(error, StateError::Newer { found: 7, known: 1, .. }), "{error}");
    assert!(error.to_string().contains('7') && error.to_string().contains('1'), "{error}");
    assert_eq!(home.text(), "{\"schema_version\": 7, \"destination\": \"of another shape\"}");
}

#[test]
fn a_value_that_breaks_a_rule_names_its_field() {
    for (change, field) in [
        ((|json| json["destination"]["url"] = json!("http://h/")) as fn(&mut Value), field::URL),
        (|json| json["destination"]["timeout_s"] = json!(121), field::TIMEOUT),
        (|json| json["destination"]["tls"] = json!({ "ca_cert": "relative.pem" }), field::CA_CERT),
    ] {
        let home = Home::new();
        home.put(&draft(default::SPEC));
        home.edit_by_hand(change);
        let before = home.text();
        let error = load(&home.paths).unwrap_err();
        assert!(matches!(error, StateError::Invalid { .. }), "{error}");
        assert_eq!(error.field(), Some(field), "{error}");
        assert!(error.to_string().contains(field.id), "{error}");
        assert_eq!(home.text(), before);
    }
}

#[test]
fn h27_links_are_kept() {
    let home = Home::new();
    home.paths.create_config_dir().unwrap();
    fs::create_dir(home.dir.path().join("dotfiles")).unwrap();
    let target = home.dir.path().join("dotfiles/real.json");
    symlink("../dotfiles/hop", home.file()).unwrap();
    symlink("real.json", home.dir.path().join("dotfiles/hop")).unwrap();
    assert!(is_empty(&home, 0));
    for generation in [1, 2] {
        assert_eq!(home.put(&draft(bearer::SPEC)), generation);
        assert_eq!(fs::read_link(home.file()).unwrap(), Path::new("../dotfiles/hop"));
        assert!(fs::symlink_metadata(&target).unwrap().is_file());
        assert_eq!(mode(&target), 0o600);
    }
    assert_eq!(fs::read_dir(home.dir.path().join("dotfiles")).unwrap().count(), 2);
}

#[test]
fn h28_what_is_edited_by_hand_takes_no_secret_along() {
    for (auth_type, change) in [
        (hmac::SPEC, (|json| json["destination"]["url"] = json!("https://evil.example/")) as fn(&mut Value)),
        (hmac::SPEC, |json| json["destination"]["url"] = json!("http://evil.example/")),
        (hmac::SPEC, |json| json["destination"]["auth"]["type"] = json!("bearer")),
        (hmac::SPEC, |json| {
            let sealed = json["destination"]["sealed"]["auth.signing_secret"].take();
            json["destination"]["auth"] = json!({ "type": "bearer" });
            json["destination"]["sealed"] = json!({ "auth.token": sealed });
        }),
        (api_key::SPEC, |json| json["destination"]["auth"]["add_to"] = json!("query")),
        (api_key::SPEC, |json| {
            json["destination"]["auth"].as_object_mut().unwrap().shift_remove("add_to");
        }),
        (basic::SPEC, |json| json["destination"]["tls"] = json!({ "ca_cert": "/tmp/evil.pem" })),
        (basic::SPEC, |json| json["destination"]["sealed"]["auth.password"] = json!("v1:AAAA")),
        (basic::SPEC, |json| json["destination"]["sealed"] = json!({})),
        (basic::SPEC, |json| json["destination"]["sealed"] = json!(null)),
    ] {
        let home = Home::new();
        home.put(&draft(auth_type));
        home.edit_by_hand(change);
        let before = home.text();
        let Loaded::Locked { draft, error, generation, .. } = load(&home.paths).unwrap() else { panic!("{before}") };
        assert_eq!(generation, 1);
        assert!(error.fix().text.to_lowercase().contains("enter the secret again"), "{error}");
        assert!(matches!(StateError::from(error), StateError::Secret(_)));
        assert!(auth::ALL.iter().flat_map(|auth| auth.secret_fields()).all(|field| draft.secret(field).is_empty()));
        assert_eq!(home.text(), before);
    }
}

#[test]
fn a_locked_destination_can_be_given_its_secret_again() {
    let home = Home::new();
    home.put(&draft(basic::SPEC));
    fs::remove_file(home.paths.key_file()).unwrap();
    let before = home.text();
    let Loaded::Locked { draft: mut left, error, created_at, .. } = load(&home.paths).unwrap() else { panic!() };
    assert!(matches!(error, VaultError::KeyMissing { named: false, .. }), "{error}");
    assert_eq!(created_at, destination(&draft(basic::SPEC)).created_at());
    assert_eq!((home.text(), home.paths.key_file().exists()), (before, false));
    assert_eq!((left.text(basic::USERNAME), left.secret(basic::PASSWORD).is_empty()), ("ann", true));
    left.set(basic::PASSWORD, SECOND);
    home.put(&left);
    assert_open(&home, &left, 2);
}

#[test]
fn h29_another_key_opens_nothing() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let before = home.text();
    for (bytes, expected) in [(vec![7; 32], "the secret cannot be opened"), (vec![7; 31], "is damaged")] {
        fs::write(home.paths.key_file(), bytes).unwrap();
        let Loaded::Locked { error, .. } = load(&home.paths).unwrap() else { panic!() };
        assert!(error.to_string().ends_with(expected), "{error}");
        assert_eq!(home.text(), before);
    }
}

#[test]
fn h30_something_else_in_its_place() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let home = Home::new();
    home.paths.create_config_dir().unwrap();
    let refused = |found| {
        let begun = std::time::Instant::now();
        for error in [load(&home.paths).unwrap_err(), save(&home.paths, |_| Ok::<_, StateError>(Change::Remove)).unwrap_err()] {
            assert_eq!(error.to_string(), format!("{} is {found}", home.file().display()));
        }
        assert!(begun.elapsed() < Duration::from_secs(1));
        fs::remove_file(home.file()).or_else(|_| fs::remove_dir(home.file())).unwrap();
    };
    mknodat(CWD, home.file(), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    refused("a pipe");
    fs::create_dir(home.file()).unwrap();
    refused("a directory");
    symlink("/dev/null", home.file()).unwrap();
    refused("a device");
}

#[test]
fn a_huge_file_is_refused() {
    let home = Home::with_file(vec![b' '; MAX_BYTES + 1]);
    assert!(is_too_large(&load(&home.paths).map(drop)));
}

#[test]
fn stale_temp_files_go_with_the_next_save() {
    let home = Home::new();
    home.paths.create_config_dir().unwrap();
    let (temp, _) = atomic::create_temp(&home.file()).unwrap();
    assert!(temp.exists());
    home.put(&draft(default::SPEC));
    assert_eq!(home.names(), ["destination.json", "destination.lock"]);
}

#[test]
fn h34_no_save_is_lost() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC).with(field::TIMEOUT, "1"));
    let busy = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..6 {
                    let saved = save_within(&home.paths, Duration::from_mins(1), |loaded| {
                        let now = loaded.destination().unwrap();
                        let mut draft = Draft::of(now.settings());
                        draft.set(field::TIMEOUT, (now.timeout_s() + 1).to_string());
                        Ok::<_, StateError>(Change::Replace(Box::new(destination(&draft))))
                    });
                    match saved {
                        Ok(_) => {}
                        Err(StateError::File(FileError { kind: FileErrorKind::Locked, .. })) => {
                            busy.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    let done = 48 - busy.into_inner();
    let loaded = load(&home.paths).unwrap();
    assert_eq!(usize::from(loaded.destination().unwrap().timeout_s()), 1 + done);
    assert_eq!(usize::try_from(loaded.generation()).unwrap(), 1 + done);
    assert_eq!(home.names(), ["destination.json", "destination.lock"]);
}

#[test]
fn h35_a_held_lock_is_named() {
    let home = Home::new();
    home.put(&draft(default::SPEC));
    let before = home.text();
    let _held = Lock::acquire(&home.paths.lock_file(), Duration::ZERO).unwrap();
    let unreached = |_: &Loaded| -> Result<Change, StateError> { panic!("changed without the lock") };
    let error = save_within(&home.paths, Duration::from_millis(30), unreached).unwrap_err();
    assert!(matches!(error, StateError::File(FileError { kind: FileErrorKind::Locked, .. })), "{error}");
    assert!(error.why().contains(home.paths.lock_file().to_str().unwrap()));
    assert_eq!(home.text(), before);
    assert!(lock::WAIT < Duration::from_secs(2));
}

#[test]
fn a_change_that_takes_no_lock_is_not_undone() {
    let home = Home::new();
    home.put(&draft(default::SPEC));
    let error = save(&home.paths, |_| {
        home.edit_by_hand(|json| json["destination"]["url"] = json!("https://by-hand.example/"));
        Ok::<_, StateError>(Change::Remove)
    })
    .unwrap_err();
    assert!(matches!(error, StateError::Changed { .. }), "{error}");
    assert_eq!(home.json()["destination"]["url"], "https://by-hand.example/");
    assert_eq!(home.names(), ["destination.json", "destination.lock"]);
}

#[test]
fn no_error_shows_a_secret() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let loaded = load(&home.paths).unwrap();
    assert_hidden(&format!("{loaded:?}"));
    home.edit_by_hand(|json| json["destination"]["sealed"]["auth.token"] = json!([CANARY]));
    let error = load(&home.paths).unwrap_err();
    assert_hidden(&format!("{error} {error:?} {} {}", error.why(), error.fix().text));
}

/// Where the process that another test starts is to save.
const CHILD_DIR_VAR: &str = "WAYPOST_TEST_CHILD_DIR";

/// Not a test of its own: what [`h22_files_are_private_under_any_umask`] runs in a process of its own, since a umask belongs to
/// the whole process.
#[test]
#[ignore = "runs as the child of another test"]
fn child_saves() {
    let Some(dir) = std::env::var_os(CHILD_DIR_VAR).map(std::path::PathBuf::from) else { return };
    let paths = Paths { config_dir: dir.join("config"), state_dir: dir.join("state"), key_file_override: None };
    let destination = destination(&draft(bearer::SPEC));
    assert!(save(&paths, |_| Ok::<_, StateError>(Change::Replace(Box::new(destination)))).unwrap().durable);
}

#[test]
fn h22_files_are_private_under_any_umask() {
    for umask in ["000", "022", "077"] {
        let home = Home::new();
        let done = std::process::Command::new("sh")
            .args(["-c", &format!("umask {umask} && exec \"$0\" --exact io::state::store::tests::child_saves --ignored")])
            .arg(std::env::current_exe().unwrap())
            .env(CHILD_DIR_VAR, home.dir.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        for dir in [&home.paths.config_dir, &home.paths.state_dir] {
            assert_eq!(mode(dir), 0o700, "{umask}");
        }
        for file in [home.file(), home.paths.lock_file(), home.paths.key_file()] {
            assert_eq!(mode(&file), 0o600, "{umask} {}", file.display());
        }
        assert_eq!(load(&home.paths).unwrap().generation(), 1);
    }
}
