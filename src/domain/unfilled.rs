//! Templates that were not filled in: `{{token}}`, `${TOKEN}`, `<token>`, `YOUR_TOKEN`.
//!
//! What has no delimiter of its own (`[token]`, `{token}`, `$TOKEN`) also occurs in real values. It counts only where it is the
//! whole of one, such as a path segment; `{{…}}`, `${…}` and their kind count anywhere.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;

/// What counts wherever it is: how it begins and ends.
const ANYWHERE: [(&str, &str); 8] =
    [("${{", "}}"), ("{{{", "}}}"), ("{{", "}}"), ("${", "}"), ("#{", "}"), ("$(", ")"), ("<%", "%>"), ("{%", "%}")];

/// What counts as the whole of a value only.
const WHOLE: [(&str, &str); 17] = [
    ("<", ">"),
    ("<<", ">>"),
    ("{", "}"),
    ("[", "]"),
    ("[[", "]]"),
    ("((", "))"),
    ("%", "%"),
    ("%%", "%%"),
    ("@@", "@@"),
    ("__", "__"),
    ("@{", "}"),
    ("$[", "]"),
    ("$", "$"),
    ("#", "#"),
    ("|", "|"),
    ("*|", "|*"),
    ("«", "»"),
];

/// What programs write in place of a value that they do not have, and what `printf` and its kind replace.
const MISSING: [&str; 9] = ["undefined", "[object Object]", "NaN", "%s", "%d", "%v", "%@", "{0}", "<nil>"];

/// The longest name between delimiters.
const LONGEST_NAME: usize = 60;

/// What stands for the user's own value in examples: `YOUR_TOKEN`, `your-api-key`.
const OWN: [&str; 16] = [
    "api",
    "auth",
    "domain",
    "endpoint",
    "header",
    "host",
    "id",
    "key",
    "name",
    "pass",
    "password",
    "secret",
    "signature",
    "token",
    "url",
    "user",
];

/// Where a value has a part that looks like an unfilled template, in bytes. `%7B` and `{` are the same.
#[must_use]
pub fn template_in(value: &str) -> Option<Range<usize>> {
    if is_whole(value) || is_whole(&decoded(value)) {
        return Some(0..value.len());
    }
    template_anywhere(value)
}

/// The same for a piece of a URL, where braces and angle brackets have no other use: there they count anywhere, too.
#[must_use]
pub fn template_in_url(piece: &str) -> Option<Range<usize>> {
    template_in(piece).or_else(|| first_of(piece, &[("<", ">"), ("{", "}")]))
}

/// The first part of a longer text that can hardly be anything else: `{{token}}`, `${TOKEN}`.
#[must_use]
pub fn template_anywhere(text: &str) -> Option<Range<usize>> {
    first_of(text, &ANYWHERE)
}

/// Whether all of a value is a template, so that nothing of it can be a credential.
#[must_use]
pub fn is_template(value: &str) -> bool {
    let text = decoded(value);
    is_whole(value) || is_whole(&text) || first_of(&text, &ANYWHERE).is_some_and(|part| part == (0..text.len()))
}

fn decoded(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8_lossy()
}

fn is_whole(text: &str) -> bool {
    let between = |(begin, end): &(&str, &str)| text.strip_prefix(begin)?.strip_suffix(end);
    WHOLE.iter().filter_map(between).any(is_name) || is_variable(text) || is_example(text) || MISSING.contains(&text)
}

/// `$TOKEN`. In lower case it may be anything, as in `?$filter=`.
fn is_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// `YOUR_TOKEN`, `your-api-key`, `my-token`, `INSERT_TOKEN_HERE`, `ENTER_TOKEN`, `changeme`.
fn is_example(text: &str) -> bool {
    const JOINTS: [char; 4] = ['_', '-', ' ', '.'];
    let is = |word: &str, names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
    let mut words = text.split(JOINTS);
    let first = words.next().unwrap_or_default();
    let last = text.rsplit(JOINTS).next().unwrap_or_default();
    match words.clone().count() {
        0 => is(first, &["changeme", "replaceme", "placeholder", "todo", "fixme"]),
        1 if is(first, &["change", "replace", "fill"]) && is(last, &["me", "this"]) => true,
        _ if is(last, &["here"]) && is(first, &["insert", "enter", "put", "paste", "add", "your", "my"]) => true,
        _ if is(first, &["my", "insert", "enter", "put", "paste", "replace"]) && words.clone().all(|word| is(word, &OWN)) => true,
        _ => is(first, &["your"]) && (!text.bytes().any(|b| b.is_ascii_lowercase()) || words.any(|word| is(word, &OWN))),
    }
}

