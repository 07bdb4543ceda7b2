//! What is accepted as a URL, and what an error says of the rest.

use std::net::IpAddr;

use url::{Host, Url};

use super::credential;
use crate::domain::address::{Reach, reach};
use crate::domain::field::URL;
use crate::domain::problem::{IS_REQUIRED, Problem};
use crate::domain::text::{ellipsis, visible};
use crate::domain::unfilled::{template_anywhere, template_in_url};

/// The longest URL accepted, in bytes.
pub const MAX_BYTES: usize = 2048;

const SCHEME: &str = "https://";
pub(super) const EXAMPLE: &str = "Enter a URL such as https://hooks.example.com/in.";
/// A URL that is accepted.
pub(super) struct Read {
    pub url: Url,
    /// The host when it is an address.
    pub ip: Option<IpAddr>,
    pub port: Option<u16>,
}

/// Reads a URL.
///
/// # Errors
/// What is wrong with it, and the form to enter where there is one.
pub(super) fn read(text: &str) -> Result<Read, Problem> {
    if credential::is_masked(text) {
        return Err(error(
            "is masked",
            "The dots hide a part of it that is a credential, and cannot be sent.",
            "Enter the whole URL, as the receiver gave it to you.",
        ));
    }
    if let Some(part) = unsendable(text) {
        return Err(unfilled(&part));
    }
    plain_ascii(text)?;
    let rest = after_scheme(text)?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let tail = &rest[authority.len()..];
    if authority.contains('@') {
        return Err(error(
            "contains a user name or password",
            "They would be shown wherever the URL is shown.",
            "Remove the part up to the @, and choose Basic Auth.",
        ));
    }
    if tail.contains('#') {
        return Err(error(
            "has a fragment, the part from the # on",
            "A fragment is never sent to a server.",
            "Remove it; a # in the path is written %23.",
        ));
    }
    let (host, port) = split_port(authority)?;
    // An address in brackets is no template.
    if let Some(part) = template_in_url(host).filter(|part| host[part.clone()].contains(['{', '<', '$', '%'])) {
        return Err(unfilled(&host[part]));
    }
    if host.is_empty() {
        return Err(error("has no host", "A URL needs a host.", EXAMPLE));
    }
    let parsed =
        Url::parse(text).map_err(|why| error("cannot be read as a URL", &format!("Its host is not valid: {why}."), EXAMPLE))?;
    let ip = same_host(&parsed, host)?;
    same_tail(&parsed, tail)?;
    if let Some(Reach::Forbidden(what)) = ip.map(reach) {
        return Err(error(
            &format!("names the address {}", host_of(&parsed)),
            &format!("It is {what}; requests there could leak this machine's own credentials."),
            "Enter the endpoint's public name or address.",
        ));
    }
    Ok(Read { url: parsed, ip, port })
}

/// What to enter in place of a URL: the one that was meant, with dots for its credential.
fn enter(url: &str) -> String {
    let shown = credential::shown(url);
    let more = if credential::is_masked(&shown) { ", with what the dots stand for" } else { "" };
    format!("Enter {}{more}", ellipsis(&shown, 120))
}

fn error(what: &str, why: &str, fix: &str) -> Problem {
    Problem::new(URL, what, why, fix)
}

/// Only what every parser reads alike: printable ASCII, without spaces and backslashes.
fn plain_ascii(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Err(error(IS_REQUIRED, "Events are sent there.", EXAMPLE));
    }
    if text.len() > MAX_BYTES {
        let what = format!("has {} bytes, more than {MAX_BYTES}", text.len());
        return Err(error(&what, "Servers and proxies refuse longer ones.", "Enter a shorter URL."));
    }
    if text.trim() != text {
        return Err(error("starts or ends with whitespace", "Whitespace is not part of a URL.", "Remove the whitespace."));
    }
    let Some((at, bad)) = text.char_indices().find(|&(_, c)| !c.is_ascii_graphic() || c == '\\') else { return Ok(()) };
    let position = text[..at].chars().count() + 1;
    if bad.is_ascii() {
        let name = match bad {
            ' ' => "a space",
            '\t' => "a tab",
            '\r' | '\n' => "a line break",
            '\\' => "a backslash",
            _ => "a control character",
        };
        return Err(error(
            &format!("has {name} at position {position}"),
            "Programs disagree about such URLs, so a secret could go to another host.",
            if bad == '\\' { "Write / for \\." } else { "Remove it; a space in the path is written %20." },
        ));
    }
    Err(not_ascii(text, bad, position))
}

fn not_ascii(text: &str, bad: char, position: usize) -> Problem {
    let what = format!("has \"{}\" at position {position}, which is not ASCII", visible(&bad.to_string()));
    let host_end = text.find("://").map_or(0, |at| at + 3);
    let host_end = host_end + text[host_end..].find(['/', '?', '#']).unwrap_or(text.len() - host_end);
    let in_host = !text[..host_end].is_ascii();
    // A control in it (a tab, say) would be dropped by the parser: then there is no form to show.
    let parsed = if text.chars().any(|c| c.is_control() || c == '\\') { None } else { Url::parse(text).ok() };
    let fix = match parsed.as_ref() {
        Some(url) if url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && in_host => {
            format!("If you mean the host {0}, enter {0}.", host_of(url))
        }
        Some(url) if url.scheme() == "https" && url.username().is_empty() && url.password().is_none() => enter(url.as_str()),
        _ => EXAMPLE.to_owned(),
    };
    let why = if in_host {
        "Letters that look alike can name another host, so the host must be in its ASCII form."
    } else {
        "URLs are sent in ASCII; other characters are percent-encoded."
    };
    error(&what, why, &fix)
}

