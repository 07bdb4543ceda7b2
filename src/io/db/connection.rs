//! Opening the database.
//!
//! Its files are private: it is created with mode 0600, and SQLite gives `-wal`, `-shm` and `-journal` the mode of the database.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{Access, access};

use super::error::DbError;
use super::schema;
use crate::io::fs::access::Readers;
use crate::io::fs::atomic::{self, parent};
use crate::io::fs::file::{check_private, check_regular};
use crate::io::fs::lock::{self, Lock};
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, Operation};

/// How much of the log's file is kept when the log is begun anew, in bytes.
const LOG_KEPT: u64 = 32 * 1024 * 1024;

/// An open database with the tables of this version.
#[derive(Debug)]
pub(super) struct Db {
    pub connection: Connection,
    path: PathBuf,
}

impl Db {
    /// Opens the database for reading, which creates nothing; `None` if there is none.
    pub fn open_to_read(paths: &Paths) -> Result<Option<Self>, DbError> {
        let path = paths.database_file();
        if !exists(&path, Operation::Read)? {
            return Ok(None);
        }
        // Even reading needs `-wal` and `-shm`. Only who may write removes them at the end, and recovers what a killed process
        // left.
        let db = Self::connect(&path, &path, OpenFlags::SQLITE_OPEN_READ_WRITE, Operation::Read)?;
        let (db, version) = match db.version(Operation::Read) {
            // They cannot be created in a read-only directory. Without them, there is no writer.
            Err(_) if access(parent(&path), Access::WRITE_OK).is_err() && !fs::exists(wal(&path)).unwrap_or(true) => {
                let db = Self::connect(&path, &immutable(&path), OpenFlags::SQLITE_OPEN_READ_ONLY, Operation::Read)?;
                let version = db.version(Operation::Read)?;
                (db, version)
            }
            version => (db, version?),
        };
        if version > 0 {
            return Ok(Some(db));
        }
        db.check_empty(Operation::Read).map(|()| None)
    }

    /// Opens the database for writing, and creates it if there is none.
    pub fn open_to_write(paths: &Paths) -> Result<Self, DbError> {
        let path = paths.database_file();
        paths.create_state_dir()?;
        let lock = || Lock::acquire(&paths.state_lock_file(), lock::WAIT);
        if !exists(&path, Operation::Write)? {
            let _lock = lock()?;
            // Not left to SQLite, which would give it the mode that the umask allows.
            match atomic::create(&path, b"") {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(FileError::new(Operation::Write, &path, error).into());
                }
                _ => {}
            }
        }
        let db = Self::connect(&path, &path, OpenFlags::SQLITE_OPEN_READ_WRITE, Operation::Write)?;
        let is_new = db.version(Operation::Write)? == 0;
        let _lock = if is_new { Some(lock()?) } else { None };
        if is_new && db.version(Operation::Write)? == 0 {
            db.create_tables()?;
        } else {
            db.set_pragmas().map_err(|error| db.error(Operation::Write, &error))?;
        }
        Ok(db)
    }

    /// From now on what is committed is on the disk, and survives a power cut.
    pub fn make_durable(&self) -> rusqlite::Result<()> {
        // As `FULL`, and with a rollback journal its removal is on the disk, too.
        self.connection.pragma_update(None, "synchronous", "EXTRA")
    }

    /// How long the log is, in bytes; 0 without one.
    pub fn log_length(&self) -> u64 {
        fs::metadata(wal(&self.path)).map_or(0, |metadata| metadata.len())
    }

    /// Whether this file system only allows a rollback journal, which the log says, too: readers and writers then wait for each
    /// other.
    pub fn note_journal(&self) -> rusqlite::Result<bool> {
        let mode: String = self.connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let is_slow = mode != "wal";
        if is_slow {
            tracing::warn!(
                database = %self.path.display(),
                "this file system has no shared memory: a rollback journal is used, which is slower"
            );
        }
        Ok(is_slow)
    }

    fn connect(path: &Path, name: &Path, flags: OpenFlags, operation: Operation) -> Result<Self, DbError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let opened = open(name, flags).and_then(|connection| connection.busy_timeout(lock::WAIT).map(|()| connection));
        match opened {
            Ok(connection) => Ok(Self { connection, path: path.to_owned() }),
            Err(error) => Err(DbError::new(operation, path, &error)),
        }
    }

    /// The version of the tables; 0 if there are none.
    fn version(&self, operation: Operation) -> Result<u64, DbError> {
        let version: i64 = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|error| self.error(operation, &error))?;
        let found = u64::try_from(version).unwrap_or(u64::MAX);
        if found > schema::VERSION {
            return Err(DbError::Newer { path: self.path.clone(), found, known: schema::VERSION });
        }
        Ok(found)
    }

    fn set_pragmas(&self) -> rusqlite::Result<()> {
        let wanted = if is_shared(parent(&self.path)) { "DELETE" } else { "WAL" };
        let mode: String = self.connection.pragma_update_and_check(None, "journal_mode", wanted, |row| row.get(0))?;
        // In WAL mode a power cut can take the last deliveries with `NORMAL`, but never damages the database, and no delivery
        // waits for the disk. A file system without shared memory keeps a rollback journal, and that one needs `FULL`.
        let synchronous = if mode == "wal" { "NORMAL" } else { "FULL" };
        self.connection.pragma_update(None, "synchronous", synchronous)?;
        // While many write, the log is not begun anew for as long as it takes, and its file would stay as long as it was then.
        self.connection.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
        // Deleted text is overwritten.
        self.connection.pragma_update(None, "secure_delete", "ON")
    }

    /// Without a version there must be no tables: they would be another program's, or those of a damaged file.
    fn check_empty(&self, operation: Operation) -> Result<(), DbError> {
        let tables: u64 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| self.error(operation, &error))?;
        if tables > 0 {
            return Err(DbError::Damaged { path: self.path.clone(), reason: "it has the tables of another program".into() });
        }
        Ok(())
    }

    fn create_tables(&self) -> Result<(), DbError> {
        self.check_empty(Operation::Write)?;
        let create = || -> rusqlite::Result<()> {
            // Only an empty database can be given these. A record has two kilobytes: pages of twice the usual size halve the time that
            // the kernel takes to write the history of a run.
            self.connection.pragma_update(None, "page_size", 8192)?;
            self.connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
            self.set_pragmas()?;
            let transaction = self.connection.unchecked_transaction()?;
            transaction.execute_batch(schema::CREATE)?;
            transaction.pragma_update(None, "user_version", schema::VERSION)?;
            transaction.commit()
        };
        create().map_err(|error| self.error(Operation::Write, &error))
    }

    pub fn error(&self, operation: Operation, error: &rusqlite::Error) -> DbError {
        DbError::new(operation, &self.path, error)
    }
}

