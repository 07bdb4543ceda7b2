//! What looks mangled in a text that is about to be registered.

use super::Mangling;
use super::undo::{Undone, undone};
use crate::domain::unfilled::is_template;

/// The most layers that are looked into: `export NAME="…"` has two.
const MAX_LAYERS: usize = 3;

/// What programs print in place of a secret, or of nothing.
const PLACEHOLDERS: [&str; 30] = [
    "changeme",
    "change_me",
    "change-me",
    "change me",
    "undefined",
    "null",
    "(null)",
    "nil",
    "none",
    "nan",
    "true",
    "false",
    "todo",
    "tbd",
    "redacted",
    "[redacted]",
    "<redacted>",
    "(redacted)",
    "[filtered]",
    "[hidden]",
    "(hidden)",
    "(sensitive value)",
    "<sensitive>",
    "[object object]",
    "[object promise]",
    "placeholder",
    "example",
    "secret",
    "password",
    "replace_me",
];

/// Beginnings of a path or of a reference to a vault, in lower case; besides those, anything that begins like a URL.
const PLACES: [&str; 38] = [
    "vault:",
    "arn:",
    "ssm:",
    "env:",
    "env.",
    "env[",
    "kv:",
    "keyring:",
    "secretref:",
    "secrets.",
    "!secret ",
    "!ref ",
    "!sub ",
    "@microsoft.keyvault(",
    "process.env.",
    "process.env[",
    "os.environ",
    "os.getenv(",
    "os.getenv ",
    "system.getenv(",
    "getenv(",
    "projects/",
    "/run/",
    "/etc/",
    "/var/",
    "/home/",
    "/root/",
    "/tmp/",
    "/usr/",
    "/opt/",
    "/mnt/",
    "/srv/",
    "/secrets/",
    "/users/",
    "./",
    "../",
    "~/",
    "$home/",
];

/// Beginnings of what is still encrypted, or of a key file, in lower case.
const ENCRYPTED: [&str; 8] =
    ["enc[", "enc(", "{cipher}", "$ansible_vault;", "!vault", "aqicah", "-----begin pgp", "age-encryption.org/"];

/// What looks mangled in a secret: sentences without a full stop, each with a position, none with a part of the secret.
pub(crate) fn notices(secret: &str) -> Vec<String> {
    let lower = secret.trim().to_lowercase();
    let mut all: Vec<String> = Vec::new();
    if is_template(secret.trim()) && !stands_for_none(secret) {
        // Reported as one.
    } else if is_placeholder(&lower) {
        all.push("looks like a placeholder, not like a secret; enter the secret itself".to_owned());
    } else if let Some(at) = shortened(secret) {
        all.push(format!("looks shortened or masked at position {}; enter the whole secret", at + 1));
    } else if ENCRYPTED.iter().any(|start| lower.starts_with(start)) {
        all.push("looks encrypted; enter what it is when it is decrypted".to_owned());
    } else if lower.starts_with("-----begin ") {
        all.push(
            "looks like a key or certificate in PEM at position 1; enter the secret that sender and receiver share".to_owned(),
        );
    } else if PLACES.iter().any(|start| lower.starts_with(start)) || is_reference(&lower) {
        all.push("looks like a path, a URL or a reference at position 1; enter what is there, not where it is".to_owned());
    } else if lower.strip_prefix('@').is_some_and(|rest| rest.contains(['/', '.'])) {
        all.push("begins with @ at position 1, which is kept; enter what is in the file, not its name".to_owned());
    }
    all.extend(found(secret, |_| true));
    all.extend(broken(secret));
    all
}

/// A place with a scheme, such as `https://…` or `op://…`, or a drive.
fn is_reference(lower: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
    };
    lower.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme))
        || lower.starts_with("ref+")
        || lower.starts_with("c:\\")
        || lower.starts_with("c:/")
}

/// Where dots or asterisks are in place of a part, as lists of keys show them.
fn shortened(secret: &str) -> Option<usize> {
    let is_end = |end: &str| secret.trim_end().strip_suffix(end).filter(|rest| !rest.ends_with('.')).map(str::len);
    let at = secret.find("****").or_else(|| secret.find(['\u{2022}', '\u{25cf}'])).or_else(|| is_end("..."));
    at.or_else(|| secret.find('\u{2026}')).map(|at| secret[..at].chars().count())
}

/// What other programs are likely to write otherwise, or have lost.
fn broken(text: &str) -> Option<String> {
    let place = |is: fn(char) -> bool| text.chars().position(is).map(|at| at + 1);
    if let Some(at) = place(|c| c == char::REPLACEMENT_CHARACTER) {
        return Some(format!("has a replacement character (position {at}), so a program could not read it; copy it again"));
    }
    let at = place(|c| ('\u{300}'..='\u{36f}').contains(&c))?;
    Some(format!("has an accent that is a character of its own (position {at}); other programs may join it to its letter"))
}

/// Whether it is what programs print in place of a secret, or of nothing.
pub(crate) fn stands_for_none(text: &str) -> bool {
    PLACEHOLDERS.contains(&text.trim().to_lowercase().as_str())
}

