//! What is saved.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;

use super::super::*;
use super::*;
use crate::domain::auth::{self, api_key, basic, bearer, default, hmac};
use crate::domain::field;
use crate::domain::header::HeaderEntry;
use crate::io::fs::atomic;
use crate::io::fs::lock::Lock;

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
    let saved = home.store().save(|loaded| {
        assert!(loaded.destination().is_some());
        Ok::<_, StateError>(Change::Remove)
    });
    let saved = saved.unwrap();
    assert_eq!((saved.generation, saved.changed, saved.durable), (2, true, true));
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
    assert!(home.store().save(|_| Err(Refusal(None))).unwrap_err().0.is_none());
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
        json["destination"]["headers"] = json!([{ "name": "x-env", "value": "a", "x-why": "b" }]);
    });
    home.put(
        &draft(hmac::SPEC)
            .with_header(HeaderEntry::plain("X-Env", "c"))
            .with(field::URL, "https://other.example.com/")
            .with(hmac::SIGNING_SECRET, SECOND),
    );
    let json = home.json();
    assert_eq!(json["x-top"], json!([1, { "deep": null }]));
    assert_eq!(json["destination"]["x-note"], "ours");
    assert_eq!(json["destination"]["auth"]["x-auth"], 2.5);
    assert_eq!(json["destination"]["sealed"]["x-secret"], "v1:AAAA");
    assert_eq!(json["destination"]["tls"], json!({ "x-tls": true }));
    assert_eq!(json["destination"]["headers"], json!([{ "name": "X-Env", "value": "c", "x-why": "b" }]));
    assert!(matches!(home.store().load().unwrap(), Loaded::Open { .. }));
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
fn a_locked_destination_can_be_given_its_secret_again() {
    let home = Home::new();
    home.put(&draft(basic::SPEC));
    fs::remove_file(home.paths.key_file()).unwrap();
    let before = home.text();
    let Loaded::Locked { draft: mut left, error, created_at, .. } = home.store().load().unwrap() else { panic!() };
    assert!(matches!(error, VaultError::KeyMissing { named: false, .. }), "{error}");
    assert_eq!(created_at, destination(&draft(basic::SPEC)).created_at());
    assert_eq!((home.text(), home.paths.key_file().exists()), (before, false));
    assert_eq!((left.text(basic::USERNAME), left.secret(basic::PASSWORD).is_empty()), ("ann", true));
    left.set(basic::PASSWORD, SECOND);
    home.put(&left);
    assert_open(&home, &left, 2);
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
                    let saved = home.store().save_within(Duration::from_mins(1), |loaded| {
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
    let loaded = home.store().load().unwrap();
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
    let error = home.store().save_within(Duration::from_millis(30), unreached).unwrap_err();
    assert!(matches!(error, StateError::File(FileError { kind: FileErrorKind::Locked, .. })), "{error}");
    assert!(error.why().contains(home.paths.lock_file().to_str().unwrap()));
    assert_eq!(home.text(), before);
    assert!(lock::WAIT < Duration::from_secs(2));
}

#[test]
fn a_change_that_takes_no_lock_is_not_undone() {
    let home = Home::new();
    home.put(&draft(default::SPEC));
    let error = home
        .store()
        .save(|_| {
            home.edit_by_hand(|json| json["destination"]["url"] = json!("https://by-hand.example/"));
            Ok::<_, StateError>(Change::Remove)
        })
        .unwrap_err();
    assert!(matches!(error, StateError::Changed { .. }), "{error}");
    assert_eq!(home.json()["destination"]["url"], "https://by-hand.example/");
    assert_eq!(home.names(), ["destination.json", "destination.lock"]);
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
    assert!(Store::in_file(paths).save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone())))).unwrap().durable);
}

#[test]
fn h22_files_are_private_under_any_umask() {
    for umask in ["000", "022", "077"] {
        let home = Home::new();
        let done = std::process::Command::new("sh")
            .args(["-c", &format!("umask {umask} && exec \"$0\" --exact io::state::store::tests::save::child_saves --ignored")])
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
        assert_eq!(home.store().load().unwrap().generation(), 1);
    }
}

#[test]
fn headers_come_back_and_their_secrets_are_sealed_by_name() {
    let home = Home::new();
    let with = draft(bearer::SPEC)
        .with_header(HeaderEntry::plain("X-GitHub-Event", "{event}"))
        .with_header(HeaderEntry::secret("X-Env-Token", SECOND));
    home.put(&with);
    assert!(!home.text().contains(SECOND), "{}", home.text());
    let json = home.json();
    let expected = json!([{ "name": "X-GitHub-Event", "value": "{event}" }, { "name": "X-Env-Token", "secret": true }]);
    assert_eq!(json["destination"]["headers"], expected);
    assert!(json["destination"]["sealed"]["headers.x-env-token"].is_string());
    let Loaded::Open { destination, .. } = home.store().load().unwrap() else { panic!("locked") };
    assert_eq!(destination.settings(), &with.check().unwrap().settings);
    // One that is gone leaves nothing.
    home.put(&draft(bearer::SPEC).with_header(HeaderEntry::plain("x-env-token", "test")));
    let json = home.json();
    assert_eq!(json["destination"]["headers"], json!([{ "name": "x-env-token", "value": "test" }]));
    assert!(json["destination"]["sealed"]["headers.x-env-token"].is_null());
    home.put(&draft(bearer::SPEC));
    assert!(home.json()["destination"]["headers"].is_null());
}

#[test]
fn h62_the_secret_of_a_header_opens_for_its_own_name_url_and_kind_only() {
    let rename = |json: &mut Value| {
        let sealed = json["destination"]["sealed"]["headers.x-env-token"].clone();
        json["destination"]["headers"][0]["name"] = json!("X-Other");
        json["destination"]["sealed"]["headers.x-other"] = sealed;
    };
    let swap = |json: &mut Value| {
        let sealed = &mut json["destination"]["sealed"];
        (sealed["headers.x-env-token"], sealed["headers.x-second"]) =
            (sealed["headers.x-second"].clone(), sealed["headers.x-env-token"].clone());
    };
    let elsewhere = |json: &mut Value| json["destination"]["url"] = json!("https://other.example.com/in");
    let changes: [&dyn Fn(&mut Value); 3] = [&rename, &swap, &elsewhere];
    for change in changes {
        let home = Home::new();
        home.put(
            &Draft::default()
                .with(field::URL, "https://hooks.example.com/in")
                .with_header(HeaderEntry::secret("X-Env-Token", SECOND))
                .with_header(HeaderEntry::secret("X-Second", CANARY)),
        );
        home.edit_by_hand(change);
        assert!(
            matches!(home.store().load().unwrap(), Loaded::Locked { error: VaultError::WrongKeyOrPlace, .. }),
            "{}",
            home.text()
        );
    }
    // Spelled otherwise it is the same name.
    let home = Home::new();
    home.put(&draft(bearer::SPEC).with_header(HeaderEntry::secret("X-Env-Token", SECOND)));
    home.edit_by_hand(|json| json["destination"]["headers"][0]["name"] = json!("x-env-TOKEN"));
    assert!(matches!(home.store().load().unwrap(), Loaded::Open { .. }));
}