/// Opens a database without running what someone may have put into it: waypost makes neither triggers nor views, and either may do
/// anything to the rows, or never end.
pub(super) fn open(name: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(name, flags)?;
    for runs in [DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW] {
        connection.set_db_config(runs, false)?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    Ok(connection)
}

/// The name of a database that no one changes, for SQLite (sqlite.org/uri.html): it then takes no locks and needs no other file.
fn immutable(path: &Path) -> PathBuf {
    let encoded = percent_encode(path.as_os_str().as_bytes(), NON_ALPHANUMERIC);
    format!("file:{encoded}?immutable=1").into()
}

/// Whether other machines may have the same files: the shared memory of WAL is that of one machine (sqlite.org/wal.html), and
/// SQLite does not notice.
#[cfg(target_os = "linux")]
fn is_shared(dir: &Path) -> bool {
    /// NFS, SMB and CIFS, AFS, Ceph, Lustre, GFS2, OCFS2, as statfs(2) names them.
    const KINDS: [u32; 10] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x5346_414f, 0x6b41_4653, 0x00c3_6400, 0x0bd0_0bd0, 0x0116_1970, 0x7461_636f];
    rustix::fs::statfs(dir).is_ok_and(|found| u32::try_from(found.f_type & 0xffff_ffff).is_ok_and(|kind| KINDS.contains(&kind)))
}

/// SQLite itself notices on macOS. On other systems the administrator has to know: docs/queue.md says so.
#[cfg(not(target_os = "linux"))]
const fn is_shared(_: &Path) -> bool {
    false
}

fn wal(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether there is a database; an error if something else has its name, or others can read it. The same goes for the files beside
/// it, which SQLite would open whatever they are: what is in them counts as written. Not by opening them: closing would release the
/// locks of this process's other connections (fcntl(2)).
pub(super) fn exists(path: &Path, operation: Operation) -> Result<bool, FileError> {
    for suffix in ["-wal", "-shm", "-journal"] {
        is_private(&beside(path, suffix), operation)?;
    }
    is_private(path, operation)
}

/// Whether the file is there, and is a regular one that only its owner can read.
fn is_private(path: &Path, operation: Operation) -> Result<bool, FileError> {
    let checked = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => Err(error.into()),
        Ok(metadata) => check_regular(&metadata).and_then(|()| check_private(&metadata, path, Readers::Owner)),
    };
    checked.map(|()| true).map_err(|kind| FileError::new(operation, path, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As on a network file system: SQLite then says that it keeps its rollback journal.
    #[test]
    fn h134_without_shared_memory_a_rollback_journal_is_written_to_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("waypost.db");
        let name = PathBuf::from(format!("file:{}?vfs=unix-dotfile", path.display()));
        atomic::create(&path, b"").unwrap();
        for (name, journal, synchronous) in [(&name, "delete", 2), (&path, "wal", 1)] {
            let db = Db::connect(&path, name, OpenFlags::SQLITE_OPEN_READ_WRITE, Operation::Write).unwrap();
            match db.version(Operation::Write).unwrap() {
                0 => db.create_tables().unwrap(),
                _ => db.set_pragmas().unwrap(),
            }
            let mode: String = db.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
            let level: i64 = db.connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
            assert_eq!((mode.as_str(), level), (journal, synchronous));
        }
    }
}
