//! What the end of an attempt means, in words: why, and how to fix it, specific to the destination.
//!
//! ```text
//! response   a status and its headers      redirect   3xx
//! failure    a cause without a status      tls        a TlsCause        proxy   what a proxy answered
//! answer     what its text says, by phrases     refusal   a 2xx that reads like a refusal
//! expected   the format and the header that an answer names
//! token      why there was no token
//! network    the addresses that were tried, and the proxy
//! ```

mod answer;
mod certificate;
mod client_certificate;
mod expected;
mod failure;
mod mutual_tls;
mod network;
mod phrases;
mod proxy;
mod redirect;
mod refusal;
mod response;
mod tls;
mod token;
mod words;

use std::net::SocketAddr;

use jiff::Timestamp;

use super::{Attempt, Cause, Diagnosis, Phase, Response, TlsInfo, TokenCause};
use crate::domain::address::{Reach, reach};
use crate::domain::destination::Settings;
use crate::domain::problem::Fix;

pub use network::add_network;
pub use redirect::redirect_target;

/// How long before a certificate's end there is a notice: a renewal that works by itself happens earlier.
const ENDS_SOON_DAYS: i64 = 14;

/// A certificate for so long or longer has its notice earlier.
const LONG_LIVED_DAYS: i64 = 180;
const LONG_LIVED_NOTICE_DAYS: i64 = 30;

const DAY_S: i64 = 24 * 60 * 60;

/// The diagnosis of an answer that came at `now`, to a request with the body `sent`.
#[must_use]
pub fn of_response(to: &Settings, sent: &[u8], response: &Response, now: Timestamp) -> Diagnosis {
    response::diagnose(to, sent, response, now)
}

/// The diagnosis of a failure.
#[must_use]
pub fn of_cause(to: &Settings, phase: Option<Phase>, cause: &Cause) -> Diagnosis {
    match (cause, phase) {
        (Cause::Token(TokenCause::NotReached(phase, cause)), _) => {
            token::not_reached(of_cause(&token::endpoint(to), *phase, cause))
        }
        (Cause::Token(TokenCause::Refused(refusal, _)), _) => token::refused(&token::endpoint(to), refusal),
        (Cause::TimedOut(limit), Some(Phase::Token)) => token::timed_out(&token::endpoint(to), *limit),
        _ => failure::diagnose(to, phase, cause),
    }
}

/// The diagnosis of a failure, with what the addresses of the host have to do with it.
#[must_use]
pub fn of_failure(to: &Settings, phase: Option<Phase>, cause: &Cause, addresses: &[SocketAddr]) -> Diagnosis {
    let mut diagnosis = of_cause(to, phase, cause);
    let by_network = matches!(
        cause,
        Cause::ConnectionRefused(_) | Cause::NoRoute(_) | Cause::Reset | Cause::TimedOut(_) if phase <= Some(Phase::Tls)
    );
    let private = addresses.iter().find(|address| reach(address.ip()) == Reach::Private);
    if let (true, None, Some(private)) = (by_network, to.url().ip(), private) {
        let who = if private.ip().is_loopback() { "this machine" } else { "its own network" };
        let mention = format!(" {} is {}, which only {who} can reach.", to.url().bare_host(), private.ip());
        diagnosis.why.push_str(&mention);
    }
    diagnosis
}

/// The diagnosis of an attempt that the user stopped in `phase`.
#[must_use]
pub fn of_stop(phase: Option<Phase>) -> Diagnosis {
    match phase {
        Some(Phase::Token) => {
            Diagnosis::new("You stopped it while a token was fetched; the endpoint has not accepted the event.", "Send it again.")
        }
        None | Some(Phase::Dns | Phase::Connect | Phase::Tls) => {
            Diagnosis::new("You stopped it before anything was sent.", "Send it again.")
        }
        Some(Phase::Write | Phase::Wait | Phase::Read) => Diagnosis::new(
            "You stopped it after the request was on its way; the endpoint may have accepted the event.",
            "Check the receiver before you send it again.",
        ),
    }
}

/// The diagnosis of an attempt during which waypost panicked.
#[must_use]
pub fn of_panic() -> Diagnosis {
    Diagnosis::new(
        "waypost crashed during the attempt, an internal error; if the request was on its way, the endpoint may have accepted the event.",
        "Check the receiver before you send it again.",
    )
}

/// Notices about an attempt besides its diagnosis: sentences, and what can be done about it where that is one of waypost's actions.
#[must_use]
pub fn notices(attempt: &Attempt) -> Vec<Fix> {
    let proxy = attempt.proxy.as_ref().and_then(network::notice).map(Fix::from);
    proxy.into_iter().chain(refusal::notice(attempt)).chain(ends_soon(attempt).map(Fix::from)).collect()
}

/// The end of a certificate that ends so soon after `at` that a renewal is late: two weeks before, or a third of its lifetime
/// where that is less; a month before where it is for half a year or longer, since it is renewed manually.
#[must_use]
pub fn ends_soon_after(tls: &TlsInfo, at: Timestamp) -> Option<Timestamp> {
    let end = tls.not_after?;
    let lifetime = tls.not_before.map(|begin| (end.as_second() - begin.as_second()) / DAY_S);
    let notice = match lifetime {
        Some(days) if days >= LONG_LIVED_DAYS => LONG_LIVED_NOTICE_DAYS,
        Some(days) => ENDS_SOON_DAYS.min(days / 3),
        None => ENDS_SOON_DAYS,
    };
    (0..=notice).contains(&(end.as_second() - at.as_second()).div_euclid(DAY_S)).then_some(end)
}

fn ends_soon(attempt: &Attempt) -> Option<String> {
    let end = attempt.tls.as_ref().filter(|tls| !tls.end_noticed).and_then(|tls| ends_soon_after(tls, attempt.started_at))?;
    let left = match (end.as_second() - attempt.started_at.as_second()).div_euclid(DAY_S) {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    Some(format!("The endpoint's certificate expires {left}, at {}.", words::date(end)))
}

#[cfg(test)]
mod tests;