/// The same for a name that is no secret: its encoding is its own matter.
pub(crate) fn notices_of_name(name: &str) -> Vec<String> {
    let is_visible = |mangling| !matches!(mangling, Mangling::Base64 | Mangling::Hex | Mangling::JsonEscapes);
    let placeholder = ["undefined", "null", "[object object]"].contains(&name.trim().to_lowercase().as_str());
    let placeholder = placeholder.then(|| "looks like a placeholder; enter the name itself".to_owned());
    placeholder.into_iter().chain(found(name, is_visible)).collect()
}

/// Each kind of mangling once, from the outside in.
fn found(text: &str, counts: impl Fn(Mangling) -> bool) -> Vec<String> {
    let mut known: Vec<Mangling> = Vec::new();
    let mut all = Vec::new();
    let mut rest = Some((0, zeroize::Zeroizing::new(text.to_owned())));
    for _ in 0..MAX_LAYERS {
        let Some((offset, text)) = rest.take() else { break };
        let leading = text.chars().take_while(char::is_ascii_whitespace).count();
        for Undone { mangling, at, rest_at, text, .. } in
            undone(text.trim_ascii()).into_iter().filter(|undone| !undone.is_doubtful)
        {
            let offset = offset + leading;
            if counts(mangling) && !known.contains(&mangling) {
                known.push(mangling);
                all.push(format!("{} (position {}); {}", words(mangling), offset + at + 1, advice(mangling)));
            }
            if let Some(at) = rest_at
                && rest.is_none()
            {
                rest = Some((offset + at, text));
            }
        }
    }
    all
}

fn is_placeholder(lower: &str) -> bool {
    let is_filled = |open: &str, close: &str| lower.len() > 2 && lower.starts_with(open) && lower.ends_with(close);
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let first = lower.chars().next();
    PLACEHOLDERS.contains(&lower)
        // What Go prints of an argument that is missing or of another type.
        || lower.starts_with("%!")
        || lower.starts_with("your-")
        || lower.starts_with("your_")
        || lower.starts_with("your ")
        || is_filled("<", ">")
        || is_filled("{{", "}}")
        || is_filled("${", "}")
        || is_filled("$(", ")")
        || lower.strip_prefix('$').is_some_and(is_name)
        || lower.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_name)
        || (lower.chars().count() >= 3
            && first.is_some_and(|c| matches!(c, '*' | '•' | '●' | 'x' | '.' | '-' | '#' | '?'))
            && lower.chars().all(|c| Some(c) == first))
}

pub(super) const fn words(mangling: Mangling) -> &'static str {
    match mangling {
        Mangling::Quotes => "is in quotation marks",
        Mangling::Name => "begins with a name, as a line of a settings file does",
        Mangling::Scheme => "begins with an authentication scheme",
        Mangling::Invisible => "has an invisible character or a space that is not a plain one",
        Mangling::Typographic => "has a typographic dash, quotation mark, ligature or full-width character",
        Mangling::Lookalike => "has a letter of another alphabet that looks like a Latin one",
        Mangling::WrittenLineBreak => "ends with \\n, \\r or \\t written as two characters",
        Mangling::PercentEncoded => "has characters written as %XX",
        Mangling::JsonEscapes => "has an escape as in JSON",
        Mangling::Base64 => "is the base64 of a text",
        Mangling::Hex => "is the hex of a text, or hex with separators",
        Mangling::Punctuation => "ends with a comma or semicolon",
        Mangling::Comment => "ends with what looks like a comment",
        Mangling::Terminal => "has what a terminal adds: [200~, ^M or a prompt",
        Mangling::HtmlEntities => "has an entity of HTML, such as &amp;",
        Mangling::ShellEscapes => "has backslashes as a shell needs them",
        Mangling::JsonObject => "is a JSON object",
        Mangling::Twice => "is the same text twice",
        Mangling::Charset => "looks like UTF-8 that was read as Latin-1",
        Mangling::PrefixTwice => "has its prefix twice",
        Mangling::QuotedPrintable => "has =3D, as in the source of a mail",
    }
}

const fn advice(mangling: Mangling) -> &'static str {
    match mangling {
        Mangling::Quotes => "if they come from a settings file, enter it without them",
        Mangling::Name => "if the name comes from a settings file, enter only what follows it",
        Mangling::Scheme => "if it comes from a header, enter only what follows it",
        Mangling::Invisible | Mangling::Typographic => "if it was copied, type it again or copy it from plain text",
        Mangling::Lookalike => "if that is not meant, type it again with a Latin keyboard layout",
        Mangling::WrittenLineBreak => "if a tool added that, enter it without",
        Mangling::PercentEncoded => "if it was copied from a URL, enter it decoded",
        Mangling::JsonEscapes => "if it was copied from JSON, enter it decoded",
        Mangling::Base64 => "if it was copied from a Kubernetes secret or the like, enter it decoded",
        Mangling::Hex => "if it was copied from a dump, enter the text itself",
        Mangling::Punctuation | Mangling::Comment => "if it comes from a settings file, enter it without",
        Mangling::Terminal => "if that is not meant, paste it again",
        Mangling::HtmlEntities => "if it was copied from the source of a web page, enter it decoded",
        Mangling::ShellEscapes => "if it was copied from a command, enter it without them",
        Mangling::JsonObject => "if a secret manager stores it so, enter the value of the member alone",
        Mangling::Twice => "if it was pasted twice, enter it once",
        Mangling::Charset => "if that is not meant, copy it again",
        Mangling::PrefixTwice => "if one was added, enter it with one",
        Mangling::QuotedPrintable => "if it was copied from there, enter it decoded",
    }
}
