//! A delivery as a curl command for a POSIX shell, which sends the same bytes as waypost.
//!
//! Secrets are variables in it, such as `$WAYPOST_SECRET`, which the shell that runs it has to set. A signature is made when the
//! command runs, by openssl, with the time of then. curl itself sets `host` and `content-length`.

pub mod script;
mod signing;

use super::destination::{DEFAULT_TIMEOUT_S, Settings};
use super::request::USER_AGENT;
use super::shell::{is_plain, quoted};
use script::Script;

/// A longer body comes through a pipe: Linux refuses an argument of 128 KiB.
const LONGEST_ARGUMENT: usize = 64 * 1024;

/// The command that delivers `body` under the id `id` to a destination. With `reveal` it contains the secret.
#[must_use]
pub fn command(to: &Settings, id: &str, body: &[u8], reveal: bool) -> String {
    let mut script = Script::new(to.url(), id, body, reveal);
    to.auth().curl(&mut script);
    let in_pipe = body_in_pipe(&script);
    let mut input = if in_pipe { "body | ".to_owned() } else { String::new() };
    let in_arguments = header_is_argument(&script);
    if let Some((begin, value)) = script.secret_header.take() {
        if in_arguments {
            script.options.push(format!("--header {}{value}", quoted(begin.as_bytes())));
        } else {
            // printf is the shell's own: what it is given is in no list of processes.
            input = format!("printf '%s%s\\n' {} {value} | ", quoted(begin.as_bytes()));
            script.options.push("--header @-".into());
        }
    }
    let mut curl = vec![format!("{input}curl -q --http1.1 --globoff --include")];
    curl.push(format!("--max-time {}", to.timeout_s().unwrap_or(DEFAULT_TIMEOUT_S)));
    if let Some(ca) = to.ca_cert() {
        curl.push(format!("--cacert {}", quoted(ca.as_os_str().as_encoded_bytes())));
    }
    curl.push(format!("--request POST {}", script.url));
    curl.push("--header 'content-type: application/json'".into());
    curl.push(format!("--header 'user-agent: {USER_AGENT}'"));
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
    script.with(&curl.join(" \\\n  "))
}

/// Whether the body comes by curl's standard input.
fn body_in_pipe(script: &Script<'_>) -> bool {
    script.signs || script.body.len() > LONGEST_ARGUMENT || !is_plain(script.body) || script.body.starts_with(b"@")
}

fn header_is_argument(script: &Script<'_>) -> bool {
    // There is one standard input; and in a file of headers, curl may take `#` for a comment.
    script.secret_header.as_ref().is_some_and(|(begin, _)| body_in_pipe(script) || begin.starts_with('#'))
}

/// Whether a program that [`command`] runs gets the secret as an argument, where every user of the machine can read it: there is
/// one standard input, and openssl accepts a key in no other way.
#[must_use]
pub fn secret_in_arguments(to: &Settings, body: &[u8]) -> bool {
    let mut script = Script::new(to.url(), "", body, false);
    to.auth().curl(&mut script);
    header_is_argument(&script) || script.shows_secret
}

#[cfg(test)]
mod tests;
