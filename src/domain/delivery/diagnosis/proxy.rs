//! The diagnosis of a proxy's answer to CONNECT: what the status says of a proxy, which is another thing than of an endpoint.

use super::words::host_and_port;
use crate::domain::delivery::{Diagnosis, ProxyRefusal};
use crate::domain::destination::Settings;
use crate::domain::text::quoted;

pub(super) fn diagnose(to: &Settings, refusal: &ProxyRefusal) -> Diagnosis {
    let (meaning, fix) = meaning(to, refusal);
    let status = format!("{} {}", refusal.status, quoted(&refusal.reason, 100));
    let mut why = format!("The proxy answered {} and did not connect to {}. {meaning}", status.trim_end(), host_and_port(to));
    if !refusal.page.is_empty() {
        why = format!("{why} It says: \"{}\".", quoted(&refusal.page, 310));
    }
    Diagnosis::new(why, fix)
}

/// What the status means, a sentence, and how to fix it.
fn meaning(to: &Settings, refusal: &ProxyRefusal) -> (String, String) {
    let host = to.url().bare_host();
    let at = host_and_port(to);
    let direct = format!("or add {host} to NO_PROXY if this machine reaches it without the proxy");
    let address = "Check the address in HTTPS_PROXY or ALL_PROXY";
    let said = |meaning: &str, fix: String| (meaning.to_owned(), fix);
    match refusal.status {
        401 | 407 => credentials(refusal, &direct),
        300..=399 => {
            let target = refusal.location.as_ref().map(|to| format!(" to {}", quoted(to, 200))).unwrap_or_default();
            (
                format!("It redirects{target}, as networks do that want a login first; a redirect is not followed."),
                format!("Log in to this network in a browser, {direct}."),
            )
        }
        403 | 451 => said(
            "It refuses to, usually by its own policy.",
            format!("Ask the administrator of the proxy to allow connections to {at}, {direct}."),
        ),
        400 => said(
            "It does not accept such a request: it may allow other ports only, or be a web server and no proxy.",
            format!("{address}, and ask its administrator whether it allows connections to port {}.", to.url().port()),
        ),
        404 | 405 | 410 | 421 | 426 | 501 | 505 => said(
            "It does not offer tunnels (CONNECT): it may be a web server and no proxy.",
            format!("{address}: it must be that of a proxy that allows CONNECT to port {}.", to.url().port()),
        ),
        408 => said(
            "It gave up waiting, for the request or for the endpoint.",
            "Send it again. If it happens again, ask the administrator of the proxy.".to_owned(),
        ),
        429 => said(
            "It limits how many connections it makes.",
            format!("Wait, ask the administrator of the proxy for a higher limit, {direct}."),
        ),
        // tinyproxy answers so.
        500 => said(
            "It could not connect to the endpoint, or failed itself.",
            format!("Check that the endpoint is running and that the proxy can resolve and reach {host}; its log says more."),
        ),
        502 => said(
            "It could not connect to the endpoint, or got no valid answer from it.",
            format!("Check that the endpoint is running and that the proxy can resolve and reach {host}; its log says more."),
        ),
        503 => said(
            "It could not connect to the endpoint, or is overloaded itself.",
            format!("Check that the endpoint is running and that the proxy can resolve and reach {host}; its log says more."),
        ),
        504 => said(
            "It got no answer from the endpoint, or from a name server, in the time that it gives them.",
            format!("Check that the endpoint is running and that the proxy can resolve and reach {host}; its log says more."),
        ),
        511 => said("The network requires a login first.", format!("Log in to this network in a browser, {direct}.")),
        501..=599 => said(
            "It failed itself.",
            format!("Send it again. If it happens again, ask the administrator of the proxy, {direct}."),
        ),
        402..=499 => said("It refused the request.", format!("Ask the administrator of the proxy why, {direct}.")),
        204 => said(
            "With that no tunnel can begin: it may be a web server and no proxy.",
            format!("{address}: it must be that of a proxy that allows CONNECT to port {}.", to.url().port()),
        ),
        _ => said(
            "That is not an answer to such a request.",
            format!("{address}: it must be that of a proxy that allows CONNECT to port {}.", to.url().port()),
        ),
    }
}

fn credentials(refusal: &ProxyRefusal, direct: &str) -> (String, String) {
    let challenge = refusal.challenge.as_ref().map(|it| quoted(it, 100).into_owned());
    let without_basic = challenge.as_ref().filter(|it| !it.to_ascii_lowercase().contains("basic"));
    if let Some(challenge) = without_basic {
        return (
            format!("It requires a login by {challenge}, and waypost can only use Basic."),
            format!("Ask the administrator of the proxy for access by Basic, {direct}."),
        );
    }
    if refusal.credentials {
        return (
            "It does not accept the user name and the password that it was given.".to_owned(),
            format!("Correct them in HTTPS_PROXY or ALL_PROXY (a special character in them is written %XX), {direct}."),
        );
    }
    (
        "It requires a user name and a password.".to_owned(),
        format!("Set them in the variable, HTTPS_PROXY=http://USER:PASSWORD@proxy.example.com:3128, {direct}."),
    )
}