fn after_scheme(text: &str) -> Result<&str, Problem> {
    if let Some(rest) = text.get(..SCHEME.len()).filter(|head| head.eq_ignore_ascii_case(SCHEME)).map(|_| &text[SCHEME.len()..]) {
        return Ok(rest);
    }
    let why = "Anything else sends events and secrets unencrypted, or does not name a web endpoint.";
    let bare = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) => rest,
        None if !text.contains(':') || text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.contains('.') => text,
        _ => return Err(error("must start with https://", why, EXAMPLE)),
    };
    let candidate = format!("{SCHEME}{bare}");
    match read(&candidate) {
        Ok(Read { url, .. }) => Err(error("must start with https://", why, &enter(url.as_str()))),
        Err(_) => Err(error("must start with https://", why, EXAMPLE)),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), Problem> {
    // The colons in the brackets belong to the address.
    let host_end = authority.rfind(']').unwrap_or(0);
    let Some(colon) = authority[host_end..].find(':').map(|at| at + host_end) else { return Ok((authority, None)) };
    let text = &authority[colon + 1..];
    // u16 also reads "+443".
    let port = text.parse::<u16>().ok().filter(|&port| port > 0 && text.bytes().all(|b| b.is_ascii_digit()));
    match port {
        Some(port) => Ok((&authority[..colon], Some(port))),
        None => Err(error(
            &format!("has the port \"{}\"", ellipsis(text, 20)),
            "A port is a number from 1 to 65535.",
            "Correct it, or leave it out for 443.",
        )),
    }
}

/// The host as it is stored: without the dot that a fully qualified name may end with nothing is changed.
pub(super) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The host must be written as the parser reads it.
fn same_host(url: &Url, typed: &str) -> Result<Option<IpAddr>, Problem> {
    let read = host_of(url);
    let ip = match url.host() {
        Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
        _ => None,
    };
    if !typed.eq_ignore_ascii_case(&read) {
        let what = format!("has the host \"{}\"", ellipsis(typed, 80));
        return Err(if ip.is_some() {
            error(
                &what,
                &format!("Some programs read it as the address {read}, others do not."),
                &format!("If you mean that address, enter {read}."),
            )
        } else {
            error(
                &what,
                &format!("Some programs read it as {read}, others do not."),
                &format!("If you mean that host, enter {read}."),
            )
        });
    }
    let name = read.strip_suffix('.').unwrap_or(&read);
    if ip.is_none() && (name.len() > 253 || !name.split('.').all(is_label)) {
        return Err(error(
            &format!("has the host \"{}\"", ellipsis(typed, 80)),
            "Each part of a name has 1 to 63 letters, digits, - or _; the whole name has at most 253 characters.",
            EXAMPLE,
        ));
    }
    Ok(ip)
}

/// What every resolver accepts (RFC 1123 §2.1), and the underscore that some names have; the standard of the parser allows more,
/// such as `;` and `$`, which other programs refuse or read as an end of the host.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The path and the query must be written as the parser writes them; an empty path becomes `/`.
fn same_tail(url: &Url, typed: &str) -> Result<(), Problem> {
    let read = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let with_root = if typed.starts_with('/') { typed.to_owned() } else { format!("/{typed}") };
    if read == with_root {
        return Ok(());
    }
    if let Some(part) = template_in_target(typed) {
        return Err(unfilled(&part));
    }
    Err(error(
        "has a path or query that would be changed before it is sent",
        "Most programs rewrite quotes, angle brackets and dot segments.",
        &enter(url.as_str()),
    ))
}

/// A template where it cannot be sent as it is.
fn unfilled(part: &str) -> Problem {
    let part = visible(part);
    let part = ellipsis(&part, 60);
    error(
        &format!("has {part} in it, which looks like an unfilled template"),
        "waypost sends the URL as it is, and that cannot be sent.",
        &format!("Write the real value in place of {part}."),
    )
}

/// A template with a space or `#` in it, which would be reported by itself.
fn unsendable(text: &str) -> Option<String> {
    let is_bad = |part: &str| part.contains([' ', '#']);
    if !is_bad(text) {
        return None;
    }
    let part = template_anywhere(text).map(|at| text[at].to_owned());
    let target = || template_in_target(&text[text.find("://").and_then(|at| Some(at + 3 + text[at + 3..].find('/')?))?..]);
    part.filter(|part| is_bad(part)).or_else(|| target().filter(|part| is_bad(part)))
}

/// The first part of a path and query that looks like an unfilled template. Each segment, name and value counts for itself.
fn template_in_target(target: &str) -> Option<String> {
    let in_piece = |piece: &str| template_in_url(piece).map(|at| piece[at].to_owned());
    let whole = || template_anywhere(target).map(|at| target[at].to_owned());
    target.split(['/', '?', '&', '=', ';']).find_map(in_piece).or_else(whole)
}