/// The first name between delimiters, which may be percent-encoded; the longest of those that begin there.
fn first_of(text: &str, delimiters: &[(&str, &str)]) -> Option<Range<usize>> {
    // Most texts have nothing of the kind.
    if !text.contains(['{', '<', '$', '#', '%']) {
        return None;
    }
    let found = delimiters.iter().flat_map(|(begin, end)| {
        let encoded = (encoded(begin, true), encoded(end, true));
        let lower = (encoded.0.to_ascii_lowercase(), encoded.1.to_ascii_lowercase());
        let partly = (self::encoded(begin, false), self::encoded(end, false));
        [((*begin).to_owned(), (*end).to_owned()), encoded, lower, partly]
    });
    found.filter_map(|(begin, end)| between(text, &begin, &end)).min_by_key(|part| (part.start, std::cmp::Reverse(part.end)))
}

fn between(text: &str, begin: &str, end: &str) -> Option<Range<usize>> {
    text.match_indices(begin).find_map(|(at, _)| {
        let from = at + begin.len();
        let length = text[from..].find(end)?;
        is_named(&decoded(&text[from..from + length])).then(|| at..from + length + end.len())
    })
}

/// The delimiter percent-encoded: all of it, or, as a URL's query has it, the braces alone.
fn encoded(delimiter: &str, all: bool) -> String {
    delimiter
        .chars()
        .map(|c| if all || matches!(c, '{' | '}' | '<' | '>') { format!("%{:02X}", u32::from(c)) } else { c.to_string() })
        .collect()
}

/// A name as people give one: letters first, then also digits and some joints.
fn is_name(text: &str) -> bool {
    let name = text.trim_matches([' ', '=', '-', '~', '#', '&', ':', '.', '$', '/']);
    (1..=LONGEST_NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '|' | '\'' | '"' | '[' | ']' | '(' | ')' | ',' | ':' | '$')
        })
}

/// The same, or one that begins with a digit, as in `{{1.token}}`; between delimiters that mean nothing else.
fn is_named(text: &str) -> bool {
    let digits = text.trim_start_matches([' ', '$']);
    let name = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    is_name(text) || (name.len() < digits.len() && name.starts_with('.') && is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c22_templates_are_recognised() {
        for text in [
            "{{token}}",
            "{{ token }}",
            "{{{token}}}",
            "{{ .Values.token }}",
            "${TOKEN}",
            "${env:TOKEN}",
            "$(TOKEN)",
            "#{token}",
            "<%= token %>",
            "<token>",
            "<your token>",
            "{token}",
            "[token]",
            "$TOKEN",
            "%TOKEN%",
            "%ACCESS_TOKEN%",
            "@@TOKEN@@",
            "__TOKEN__",
            "YOUR_TOKEN",
            "YOUR-API-KEY",
            "your_api_key",
            "your-secret-here",
            "INSERT_TOKEN_HERE",
            "changeme",
            "REPLACE_ME",
            "%7B%7Btoken%7D%7D",
            "%7b%7btoken%7d%7d",
            "$%7BTOKEN%7D",
            "%24%7BTOKEN%7D",
            "%3Ctoken%3E",
            "%5Btoken%5D",
            "%7Btoken%7D",
            "{{1.token}}",
            "[[token]]",
            "((token))",
            "*|TOKEN|*",
            "%%TOKEN%%",
            "$TOKEN$",
            "#TOKEN#",
            "|TOKEN|",
            "$[token]",
            "<<token>>",
            "my_token",
            "ENTER_TOKEN",
            "undefined",
            "NaN",
            "[object Object]",
            "%5Bobject%20Object%5D",
            "%s",
            "%25s",
        ] {
            assert_eq!(template_in(text), Some(0..text.len()), "{text}");
            assert!(is_template(text), "{text}");
        }
        assert_eq!(template_in_url("bot<token>"), Some(3..10));
        assert_eq!(template_in_url("in-%7Btoken%7D"), Some(3..14));
        assert_eq!(template_in("Bearer {{token}}!"), Some(7..16));
        assert_eq!(template_in("a-%7B%7Btoken%7D%7D"), Some(2..19));
        assert!(!is_template("Bearer {{token}}!"));
    }

    #[test]
    fn c22_what_is_no_template_is_left_alone() {
        for text in [
            "",
            ":id",
            "token",
            "$filter",
            "$ecret-Of-Mine",
            "a{b}c",
            "pa[ss]word",
            "[1]",
            "<3",
            "{}",
            "{{}}",
            "{\"a\":1}",
            "100%",
            "%20%20",
            "your",
            "your-orders",
            "yourself",
            "my-orders",
            "enter",
            "here",
            "a<b>c",
            "{{1}}",
            "x{{",
            "}}{{",
            "put",
            "put-orders",
            "my",
            "null",
            "none",
            "$$",
            "##",
            "$5$",
            "%d%s",
            "nan",
        ] {
            assert_eq!(template_in(text), None, "{text}");
        }
    }
}
