//! A registration from a file: a curl command, or what `waypost export` printed.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::input::fields::Fields;
use crate::cli::input::read::{self, is_stdin};
use crate::cli::input::tls_files;
use crate::cli::output::Out;
use crate::domain::field::TLS_FILES;
use crate::domain::import::{Imported, NotTaken, from_curl, from_export};
use crate::domain::text::visible;
use crate::ops::{FROM_CURL, Saved, Waypost};

/// The most bytes that are read.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Where the registration comes from, besides the other options, which take precedence.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
pub struct ImportFlags {
    /// Read a curl command that makes a POST request; - is standard input. It is not executed; other options take precedence
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from_curl: Option<PathBuf>,

    /// Read what waypost export printed; - is standard input. Other options take precedence
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from: Option<PathBuf>,
}

impl ImportFlags {
    pub const fn is_curl(&self) -> bool {
        self.from_curl.is_some()
    }

    pub const fn is_given(&self) -> bool {
        self.from_curl.is_some() || self.from.is_some()
    }

    /// A curl command in a file, if there is one.
    pub const fn curl(from_curl: Option<PathBuf>) -> Self {
        Self { from_curl, from: None }
    }

    /// What is in the file, if one is given.
    pub fn read(&self, fields: &Fields) -> Result<Option<Imported>, Failure> {
        let (flag, path) = match (&self.from_curl, &self.from) {
            (Some(path), _) => ("--from-curl", path),
            (None, Some(path)) => ("--from", path),
            (None, None) => return Ok(None),
        };
        if is_stdin(path) && fields.secret.secret_stdin {
            return Err(Failure::usage(
                format!("{flag} - and --secret-stdin both read standard input."),
                "Give one of them a file.",
            ));
        }
        let text = text(flag, path)?;
        let mut imported = if self.is_curl() {
            from_curl(&text)
                .map_err(|refused| Failure::usage(format!("The curl command is not accepted. At {refused}."), refused.fix))?
        } else {
            Imported { draft: from_export(&text)?, ..Imported::default() }
        };
        for field in TLS_FILES {
            let path = imported.draft.text(field).to_owned();
            if !fields.files.given().any(|(given, _)| given == field) {
                let path = tls_files::for_draft(field, Path::new(&path)).map_err(|error| Failure::fields(vec![error]))?;
                imported.draft.set(field, path);
            }
        }
        Ok(Some(imported))
    }
}

/// Says which parts of a curl command were not taken.
pub fn say_not_taken(not_taken: &[NotTaken], out: Out) {
    for part in not_taken {
        out.say(&format!("note: not taken: {}: {}.", part.what, part.why));
    }
}

/// The same for scripts.
pub fn listed(not_taken: &[NotTaken]) -> Value {
    not_taken.iter().map(|part| json!({ "what": part.what, "why": part.why })).collect()
}

/// Keeps what a curl command sends as an event, now that it is saved, and says so.
pub fn keep_event(waypost: &Waypost, body: Option<Vec<u8>>, saved: &mut Saved, more: &mut Map<String, Value>, out: Out) {
    match body.map(|body| waypost.keep_new_event(FROM_CURL, &body)) {
        None => {}
        Some(Ok(name)) => {
            out.say(&format!("The data is the event {name} now: waypost test --event {name} sends it."));
            more.insert("event".to_owned(), name.into());
        }
        Some(Err(problem)) => saved.warning = saved.warning.take().or(Some(problem)),
    }
}

fn text(flag: &str, path: &Path) -> Result<Zeroizing<String>, Failure> {
    let name = path.to_string_lossy();
    // Not repeated: it may contain a secret.
    if name.contains("://") || name.contains("curl ") {
        return Err(Failure::usage(
            format!("{flag} takes a file, or - for standard input; not the text itself."),
            "Every user of this machine can read arguments: put the text into a file.",
        ));
    }
    let shown = if is_stdin(path) { "standard input".into() } else { visible(&name) };
    let bytes = if is_stdin(path) { read::stdin(MAX_BYTES) } else { read::file(path, MAX_BYTES) };
    let bytes =
        bytes.map_err(|error| Failure::usage(format!("{flag}: {}.", error.reason(&shown)), "Name a file that can be read."))?;
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Failure::usage(format!("{flag}: {shown} is not UTF-8 text."), "Name a file with text.")
    })
}
