//! A secret from standard input, a file, the environment, the generator or a prompt.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use zeroize::{Zeroize as _, Zeroizing};

use crate::cli::args::SecretSource;
use crate::cli::failure::Failure;
use crate::cli::input::prompt::{self, Echo};
use crate::domain::field::Field;
use crate::domain::secret::Secret;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;
use crate::ops::{self, Waypost};

/// The most bytes that are read; the domain refuses far fewer, with its own words.
const MAX_BYTES: u64 = 256 * 1024;

/// A secret that came.
#[derive(Clone, Debug)]
pub struct Given {
    /// It.
    pub secret: Secret,
    /// Whether nobody knows it yet.
    pub generated: bool,
    /// Whether somebody was asked for it, which takes its time.
    pub asked: bool,
}

/// The secret from where the flags say, if they say. Where that is a terminal, the question names where it will go: `url`.
///
/// # Errors
/// It cannot be read from there.
pub fn read(source: &SecretSource, url: &str, waypost: &Waypost) -> Result<Option<Given>, Failure> {
    let secret = if source.secret_stdin {
        if io::stdin().is_terminal() {
            return type_in("Secret", url).map(Some);
        }
        from(io::stdin().lock(), "Standard input")?
    } else if let Some(path) = &source.secret_file {
        from_file(path)?
    } else if let Some(name) = &source.secret_env {
        from_env(name)?
    } else if source.generate_secret {
        return Ok(Some(Given { secret: waypost.generate()?, generated: true, asked: false }));
    } else {
        return Ok(None);
    };
    Ok(Some(Given { secret, generated: false, asked: false }))
}

/// Asks for the secret of that field, to be sent to `url`, where there is somebody to ask.
///
/// # Errors
/// The answer does not come.
pub fn ask(field: Field, url: &str) -> Result<Option<Given>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    type_in(field.label, url).map(Some)
}

/// Asks. Whoever types a secret must see to whom it goes: the destination may be another than he thinks.
fn type_in(name: &str, url: &str) -> Result<Given, Failure> {
    let host = EndpointUrl::parse(url).map(|url| format!(" for {}", visible(&url.authority()))).unwrap_or_default();
    let secret = prompt::ask(&format!("{name}{host} (not shown): "), Echo::Off)?;
    Ok(Given { secret, generated: false, asked: true })
}

fn from_file(path: &Path) -> Result<Secret, Failure> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let file = File::open(path).map_err(|error| unread(&shown, &error))?;
    from(file, &shown)
}

/// A shell's `$(…)` takes the final newline off, and so do we: `echo` and editors add one that is not meant.
fn from(mut source: impl Read, name: &str) -> Result<Secret, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(16 * 1024));
    source.by_ref().take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| unread(name, &error))?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Secret::new(text)),
        Err(error) => {
            let message = format!("{name}: the secret is not UTF-8 text from byte {} on.", error.valid_up_to() + 1);
            Err(Failure::usage(message, "Give a secret that is text; binary ones are mostly written in base64 or hex."))
        }
    }
}

fn from_env(name: &str) -> Result<Secret, Failure> {
    let shown = visible(name);
    match std::env::var(name) {
        Ok(mut text) => {
            let secret = Secret::new(text.as_str());
            text.zeroize();
            Ok(secret)
        }
        Err(std::env::VarError::NotPresent) => Err(Failure::usage(
            format!("--secret-env: there is no variable {shown} in the environment."),
            "Give the name of a variable that is set and exported.",
        )),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::usage(format!("--secret-env: {shown} is not UTF-8 text."), "Give a secret that is text."))
        }
    }
}

fn unread(name: &str, error: &io::Error) -> Failure {
    let reason = ops::reason(error);
    Failure::usage(format!("{name} cannot be read. The system says: {reason}."), "Name a file with the secret in it.")
}
