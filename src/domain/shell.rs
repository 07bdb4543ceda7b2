//! Words of a POSIX shell: what is pasted means the same bytes, and shows nothing that a terminal would act on.

use std::fmt::Write as _;
use std::path::Path;

use super::text::is_unsafe;

/// Those bytes, which may be any but NUL, as one quoted word.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(bytes) => in_quotes(text),
        _ => {
            // A substitution drops the line feeds at its end.
            let end = bytes.iter().rposition(|&byte| byte != b'\n').map_or(0, |at| at + 1);
            let line_feeds = "\n".repeat(bytes.len() - end);
            let rest = if line_feeds.is_empty() { String::new() } else { in_quotes(&line_feeds) };
            format!("\"$({})\"{rest}", printing(&bytes[..end]))
        }
    }
}

/// The same in printable ASCII alone, for a file that is read by others: no letter in it looks like another.
pub(crate) fn quoted_ascii(text: &str) -> String {
    let is_printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if text.bytes().all(is_printable) { in_quotes(text) } else { format!("\"$({})\"", printed_escaped(text.as_bytes())) }
}

/// A path as one word on one line, quoted only where it needs quotes.
pub(crate) fn word(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(byte);
    match std::str::from_utf8(bytes) {
        // It would be taken for an option, or for standard input.
        Ok(text) if text.starts_with('-') && bytes.iter().all(is_bare) => format!("./{text}"),
        Ok(text) if !text.is_empty() && bytes.iter().all(is_bare) => text.to_owned(),
        Ok(text) if text.contains('\n') => format!("\"$({})\"", printed_escaped(bytes)),
        _ => quoted(bytes),
    }
}

/// A command that prints those bytes.
pub(crate) fn printing(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(bytes) => format!("printf '%s' {}", in_quotes(text)),
        _ => printed_escaped(bytes),
    }
}

/// Whether bytes can be in a command as they are, and be seen.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(|c| is_unsafe(c) && c != '\n'))
}

fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Prints each byte that is not printable ASCII by its octal number.
pub(crate) fn printed_escaped(bytes: &[u8]) -> String {
    let mut format = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        match byte {
            b'%' => format.push_str("%%"),
            b'\\' => format.push_str("\\\\"),
            b'\'' => format.push_str("'\\''"),
            // A printf takes a leading `-` for an option; an interactive bash takes `!` for its history, in a substitution too.
            b'-' if format.is_empty() => format.push_str("\\055"),
            b'!' => format.push_str("\\041"),
            b' '..=b'~' => format.push(char::from(byte)),
            // Always three digits: with fewer, a digit that follows would be a part of the number.
            _ => {
                let _ = write!(format, "\\{byte:03o}");
            }
        }
    }
    format!("printf '{format}'")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_word_is_quoted_only_where_it_must_be() {
        let word = |path: &str| word(Path::new(path));
        for (path, expected) in [
            ("a/b-1.jsonl", "a/b-1.jsonl"),
            ("/a:b@c", "/a:b@c"),
            ("-x", "./-x"),
            ("-", "./-"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("/a\u{1b}[31m", "\"$(printf '/a\\033[31m')\""),
            ("a\nb", "\"$(printf 'a\\012b')\""),
        ] {
            assert_eq!(word(path), expected);
        }
    }

    #[test]
    fn ascii_alone() {
        assert_eq!(quoted_ascii("it's $x `y`"), r"'it'\''s $x `y`'");
        assert_eq!(quoted_ascii("é%"), "\"$(printf '\\303\\251%%')\"");
    }

    #[test]
    fn a_shell_reads_the_same_bytes() {
        let all: Vec<u8> = (1..=u8::MAX).collect();
        for bytes in [
            b"plain".as_slice(),
            b"",
            b"it's $x `y` \"z\" \\n %d",
            "é, 漢\u{202e}".as_bytes(),
            b"\x1b]52;c;\x07 %d \\n 'q' \xff\x011\n\n",
            b"two\nlines\n",
            b"\n",
            b"\xff\n",
            &all,
        ] {
            for command in [format!("printf '%s' {}", quoted(bytes)), printing(bytes)] {
                let output = Command::new("sh").args(["-c", &command]).output().unwrap();
                assert_eq!(output.stdout, bytes, "{command}");
                assert!(!command.chars().any(|c| is_unsafe(c) && c != '\n'), "{command}");
            }
        }
        let path = Path::new(OsStr::from_bytes(b"/a\xffb"));
        let output = Command::new("sh").args(["-c", &format!("printf '%s' {}", word(path))]).output().unwrap();
        assert_eq!(output.stdout, b"/a\xffb");
    }
}
