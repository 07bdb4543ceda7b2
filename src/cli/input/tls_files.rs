//! The options that name files for TLS.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::domain::draft::Draft;
use crate::domain::field::{CA_CERT, CLIENT_CERT, CLIENT_KEY, Field, Notice};
use crate::domain::problem::Problem;
use crate::ops;

/// One option for each of the [`TLS_FILES`](crate::domain::field::TLS_FILES).
#[derive(Debug, Default, clap::Args)]
pub struct TlsFiles {
    /// A PEM file with the CA to trust for this destination, in place of the system's; empty for none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_or_none())]
    ca_cert: Option<PathBuf>,

    /// A PEM file with the client certificate that the receiver asks for (mutual TLS), and maybe its key; empty for none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_or_none())]
    client_cert: Option<PathBuf>,

    /// A PEM file of mode 0600 with its private key [default: the same file]; empty for the default
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_or_none())]
    client_key: Option<PathBuf>,
}

impl TlsFiles {
    /// The files that were given.
    pub fn given(&self) -> impl Iterator<Item = (Field, &Path)> {
        let all = [(CA_CERT, &self.ca_cert), (CLIENT_CERT, &self.client_cert), (CLIENT_KEY, &self.client_key)];
        all.into_iter().filter_map(|(field, path)| Some((field, path.as_deref()?)))
    }

    pub fn is_empty(&self) -> bool {
        self.given().next().is_none()
    }

    /// Puts the paths into a draft, and gives the notices about the files.
    pub fn fill(&self, draft: &mut Draft, errors: &mut Vec<Problem>) -> Vec<Notice> {
        for (field, path) in self.given() {
            match for_draft(field, path) {
                Ok(path) => draft.set(field, path),
                Err(error) => errors.push(error),
            }
        }
        if self.client_cert.is_none() && self.client_key.is_none() {
            return Vec::new();
        }
        check_client(draft).unwrap_or_else(|error| {
            errors.push(error);
            Vec::new()
        })
    }
}

/// Checks the files of the client certificate that an imported draft names, unless options name others, which are checked where
/// they are filled in.
pub fn check_imported_client(draft: &Draft, options: &TlsFiles) -> Result<Vec<Notice>, Problem> {
    let by_options = options.given().any(|(field, _)| field == CLIENT_CERT || field == CLIENT_KEY);
    if by_options { Ok(Vec::new()) } else { check_client(draft) }
}

/// Checks the files of the draft's client certificate, if it has one.
pub fn check_client(draft: &Draft) -> Result<Vec<Notice>, Problem> {
    let path = |field| Some(draft.text(field)).filter(|text| !text.is_empty()).map(Path::new);
    path(CLIENT_CERT).map_or_else(|| Ok(Vec::new()), |certificate| ops::client_certificate(certificate, path(CLIENT_KEY)))
}

/// The path of a file for the draft: absolute; a CA file is read once. Empty removes it.
pub fn for_draft(field: Field, path: &Path) -> Result<String, Problem> {
    if path.as_os_str().is_empty() {
        return Ok(String::new());
    }
    let absolute = ops::tls_file(field, path)?;
    absolute.into_os_string().into_string().map_err(|_| {
        Problem::new(
            field,
            "has a path that is not UTF-8",
            "The state file cannot hold it.",
            format!("Move the file, and give {} its new path.", field.flag.unwrap_or_default()),
        )
    })
}

/// Unlike clap's own parser, this one accepts an empty path.
pub fn path_or_none() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}
