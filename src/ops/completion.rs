//! Completing the path of a file.

use crate::io::fs::directory::names;

/// The most names that are offered.
const MOST: usize = 10_000;

/// The names in the directory of a path that begin as it ends; those of directories end with a slash. None where the directory
/// cannot be read.
#[must_use]
pub fn names_for(path: &str) -> Vec<String> {
    let Some((directory, begun)) = path.rsplit_once('/') else { return Vec::new() };
    let directory = if directory.is_empty() { "/" } else { directory };
    names(directory.as_ref(), begun, MOST).unwrap_or_default()
}
