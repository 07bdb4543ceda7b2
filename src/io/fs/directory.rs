//! The names in a directory.

use std::fs;
use std::io;
use std::path::Path;

/// The names that begin so, at most `most`, in no order; those of directories end with a slash. Names that are not UTF-8 are left
/// out, and hidden ones unless they are asked for.
///
/// # Errors
/// The directory cannot be read.
pub fn names(directory: &Path, begun: &str, most: usize) -> io::Result<Vec<String>> {
    let wanted = |name: &String| name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
    let named = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok().filter(wanted)?;
        let is_directory = fs::metadata(entry.path()).is_ok_and(|file| file.is_dir());
        Some(if is_directory { format!("{name}/") } else { name })
    };
    Ok(fs::read_dir(directory)?.filter_map(Result::ok).filter_map(named).take(most).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_have_a_slash_and_hidden_names_are_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["ca.pem", "ca.key", ".ca", "other"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        fs::create_dir(dir.path().join("cache")).unwrap();
        let named = |begun: &str, most| {
            let mut names = names(dir.path(), begun, most).unwrap();
            names.sort_unstable();
            names
        };
        assert_eq!(named("ca", 9), ["ca.key", "ca.pem", "cache/"]);
        assert_eq!(named(".", 9), [".ca"]);
        assert_eq!(named("", 9).len(), 4);
        assert_eq!(named("", 2).len(), 2);
        assert!(names(&dir.path().join("ca.pem"), "", 9).is_err());
    }
}
