//! What becomes of the file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Instant;

use super::{files, home, home_with, ids, sqlite};
use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::record::tests::delivery;
use crate::io::db::DbError;
use crate::io::db::history::{History, Page, Start, append, append_all, clear, find, page};
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, FileErrorKind, lock};

fn put(paths: &Paths, bytes: &[u8]) {
    paths.create_state_dir().unwrap();
    fs::write(paths.database_file(), bytes).unwrap();
    fs::set_permissions(paths.database_file(), Permissions::from_mode(0o600)).unwrap();
}

/// Every operation fails with the same error, and the files stay as they are.
#[track_caller]
fn assert_refused(paths: &Paths, is_expected: impl Fn(&DbError) -> bool) {
    let content = || paths.database_file().is_file().then(|| fs::read(paths.database_file()).unwrap());
    let before = content();
    for error in [
        append(paths, &delivery("msg_new")).unwrap_err(),
        page(paths, &Filter::default(), Start::Newest, 1).unwrap_err(),
        find(paths, "msg_1").unwrap_err(),
        clear(paths).unwrap_err(),
    ] {
        assert!(is_expected(&error), "{error:?}");
    }
    assert!(content() == before);
}

#[test]
fn h22_every_file_is_private_while_it_is_written_and_none_is_left_open() {
    let (_dir, paths) = home();
    let mut history = History::open(&paths).unwrap();
    history.append(&[delivery("msg_1")]).unwrap();
    let open = files(&paths);
    let names: Vec<_> = open.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["state.lock", "waypost.db", "waypost.db-shm", "waypost.db-wal"]);
    assert!(open.iter().all(|(_, mode, _)| *mode == 0o600), "{open:?}");
    assert_eq!(fs::metadata(&paths.state_dir).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(ids(&page(&paths, &Filter::default(), Start::Newest, 9).unwrap()), ["msg_1"], "read beside the writer");
    drop(history);
    let closed = files(&paths);
    page(&paths, &Filter::default(), Start::Newest, 9).unwrap();
    assert_eq!(files(&paths), closed, "reading leaves nothing behind");
    assert_eq!(closed.len(), 2, "{closed:?}");
}

#[test]
fn h23_a_database_that_others_can_read_is_refused() {
    let (_dir, paths) = home_with(&["msg_1"]);
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(paths.database_file(), Permissions::from_mode(mode)).unwrap();
        assert_refused(&paths, |error| error.fix().text == format!("Run: chmod 600 {}", paths.database_file().display()));
    }
}

#[test]
fn h30_something_else_in_its_place() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    let (dir, paths) = home();
    paths.create_state_dir().unwrap();
    let path = paths.database_file();
    let begun = Instant::now();
    let refused = |found: &str| assert_refused(&paths, |error| error.to_string() == format!("{} is {found}", path.display()));
    let elsewhere = dir.path().join("elsewhere");
    for exists in [false, true] {
        if exists {
            fs::write(&elsewhere, "").unwrap();
        }
        symlink(&elsewhere, &path).unwrap();
        refused("a symbolic link");
        assert_eq!(fs::read(&elsewhere).ok(), exists.then(Vec::new));
        fs::remove_file(&path).unwrap();
    }
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    refused("a pipe");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused("a directory");
    assert!(begun.elapsed().as_secs() < 1);
}

#[test]
fn h24_what_is_not_a_whole_database_is_refused_and_left() {
    let (_dir, paths) = home();
    let many: Vec<_> = (0..100).map(|number| delivery(&format!("msg_{number}"))).collect();
    append_all(&paths, &many).unwrap();
    let whole = fs::read(paths.database_file()).unwrap();
    for bytes in [b"junk".to_vec(), vec![b'x'; 10_000], whole[..whole.len() / 2].to_vec(), whole[..50].to_vec()] {
        put(&paths, &bytes);
        assert_refused(&paths, |error| matches!(error, DbError::Damaged { .. }));
    }
    // The tables of another program are not waypost's to add to.
    fs::remove_file(paths.database_file()).unwrap();
    sqlite(&paths).execute_batch("CREATE TABLE deliveries (other)").unwrap();
    fs::set_permissions(paths.database_file(), Permissions::from_mode(0o600)).unwrap();
    assert_refused(&paths, |error| matches!(error, DbError::Damaged { .. }));
    // An empty file is an empty database.
    put(&paths, b"");
    append(&paths, &delivery("msg_1")).unwrap();
    assert_eq!(ids(&page(&paths, &Filter::default(), Start::Newest, 9).unwrap()), ["msg_1"]);
}

