//! Opening and reading files that something else may have put in the place of ours.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::Zeroizing;

/// The mode of every file that waypost makes: for its owner only.
pub const PRIVATE: u32 = 0o600;

/// Why a file is not read.
#[derive(Debug)]
pub enum Fault {
    /// It is something else; what, in words.
    NotAFile(&'static str),
    /// It has more bytes than are ever right.
    TooLarge,
    /// The system said no.
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether a symlink in the place of the file is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// As the user laid them.
    Follow,
    /// Only the file itself will do.
    Refuse,
}

impl Links {
    const fn flags(self) -> OFlags {
        match self {
            Self::Follow => OFlags::empty(),
            Self::Refuse => OFlags::NOFOLLOW,
        }
    }
}

/// Opens with `options`, never waits (a FIFO without a writer would block), and gives back regular files only.
///
/// # Errors
/// Why not.
pub fn open_regular(path: &Path, options: &mut OpenOptions, links: Links) -> Result<(File, Metadata), Fault> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | links.flags();
    let flags = i32::try_from(flags.bits()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let file = options.custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        return Ok((file, metadata));
    }
    let kind = metadata.file_type();
    Err(Fault::NotAFile(match kind {
        _ if kind.is_dir() => "a directory",
        _ if kind.is_fifo() => "a pipe",
        // A socket cannot be opened (open(2): ENXIO), and a link is refused or followed.
        _ => "a device",
    }))
}

/// Reads a whole file of at most `cap` bytes; its memory is erased when dropped.
///
/// # Errors
/// Why not.
pub fn read_capped(file: &mut File, metadata: &Metadata, cap: usize) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if expected > cap {
        return Err(Fault::TooLarge);
    }
    // Room for all of it from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected.saturating_add(1)));
    let most = u64::try_from(cap).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > cap {
        return Err(Fault::TooLarge);
    }
    Ok(bytes)
}
