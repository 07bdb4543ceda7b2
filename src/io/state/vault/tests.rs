use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::Barrier;

use super::*;

const SECRET: &str = "canary-5ecret-0123456789";

fn paths(dir: &Path) -> Paths {
    Paths { config_dir: dir.join("config"), state_dir: dir.join("state"), key_file_override: None }
}

fn place() -> Place {
    Place {
        url: "https://hooks.example.com/in".into(),
        auth_type: "api-key".into(),
        bound: vec!["header".into()],
        files: vec!["/etc/ca.pem".into(), "/etc/client.pem".into(), "/etc/client.key".into()],
        name: "auth.value".into(),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A key file with these bytes and mode, in place of the one that would be made.
fn put_key(paths: &Paths, bytes: &[u8], mode: u32) {
    fs::create_dir_all(&paths.state_dir).unwrap();
    fs::write(paths.key_file(), bytes).unwrap();
    fs::set_permissions(paths.key_file(), Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_was_sealed_opens_in_its_place_only() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::read_or_create(&paths(dir.path())).unwrap();
    let sealed = key.seal(&place(), &Secret::new(SECRET)).unwrap();
    assert_eq!(key.open(&place(), &sealed).unwrap(), Secret::new(SECRET));
    for change in [
        |place: &mut Place| place.url = "https://hooks.example.com/im".into(),
        |place: &mut Place| place.auth_type = "bearer".into(),
        |place: &mut Place| place.bound = vec!["query".into()],
        |place: &mut Place| place.files[0].clear(),
        |place: &mut Place| place.files[1].clear(),
        |place: &mut Place| place.files[2].clear(),
        |place: &mut Place| place.files.swap(1, 2),
        |place: &mut Place| place.name = "auth.token".into(),
        // The same letters, parted elsewhere.
        |place: &mut Place| (place.url, place.auth_type) = ("https://hooks.example.com/inapi".into(), "-key".into()),
    ] {
        let mut elsewhere = place();
        change(&mut elsewhere);
        assert_ne!(elsewhere, place());
        assert!(matches!(key.open(&elsewhere, &sealed), Err(VaultError::WrongKeyOrPlace)), "{elsewhere:?}");
    }
}

#[test]
fn sealing_twice_gives_two_texts() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::read_or_create(&paths(dir.path())).unwrap();
    let texts: HashSet<_> = (0..100).map(|_| key.seal(&place(), &Secret::new(SECRET)).unwrap()).collect();
    assert_eq!(texts.len(), 100);
    assert!(texts.iter().all(|text| text.starts_with("v1:") && !text.contains(SECRET)));
}

#[test]
fn a_damaged_text_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::read_or_create(&paths(dir.path())).unwrap();
    let sealed = key.seal(&place(), &Secret::new(SECRET)).unwrap();
    for text in ["", "v1:", "v2:AAAA", &sealed[3..], &sealed[..20], "v1:not base64!", &sealed.replace("v1:", "V1:")] {
        assert!(matches!(key.open(&place(), text), Err(VaultError::Malformed)), "{text}");
    }
    let bytes = STANDARD.decode(&sealed[3..]).unwrap();
    for at in 0..bytes.len() {
        let mut bent = bytes.clone();
        bent[at] ^= 1;
        let text = format!("v1:{}", STANDARD.encode(bent));
        assert!(matches!(key.open(&place(), &text), Err(VaultError::WrongKeyOrPlace)), "byte {at}");
    }
}

#[test]
fn the_form_is_fixed() {
    // nonce || ciphertext || tag, computed once with another implementation of XChaCha20-Poly1305.
    let key = Key(Zeroizing::new(*b"0123456789abcdef0123456789ABCDEF"));
    let mut data = Vec::new();
    for part in [
        "waypost/v1",
        "auth.value",
        "https://hooks.example.com/in",
        "/etc/ca.pem",
        "/etc/client.pem",
        "/etc/client.key",
        "api-key",
        "1",
        "header",
    ] {
        data.extend([0, 0, 0, 0, 0, 0, 0, u8::try_from(part.len()).unwrap()]);
        data.extend(part.as_bytes());
    }
    assert_eq!(*place().associated_data(), data);
    let sealed = "v1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXCKcgv+BKS8WHhEOpq4Ba4fXg0lqjDZk=";
    assert_eq!(key.open(&place(), sealed).unwrap().expose(), "hunter2");
}

#[test]
fn the_key_is_made_once_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let paths = paths(dir.path());
    let missing = Key::read(&paths).unwrap_err();
    assert!(matches!(&missing, VaultError::KeyMissing { path, named: false } if *path == paths.key_file()), "{missing}");
    assert!(!paths.state_dir.exists(), "reading makes nothing");
    let first = Key::read_or_create(&paths).unwrap();
    assert_eq!((mode(&paths.key_file()), mode(&paths.state_dir)), (0o600, 0o700));
    assert_eq!(fs::read(paths.key_file()).unwrap(), first.0.as_slice());
    let again = Key::read_or_create(&paths).unwrap();
    assert_eq!(again.0.as_slice(), first.0.as_slice());
    assert_eq!(names(&paths.state_dir), ["key", "state.lock"], "no temp file is left");
}

