//! What is refused when it is read, and left as it is.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::{Value, json};

use super::super::*;
use super::*;
use crate::domain::auth::{self, api_key, basic, bearer, default, hmac};
use crate::domain::field;
use crate::io::fs::Operation;

#[test]
fn h23_a_loose_mode_names_the_command() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    for loose in [0o640, 0o604, 0o620, 0o602, 0o666] {
        fs::set_permissions(home.file(), Permissions::from_mode(loose)).unwrap();
        let error = home.store().load().unwrap_err();
        assert!(error.fix().text.ends_with(&format!("chmod 600 {}", home.file().display())), "{error}");
        assert!(home.store().save(|_| Ok::<_, StateError>(Change::Remove)).is_err());
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
            in_destination(&format!("{{\"url\":\"https://h/\",\"auth\":{{\"type\":\"default\"}},\"headers\":[\"{value}\"]}}"))
                .into(),
            (2, 71),
        ),
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
        let error = home.store().load().unwrap_err();
        assert!(matches!(error, StateError::Syntax { .. } | StateError::Shape { .. }), "{shown}");
        let refused = home.store().save(|_| Ok::<_, StateError>(Change::Remove)).unwrap_err();
        assert_eq!(refused.to_string(), error.to_string(), "{shown}");
        let at = format!("{}:{line}:{column}: ", home.file().display());
        assert!(error.to_string().starts_with(&at), "{shown}\n{error}");
        assert!(!error.to_string().contains(value) && !format!("{error:?}").contains(value), "{error:?}");
        assert_eq!(fs::read(home.file()).unwrap(), bytes, "{shown}");
    }
}

#[test]
fn a_truncated_file_is_distinguished_from_invalid_json() {
    for (text, problem) in [("{\"schema_version\": 1,", "the file is truncated"), ("{schema_version}", "this is not JSON")] {
        let error = Home::with_file(text).store().load().unwrap_err();
        assert!(matches!(error, StateError::Syntax { problem: ref found, .. } if found == problem), "{error}");
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_not_an_absent_one() {
    let home = Home::with_file("");
    fs::remove_file(home.file()).unwrap();
    symlink("destination.json", home.file()).unwrap();
    let error = home.store().load().unwrap_err();
    assert!(matches!(error, StateError::File(FileError { operation: Operation::Read, .. })), "{error}");
    let never = |_: &Loaded| -> Result<_, StateError> { panic!("asked what to save") };
    assert_eq!(home.store().save(never).unwrap_err().to_string(), error.to_string());
}

#[test]
fn no_file_is_saved_that_could_not_be_read_again() {
    let of = |filler: &str| {
        let json = json!({ "schema_version": 1, "generation": 8, "destination": null, "filler": filler });
        format!("{json:#}\n")
    };
    let home = Home::with_file(of(&"x".repeat(MAX_BYTES - of("").len())));
    let nothing = |_: &Loaded| Ok::<_, StateError>(Change::Remove);
    assert_eq!(home.store().save(nothing).unwrap().generation, 9);
    let whole = home.text();
    assert_eq!((whole.len(), home.store().load().unwrap().generation()), (MAX_BYTES, 9));
    // The next number has a digit more.
    assert!(is_too_large(&home.store().save(nothing).map(drop)));
    assert!(home.text() == whole);
}

#[test]
fn h25_a_newer_file_is_left_as_it_is() {
    let home = Home::with_file("{\"schema_version\": 7, \"destination\": \"of another shape\"}");
    let error = home.store().save(|_| Ok::<_, StateError>(Change::Remove)).unwrap_err();
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
        let error = home.store().load().unwrap_err();
        assert!(matches!(error, StateError::Invalid { .. }), "{error}");
        assert_eq!(error.field(), Some(field), "{error}");
        assert!(error.to_string().contains(field.id), "{error}");
        assert_eq!(home.text(), before);
    }
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
        let Loaded::Locked { draft, error, generation, .. } = home.store().load().unwrap() else { panic!("{before}") };
        assert_eq!(generation, 1);
        assert!(error.fix().text.to_lowercase().contains("enter the secret again"), "{error}");
        assert!(matches!(StateError::from(error), StateError::Secret(_)));
        assert!(auth::ALL.iter().flat_map(|auth| auth.secret_fields()).all(|field| draft.secret(field).is_empty()));
        assert_eq!(home.text(), before);
    }
}

#[test]
fn h29_another_key_opens_nothing() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let before = home.text();
    for (bytes, expected) in [(vec![7; 32], "the secret cannot be opened"), (vec![7; 31], "is damaged")] {
        fs::write(home.paths.key_file(), bytes).unwrap();
        let Loaded::Locked { error, .. } = home.store().load().unwrap() else { panic!() };
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
        for error in [home.store().load().unwrap_err(), home.store().save(|_| Ok::<_, StateError>(Change::Remove)).unwrap_err()] {
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
    assert!(is_too_large(&home.store().load().map(drop)));
}

#[test]
fn no_error_shows_a_secret() {
    let home = Home::new();
    home.put(&draft(bearer::SPEC));
    let loaded = home.store().load().unwrap();
    assert_hidden(&format!("{loaded:?}"));
    home.edit_by_hand(|json| json["destination"]["sealed"]["auth.token"] = json!([CANARY]));
    let error = home.store().load().unwrap_err();
    assert_hidden(&format!("{error} {error:?} {} {}", error.why(), error.fix().text));
}
