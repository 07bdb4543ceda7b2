//! The shell script around a curl command: what is set up before it, and how it is authenticated.

use percent_encoding::utf8_percent_encode;

use crate::domain::header::{CustomHeader, MAX_HEADERS, Piece, event_name, pieces};
use crate::domain::request::query::{QUERY, joint};
use crate::domain::secret::Secret;
use crate::domain::shell::{printing, quoted};
use crate::domain::url::EndpointUrl;

/// A script that an auth type completes.
pub struct Script<'a> {
    pub(super) to: &'a EndpointUrl,
    pub(super) id: &'a str,
    pub(super) body: &'a [u8],
    pub(super) reveal: bool,
    /// The lines before the command.
    pub(super) before: Vec<String>,
    /// The URL as a word of the shell.
    pub(super) url: String,
    /// The value of `webhook-timestamp` as a word of the shell.
    pub(super) time: &'static str,
    pub(super) options: Vec<String>,
    /// `content-type` as a word of the shell.
    pub(super) content_type: String,
    /// `user-agent` as a word of the shell.
    pub(super) user_agent: String,
    /// Headers with a secret in them: the name, what is plain of the value, and the rest as a word of the shell.
    pub(super) secret_headers: Vec<(String, String)>,
    /// The body is needed before curl gets it.
    pub(super) signs: bool,
    /// A secret is used, and not in `secret_headers`.
    pub(super) shows_secret: bool,
    /// The options of every curl command in it: timeout and CA file.
    pub(super) common: Vec<String>,
}

/// A command that ends the script if the variable is not set. The script is a subshell, so the user's shell goes on. A shell expands the
/// message, so everything in it that is not plain text, such as a character of a header's name, is replaced by `_`.
pub(super) fn demand(variable: &str, what: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_.,".contains(c);
    let what: String = what.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!(": \"${{{variable}:?Set it to {what}.}}\"")
}

impl<'a> Script<'a> {
    pub(super) fn new(to: &'a EndpointUrl, id: &'a str, body: &'a [u8], reveal: bool) -> Self {
        let mut script = Self {
            to,
            id,
            body,
            reveal,
            before: Vec::new(),
            url: quoted(to.expose().as_bytes()),
            time: "\"$(date +%s)\"",
            options: Vec::new(),
            content_type: quoted(b"content-type: application/json"),
            user_agent: String::new(),
            secret_headers: Vec::new(),
            signs: false,
            shows_secret: false,
            common: Vec::new(),
        };
        if to.has_credential() {
            script.shows_secret = true;
            script.url = script.secret("WAYPOST_URL", "the URL", &Secret::new(to.expose()));
        }
        script
    }

    /// A secret as a word of the shell: itself where it is to be revealed, else a variable that has to be set.
    pub fn secret(&mut self, variable: &str, what: &str, secret: &Secret) -> String {
        if self.reveal {
            return quoted(secret.expose().as_bytes());
        }
        self.before.push(demand(variable, what));
        format!("\"${variable}\"")
    }

    /// Sends a header: `begin` is its name, `: ` and what is plain of its value; `rest` is a word of the shell.
    pub fn send_secret_header(&mut self, begin: impl Into<String>, rest: String) {
        self.secret_headers.push((begin.into(), rest));
    }

    /// Sends a header of the destination's own.
    pub(super) fn add(&mut self, header: &CustomHeader, event: &str) {
        let name = header.key().wire();
        let begin = format!("{name}: ");
        if let Some(secret) = header.secret() {
            let variable = self.variable_for(&name);
            let value = self.secret(&variable, &format!("the value of {name}"), secret);
            return self.send_secret_header(begin, value);
        }
        let mut word = String::new();
        let mut literal = begin;
        for piece in pieces(header.plain().unwrap_or_default()) {
            match piece {
                Piece::Literal(text) => literal.push_str(text),
                Piece::Id => literal.push_str(self.id),
                Piece::Event => literal.push_str(&event_name(event)),
                Piece::Timestamp => {
                    word.push_str(&quoted(std::mem::take(&mut literal).as_bytes()));
                    word.push_str(self.time);
                }
            }
        }
        if !literal.is_empty() {
            word.push_str(&quoted(literal.as_bytes()));
        }
        match name.as_str() {
            "content-type" => self.content_type = word,
            "user-agent" => self.user_agent = word,
            _ => self.options.push(format!("--header {word}")),
        }
    }

    /// The variable for a secret header: its name with other characters as `_`, and a number where that is taken.
    fn variable_for(&self, name: &str) -> String {
        let as_is = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let variable = format!("WAYPOST_HEADER_{}", name.chars().map(as_is).collect::<String>());
        let same = |number: usize| if number == 1 { variable.clone() } else { format!("{variable}_{number}") };
        let is_taken = |variable: &String| self.before.iter().any(|line| line.contains(&format!("{{{variable}:?")));
        (1..=MAX_HEADERS + 1).map(same).find(|variable| !is_taken(variable)).unwrap_or_default()
    }

    /// Puts an API key at the end of the query, as a request does.
    pub fn key_in_query(&mut self, key: &str, value: &Secret) {
        self.shows_secret = true;
        let name = format!("{}{}=", joint(self.to.query()), utf8_percent_encode(key, QUERY));
        if self.reveal {
            let value = utf8_percent_encode(value.expose(), QUERY);
            self.url = quoted(format!("{}{name}{value}", self.to.expose()).as_bytes());
            return;
        }
        let begin = if self.to.has_credential() {
            format!("{}{}", self.url, quoted(name.as_bytes()))
        } else {
            quoted(format!("{}{name}", self.to.expose()).as_bytes())
        };
        let value = self.secret("WAYPOST_VALUE", "the API key", value);
        // Every byte as %xx: what needs it and what does not means the same.
        self.before.push(format!("value=$(printf '%s' {value} | od -An -v -tx1 | tr -d '\\n' | tr ' ' '%')"));
        self.url = format!("{begin}\"$value\"");
    }

    /// Defines the shell function `body`, which prints the body.
    pub(super) fn define_body(&mut self) {
        self.before.push(format!("body() {{ {}; }}", printing(self.body)));
    }

    pub(super) fn with(self, curl: &str) -> String {
        if self.before.is_empty() {
            return curl.to_owned();
        }
        // A subshell leaves no variable in the shell that it is pasted into.
        format!("(\n{}\n{curl}\n)", self.before.join("\n"))
    }
}
