//! A delivery as a curl command for a POSIX shell, which sends the same bytes as waypost.
//!
//! Secrets stand in it as `$WAYPOST_SECRET` and the like; the shell that runs it holds them. A signature is made when the
//! command runs, by openssl, with the time of then. curl itself sets `host` and `content-length`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::auth::{ApiKeyPlace, Auth};
use super::destination::{DEFAULT_TIMEOUT_S, Settings};
use super::request::USER_AGENT;
use super::secret::Secret;
use super::shell::{is_plain, printing, quoted};
use super::signature::{Format, SigningSecret, WHSEC};

/// A longer body comes through a pipe: Linux refuses an argument of 128 KiB.
const LONGEST_ARGUMENT: usize = 64 * 1024;

/// As [`super::request`] encodes what it adds to a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Bytes to lower-case hex digits, in a pipe.
const TO_HEX: &str = "od -An -v -tx1 | tr -d ' \\n'";

/// The command that delivers `body` under the id `id` to a destination. With `reveal` it contains the secret.
#[must_use]
pub fn command(to: &Settings, id: &str, body: &[u8], reveal: bool) -> String {
    let mut script = Script { before: Vec::new(), reveal };
    let mut url = quoted(to.url().as_str().as_bytes());
    let mut options = Vec::new();
    let mut secret_header = None;
    let mut time = "\"$(date +%s)\"";
    match to.auth() {
        Auth::Default => {}
        Auth::Hmac { header_key, secret } => {
            script.sign(secret, id, body);
            time = "\"$ts\"";
            let prefix = match secret.format() {
                Format::Hex | Format::Base64 => "",
                Format::Sha256Hex => "sha256=",
                Format::Timestamped => "t=$ts,v1=",
                Format::Standard => "v1,",
            };
            options.push(format!("--header {}\"{prefix}$sig\"", quoted(format!("{}: ", header_key.wire()).as_bytes())));
        }
        Auth::Basic { username, password } => {
            let (user, password) = (quoted(username.as_bytes()), script.secret("WAYPOST_PASSWORD", "the password", password));
            let credentials = format!("\"$(printf '%s:%s' {user} {password} | openssl base64 -A)\"");
            secret_header = Some(("authorization: Basic ".to_owned(), credentials));
        }
        Auth::Bearer { token } => {
            let token = script.secret("WAYPOST_TOKEN", "the token", token);
            secret_header = Some(("authorization: Bearer ".to_owned(), token));
        }
        Auth::ApiKey { place: ApiKeyPlace::Header(key), value } => {
            let value = script.secret("WAYPOST_VALUE", "the API key", value);
            secret_header = Some((format!("{}: ", key.wire()), value));
        }
        Auth::ApiKey { place: ApiKeyPlace::Query(key), value } => url = script.url_with_key(to, key, value),
    }
    let in_pipe = body_in_pipe(to.auth(), body);
    let mut input = if in_pipe { "body | ".to_owned() } else { String::new() };
    if let Some((name, value)) = secret_header {
        if secret_in_arguments(to, body) {
            options.push(format!("--header {}{value}", quoted(name.as_bytes())));
        } else {
            // printf is the shell's own: what it is given is in no list of processes.
            input = format!("printf '%s%s\\n' {} {value} | ", quoted(name.as_bytes()));
            options.push("--header @-".into());
        }
    }
    let mut curl = vec![format!("{input}curl -q --http1.1 --globoff --include")];
    curl.push(format!("--max-time {}", to.timeout_s().unwrap_or(DEFAULT_TIMEOUT_S)));
    if let Some(ca) = to.ca_cert() {
        curl.push(format!("--cacert {}", quoted(ca.as_os_str().as_encoded_bytes())));
    }
    curl.push(format!("--request POST {url}"));
    curl.push("--header 'content-type: application/json'".into());
    curl.push(format!("--header 'user-agent: {USER_AGENT}'"));
    curl.push(format!("--header {}", quoted(format!("webhook-id: {id}").as_bytes())));
    curl.push(format!("--header 'webhook-timestamp: '{time}"));
    curl.extend(options);
    curl.push("--header 'accept: */*'".into());
    // Else curl asks first whether a long body is welcome, and waits for the answer.
    curl.push("--header 'expect:'".into());
    curl.push(if in_pipe { "--data-binary @-".into() } else { format!("--data-binary {}", quoted(body)) });
    if in_pipe && !script.has_body() {
        script.body(body);
    }
    script.with(&curl.join(" \\\n  "))
}

