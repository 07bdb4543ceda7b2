//! The words for an answer.

use url::Url;

use super::{Diagnosis, secret_of};
use crate::domain::auth::{ApiKeyPlace, Auth};
use crate::domain::delivery::Response;
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::mask::DOTS;
use crate::domain::problem::Fix;
use crate::domain::text::{ellipsis, visible};
use crate::domain::url::EndpointUrl;

/// The longest `Retry-After` that is honoured, in seconds.
const RETRY_AFTER_MAX_S: u64 = 60;

const READ_ANSWER: &str = "Read its answer, and compare the event with what the receiver expects.";

pub fn of(to: &Settings, response: &Response) -> Diagnosis {
    let mut diagnosis = match response.status {
        202 => Diagnosis::new("The endpoint took the event, and works on it later.", ""),
        200..=299 => Diagnosis::new("The endpoint took the event.", ""),
        300..=399 => redirect(to, response),
        400..=499 => client_error(to, response),
        500..=599 => server_error(response),
        status => Diagnosis::new(
            format!("The endpoint answered {status}, which says nothing about the event."),
            "Look at the receiver, or at the proxy in front of it.",
        ),
    };
    if let Some(cut) = &response.cut {
        diagnosis.why.push_str(" Its answer ended early: ");
        diagnosis.why.push_str(&visible(cut));
        diagnosis.why.push('.');
    }
    diagnosis
}

fn client_error(to: &Settings, response: &Response) -> Diagnosis {
    let host = to.url().host();
    match response.status {
        400 => Diagnosis::new(
            "The endpoint could not use the request.",
            if to.auth().format().is_some() {
                "Read its answer; some receivers say so of a wrong signature, too."
            } else {
                READ_ANSWER
            },
        ),
        401 => unauthorized(to, response),
        403 => forbidden(to),
        404 => Diagnosis::new(
            format!("There is nothing at {} on {host}.", ellipsis(path(to), 80)),
            "Compare the URL's path with the one that the receiver gives.",
        ),
        405 => Diagnosis::new(
            match shown(response, "allow") {
                Some(allow) => format!("The endpoint does not take POST there, but {allow}."),
                None => "The endpoint does not take POST there.".into(),
            },
            "Compare the URL's path with the one that the receiver gives.",
        ),
        407 => Diagnosis::new(
            "A proxy on the way wants a user name and a password.",
            "Put them into HTTPS_PROXY, or take the host out of the proxy with NO_PROXY.",
        ),
        408 => Diagnosis::new(
            "The endpoint gave up waiting for the request.",
            "Send it again; if it stays so, look at the network between, and at the receiver's load.",
        ),
        409 => Diagnosis::new("The endpoint has that event already, or one that conflicts with it.", READ_ANSWER),
        410 => Diagnosis::new("The endpoint is gone for good.", "Ask the receiver for its new URL."),
        411 => Diagnosis::new(
            "The endpoint found no length of the body, though it was sent.",
            "Look at the proxy in front of the receiver: it takes content-length away.",
        ),
        413 => Diagnosis::new(
            "The event is larger than the endpoint takes.",
            "Raise the limit of the receiver, or of the proxy in front of it, or send a smaller event.",
        ),
        414 | 431 => Diagnosis::new(
            "The URL or the headers are longer than the endpoint takes.",
            "Raise the receiver's limit, or use a shorter URL or secret.",
        ),
        415 => Diagnosis::new(
            "The endpoint does not take application/json there.",
            "Compare the URL with the one that the receiver gives; let it take JSON.",
        ),
        421 => Diagnosis::new(
            format!("That server does not answer for {host}."),
            "Look at the names that the server, or the proxy in front of it, is set up for.",
        ),
        422 => Diagnosis::new("The endpoint read the event, but does not take what is in it.", READ_ANSWER),
        429 => Diagnosis::new(
            format!("The endpoint gets more requests than it takes.{}", retry_after(response)),
            "Wait and send it again, or raise the receiver's limit.",
        ),
        status => Diagnosis::new(format!("The endpoint refused the request ({status})."), READ_ANSWER),
    }
}

fn unauthorized(to: &Settings, response: &Response) -> Diagnosis {
    let Some(secret) = secret_of(to) else {
        let asked = match shown(response, "www-authenticate") {
            Some(asked) => format!(" It asks for: {asked}."),
            None => String::new(),
        };
        return Diagnosis::new(
            format!("The endpoint wants credentials, and with the auth type Default none are sent.{asked}"),
            Fix::from("Choose the auth type that the receiver asks for.").by_editing(field::AUTH),
        );
    };
    // What else must be the same on both sides: as often the mistake as the secret itself.
    let also = match to.auth() {
        Auth::Hmac { secret, .. } => format!(" and the format ({})", secret.format().label()),
        Auth::ApiKey { place: ApiKeyPlace::Header(_), .. } => " and its place (a header)".into(),
        Auth::ApiKey { place: ApiKeyPlace::Query(_), .. } => " and its place (the URL)".into(),
        Auth::Basic { .. } | Auth::Default | Auth::Bearer { .. } => String::new(),
    };
    let fix = Fix::from(format!("Compare {secret}{also} with the receiver's."));
    Diagnosis::new(
        "The endpoint refused the credentials.",
        match to.auth().secret() {
            Some((field, _)) => fix.by_editing(field),
            None => fix,
        },
    )
}

fn forbidden(to: &Settings) -> Diagnosis {
    match secret_of(to) {
        None => Diagnosis::new(
            "The endpoint does not let this request in, and with the auth type Default no credentials are sent.",
            "Choose the auth type that the receiver asks for, or let it take events from this machine's address.",
        ),
        Some(secret) => Diagnosis::new(
            "The endpoint does not let this request in.",
            format!("Check what the receiver allows, and from which addresses; compare {secret} with its own."),
        ),
    }
}

