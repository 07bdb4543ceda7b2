//! No file of `src` is too long to read in one go. Counted is every line of every file, as an editor counts: code, comments,
//! blank lines and tests.

use super::source::files;

const LONGEST: usize = 400;
const MEDIAN: usize = 150;

#[test]
fn no_file_is_too_long() {
    let long = files("src").into_iter().filter(|file| file.text.lines().count() > LONGEST);
    let long: Vec<String> = long.map(|file| file.path).collect();
    assert!(long.is_empty(), "over {LONGEST} lines: {long:?}");
}

#[test]
fn most_files_are_short() {
    let mut lines: Vec<usize> = files("src").iter().map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    assert!(lines.len() > 100, "only {} files found", lines.len());
    let median = lines[lines.len() / 2];
    assert!(median < MEDIAN, "half of the files have {median} lines or more");
}
