//! The history in its database, through the interface that the operations use.

mod file;
mod filter;
mod history;
mod interrupted;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rusqlite::Connection;

use super::history::{Page, append_all};
use crate::domain::delivery::record::tests::delivery;
use crate::io::fs::paths::Paths;

pub(super) fn home() -> (tempfile::TempDir, Paths) {
    let dir = tempfile::tempdir().unwrap();
    let paths = Paths { config_dir: dir.path().join("config"), state_dir: dir.path().join("state"), key_file_override: None };
    (dir, paths)
}

/// A home with these deliveries, the oldest first.
pub(super) fn home_with(ids: &[&str]) -> (tempfile::TempDir, Paths) {
    let (dir, paths) = home();
    append_all(&paths, &ids.iter().map(|id| delivery(id)).collect::<Vec<_>>()).unwrap();
    (dir, paths)
}

pub(super) fn ids(page: &Page) -> Vec<&str> {
    page.deliveries.iter().map(|delivery| delivery.id.as_str()).collect()
}

/// The files of the state directory, with mode and content.
pub(super) fn files(paths: &Paths) -> Vec<(String, u32, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(&paths.state_dir)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::metadata(&path).unwrap().permissions().mode() & 0o7777, fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Another program's connection to the database.
pub(super) fn sqlite(paths: &Paths) -> Connection {
    Connection::open(paths.database_file()).unwrap()
}
