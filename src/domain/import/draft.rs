//! From the request of a curl command to a draft.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::curl::{self, Command, NotTaken};
use super::refused::Refused;
use crate::domain::auth::{api_key, basic, bearer};
use crate::domain::draft::{Draft, TIMEOUT_S};
use crate::domain::event::check_json;
use crate::domain::field::{CA_CERT, CLIENT_CERT, CLIENT_KEY, TIMEOUT, URL};
use crate::domain::header::{self, HeaderEntry, MAX_HEADERS};
use crate::domain::secret::Secret;
use crate::domain::text::{ellipsis, visible};

/// What a curl command is as a registration.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Not checked yet.
    pub draft: Draft,
    /// The JSON that it sends.
    pub body: Option<Vec<u8>>,
    /// What is not part of the draft, and why.
    pub not_taken: Vec<NotTaken>,
}

/// The largest body that becomes an event, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// Reads a curl command that makes a POST request.
///
/// # Errors
/// Why it is not read, and where.
pub fn from_curl(text: &str) -> Result<Imported, Refused> {
    let command = curl::read(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    Ok(Mapping::of(command))
}

struct Mapping {
    draft: Draft,
    not_taken: Vec<NotTaken>,
}

impl Mapping {
    fn of(mut command: Command) -> Imported {
        let mut mapping = Self { draft: Draft::default(), not_taken: std::mem::take(&mut command.not_taken) };
        let (url, in_url) = without_user(&command.url);
        mapping.draft.set(URL, url);
        let headers = mapping.headers(&mut command);
        mapping.credentials(&headers, &command, in_url.as_ref());
        mapping.custom(headers);
        mapping.settings(&command);
        let body = mapping.body(command.body.as_ref());
        Imported { draft: mapping.draft, body, not_taken: mapping.not_taken }
    }

    fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        NotTaken::list(&mut self.not_taken, what, why);
    }

    /// The headers that curl would send, of those that have a name and a value.
    fn headers(&mut self, command: &mut Command) -> Vec<HeaderEntry> {
        let mut headers: Vec<HeaderEntry> = Vec::new();
        for header in &command.headers {
            let text = header.expose();
            if text.starts_with('@') {
                self.skip("-H", "its value names a file");
                continue;
            }
            let (name, value) = match text.split_once(':') {
                Some((name, value)) => (name.trim(), value.trim()),
                None => (text.trim_end().strip_suffix(';').unwrap_or_default(), ""),
            };
            // What has no name may be anything.
            if name.is_empty() {
                self.skip("-H", "it has no name, or no colon after it");
            } else if value.is_empty() {
                self.skip(shown(name), "it has no value");
            } else {
                headers.push(HeaderEntry::plain(name, value));
            }
        }
        for (name, value) in [("Cookie", &command.cookie), ("User-Agent", &command.user_agent), ("Referer", &command.referer)] {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                headers.push(HeaderEntry::plain(name, value.expose().trim()));
            }
        }
        headers
    }

    /// The auth type: the first of the header `Authorization`, `--oauth2-bearer`, `-u`, a user in the URL, a single API key.
    fn credentials(&mut self, headers: &[HeaderEntry], command: &Command, in_url: Option<&Secret>) {
        let in_header = headers.iter().find(|header| header.is_named("authorization"));
        let mut keys = headers.iter().filter(|header| sounds_like_api_key(&header.name));
        let taken = if let Some(header) = in_header {
            self.authorization(&header.value);
            "authorization"
        } else if let Some(token) = &command.bearer {
            self.draft = std::mem::take(&mut self.draft).with_auth(bearer::SPEC).with(bearer::TOKEN, token);
            "--oauth2-bearer"
        } else if let Some(pair) = &command.user {
            self.user(pair);
            "-u"
        } else if let Some(pair) = in_url {
            self.user(pair);
            "in the URL"
        } else {
            if let (Some(key), None) = (keys.next(), keys.next()) {
                self.api_key(&key.name, key.value.clone());
            }
            ""
        };
        let others =
            [("--oauth2-bearer", command.bearer.is_some()), ("-u", command.user.is_some()), ("in the URL", in_url.is_some())];
        for (what, _) in others.into_iter().filter(|&(what, given)| given && what != taken) {
            let what = if what == "in the URL" { "the user in the URL" } else { what };
            self.skip(what, "the request has other credentials");
        }
    }

    fn authorization(&mut self, value: &Secret) {
        let (scheme, rest) = value.expose().split_once(' ').unwrap_or((value.expose(), ""));
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") && !rest.is_empty() {
            self.draft.set_auth_type(bearer::SPEC);
            self.draft.set(bearer::TOKEN, rest);
            return;
        }
        let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(rest).map(Zeroizing::new).ok()).flatten();
        match decoded.as_ref().and_then(|pair| std::str::from_utf8(pair).ok()).filter(|pair| is_pair(pair)) {
            Some(pair) => self.user(&Secret::new(pair)),
            None => self.api_key("Authorization", value.clone()),
        }
    }

    /// `NAME:PASSWORD`. Without a password the name is the credential, as at Stripe: the header is sealed as a whole.
    fn user(&mut self, pair: &Secret) {
        match pair.expose().split_once(':') {
            Some((_, "")) => {
                self.api_key("Authorization", Secret::new(format!("Basic {}", STANDARD.encode(pair.expose()))));
            }
            split => {
                let (name, password) = split.unwrap_or((pair.expose(), ""));
                self.draft.set_auth_type(basic::SPEC);
                self.draft.set(basic::USERNAME, name);
                self.draft.set(basic::PASSWORD, password);
            }
        }
    }

    fn api_key(&mut self, name: &str, value: Secret) {
        self.draft.set_auth_type(api_key::SPEC);
        self.draft.set(api_key::KEY, name);
        self.draft.set(api_key::VALUE, value);
    }

    /// The headers that are not the auth's.
    fn custom(&mut self, headers: Vec<HeaderEntry>) {
        let of_auth =
            if self.draft.auth_type() == api_key::SPEC { self.draft.text(api_key::KEY).to_owned() } else { String::new() };
        let mut was_auth = false;
        for mut header in headers {
            let lower = header.name.to_ascii_lowercase();
            if lower == "authorization" || (!was_auth && header.is_named(&of_auth)) {
                if std::mem::replace(&mut was_auth, true) {
                    self.skip(shown(&header.name), "it is given twice");
                }
                continue;
            }
            header.is_secret = sounds_secret(&lower);
            match refusal(&lower, &header) {
                Some(why) if why.is_empty() => {}
                Some(why) => self.skip(shown(&header.name), why),
                None if self.draft.headers().iter().any(|other| other.is_named(&lower)) => {
                    self.skip(shown(&header.name), "it is given twice");
                }
                None if self.draft.headers().len() == MAX_HEADERS => {
                    self.skip(shown(&header.name), format!("there are more than {MAX_HEADERS} headers"));
                }
                None => self.draft.put_header(header),
            }
        }
    }

    fn settings(&mut self, command: &Command) {
        if let Some(path) = &command.ca_cert {
            self.draft.set(CA_CERT, path);
        }
        if let Some(cert) = &command.client_cert {
            // curl takes a password after a colon, which is no part of the path.
            let (path, password) = cert.split_once(':').map_or((cert.as_str(), None), |(path, rest)| (path, Some(rest)));
            if password.is_some() {
                self.skip("--cert", "what follows its colon, the password: decrypt the key");
            }
            self.draft.set(CLIENT_CERT, path);
        }
        if let Some(path) = &command.client_key {
            self.draft.set(CLIENT_KEY, path);
        }
        if let Some(seconds) = &command.max_time {
            let range: RangeInclusive<u16> = TIMEOUT_S;
            match seconds.parse::<u16>() {
                Ok(number) if range.contains(&number) => self.draft.set(TIMEOUT, number.to_string()),
                _ => self.skip("-m", "the timeout is a whole number of seconds from 1 to 120"),
            }
        }
    }

    fn body(&mut self, body: Option<&Secret>) -> Option<Vec<u8>> {
        let body = body?.expose().as_bytes();
        match check_json(body) {
            Err(fault) => self.skip("the data", format!("it {fault}")),
            Ok(()) if body.len() > MAX_BODY => self.skip("the data", format!("it has more than {MAX_BODY} bytes")),
            Ok(()) => return Some(body.to_vec()),
        }
        None
    }
}

