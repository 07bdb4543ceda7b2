//! What looks mangled in a text that is about to be registered.

use super::Mangling;
use super::undo::{Undone, undone};

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

/// Beginnings of a path or of a reference to a vault.
const PLACES: [&str; 28] = [
    "https://",
    "http://",
    "file://",
    "op://",
    "vault://",
    "vault:",
    "arn:",
    "ref+",
    "secretref:",
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
    "c:\\",
    "c:/",
];

/// What looks mangled in a secret: sentences without a full stop, each with a position, none with a part of the secret.
pub(crate) fn notices(secret: &str) -> Vec<String> {
    let lower = secret.trim().to_lowercase();
    let mut all: Vec<String> = Vec::new();
    if is_placeholder(&lower) {
        all.push("looks like a placeholder, not like a secret; enter the secret itself".to_owned());
    } else if PLACES.iter().any(|start| lower.starts_with(start)) {
        all.push("looks like a path, a URL or a reference at position 1; enter what is there, not where it is".to_owned());
    } else if lower.strip_prefix('@').is_some_and(|rest| rest.contains(['/', '.'])) {
        all.push("begins with @ at position 1, which is kept; to read it from a file, use --secret-file".to_owned());
    }
    all.extend(found(secret, |_| true));
    all
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
        for Undone { mangling, at, rest_at, text } in undone(text.trim_ascii()) {
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

const fn words(mangling: Mangling) -> &'static str {
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
    }
}
