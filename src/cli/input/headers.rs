//! The headers that the flags add, replace and remove.

use std::cell::OnceCell;
use std::path::Path;

use crate::cli::input::secret::{self, NoSecret};
use crate::domain::draft::Draft;
use crate::domain::field::HEADERS;
use crate::domain::header::{HeaderEntry, HeaderKey};
use crate::domain::problem::Problem;
use crate::domain::text::visible;

const SECRET_FORM: &str = "Write it as NAME=@FILE or NAME=env:VARIABLE.";

/// What is added to, replaced in and removed from the headers.
#[derive(Debug, Default, clap::Args)]
pub struct HeaderFlags {
    /// Add a header to each request, or replace the one of that name; {id}, {timestamp} and {event} are filled in (repeatable)
    #[arg(long, value_name = "NAME: VALUE", allow_hyphen_values = true)]
    pub header: Vec<String>,

    /// The same with a secret value, which is read from a file or an environment variable (repeatable)
    #[arg(long, value_name = "NAME=@FILE|NAME=env:VAR", allow_hyphen_values = true)]
    pub secret_header: Vec<String>,

    /// Remove the header of that name (repeatable)
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub remove_header: Vec<String>,

    /// Remove all headers, before others are added
    #[arg(long)]
    pub no_headers: bool,

    /// What they give. Read once: a pipe has nothing to read the second time.
    #[arg(skip)]
    given: OnceCell<Result<Vec<HeaderEntry>, Problem>>,
}

impl HeaderFlags {
    /// Whether none is given.
    pub const fn is_empty(&self) -> bool {
        self.header.is_empty() && self.secret_header.is_empty() && self.remove_header.is_empty() && !self.no_headers
    }

    /// Changes the headers of a draft.
    pub fn fill(&self, draft: &mut Draft) -> Result<(), Problem> {
        if self.no_headers {
            draft.set_headers(Vec::new());
        }
        for name in &self.remove_header {
            if !draft.remove_header(name) {
                return Err(Problem::new(
                    HEADERS,
                    format!("there is no header \"{}\" to remove", visible(name)),
                    "",
                    "Use the name of one that waypost show lists.",
                ));
            }
        }
        for header in self.given.get_or_init(|| self.read()).as_ref().map_err(Clone::clone)? {
            draft.put_header(header.clone());
        }
        Ok(())
    }

    fn read(&self) -> Result<Vec<HeaderEntry>, Problem> {
        let mut headers: Vec<HeaderEntry> = Vec::new();
        let plain = self.header.iter().map(|text| plain(text));
        for header in plain.chain(self.secret_header.iter().map(|text| secret(text))) {
            let header = header?;
            if headers.iter().any(|other| other.is_named(&header.name)) {
                return Err(Problem::new(
                    HEADERS,
                    format!("{} is given twice", visible(&header.name)),
                    "A header has one value.",
                    "Leave one of them out.",
                ));
            }
            headers.push(header);
        }
        Ok(headers)
    }
}

/// `NAME: VALUE`. What is not of that form is not repeated: it may be a secret.
fn plain(text: &str) -> Result<HeaderEntry, Problem> {
    let Some((name, value)) = text.split_once(':') else {
        let flag = HEADERS.flag.unwrap_or_default();
        return Err(Problem::new(
            HEADERS,
            format!("{flag} needs a colon between the name and the value"),
            "",
            "Write it as 'NAME: VALUE'.",
        ));
    };
    Ok(HeaderEntry::plain(name.trim(), value.trim()))
}

