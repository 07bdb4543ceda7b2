//! The diagnosis of an answer, by its status.

use jiff::Timestamp;

use super::phrases::Said;
use super::words::{access_token_fix, beside_secret, credentials, mangled_secret, shown};
use super::{answer, expected, mutual_tls, redirect};
use crate::domain::auth::hmac;
use crate::domain::delivery::retry_after::RetryAfter;
use crate::domain::delivery::{Diagnosis, Response};
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::problem::Fix;
use crate::domain::text::quoted;

const READ_ANSWER: &str = "Read its answer, and compare the event with what the receiver expects.";

const COMPARE_PATH: &str = "Compare the URL's path with the one the receiver documents.";

pub(super) fn diagnose(to: &Settings, sent: &[u8], response: &Response, now: Timestamp) -> Diagnosis {
    if (200..300).contains(&response.status) && !answer::may_have_subject(response) {
        return with_cut(accepted(response.status), response);
    }
    let said = Said::new(response, sent);
    let about_certificate = if response.status >= 400 { mutual_tls::diagnose(to, response.status, &said) } else { None };
    if let Some(diagnosis) = about_certificate {
        return with_cut(diagnosis, response);
    }
    let mut diagnosis = match response.status {
        status @ 200..=299 => accepted(status),
        300..=399 => redirect::diagnose(to, response),
        400..=499 => client_error(to, response, now),
        500..=599 => server_error(response, now),
        status => Diagnosis::new(
            format!("The endpoint answered {status}, which says nothing about the event."),
            "Check the receiver, or the proxy in front of it.",
        ),
    };
    if !(300..400).contains(&response.status) && response.status != 407 {
        answer::add_subject(&mut diagnosis, to, response, &said);
    }
    expected::propose(&mut diagnosis, to, response, &said);
    with_cut(diagnosis, response)
}

fn accepted(status: u16) -> Diagnosis {
    let why = if status == 202 {
        "The endpoint accepted the event and will process it later."
    } else {
        "The endpoint accepted the event."
    };
    Diagnosis::new(why, "")
}

/// With why the answer ended early, if it did.
fn with_cut(mut diagnosis: Diagnosis, response: &Response) -> Diagnosis {
    if let Some(cut) = &response.cut {
        diagnosis.why.push_str(" Its answer ended early: ");
        diagnosis.why.push_str(&quoted(cut, 200));
        diagnosis.why.push('.');
    }
    diagnosis
}

fn client_error(to: &Settings, response: &Response, now: Timestamp) -> Diagnosis {
    let host = to.url().bare_host();
    match response.status {
        401 => unauthorized(to, response),
        403 => forbidden(to),
        400 => Diagnosis::new(
            "The endpoint rejected the request as invalid.",
            if to.auth().format().is_some() {
                Fix::from("Read its answer; some receivers also answer 400 to a wrong signature.").by_editing(hmac::FORMAT)
            } else {
                READ_ANSWER.into()
            },
        ),
        404 => {
            Diagnosis::new(format!("There is nothing at {} on {host}.", quoted(&to.url().shown_path(), 80)), by_url(COMPARE_PATH))
        }
        405 => Diagnosis::new(
            match shown(response, "allow") {
                Some(allow) => format!("The endpoint does not accept POST at this URL, only {allow}."),
                None => "The endpoint does not accept POST at this URL.".into(),
            },
            by_url(COMPARE_PATH),
        ),
        407 => Diagnosis::new(
            "A proxy on the way requires a user name and a password.",
            "Put them into HTTPS_PROXY, or exclude the host from the proxy with NO_PROXY.",
        ),
        408 => Diagnosis::new(
            "The endpoint timed out while it waited for the request.",
            "Send it again. If it happens again, check the network and the receiver's load.",
        ),
        409 => Diagnosis::new("The endpoint already has this event, or one that conflicts with it.", READ_ANSWER),
        410 => Diagnosis::new("The endpoint is gone for good.", by_url("Ask the receiver's operator for its new URL.")),
        411 => Diagnosis::new(
            "The endpoint got no content-length, although it was sent.",
            "Check the proxy in front of the receiver: it removes content-length.",
        ),
        413 => Diagnosis::new(
            "The event is larger than the endpoint accepts.",
            "Raise the size limit of the receiver or of the proxy in front of it, or send a smaller event.",
        ),
        414 | 431 => Diagnosis::new(
            "The URL or the headers are longer than the endpoint accepts.",
            "Raise the receiver's limit, or use a shorter URL or secret.",
        ),
        415 => Diagnosis::new(
            "The endpoint does not accept application/json.",
            by_url("Compare the URL with the one the receiver documents, or make the receiver accept JSON."),
        ),
        421 => Diagnosis::new(
            format!("That server does not answer for {host}."),
            by_url("Check the host names that the server, or the proxy in front of it, is configured for."),
        ),
        422 => Diagnosis::new("The endpoint read the event but does not accept its content.", READ_ANSWER),
        429 => Diagnosis::new(
            format!("The endpoint gets more requests than it accepts.{}", retry_after(response, now)),
            "Wait and send it again, or raise the receiver's limit.",
        ),
        status => Diagnosis::new(format!("The endpoint refused the request ({status})."), READ_ANSWER),
    }
}

