//! Receiver code: a short, constant-time check of the registered auth, to paste into the program that receives events.
//!
//! Each snippet is one function, `verify`, that needs nothing beside the language's standard library (the shell: `openssl`
//! and POSIX tools; Python, for ed25519 alone: `cryptography`). It answers whether a request is to be accepted; its arguments depend on the auth type:
//!
//! | auth type | Node, Python, PHP | Go | shell |
//! |---|---|---|---|
//! | HMAC | `verify(headers, body)` | `verify(http.Header, []byte) bool` | body on stdin, headers as CGI variables |
//! | Basic, Bearer, Api Key in a header | `verify(headers)` | `verify(http.Header) bool` | headers as CGI variables |
//! | Api Key in the query | `verify(url)` | `verify(*url.URL) bool` | `QUERY_STRING` |
//! | Default | `verify()` | `verify() bool` | nothing |
//!
//! For an access token of `OAuth2`, `verify` takes what it takes for Bearer, and asks the token's issuer (`introspection`): in Node
//! it is to be awaited, and the shell needs curl.
//!
//! Headers are looked up by names in lower case (Go: in any). The body is the bytes as they came. CGI variables are RFC 3875's:
//! `HTTP_X_SIGNATURE` for `X-Signature`. The function of the shell succeeds or fails. A program, or a test, appends a call.
//!
//! The secret is never in the code: it comes from the variable [`VARIABLE`]; a signature may also be made with the one in
//! `WAYPOST_SECRET_OLD`, where that is set. Where the first is unset or empty the check ends the
//! program or throws, and accepts nothing. Names that were registered are quoted for the language, in ASCII alone.

pub mod check;
mod go;
mod introspection;
mod node;
mod php;
mod python;
mod quote;
mod shell;
mod signature;

use super::destination::Settings;

/// The environment variable from which each snippet reads the secret, whatever the auth type.
pub const VARIABLE: &str = "WAYPOST_SECRET";

/// A language that receiver code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// JavaScript for Node 18 and later, as `CommonJS`.
    Node,
    /// Python 3.9 and later.
    Python,
    /// Go 1.18 and later.
    Go,
    /// PHP 8 and later.
    Php,
    /// POSIX sh with openssl.
    Shell,
}

impl Lang {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Node, Self::Python, Self::Go, Self::Php, Self::Shell];

    /// Its name in flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
            Self::Go => "go",
            Self::Php => "php",
            Self::Shell => "shell",
        }
    }

    /// The words on its option.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Node => "Node",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Php => "PHP",
            Self::Shell => "Shell",
        }
    }

    /// The language of the code of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.name() == name)
    }
}

/// The check of the registered auth in a language: what it is, what to call it with, and the code. Holds no secret.
#[must_use]
pub fn snippet(settings: &Settings, lang: Lang) -> String {
    let check = settings.auth().receiver_check();
    match lang {
        Lang::Node => node::code(&check),
        Lang::Python => python::code(&check),
        Lang::Go => go::code(&check),
        Lang::Php => php::code(&check),
        Lang::Shell => shell::code(&check),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::hmac;
    use crate::domain::draft::Draft;
    use crate::domain::field;
    use crate::domain::shell::{printed_escaped, quoted_ascii};
    use crate::domain::signature::Format;

    /// The code without its comments, and the comments.
    fn parts(content: &str, value: &str, lang: Lang) -> (String, String) {
        let draft = Draft::new(hmac::SPEC)
            .with(field::URL, "https://h.example/in")
            .with(hmac::HEADER_KEY, "X-Signature")
            .with(hmac::SIGNING_SECRET, "a secret of some length")
            .with(hmac::FORMAT, Format::Template.name())
            .with(hmac::SIGNED_CONTENT, format!("{content}{{timestamp}}{{body}}{content}"))
            .with(hmac::SIGNATURE_VALUE, format!("{value}{{signature}}"))
            .with(hmac::ALGORITHM, "sha256")
            .with(hmac::ENCODING, "hex");
        let all = snippet(&draft.check().unwrap().settings, lang);
        let is_comment = |line: &&str| line.trim_start().starts_with(['#', '/']);
        let (comments, code): (Vec<_>, Vec<_>) = all.lines().partition(is_comment);
        (code.join("\n"), comments.join("\n"))
    }

    fn literals(text: &str, lang: Lang) -> [String; 2] {
        match lang {
            Lang::Node => [quote::node(text), quote::node(text)],
            Lang::Python | Lang::Go => [quote::python_or_go(text), quote::python_or_go(text)],
            Lang::Php => [quote::php(text), quote::php(text)],
            Lang::Shell => [printed_escaped(text.as_bytes()), quoted_ascii(text)],
        }
    }

    #[test]
    fn a33_a_template_is_a_literal_in_the_code_and_never_code() {
        let hostile = [
            "?><?php system($_GET[0]); //",
            "coding:utf-7 +ACI- + x()",
            "coding=unicode_escape",
            "@VALUE @SIGNATURE @COMPARE @SIGNED @CONTENT @PARTS @NAME @KEY @ENCODE @LENGTH @HASH @BLOCK @TITLE",
            "\"; x(); \"'; x; '`x`$(x)",
            "*/ --> </script> #x %s \\",
        ];
        for lang in Lang::ALL {
            let (wanted, said) = parts("plain", "simple", lang);
            for (content, value) in hostile
                .iter()
                .flat_map(|content| hostile.map(|value| (*content, value)))
                .filter(|(content, value)| content != value)
            {
                let (mut code, comments) = parts(content, value, lang);
                for (text, plain) in [(content, "plain"), (value, "simple")] {
                    for (literal, plain) in literals(text, lang).iter().zip(literals(plain, lang)) {
                        code = code.replace(literal, &plain);
                    }
                }
                assert_eq!(code, wanted, "{lang:?}: {content} {value}");
                for text in ["?>", "coding", "@", "\"", "$("] {
                    assert_eq!(comments.matches(text).count(), said.matches(text).count(), "{lang:?}: {comments}");
                }
            }
        }
    }
}