/// Whether a text is a name and a password with a colon between.
fn is_pair(text: &str) -> bool {
    text.contains(':') && !text.chars().any(char::is_control)
}

/// A URL without its user and password, and those.
fn without_user(url: &Secret) -> (Secret, Option<Secret>) {
    let text = url.expose();
    let Some(from) = text.find("://").map(|at| at + 3) else { return (url.clone(), None) };
    let authority = &text[from..from + text[from..].find(['/', '?', '#']).unwrap_or(text.len() - from)];
    let Some(at) = authority.rfind('@') else { return (url.clone(), None) };
    let user = percent_decode_str(&authority[..at]).decode_utf8_lossy();
    let rest = &text[from + at + 1..];
    (Secret::new(format!("{}{rest}", &text[..from])), Some(Secret::new(&*user)))
}

/// A name without what joins its words.
fn joined(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '_'], "")
}

fn sounds_like_api_key(name: &str) -> bool {
    let name = joined(name);
    ["apikey", "accesskey", "authkey", "subscriptionkey", "functionskey"].iter().any(|key| name.contains(key))
}

fn sounds_secret(lower: &str) -> bool {
    ["token", "secret", "key", "cookie", "password", "passwd", "auth", "credential", "session"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Why a header is not taken; empty where it says what is sent anyway.
fn refusal(lower: &str, header: &HeaderEntry) -> Option<String> {
    if lower == "content-type" && joined(header.value.expose()) == "application/json" {
        return Some(String::new());
    }
    let why = match lower {
        _ if shown(lower) != *lower => "what is before the colon is not the name of a header",
        "idempotency-key" => "it would be the same for every event; add it as 'Idempotency-Key: {id}'",
        "accept-encoding" => "answers are not compressed",
        _ if lower.contains("signature") => "a signature holds for one body; choose HMAC to sign each event",
        _ if lower.starts_with("sec-") => "it describes a browser",
        _ => {
            let refused = header::check(std::slice::from_ref(header), &[], &mut Vec::new()).err()?;
            // What remains begins with a verb.
            let named = [format!("\"{}\" ", header.name), format!("{} ", header.name)];
            let what = named.iter().find_map(|name| refused.what.strip_prefix(name)).map(|rest| format!("it {rest}"));
            return Some(what.unwrap_or(refused.what));
        }
    };
    Some(why.to_owned())
}

/// The name of a header as it may be shown: what cannot be a name may be anything.
fn shown(name: &str) -> String {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if is_name { visible(&ellipsis(name, 60)).into_owned() } else { "-H".to_owned() }
}