fn unauthorized(to: &Settings, response: &Response) -> Diagnosis {
    let Some(credentials) = credentials(to) else {
        let asked = match shown(response, "www-authenticate") {
            Some(asked) => format!(" It asks for: {asked}."),
            None => String::new(),
        };
        return Diagnosis::new(
            format!("The endpoint requires credentials, and the auth type Default sends none.{asked}"),
            Fix::from("Choose the auth type that the receiver asks for.").by_editing(field::AUTH),
        );
    };
    if let Some(fix) = access_token_fix(to) {
        return Diagnosis::new("The endpoint refused the access token, and another one, too.", fix);
    }
    let fix = Fix::from(format!("Compare {credentials}{} with the receiver's.{}", beside_secret(to), mangled_secret(to)));
    Diagnosis::new("The endpoint refused the credentials.", by_editing_secret(fix, to))
}

fn forbidden(to: &Settings) -> Diagnosis {
    match credentials(to) {
        None => Diagnosis::new(
            "The endpoint does not allow this request, and the auth type Default sends no credentials.",
            Fix::from("Choose the auth type that the receiver asks for, or make it accept events from this machine's address.")
                .by_editing(field::AUTH),
        ),
        Some(credentials) => {
            let credentials = if access_token_fix(to).is_some() { "the scope and the audience".to_owned() } else { credentials };
            let fix = format!(
                "Check which requests and addresses the receiver allows, and compare {credentials} with its own.{}",
                mangled_secret(to)
            );
            Diagnosis::new("The endpoint does not allow this request.", by_editing_secret(fix.into(), to))
        }
    }
}

fn by_url(text: &str) -> Fix {
    Fix::from(text).by_editing(field::URL)
}

fn by_editing_secret(fix: Fix, to: &Settings) -> Fix {
    if let Some(field) = access_token_fix(to).as_ref().and_then(Fix::field) {
        return fix.by_editing(field);
    }
    match to.auth().secret() {
        Some((field, _)) => fix.by_editing(field),
        None => fix,
    }
}

fn server_error(response: &Response, now: Timestamp) -> Diagnosis {
    match response.status {
        500 => {
            Diagnosis::new("The endpoint failed while it processed the event.", "The event did arrive: check the receiver's log.")
        }
        501 => {
            Diagnosis::new("The endpoint does not support POST.", by_url("Compare the URL with the one the receiver documents."))
        }
        502 => Diagnosis::new(
            "The proxy in front of the endpoint got no valid answer from it.",
            "Check that the receiver behind the proxy is running, and check the logs of both.",
        ),
        503 => Diagnosis::new(
            format!("The endpoint is unavailable.{}", retry_after(response, now)),
            "Check that the receiver is running, or wait and send it again.",
        ),
        504 => Diagnosis::new(
            "The proxy in front of the endpoint gave up waiting for it.",
            "Make the receiver respond first and process afterwards; check its log.",
        ),
        status => Diagnosis::new(
            format!("The endpoint, or the proxy in front of it, failed ({status})."),
            "Read its answer, and check the receiver's log.",
        ),
    }
}

/// What `Retry-After` asks for, as a sentence after a space; empty without one.
fn retry_after(response: &Response, now: Timestamp) -> String {
    RetryAfter::of(response, now).map(|asked| format!(" {}", asked.sentence(now))).unwrap_or_default()
}
