//! What is around a secret in a line of a settings file, of code, or of a terminal.

use super::Mangling;
use super::tables::QUOTES;

/// Words before the name of a variable.
const STARTS: [&str; 17] = [
    "export ",
    "declare -x ",
    "set ",
    "ENV ",
    "ARG ",
    "$env:",
    "- ",
    "-e ",
    "--env ",
    "const ",
    "let ",
    "var ",
    "val ",
    "final ",
    "final String ",
    "String ",
    "string ",
];

/// Words before a name and a value that only a space separates.
const SPACED: [&str; 8] = ["set -x ", "set -gx ", "set -Ux ", "setenv ", "setx ", "ENV ", "env ", "SetEnv "];

/// Words that the name of a secret has in it.
const WORDS: [&str; 12] =
    ["secret", "key", "token", "pass", "pwd", "auth", "hmac", "hook", "sign", "credential", "name", "value"];

/// What is before a line in a terminal or a list.
const PROMPTS: [&str; 6] = ["$ ", "> ", "# ", "% ", "- ", "* "];

/// What comes before and after a text, where it may as well be a part of it.
const BRACKETS: [(&str, &str); 6] = [("<", ">"), ("(", ")"), ("[", "]"), ("{", "}"), ("**", "**"), ("__", "__")];

/// The value in a line with a name.
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    /// Whether what is before it need not be a name: `k8=j4…` may be a password.
    pub(super) is_doubtful: bool,
}

/// What is in quotation marks, perhaps with a comma or semicolon after them; and the opening ones.
pub(super) fn unquoted(text: &str) -> Option<(&'static str, &str)> {
    fn between<'a>(text: &'a str, open: &'static str, close: &str) -> Option<(&'static str, &'a str)> {
        Some((open, text.strip_prefix(open)?.strip_suffix(close)?))
    }
    let bare = text.trim_end_matches([',', ';']);
    QUOTES.into_iter().find_map(|(open, close)| between(text, open, close).or_else(|| between(bare, open, close)))
}

/// What follows `NAME=`, `export NAME=`, `NAME: `, `NAME => ` and their kind.
pub(super) fn unnamed(text: &str) -> Option<Value<'_>> {
    let spaced = SPACED.into_iter().find_map(|start| text.strip_prefix(start)).map(str::trim_start);
    if let Some((name, value)) = spaced.and_then(|rest| rest.split_once(' '))
        && is_name(name)
        && !value.trim().is_empty()
    {
        return Some(Value { text: value.trim(), is_doubtful: false });
    }
    let start = STARTS.into_iter().find(|start| text.starts_with(start));
    let bare = start.map_or(text, |start| text[start.len()..].trim_start());
    // cmd.exe: set "NAME=value"
    let bare = start.and_then(|_| bare.strip_prefix('"')?.strip_suffix('"')).filter(|inner| inner.contains('=')).unwrap_or(bare);
    let (name, separator, value) = ["=>", ":=", "=", ": "]
        .into_iter()
        .filter_map(|separator| bare.split_once(separator).map(|(name, value)| (name, separator, value)))
        .min_by_key(|(name, ..)| name.len())?;
    let quoted = |name: &'_ str, mark| name.strip_prefix(mark).and_then(|name| name.strip_suffix(mark)).map(str::len);
    let written = name.trim();
    let inner = quoted(written, '"').or_else(|| quoted(written, '\'')).map_or(written, |length| &written[1..=length]);
    let inner = if separator == "=>" { inner.trim_start_matches(':') } else { inner };
    let is_label = separator == ": " && inner.split(' ').count() <= 3 && inner.split(' ').all(is_name);
    // What is before the padding of base64 is no name, and what is before a credential in a header is a scheme.
    let is_scheme = ["authorization", "bearer", "basic"].iter().any(|scheme| inner.eq_ignore_ascii_case(scheme));
    let trimmed = value.trim();
    if !(is_name(inner) || is_label) || trimmed.trim_matches('=').is_empty() || is_scheme {
        return None;
    }
    let lower = inner.to_ascii_lowercase();
    let is_constant =
        inner.len() > 2 && !inner.bytes().any(|byte| byte.is_ascii_lowercase()) && !inner.bytes().any(|b| b.is_ascii_digit());
    let is_sure = start.is_some()
        || separator != "="
        || name.ends_with(' ')
        || unquoted(trimmed).is_some()
        || is_constant
        || WORDS.iter().any(|word| lower.contains(word));
    let ended = trimmed.strip_suffix([',', ';']).filter(|text| unquoted(text).is_some());
    Some(Value { text: ended.unwrap_or(trimmed), is_doubtful: !is_sure })
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// What is before ` # …` or ` // …`, where it has no space itself.
pub(super) fn uncommented(text: &str) -> Option<&str> {
    let at = [" #", "\t#", " //"].into_iter().filter_map(|mark| text.find(mark)).min()?;
    let rest = text[..at].trim_end();
    // In quotes a space is usual.
    (unquoted(rest).is_some() || !rest.contains(' ')).then_some(rest)
}

/// Without the marks of a bracketed paste, keys written as `^M`, or a prompt.
pub(super) fn without_terminal(text: &str) -> Option<&str> {
    let starts = ["^[[200~", "[200~", "200~", "00~"];
    let ends = ["^[[201~", "[201~", "201~", "01~", "^M", "^J", "^C", "^D"];
    let bare = starts.into_iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
    let bare = ends.into_iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    let bare =
        PROMPTS.into_iter().find_map(|prompt| bare.strip_prefix(prompt)).filter(|rest| !rest.contains(' ')).unwrap_or(bare);
    (bare.len() < text.len()).then_some(bare)
}

/// The texts in a JSON object, as AWS Secrets Manager stores them.
pub(super) fn members(text: &str) -> Vec<String> {
    if !text.starts_with('{') {
        return Vec::new();
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    object
        .into_iter()
        .filter_map(|(_, value)| if let serde_json::Value::String(text) = value { Some(text) } else { None })
        .collect()
}

/// What may as well be meant as it is.
pub(super) fn doubtful(text: &str) -> Vec<(Mangling, usize, String)> {
    let mut all = Vec::new();
    let mut add = |mangling, at: usize, rest: Option<&str>| all.extend(rest.map(|rest| (mangling, at, rest.to_owned())));
    let last = text.chars().count().saturating_sub(1);
    add(Mangling::Punctuation, last, text.strip_suffix([',', ';']));
    for mark in ['"', '\'', '`'] {
        add(Mangling::Quotes, 0, text.strip_prefix(mark));
        add(Mangling::Quotes, last, text.strip_suffix(mark));
    }
    for (open, close) in BRACKETS {
        add(Mangling::Quotes, 0, text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)));
    }
    for prompt in PROMPTS {
        add(Mangling::Terminal, 0, text.strip_prefix(prompt));
    }
    for (doubled, one) in [("$$", "$"), ("%%", "%"), ("''", "'"), ("\"\"", "\"")] {
        let at = text.find(doubled).map(|at| text[..at].chars().count());
        add(Mangling::ShellEscapes, at.unwrap_or_default(), at.map(|_| text.replace(doubled, one)).as_deref());
    }
    all
}
