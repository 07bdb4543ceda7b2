//! What an outcome means in words: why, and how to mend it, specific to this destination.

mod answer;
mod failure;

use std::net::SocketAddr;

use jiff::Timestamp;

use super::{Attempt, Cause, Diagnosis, Phase, Response};
use crate::domain::address::{Reach, reach};
use crate::domain::auth::{ApiKeyPlace, Auth};
use crate::domain::destination::Settings;
use crate::domain::url::EndpointUrl;

/// How long before a certificate's end it is worth a notice: renewals that work happen earlier than that.
const ENDS_SOON_DAYS: i64 = 30;

/// Puts an answer in words.
#[must_use]
pub fn of_response(to: &Settings, response: &Response) -> Diagnosis {
    answer::of(to, response)
}

/// The URL that a redirect offers, if it could be registered as it stands: an `https` URL other than the present one, without
/// a secret in it.
#[must_use]
pub fn redirect_target(to: &Settings, response: &Response) -> Option<EndpointUrl> {
    answer::redirect_target(to, response)
}

/// Puts a failure in words.
#[must_use]
pub fn of_cause(to: &Settings, phase: Option<Phase>, cause: &Cause) -> Diagnosis {
    failure::of(to, phase, cause)
}

/// Puts a failure in words, with what its name's addresses have to do with it.
#[must_use]
pub fn of_failure(to: &Settings, phase: Option<Phase>, cause: &Cause, addresses: &[SocketAddr]) -> Diagnosis {
    let mut diagnosis = of_cause(to, phase, cause);
    let of_the_network = matches!(
        cause,
        Cause::ConnectionRefused(_) | Cause::NoRoute(_) | Cause::Reset | Cause::TimedOut(_) if phase <= Some(Phase::Tls)
    );
    let private = addresses.iter().find(|address| reach(address.ip()) == Reach::Private);
    if let (true, None, Some(private)) = (of_the_network, to.url().ip(), private) {
        let who = if private.ip().is_loopback() { "this machine" } else { "its own network" };
        let mention = format!(" {} is {}, which only {who} can reach.", to.url().host(), private.ip());
        diagnosis.why.push_str(&mention);
    }
    diagnosis
}

/// Puts a stop by the user in words; `phase` is where it came.
#[must_use]
pub fn of_stop(phase: Option<Phase>) -> Diagnosis {
    match phase {
        None | Some(Phase::Dns | Phase::Connect | Phase::Tls) => {
            Diagnosis::new("You stopped it before anything was sent.", "Send it again.")
        }
        Some(Phase::Write | Phase::Wait | Phase::Read) => Diagnosis::new(
            "You stopped it after the request was on its way; the endpoint may have taken the event.",
            "Look at the receiver before you send it again.",
        ),
    }
}

/// Puts an end of waypost itself in words, by a panic in the middle of an attempt.
#[must_use]
pub fn of_panic() -> Diagnosis {
    Diagnosis::new(
        "waypost ended in the middle of it, by a bug of its own; if the request was on its way by then, the endpoint may have taken the event.",
        "Look at the receiver before you send it again.",
    )
}

/// What is worth knowing about an attempt besides its diagnosis: sentences.
#[must_use]
pub fn notices(attempt: &Attempt) -> Vec<String> {
    let Some(end) = attempt.tls.as_ref().and_then(|tls| tls.not_after) else { return Vec::new() };
    let days = (end.as_second() - attempt.started_at.as_second()).div_euclid(24 * 60 * 60);
    if !(0..ENDS_SOON_DAYS).contains(&days) {
        return Vec::new();
    }
    let left = match days {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    vec![format!("The endpoint's certificate ends {left}, at {}.", date(end))]
}

/// `hooks.example.com:8443`, with the port always.
fn host_and_port(to: &Settings) -> String {
    format!("{}:{}", to.url().host(), to.url().port())
}

/// `2026-11-23 09:12 UTC`
fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The secret in words, as a person recognises it: `the signing secret (ends 3f2a)`.
fn secret_of(to: &Settings) -> Option<String> {
    let name = match to.auth() {
        Auth::Default => return None,
        Auth::Hmac { .. } => "the signing secret".to_owned(),
        Auth::Basic { username, .. } => format!("the username \"{}\" and the password", crate::domain::text::visible(username)),
        Auth::Bearer { .. } => "the token".to_owned(),
        Auth::ApiKey { place: ApiKeyPlace::Header(key), .. } => format!("the value of {}", key.as_str()),
        Auth::ApiKey { place: ApiKeyPlace::Query(key), .. } => {
            format!("the value of the query parameter {}", crate::domain::text::visible(key))
        }
    };
    Some(match to.auth().hint() {
        Some(hint) => format!("{name} (ends {hint})"),
        None => name,
    })
}

#[cfg(test)]
mod tests;
