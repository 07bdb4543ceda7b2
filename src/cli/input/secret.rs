//! A secret from standard input, a file, the environment, the generator or a prompt; never from an argument.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use clap::ValueHint;
use zeroize::{Zeroize as _, Zeroizing};

use crate::cli::failure::Failure;
use crate::cli::input::prompt::{self, Echo};
use crate::domain::field::Field;
use crate::domain::secret::Secret;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;
use crate::ops::{self, Waypost};

/// The most bytes that are read. The domain refuses far fewer.
const MAX_BYTES: u64 = 256 * 1024;

/// The last paragraph of `register --help` and `edit --help`.
pub const DETAILS: &str = "The secret is the signing secret, password, token or API key. It is never passed as an argument, \
because every user of the machine can read those. Without one of the --secret options, waypost prompts for it and does not \
show what you type.";

/// Where the secret comes from; at most one is given.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
pub struct SecretSource {
    /// Read the secret from standard input, without a final newline
    #[arg(long)]
    pub secret_stdin: bool,

    /// Read the secret from a file, without a final newline
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub secret_file: Option<PathBuf>,

    /// Read the secret from an environment variable
    #[arg(long, value_name = "NAME")]
    pub secret_env: Option<String>,

    /// hmac: generate a signing secret and print it once
    #[arg(long)]
    pub generate_secret: bool,
}

impl SecretSource {
    pub const fn is_given(&self) -> bool {
        self.secret_stdin || self.secret_file.is_some() || self.secret_env.is_some() || self.generate_secret
    }
}

/// A secret that was given.
#[derive(Clone, Debug)]
pub struct SecretInput {
    pub secret: Secret,
    /// It is to be made of these bytes for the field that it is for, and shown to the user, once.
    pub random: Option<Zeroizing<[u8; 32]>>,
    /// Someone typed it, so that time has passed.
    pub asked: bool,
}

/// The secret from the source that the flags name, if they name one. On a terminal the prompt shows the host of `url`.
pub fn read(source: &SecretSource, url: &str, waypost: &Waypost) -> Result<Option<SecretInput>, Failure> {
    let secret = if source.secret_stdin {
        if io::stdin().is_terminal() {
            return type_in("Secret", url).map(Some);
        }
        from(io::stdin().lock(), "Standard input")?
    } else if let Some(path) = &source.secret_file {
        from_file(path)?
    } else if let Some(name) = &source.secret_env {
        from_env("--secret-env", name)?
    } else if source.generate_secret {
        return Ok(Some(SecretInput { secret: Secret::default(), random: Some(waypost.random()?), asked: false }));
    } else {
        return Ok(None);
    };
    Ok(Some(SecretInput { secret, random: None, asked: false }))
}

/// Asks for the secret of that field; `None` without a terminal.
pub fn ask(field: Field, url: &str) -> Result<Option<SecretInput>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    type_in(field.label, url).map(Some)
}

/// The prompt names the host: the destination may be a different one than the user expects.
fn type_in(name: &str, url: &str) -> Result<SecretInput, Failure> {
    let host = EndpointUrl::parse(url).map(|url| format!(" for {}", visible(&url.authority()))).unwrap_or_default();
    let secret = prompt::ask(&format!("{name}{host} (not shown): "), Echo::Off)?;
    Ok(SecretInput { secret, random: None, asked: true })
}

/// Why a source gives no secret.
#[derive(Clone, Debug)]
pub struct NoSecret {
    /// A clause without a full stop.
    pub what: String,
    /// A sentence.
    pub fix: &'static str,
}

impl From<NoSecret> for Failure {
    fn from(none: NoSecret) -> Self {
        Self::usage(format!("{}.", none.what), none.fix)
    }
}

/// The text of a file, without a final newline.
pub fn from_file(path: &Path) -> Result<Secret, NoSecret> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let file = File::open(path).map_err(|error| unread(&shown, &error))?;
    let secret = from(file, &shown)?;
    if secret.is_empty() {
        return Err(NoSecret { what: format!("{shown}: the file is empty"), fix: "Name a file that contains the secret." });
    }
    Ok(secret)
}

/// Strips a final newline, as a shell's `$(…)` does: `echo` and editors add one.
fn from(mut source: impl Read, name: &str) -> Result<Secret, NoSecret> {
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
        Err(error) => Err(NoSecret {
            what: format!("{name}: the secret is not UTF-8 text at byte {}", error.valid_up_to() + 1),
            fix: "Use a secret that is text; binary ones are usually written in base64 or hex.",
        }),
    }
}

/// The value of a variable that `flag` names.
pub fn from_env(flag: &str, name: &str) -> Result<Secret, NoSecret> {
    let shown = visible(name);
    match std::env::var(name) {
        Ok(mut text) => {
            let secret = Secret::new(text.as_str());
            text.zeroize();
            Ok(secret)
        }
        Err(std::env::VarError::NotPresent) => Err(NoSecret {
            what: format!("{flag}: there is no variable {shown} in the environment"),
            fix: "Use the name of a variable that is set and exported.",
        }),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(NoSecret { what: format!("{flag}: {shown} is not UTF-8 text"), fix: "Use a secret that is text." })
        }
    }
}

fn unread(name: &str, error: &io::Error) -> NoSecret {
    let reason = ops::reason(error);
    NoSecret { what: format!("{name} cannot be read: {reason}"), fix: "Name a file that contains the secret." }
}
