//! The diagnosis of a redirect, which is never followed.

use url::Url;

use crate::domain::delivery::{Diagnosis, Response};
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::mask::DOTS;
use crate::domain::problem::{FieldChange, Fix};
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::quoted;
use crate::domain::url::EndpointUrl;

const COMPARE_URL: &str = "Compare the URL with the one the receiver documents.";

const ASK: &str = "ask the receiver's operator for the URL to register";

pub(super) fn diagnose(to: &Settings, response: &Response) -> Diagnosis {
    let status = response.status;
    if !is_redirect(status) {
        let why = format!("The endpoint answered {status}, which does not say that it accepted the event.");
        return Diagnosis::new(why, Fix::from(COMPARE_URL).by_editing(field::URL));
    }
    let Some(location) = response.header("location") else {
        return Diagnosis::new(
            "The endpoint answered with a redirect without a target; redirect not followed.",
            Fix::from(COMPARE_URL).by_editing(field::URL),
        );
    };
    let target = quoted(location, 300).into_owned();
    Diagnosis::new(format!("The endpoint redirects to {target} ({status}); redirect not followed."), fix(to, location))
}

const fn is_redirect(status: u16) -> bool {
    matches!(status, 300..=303 | 307 | 308)
}

fn fix(to: &Settings, location: &str) -> Fix {
    let Some(url) = target_of(to, location) else { return format!("It is not a URL: {ASK}.").into() };
    if url.scheme() != "https" {
        return format!("It leads to {}://, where events would not be encrypted: {ASK}.", url.scheme()).into();
    }
    let host = url.host_str().unwrap_or_default();
    let elsewhere = host != to.url().host();
    let host = quoted(host, 100);
    let whose = if elsewhere { format!("It is on another host, {host}. ") } else { String::new() };
    match EndpointUrl::parse(url.as_str()) {
        _ if location.contains(DOTS) || to.url().is_in(url.as_str()) => {
            format!("{whose}The target contains the secret or another credential: {ASK}.").into()
        }
        Ok(_) if elsewhere => {
            Fix::from(format!("It is on another host, {host}: register it if you trust that host with your events."))
                .by_editing(field::URL)
        }
        Ok(url) => {
            let fix = Fix::from(format!("Register {} instead.", quoted(&url.shown(), 300)));
            if url.has_credential() || to.url().has_credential() {
                fix.by_editing(field::URL)
            } else {
                fix.by_changing(vec![FieldChange::new(field::URL, to.url().expose(), url.expose())])
            }
        }
        Err(error) => format!("{whose}The target {}: {ASK}.", error.what).into(),
    }
}

/// The URL that a redirect offers, if it can be registered as it is: an `https` URL other than the present one, without a
/// secret in it.
#[must_use]
pub fn redirect_target(to: &Settings, response: &Response) -> Option<EndpointUrl> {
    let location = response.header("location").filter(|_| is_redirect(response.status))?;
    let location = without_api_key(to, location);
    // A relative one may have been completed with the credential in our URL.
    let target = target_of(to, &location).filter(|target| !location.contains(DOTS) && !to.url().is_in(target.as_str()))?;
    EndpointUrl::parse(target.as_str()).ok().filter(|target| target != to.url())
}

/// The URL of a `Location`, which may be relative (RFC 9110 §10.2.2).
fn target_of(to: &Settings, location: &str) -> Option<Url> {
    Url::parse(to.url().expose()).ok()?.join(location).ok()
}

/// A `Location` without the parameter of the API key, which waypost adds itself: many endpoints pass the query on.
fn without_api_key(to: &Settings, location: &str) -> String {
    let ReceiverCheck::Query(key) = to.auth().receiver_check() else { return location.to_owned() };
    let Some((head, query)) = location.split_once('?') else { return location.to_owned() };
    let is_key = |pair: &&str| url::form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| name == key);
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_key(pair)).collect();
    if kept.is_empty() { head.to_owned() } else { format!("{head}?{}", kept.join("&")) }
}