fn server_error(response: &Response) -> Diagnosis {
    match response.status {
        500 => Diagnosis::new(
            "The endpoint failed while it worked on the event.",
            "The event did arrive: look into the receiver's log.",
        ),
        501 => Diagnosis::new(
            "The endpoint does not know how to take a POST.",
            "Compare the URL with the one that the receiver gives.",
        ),
        502 => Diagnosis::new(
            "The proxy in front of the endpoint got no proper answer from it.",
            "Look whether the receiver behind that proxy runs, and into the log of both.",
        ),
        503 => Diagnosis::new(
            format!("The endpoint is not available now.{}", retry_after(response)),
            "Look whether the receiver runs, or wait and send it again.",
        ),
        504 => Diagnosis::new(
            "The proxy in front of the endpoint waited too long for it.",
            "Let the receiver answer first and work afterwards; look into its log.",
        ),
        status => Diagnosis::new(
            format!("The endpoint, or the proxy in front of it, failed ({status})."),
            "Read its answer, and look into the receiver's log.",
        ),
    }
}

/// What `Retry-After` says, as a sentence with a blank before it; empty without one (RFC 9110 §10.2.3).
fn retry_after(response: &Response) -> String {
    let Some(value) = shown(response, "retry-after") else { return String::new() };
    match value.parse::<u64>() {
        Ok(seconds) if seconds <= RETRY_AFTER_MAX_S => format!(" It asks to wait {seconds} s."),
        _ if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
            format!(" It asks to wait {value} s; waypost waits {RETRY_AFTER_MAX_S} s at most.")
        }
        _ if jiff::fmt::rfc2822::parse(&value).is_ok() => {
            format!(" It asks to wait until {value}; waypost waits {RETRY_AFTER_MAX_S} s at most.")
        }
        _ => format!(" Its Retry-After is \"{value}\", which is not a time to wait."),
    }
}

fn redirect(to: &Settings, response: &Response) -> Diagnosis {
    let status = response.status;
    if !matches!(status, 300..=303 | 307 | 308) {
        return Diagnosis::new(
            format!("The endpoint answered {status}, which does not say that it took the event."),
            "Compare the URL with the one that the receiver gives.",
        );
    }
    let Some(location) = response.header("location") else {
        return Diagnosis::new(
            "The endpoint answered with a redirect that leads nowhere; redirect not followed.",
            "Compare the URL with the one that the receiver gives.",
        );
    };
    let text = ellipsis(&visible(location), 300).into_owned();
    let why = format!("The endpoint redirects to {text} ({status}); redirect not followed.");
    let ask = "ask the receiver for the URL to register";
    let fix = match target_of(to, location) {
        Some(url) if url.scheme() != "https" => {
            format!("It leads to {}://, where events would not be encrypted: {ask}.", url.scheme()).into()
        }
        Some(url) => {
            let host = url.host_str().unwrap_or_default();
            let elsewhere = host != to.url().host();
            let whose = if elsewhere { format!("It is another host, {host}. ") } else { String::new() };
            match EndpointUrl::parse(url.as_str()) {
                _ if location.contains(DOTS) => format!("{whose}Its address has the secret in it: {ask}.").into(),
                Ok(_) if elsewhere => {
                    Fix::from(format!("It is another host, {host}: make it the URL if you trust it with your events."))
                        .by_editing(field::URL)
                }
                Ok(url) => Fix::from(format!("Make it the URL: {}.", ellipsis(url.as_str(), 300))).by_editing(field::URL),
                Err(error) => format!("{whose}It {}: {ask}.", error.what).into(),
            }
        }
        None => format!("It is not a URL: {ask}.").into(),
    };
    Diagnosis::new(why, fix)
}

/// Where a `Location` leads; it may be relative (RFC 9110 §10.2.2).
fn target_of(to: &Settings, location: &str) -> Option<Url> {
    Url::parse(to.url().as_str()).ok()?.join(location).ok()
}

/// The URL that a redirect offers, if it could be registered as it stands.
pub fn redirect_target(to: &Settings, response: &Response) -> Option<EndpointUrl> {
    let location = response.header("location").filter(|_| matches!(response.status, 300..=303 | 307 | 308))?;
    let location = without_api_key(to, location);
    let target = target_of(to, &location).filter(|_| !location.contains(DOTS))?;
    EndpointUrl::parse(target.as_str()).ok().filter(|target| target != to.url())
}

/// A `Location` without the parameter of the API key, which waypost adds itself: many endpoints hand the query on.
fn without_api_key(to: &Settings, location: &str) -> String {
    let Auth::ApiKey { place: ApiKeyPlace::Query(key), .. } = to.auth() else { return location.to_owned() };
    let Some((head, query)) = location.split_once('?') else { return location.to_owned() };
    let is_key = |pair: &&str| url::form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| name == *key);
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_key(pair)).collect();
    if kept.is_empty() { head.to_owned() } else { format!("{head}?{}", kept.join("&")) }
}

/// The URL's path, without its query.
fn path(to: &Settings) -> &str {
    let text = to.url().as_str();
    let text = text.split('?').next().unwrap_or_default();
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    text[after_scheme..].find('/').map_or("/", |at| &text[after_scheme + at..])
}

/// A header's value as it may be shown.
fn shown(response: &Response, name: &str) -> Option<String> {
    response.header(name).map(|value| ellipsis(&visible(value.trim()), 100).into_owned())
}
