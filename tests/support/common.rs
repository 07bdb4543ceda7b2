//! What the tests of the command line share.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::receiver::Receiver;
use super::{Home, Output};

pub const URL: &str = "https://hooks.example.com/in";
pub const SECRET: &str = "a-long-and-secret-text-3f2a";

/// Everything on the disk: modes and bytes.
pub fn disk(home: &Home) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut out = BTreeMap::new();
    walk(home.path(), &mut out);
    out
}

fn walk(path: &Path, out: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
    let metadata = fs::symlink_metadata(path).unwrap();
    let bytes = if metadata.is_file() { fs::read(path).unwrap_or_default() } else { Vec::new() };
    out.insert(path.to_owned(), (metadata.permissions().mode(), bytes));
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), out);
        }
    }
}

/// Waits until that holds; fails after `within`.
#[track_caller]
pub fn wait_until(within: Duration, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < within, "not within {within:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A home with an HMAC destination, whose secret is [`SECRET`].
pub fn registered() -> Home {
    let home = Home::new();
    register(&home, URL, &["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"], SECRET);
    home
}

#[track_caller]
pub fn register(home: &Home, url: &str, args: &[&str], secret: &str) -> Output {
    let args = [&["register", "--url", url], args].concat();
    home.waypost_stdin(&args, secret).exits(0)
}

/// A home whose destination is that receiver, with that auth.
#[track_caller]
pub fn registered_at(receiver: &Receiver, args: &[&str], secret: &str) -> Home {
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    register(&home, &receiver.url, &[&["--ca-cert", ca], args].concat(), secret);
    home
}

/// Runs a command that must not work, for people and for scripts: both say the same, with that code, about that field;
/// nothing on the disk changes, and nothing that came by standard input is repeated. Returns what a person reads.
#[track_caller]
pub fn refused(home: &Home, args: &[&str], stdin: &str, code: i32, field: Option<&str>) -> String {
    let before = disk(home);
    let plain = home.waypost_stdin(args, stdin).exits(code);
    let json = home.waypost_stdin(&[args, &["--json"]].concat(), stdin).exits(code);
    assert_eq!(disk(home), before, "{args:?} changed something");
    assert_eq!((plain.stdout.as_str(), json.stderr.as_str()), ("", ""), "{args:?}");
    let error = &json.json()["error"];
    assert_eq!(json.json()["schema_version"], 1);
    assert_eq!(error["field"].as_str(), field, "{args:?}: {error}");
    let message = error["message"].as_str().unwrap();
    assert!(plain.stderr.contains(message), "{message} in {}", plain.stderr);
    if stdin.trim().len() > 5 {
        for text in [&plain.stderr, &json.stdout] {
            assert!(!text.contains(stdin.trim()), "{args:?} repeats its input: {text}");
        }
    }
    plain.stderr
}

/// As [`refused`], and the message has that in it.
#[track_caller]
pub fn refused_with(home: &Home, args: &[&str], stdin: &str, code: i32, field: Option<&str>, says: &str) {
    let text = refused(home, args, stdin, code, field);
    assert!(text.contains(says), "{says:?} in {text:?} of {args:?}");
}

/// The records of the history, the oldest first.
pub fn history(home: &Home) -> Vec<serde_json::Value> {
    if !home.database().exists() {
        return Vec::new();
    }
    let database = home.open_database();
    let mut statement = database.prepare("SELECT record FROM deliveries ORDER BY seq").unwrap();
    let records = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    records.map(|record| serde_json::from_str(&record.unwrap()).unwrap()).collect()
}