#[test]
fn h25_a_newer_database_is_refused_and_left() {
    let (_dir, paths) = home_with(&["msg_1"]);
    sqlite(&paths).pragma_update(None, "user_version", 7).unwrap();
    assert_refused(&paths, |error| matches!(error, DbError::Newer { found: 7, known: 1, .. }));
}

#[test]
fn h35_a_writer_waits_for_another_and_then_gives_up() {
    let (_dir, paths) = home_with(&["msg_1"]);
    let mut history = History::open(&paths).unwrap();
    let other = sqlite(&paths);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let error = history.append(&[delivery("msg_2")]).unwrap_err();
    assert!(matches!(&error, DbError::File(FileError { kind: FileErrorKind::Locked, .. })), "{error:?}");
    assert!(begun.elapsed() >= lock::WAIT && error.why().contains("waypost.db"), "{error:?}");
    assert_eq!(page(&paths, &Filter::default(), Start::Newest, 9).unwrap().total, 1, "a reader does not wait");
    other.execute_batch("COMMIT").unwrap();
    history.append(&[delivery("msg_2")]).unwrap();
}

#[test]
fn clearing_leaves_no_text_of_it() {
    let (_dir, paths) = home();
    let mut history = History::open(&paths).unwrap();
    for number in 0..50 {
        let mut canary = delivery(&format!("canary_{number}"));
        canary.attempts[0].request.body = "canary ".repeat(2000).into_bytes();
        // Some of it is pruned before.
        history.append_bounded(&[canary], 20, u64::MAX).unwrap();
    }
    clear(&paths).unwrap();
    for (name, _, bytes) in files(&paths) {
        assert!(!bytes.windows(6).any(|window| window == b"canary"), "{name}");
        // A page for each table and each index.
        assert!(name != "waypost.db" || bytes.len() < 24 * 8192, "{}", bytes.len());
    }
    history.append(&[delivery("msg_2")]).unwrap();
    let read = page(&paths, &Filter::default(), Start::Newest, 9).unwrap();
    assert_eq!((ids(&read), read.total), (vec!["msg_2"], 1));
}

#[test]
fn clearing_beside_a_reader_says_that_it_is_not_done() {
    let (_dir, paths) = home_with(&["msg_1"]);
    let reader = sqlite(&paths);
    reader.execute_batch("BEGIN; SELECT * FROM deliveries").unwrap();
    let mut statement = reader.prepare("SELECT record FROM deliveries").unwrap();
    let mut rows = statement.query([]).unwrap();
    rows.next().unwrap();
    assert!(matches!(clear(&paths), Err(DbError::File(FileError { kind: FileErrorKind::Locked, .. }))));
    drop(rows);
    drop(statement);
    drop(reader);
    clear(&paths).unwrap();
    assert_eq!(page(&paths, &Filter::default(), Start::Newest, 9).unwrap(), Page::default());
}

#[test]
fn h31_a_full_disk_leaves_the_history_as_it_was() {
    let (_dir, paths) = home_with(&["msg_1"]);
    let mut history = History::open(&paths).unwrap();
    history.limit_pages();
    let long: Vec<_> = (0..100).map(|number| delivery(&format!("msg_long_{number}"))).collect();
    let error = history.append(&long).unwrap_err();
    assert!(error.fix().text.starts_with("Free some space"), "{error:?} {}", error.why());
    drop(history);
    let read = page(&paths, &Filter::default(), Start::Newest, 9).unwrap();
    assert_eq!((ids(&read), read.total), (vec!["msg_1"], 1));
}

#[test]
fn a_path_with_any_character_is_a_path() {
    let dir = tempfile::tempdir().unwrap();
    let state_dir = dir.path().join("file:a?b=c#d%20 é'\"");
    let paths = Paths { config_dir: dir.path().join("config"), state_dir: state_dir.clone(), key_file_override: None };
    append(&paths, &delivery("msg_1")).unwrap();
    assert_eq!(ids(&page(&paths, &Filter::default(), Start::Newest, 9).unwrap()), ["msg_1"]);
    assert!(Path::new(&state_dir).join("waypost.db").exists());
}