/// `NAME=@FILE` or `NAME=env:VARIABLE`. What follows the name is not repeated: it may be the secret itself.
fn secret(text: &str) -> Result<HeaderEntry, Problem> {
    let form = |what: String, why: &str| Problem::new(HEADERS, what, why, SECRET_FORM);
    let Some((name, source)) = text.split_once('=') else {
        return Err(form("--secret-header needs a name and where its value comes from".to_owned(), ""));
    };
    // A name that cannot be one is refused before anything is read, and not repeated.
    if HeaderKey::parse(HEADERS, name, &[name.to_ascii_lowercase().as_str()]).is_err() {
        return Err(form("--secret-header begins with what is not the name of a header".to_owned(), ""));
    }
    let read = if let Some(path) = source.strip_prefix('@') {
        secret::from_file(Path::new(path))
    } else if let Some(variable) = source.strip_prefix("env:") {
        secret::from_env("--secret-header", variable)
    } else {
        return Err(form(
            format!("the value of {name} is not accepted: a secret is never passed as an argument"),
            "Every user of this machine can read arguments, and the shell stores them in its history.",
        ));
    };
    let value = read.map_err(|NoSecret { what, fix }| Problem::new(HEADERS, format!("{name}: {what}"), "", fix))?;
    Ok(HeaderEntry::secret(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::URL;

    fn filled(plain: &[&str], secret: &[&str], remove: &[&str], none: bool) -> Result<Vec<String>, String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let flags = HeaderFlags {
            header: owned(plain),
            secret_header: owned(secret),
            remove_header: owned(remove),
            no_headers: none,
            given: OnceCell::new(),
        };
        let mut draft = Draft::default().with(URL, "https://h.example/in").with_header(HeaderEntry::plain("X-Env", "test"));
        flags.fill(&mut draft).map_err(|problem| problem.to_string())?;
        Ok(draft.headers().iter().map(HeaderEntry::shown).collect())
    }

    #[test]
    fn added_replaced_and_removed() {
        assert_eq!(filled(&["x-env:live", "X-B:  a: b "], &[], &[], false).unwrap(), ["x-env: live", "X-B: a: b"]);
        assert_eq!(filled(&[], &[], &["X-ENV"], false).unwrap(), [""; 0]);
        assert_eq!(filled(&["X-B: 1"], &[], &[], true).unwrap(), ["X-B: 1"]);
        assert_eq!(filled(&["X-Env: 1"], &[], &["x-env"], false).unwrap(), ["X-Env: 1"]);
    }

    #[test]
    fn h58_a_secret_comes_from_a_file_or_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "hunter2\n").unwrap();
        let from_file = format!("X-Token=@{}", path.display());
        assert_eq!(filled(&[], &[&from_file], &[], false).unwrap(), ["X-Env: test", "X-Token: ••••••••"]);
        for (text, part) in [
            ("X-Token=hunter2", "the value of X-Token is not accepted: a secret is never passed as an argument"),
            ("X-Token=", "the value of X-Token is not accepted"),
            ("X-Token: hunter2", "needs a name and where its value comes from"),
            ("X Token=hunter2", "begins with what is not the name of a header"),
            ("X-Token=@/no/such/hunter", "X-Token: /no/such/hunter cannot be read: "),
            ("X-Token=env:WAYPOST_TEST_NOT_SET", "there is no variable WAYPOST_TEST_NOT_SET in the environment"),
        ] {
            let error = filled(&[], &[text], &[], false).unwrap_err();
            assert!(error.contains(part) && !error.contains("hunter2"), "{text}: {error}");
        }
        std::fs::write(&path, b"\xff").unwrap();
        assert!(filled(&[], &[&from_file], &[], false).unwrap_err().contains("not UTF-8 text at byte 1"));
    }

    #[test]
    fn h59_what_does_not_go_together() {
        for (plain, remove, part) in [
            (["X-B hunter2", ""], "X-Env", "needs a colon"),
            (["X-B: hunter2", "x-b: 2"], "X-Env", "x-b is given twice"),
            (["X-B: hunter2", "X-C: 2"], "X-None\u{1b}", "there is no header \"X-None\\x1b\" to remove"),
        ] {
            let error = filled(&plain, &[], &[remove], false).unwrap_err();
            assert!(error.contains(part) && !error.contains("hunter2"), "{error}");
        }
    }
}