/// Whether the body comes by curl's standard input.
fn body_in_pipe(auth: &Auth, body: &[u8]) -> bool {
    matches!(auth, Auth::Hmac { .. }) || body.len() > LONGEST_ARGUMENT || !is_plain(body) || body.starts_with(b"@")
}

/// Whether a program that [`command`] runs gets the secret as an argument, where every user of the machine can read it: there is
/// one standard input, and openssl accepts a key in no other way.
#[must_use]
pub fn secret_in_arguments(to: &Settings, body: &[u8]) -> bool {
    match to.auth() {
        Auth::Default => false,
        Auth::Hmac { .. } | Auth::ApiKey { place: ApiKeyPlace::Query(_), .. } => true,
        Auth::Basic { .. } | Auth::Bearer { .. } => body_in_pipe(to.auth(), body),
        // In a file of headers, curl may take that for a comment.
        Auth::ApiKey { place: ApiKeyPlace::Header(key), .. } => body_in_pipe(to.auth(), body) || key.wire().starts_with('#'),
    }
}

/// What comes before the command itself.
struct Script {
    before: Vec<String>,
    reveal: bool,
}

impl Script {
    /// A secret as a word of the shell.
    fn secret(&mut self, name: &str, what: &str, secret: &Secret) -> String {
        if self.reveal {
            return quoted(secret.expose().as_bytes());
        }
        // In a subshell, where this ends everything.
        self.before.push(format!(": \"${{{name}:?Put {what} into it.}}\""));
        format!("\"${name}\"")
    }

    fn body(&mut self, body: &[u8]) {
        self.before.push(format!("body() {{ {}; }}", printing(body)));
    }

    fn has_body(&self) -> bool {
        self.before.iter().any(|line| line.starts_with("body()"))
    }

    /// Makes `$sig`, of the time `$ts`.
    fn sign(&mut self, secret: &SigningSecret, id: &str, body: &[u8]) {
        let text = self.secret("WAYPOST_SECRET", "the signing secret", secret.secret());
        let key = match (secret.format(), self.reveal) {
            (Format::Standard, true) => {
                let bare = secret.secret().expose();
                let bare = quoted(bare.strip_prefix(WHSEC).unwrap_or(bare).as_bytes());
                format!("printf '%s' {bare} | openssl base64 -d -A")
            }
            (Format::Standard, false) => format!("printf '%s' \"${{WAYPOST_SECRET#{WHSEC}}}\" | openssl base64 -d -A"),
            _ => format!("printf '%s' {text}"),
        };
        let signed = match secret.format() {
            Format::Hex | Format::Base64 | Format::Sha256Hex => "body".to_owned(),
            Format::Timestamped => "{ printf '%s.' \"$ts\"; body; }".to_owned(),
            Format::Standard => format!("{{ printf '%s.%s.' {} \"$ts\"; body; }}", quoted(id.as_bytes())),
        };
        let written = match secret.format() {
            Format::Hex | Format::Sha256Hex | Format::Timestamped => TO_HEX,
            Format::Base64 | Format::Standard => "openssl base64 -A",
        };
        self.body(body);
        self.before.push("ts=$(date +%s)".into());
        self.before.push(format!("key=$({key} | {TO_HEX})"));
        let mac = "openssl dgst -sha256 -mac HMAC -macopt \"hexkey:$key\" -binary";
        self.before.push(format!("sig=$({signed} | {mac} | {written})"));
    }

    /// The URL with an API key at the end of its query, as [`super::request::Request::build`] makes it.
    fn url_with_key(&mut self, to: &Settings, key: &str, value: &Secret) -> String {
        let joint = match to.url().query() {
            None => "?",
            Some(query) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let begin = format!("{}{joint}{}=", to.url().as_str(), utf8_percent_encode(key, QUERY));
        if self.reveal {
            return quoted(format!("{begin}{}", utf8_percent_encode(value.expose(), QUERY)).as_bytes());
        }
        let value = self.secret("WAYPOST_VALUE", "the API key", value);
        // Every byte as %xx: what needs it and what does not means the same.
        self.before.push(format!("value=$(printf '%s' {value} | od -An -v -tx1 | tr -d '\\n' | tr ' ' '%')"));
        format!("{}\"$value\"", quoted(begin.as_bytes()))
    }

    fn with(self, curl: &str) -> String {
        if self.before.is_empty() {
            return curl.to_owned();
        }
        // A subshell leaves no variable in the shell that it is pasted into.
        format!("(\n{}\n{curl}\n)", self.before.join("\n"))
    }
}

#[cfg(test)]
mod tests;
