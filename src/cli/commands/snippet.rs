//! `snippet`: a receiver's check of the registered auth, in a language.

use serde_json::json;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out};
use crate::domain::snippet::{Lang, snippet as code_of};
use crate::ops::Waypost;

/// Prints the code.
///
/// # Errors
/// Nothing is registered, or its secret cannot be opened.
pub fn snippet(waypost: &Waypost, lang: &str, out: Out) -> Result<u8, Failure> {
    // clap takes no other.
    let lang = Lang::from_name(lang).ok_or_else(|| Failure::bug(format!("--lang: {lang} is not known.")))?;
    let code = code_of(waypost.destination()?.settings(), lang);
    if out.json {
        let json = json!({ "schema_version": crate::cli::SCHEMA_VERSION, "lang": lang.name(), "code": code });
        return output::print_json(&json, exit::DONE);
    }
    output::print(&code, exit::DONE)
}
