//! A delivery as a curl command for a POSIX shell, which sends the same bytes as waypost.
//!
//! Secrets are variables in it, such as `$WAYPOST_SECRET`, which the shell that runs it has to set. A signature is made when the
//! command runs, by openssl, with the time of then. curl itself sets `host` and `content-length`.

pub mod script;
mod signing;
mod token;

use super::destination::{DEFAULT_TIMEOUT_S, Settings};
use super::event::Event;
use super::field::{CLIENT_CERT, CLIENT_KEY};
use super::request::USER_AGENT;
use super::shell::{is_plain, quoted};
use script::Script;

/// A longer body comes through a pipe: Linux refuses an argument of 128 KiB.
const LONGEST_ARGUMENT: usize = 64 * 1024;

/// The command that delivers an event under the id `id` to a destination. With `reveal` it contains the secrets.
#[must_use]
pub fn command(to: &Settings, id: &str, event: &Event, reveal: bool) -> String {
    let body = event.body.as_slice();
    let mut script = complete(to, id, event, reveal);
    let in_pipe = body_in_pipe(&script);
    let mut input = if in_pipe { "body | ".to_owned() } else { String::new() };
    let mut end = String::new();
    let (in_arguments, printed): (Vec<_>, Vec<_>) = std::mem::take(&mut script.secret_headers).into_iter().partition(is_argument);
    for (begin, value) in in_arguments {
        script.options.push(format!("--header {}{value}", quoted(begin.as_bytes())));
    }
    if !printed.is_empty() {
        let words: String =
            printed.iter().map(|(begin, value)| format!(" {} {value}", quoted(begin.as_bytes()))).collect::<Vec<_>>().concat();
        // printf is the shell's own: what it is given is in no list of processes.
        let headers = format!("printf '%s%s\\n'{words} | ");
        if in_pipe {
            // The body has standard input, so that they come by another descriptor.
            script.options.push("--header @/dev/fd/3".into());
            (input, end) = (format!("{headers}{{ {input}"), "; } 3<&0".to_owned());
        } else {
            script.options.push("--header @-".into());
            input = headers;
        }
    }
    let mut curl = vec![format!("{input}curl -q --http1.1 --globoff --include")];
    curl.append(&mut script.common);
    if let Some(certificate) = to.file(CLIENT_CERT) {
        // After a colon curl expects a passphrase.
        let path = certificate.to_string_lossy().replace('\\', "\\\\").replace(':', "\\:");
        curl.push(format!("--cert {}", quoted(path.as_bytes())));
        if let Some(key) = to.file(CLIENT_KEY) {
            curl.push(format!("--key {}", quoted(key.as_os_str().as_encoded_bytes())));
        }
    }
    curl.push(format!("--request POST {}", script.url));
    curl.push(format!("--header {}", script.content_type));
    curl.push(format!("--header {}", script.user_agent));
    curl.push(format!("--header {}", quoted(format!("webhook-id: {id}").as_bytes())));
    curl.push(format!("--header 'webhook-timestamp: '{}", script.time));
    curl.append(&mut script.options);
    curl.push("--header 'accept: */*'".into());
    // Else curl asks first whether a long body is welcome, and waits for the answer.
    curl.push("--header 'expect:'".into());
    curl.push(if in_pipe { "--data-binary @-".into() } else { format!("--data-binary {}", quoted(body)) });
    if in_pipe && !script.signs {
        script.define_body();
    }
    script.with(&format!("{}{end}", curl.join(" \\\n  ")))
}

/// The script with all that the auth type and the headers add to it.
fn complete<'a>(to: &'a Settings, id: &'a str, event: &'a Event, reveal: bool) -> Script<'a> {
    let mut script = Script::new(to.url(), id, &event.body, reveal);
    script.common.push(format!("--max-time {}", to.timeout_s().unwrap_or(DEFAULT_TIMEOUT_S)));
    if let Some(ca) = to.ca_cert() {
        script.common.push(format!("--cacert {}", quoted(ca.as_os_str().as_encoded_bytes())));
    }
    script.user_agent = quoted(format!("user-agent: {USER_AGENT}").as_bytes());
    to.auth().curl(&mut script);
    for header in to.headers() {
        script.add(header, &event.name);
    }
    script
}

/// Whether the body comes by curl's standard input.
fn body_in_pipe(script: &Script<'_>) -> bool {
    script.signs || script.body.len() > LONGEST_ARGUMENT || !is_plain(script.body) || script.body.starts_with(b"@")
}

/// In a file of headers, curl may take `#` for a comment.
fn is_argument((begin, _): &(String, String)) -> bool {
    begin.starts_with('#')
}

/// Whether a program that [`command`] runs gets a secret as an argument, where every user of the machine can read it: openssl
/// accepts a key in no other way.
#[must_use]
pub fn secret_in_arguments(to: &Settings, event: &Event) -> bool {
    let script = complete(to, "", event, false);
    script.secret_headers.iter().any(is_argument) || script.shows_secret
}

#[cfg(test)]
mod tests;
