#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use super::{Changed, Files, Watch, polled};
use crate::domain::delivery::record::tests::delivery;
use crate::io::db::history::{self, append};
use crate::io::fs::atomic;
use crate::io::fs::lock::Lock;
use crate::io::fs::paths::Paths;

const HISTORY: Changed = Changed { registration: false, history: true };
const REGISTRATION: Changed = Changed { registration: true, history: false };

fn home() -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().canonicalize().unwrap().join(name);
    let paths = Paths { config_dir: at("a/config"), state_dir: at("b/state"), key_file_override: None };
    (dir, paths)
}

fn with_directories() -> (tempfile::TempDir, Paths) {
    let (dir, paths) = home();
    paths.create_config_dir().unwrap();
    paths.create_state_dir().unwrap();
    (dir, paths)
}

fn replace(file: &Path) {
    let _ = atomic::replace(file, |file| file.write_all(b"{}")).unwrap();
}

/// What is reported of what `act` does; then nothing more is.
async fn reported(watch: &mut Watch, act: impl FnOnce()) -> Changed {
    act();
    let changed = tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.unwrap();
    assert_quiet(watch).await;
    changed
}

async fn assert_quiet(watch: &mut Watch) {
    let more = tokio::time::timeout(Duration::from_millis(200), watch.changed()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_delivery_and_a_save_are_noticed() {
    let (_dir, paths) = with_directories();
    let mut watch = Watch::start(&paths);
    assert_eq!(reported(&mut watch, || append(&paths, &delivery("msg_1")).unwrap()).await, HISTORY);
    assert_eq!(reported(&mut watch, || append(&paths, &delivery("msg_2")).unwrap()).await, HISTORY);
    let file = paths.destination_file();
    assert_eq!(reported(&mut watch, || replace(&file)).await, REGISTRATION);
    // By an editor, in place.
    assert_eq!(reported(&mut watch, || fs::write(&file, b"{ }").unwrap()).await, REGISTRATION);
    assert_eq!(reported(&mut watch, || fs::remove_file(&file).unwrap()).await, REGISTRATION);
    assert_eq!(reported(&mut watch, || history::clear(&paths).unwrap()).await, HISTORY);
}

#[tokio::test]
async fn reading_wakes_nobody() {
    let (_dir, paths) = with_directories();
    append(&paths, &delivery("msg_1")).unwrap();
    let mut watch = Watch::start(&paths);
    for _ in 0..3 {
        history::find(&paths, "msg_1").unwrap();
    }
    fs::write(paths.log_file(), "a line").unwrap();
    assert_quiet(&mut watch).await;
}

#[tokio::test]
async fn directories_may_come_later_go_and_come_again() {
    let (_dir, paths) = home();
    let mut watch = Watch::start(&paths);
    let both = Changed { registration: true, history: true };
    assert_eq!(reported(&mut watch, || paths.create_state_dir().unwrap()).await, both);
    assert_eq!(reported(&mut watch, || append(&paths, &delivery("msg_1")).unwrap()).await, HISTORY);
    let save = || replace(&paths.destination_file());
    let created = || {
        paths.create_config_dir().unwrap();
        save();
    };
    assert_eq!(reported(&mut watch, created).await, both);
    assert_eq!(reported(&mut watch, save).await, REGISTRATION);
    assert_eq!(reported(&mut watch, || fs::remove_dir_all(&paths.state_dir).unwrap()).await, both);
    assert_eq!(reported(&mut watch, || append(&paths, &delivery("msg_2")).unwrap()).await, both);
    assert_eq!(reported(&mut watch, || append(&paths, &delivery("msg_3")).unwrap()).await, HISTORY);
}

#[tokio::test]
async fn a_registration_behind_a_link() {
    let (dir, paths) = with_directories();
    let target = dir.path().canonicalize().unwrap().join("dotfiles");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("waypost.json"), "{}").unwrap();
    std::os::unix::fs::symlink(target.join("waypost.json"), paths.destination_file()).unwrap();
    let mut watch = Watch::start(&paths);
    let save = || replace(&target.join("waypost.json"));
    assert_eq!(reported(&mut watch, save).await, REGISTRATION);
}

#[tokio::test]
async fn a_wait_that_is_given_up_loses_nothing() {
    let (_dir, paths) = with_directories();
    let mut watch = Watch::start(&paths);
    append(&paths, &delivery("msg_1")).unwrap();
    // Within the time in which further changes are gathered.
    let _ = tokio::time::timeout(Duration::from_millis(5), watch.changed()).await;
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.unwrap(), HISTORY);
}

/// Whether the relay runs is a part of what is shown of the queue.
#[tokio::test]
async fn a_relay_is_noticed_when_it_begins_and_when_it_ends_and_not_who_looks_at_it() {
    let (_dir, paths) = with_directories();
    let file = paths.relay_lock_file();
    let mut watch = Watch::start(&paths);
    let mut lock = None;
    let begin = || {
        let begun = Lock::acquire(&file, Duration::ZERO).unwrap();
        begun.announce();
        Some(begun)
    };
    // The first relay there is creates the file.
    assert!(reported(&mut watch, || lock = begin()).await.history);
    assert!(Lock::is_held(&file));
    assert_quiet(&mut watch).await;
    assert_eq!(reported(&mut watch, || drop(lock)).await, HISTORY);
    assert!(!Lock::is_held(&file));
    assert_quiet(&mut watch).await;
    let mut lock = None;
    assert_eq!(reported(&mut watch, || lock = begin()).await, HISTORY);
    drop(lock);
}

/// As on a system that reports nothing.
#[tokio::test(start_paused = true)]
async fn h199_files_that_are_looked_at_show_a_delivery_and_a_save_and_not_who_reads() {
    let (_dir, paths) = home();
    let mut watch = Watch { files: Files::Polled(polled::Files::start(&paths)), entry: None };
    paths.create_config_dir().unwrap();
    paths.create_state_dir().unwrap();
    assert_unchanged(&mut watch).await;
    append(&paths, &delivery("msg_1")).unwrap();
    assert_eq!(watch.changed().await, HISTORY);
    replace(&paths.destination_file());
    append(&paths, &delivery("msg_2")).unwrap();
    // Given up again and again, as by a loop that has other things to do.
    let mut waits = 0;
    let changed = loop {
        match tokio::time::timeout(Duration::from_millis(300), watch.changed()).await {
            Ok(changed) => break changed,
            Err(_) => waits += 1,
        }
    };
    assert_eq!((changed, waits), (Changed { registration: true, history: true }, 3));
    history::find(&paths, "msg_1").unwrap();
    assert_unchanged(&mut watch).await;
    fs::remove_file(paths.destination_file()).unwrap();
    assert_eq!(watch.changed().await, REGISTRATION);
    let lock = Lock::acquire(&paths.relay_lock_file(), Duration::ZERO).unwrap();
    lock.announce();
    assert_eq!(watch.changed_at_once().await, HISTORY);
}

async fn assert_unchanged(watch: &mut Watch) {
    let more = tokio::time::timeout(Duration::from_secs(5), watch.changed()).await;
    assert!(more.is_err(), "{more:?}");
}
