//! Was a request that somebody received made with the registered auth?

use std::path::Path;

use jiff::Timestamp;

use crate::domain::destination::Settings;
use crate::domain::request::Request;
use crate::domain::signature::explain::{Explanation, explain};
use crate::domain::signature::verify::Received;
use crate::io::fs::file::{self, Links};

/// The most bytes of a body that are judged: it is hashed a few hundred times.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

/// Reads a body from a file, as far as one can be judged.
///
/// # Errors
/// Why not, in words.
pub fn body_file(path: &Path) -> Result<Vec<u8>, String> {
    file::read(path, Links::Follow, MAX_BODY)
        .map(|bytes| bytes.to_vec())
        .map_err(|error| format!("{}. {}", error.what(), error.why()))
}

/// Judges a `POST`, received now, to that path and query; to the destination's own, where none are given.
#[must_use]
pub fn judge(settings: &Settings, target: Option<&str>, headers: &[(String, String)], body: &[u8]) -> Explanation {
    let url = settings.url().as_str();
    let own = || url.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |rest| format!("/{rest}"));
    let target = target.map_or_else(own, str::to_owned);
    let received = Received { method: Request::METHOD, target: &target, headers, body };
    explain(settings, &received, Timestamp::now().as_second())
}
