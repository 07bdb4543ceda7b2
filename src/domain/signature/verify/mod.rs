//! Whether a received request was made with the registered auth: the check that the destination's receiver should make.
//!
//! It is strict where a lenient receiver could be misled (a repeated header, a repeated parameter), and
//! says what is wrong in words. A reason never holds a secret, a part of one, or the signature that was expected.

pub mod received;

pub use received::Received;

use crate::domain::destination::Settings;
use crate::domain::mask::DOTS;
use crate::domain::request::Request;
use crate::domain::text::visible;
use crate::domain::url::credential;

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was made with the registered auth.
    Accepted {
        /// What shows it, a sentence without a full stop.
        how: String,
    },
    /// It was not, or that cannot be known.
    Rejected {
        /// What is wrong, a sentence without a full stop.
        why: String,
    },
}

impl Verdict {
    /// Whether the request was made with the registered auth.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    /// Why, either way.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Accepted { how } => how,
            Self::Rejected { why } => why,
        }
    }
}

/// Checks a request that was received at `now` (Unix seconds) against what is registered.
#[must_use]
pub fn check(settings: &Settings, received: &Received<'_>, now: i64) -> Verdict {
    let result = if received.method == Request::METHOD {
        settings.auth().verify(received, now)
    } else {
        Err(format!("the method is {}; deliveries are sent by {}", visible(received.method), Request::METHOD))
    };
    match result {
        Ok(how) => Verdict::Accepted { how },
        Err(why) => Verdict::Rejected { why },
    }
}

/// The target as it may be shown and kept. What looks like a credential in its path is masked. Of its parameters only those that stand in the registered URL keep their values:
/// any other may be a key, be it right, wrong, or sent where none belongs.
#[must_use]
pub fn shown_target(settings: Option<&Settings>, target: &str) -> String {
    let host = settings.map_or("", |to| to.url().host());
    let shown_path = |path: &str| {
        // Where a service has its secret in the path depends on the host.
        let url = format!("https://{host}{path}");
        credential::shown(&url)["https://".len() + host.len()..].to_owned()
    };
    let Some((path, query)) = target.split_once('?') else { return visible(&shown_path(target)).into_owned() };
    let path = shown_path(path);
    let registered = settings.map(|to| to.url().shown()).unwrap_or_default();
    let known: Vec<&str> = registered.split_once('?').unwrap_or_default().1.split('&').collect();
    let shown: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && !known.contains(&pair) => format!("{name}={DOTS}"),
            None if !pair.is_empty() && !known.contains(&pair) => DOTS.to_owned(),
            _ => pair.to_owned(),
        })
        .collect();
    visible(&format!("{path}?{}", shown.join("&"))).into_owned()
}

#[cfg(test)]
mod tests;