#[test]
fn each_key_is_another() {
    let keys: HashSet<Vec<u8>> = (0..8)
        .map(|_| {
            let dir = tempfile::tempdir().unwrap();
            Key::read_or_create(&paths(dir.path())).unwrap().0.to_vec()
        })
        .collect();
    assert_eq!(keys.len(), 8);
}

#[test]
fn what_a_killed_process_left_of_a_key_goes() {
    let dir = tempfile::tempdir().unwrap();
    let paths = paths(dir.path());
    for _ in ["while it is made", "when it is there"] {
        fs::create_dir_all(&paths.state_dir).unwrap();
        atomic::create_temp(&paths.key_file()).unwrap();
        assert_ne!(names(&paths.state_dir), ["key", "state.lock"]);
        Key::read_or_create(&paths).unwrap();
        assert_eq!(names(&paths.state_dir), ["key", "state.lock"]);
    }
}

#[test]
fn many_at_once_agree_on_one_key() {
    const MAKERS: usize = 8;
    // More than one round: now and then the first has made it before another looks.
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        let begin = Barrier::new(MAKERS);
        let make = || {
            begin.wait();
            Key::read_or_create(&paths).unwrap().0.to_vec()
        };
        let keys: HashSet<Vec<u8>> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..MAKERS).map(|_| scope.spawn(make)).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert_eq!(keys.len(), 1);
    }
}

#[test]
fn h29_a_key_of_another_length() {
    for length in [0, 31, 33, 4096] {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        put_key(&paths, &vec![7; length], 0o600);
        for error in [Key::read(&paths).unwrap_err(), Key::read_or_create(&paths).unwrap_err()] {
            assert!(matches!(&error, VaultError::KeyLength { path, named: false } if *path == paths.key_file()), "{length}");
        }
        assert_eq!(fs::read(paths.key_file()).unwrap().len(), length, "it is left as it is");
    }
}

#[test]
fn a_key_that_others_read() {
    let dir = tempfile::tempdir().unwrap();
    let paths = paths(dir.path());
    for loose in [0o640, 0o604, 0o644] {
        put_key(&paths, &[7; 32], loose);
        let error = Key::read(&paths).unwrap_err();
        assert_eq!(error.fix().text, format!("Run: chmod 600 {}", paths.key_file().display()), "{error}");
    }
    for private in [0o600, 0o400] {
        put_key(&paths, &[7; 32], private);
        Key::read(&paths).unwrap();
    }
}

#[test]
fn our_key_is_never_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let paths = paths(dir.path());
    fs::create_dir_all(&paths.state_dir).unwrap();
    let real = dir.path().join("real");
    symlink(&real, paths.key_file()).unwrap();
    for exists in [false, true] {
        if exists {
            fs::write(&real, [7; 32]).unwrap();
            fs::set_permissions(&real, Permissions::from_mode(0o600)).unwrap();
        }
        assert!(matches!(Key::read(&paths), Err(VaultError::KeyFile(_))), "{exists}");
        assert!(matches!(Key::read_or_create(&paths), Err(VaultError::KeyFile(_))), "{exists}");
        assert_eq!(real.exists(), exists);
    }
}

#[test]
fn a_named_key_is_read_through_links_and_never_made() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().join("real");
    let link = dir.path().join("link");
    symlink(&real, &link).unwrap();
    let paths = Paths { key_file_override: Some(link.clone()), ..paths(dir.path()) };
    let missing = Key::read_or_create(&paths).unwrap_err();
    assert!(matches!(&missing, VaultError::KeyMissing { path, named: true } if *path == link), "{missing}");
    assert!(!real.exists() && !paths.state_dir.exists());
    fs::write(&real, [7; 32]).unwrap();
    fs::set_permissions(&real, Permissions::from_mode(0o400)).unwrap();
    assert_eq!(Key::read_or_create(&paths).unwrap().0.as_slice(), [7; 32]);
}

#[test]
fn a_pipe_in_its_place_does_not_block() {
    let dir = tempfile::tempdir().unwrap();
    let paths = paths(dir.path());
    fs::create_dir_all(&paths.state_dir).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, paths.key_file(), rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    assert!(matches!(Key::read(&paths), Err(VaultError::KeyFile(_))));
}

#[test]
fn nothing_shows_the_key() {
    let key = Key(Zeroizing::new([7; 32]));
    assert_eq!(format!("{key:?}"), "Key(redacted)");
}
