//! Looks for phrases in what an answer says: in its reason, its challenge, and the beginning of its body.
//!
//! A phrase counts as whole words, in any case, `_` and `-` as spaces. It does not count after a word that denies it or makes it a
//! condition, as a key of JSON whose value is not `true`, nor where the event that was sent has it, too: receivers echo.

use crate::domain::delivery::Response;
use crate::domain::text::quoted;

/// How much of the body is read, in bytes. What a server says of its own refusal comes first.
const READ: usize = 8 * 1024;

/// The most characters of a quotation.
const QUOTED: usize = 160;

/// Words that turn a phrase which follows into something else.
const TURNING: [&str; 19] = [
    "no", "not", "never", "without", "neither", "nor", "isn't", "wasn't", "aren't", "don't", "doesn't", "didn't", "won't", "if",
    "when", "unless", "whether", "zero", "0",
];

/// Phrases in lower case with what they mean; of those that are found, the first in the table counts.
pub(super) struct Table<K: 'static> {
    meanings: &'static [(K, &'static [&'static str])],
    beginnings: Beginnings,
}

impl<K> Table<K> {
    pub(super) const fn new(meanings: &'static [(K, &'static [&'static str])]) -> Self {
        Self { meanings, beginnings: Beginnings::of(meanings) }
    }

    /// Whether [`Said::find`] may find something in that answer. `false` is certain.
    pub(super) fn may_be_in(&self, response: &Response) -> bool {
        let body = response.decoded();
        let texts = [response.reason.as_str()].into_iter().chain(named(response)).map(str::as_bytes);
        texts.chain([&body.bytes[..body.bytes.len().min(READ)]]).any(|text| self.beginnings.may_be_in(text))
    }
}

/// What an answer says.
pub(super) struct Said<'a> {
    parts: Vec<String>,
    sent: &'a [u8],
}

impl<'a> Said<'a> {
    /// Of an answer to a request with the body `sent`.
    pub(super) fn new(response: &Response, sent: &'a [u8]) -> Self {
        let body = beginning(response);
        let mut parts = Vec::new();
        for text in [response.reason.as_str()].into_iter().chain(named(response)).chain([&*body]) {
            split(text, &mut parts);
        }
        Self { parts, sent }
    }

    /// Of its body alone.
    pub(super) fn of_body(response: &Response, sent: &'a [u8]) -> Self {
        let mut parts = Vec::new();
        split(&beginning(response), &mut parts);
        Self { parts, sent }
    }

    /// The meaning of what is found, and the words of the answer around it, safe to show.
    pub(super) fn find<K: Copy>(&self, table: &Table<K>) -> Option<(K, String)> {
        let mut best: Option<(usize, &str, usize)> = None;
        for part in &self.parts {
            let plain = plain(part);
            for start in word_starts(&plain).filter(|&start| table.beginnings.may_be_at(&plain.as_bytes()[start..])) {
                let better = best.map_or(table.meanings.len(), |(rank, ..)| rank);
                for (rank, (_, phrases)) in table.meanings.iter().enumerate().take(better) {
                    if phrases.iter().any(|phrase| self.is_said(&plain, start, phrase)) {
                        best = Some((rank, part, start));
                        break;
                    }
                }
            }
        }
        let (rank, part, start) = best?;
        Some((table.meanings[rank].0, from_before(part, start)))
    }

    /// Whether the answer names that header, and the event does not.
    pub(super) fn names(&self, header: &str) -> bool {
        let is_it = |word: &str| word.eq_ignore_ascii_case(header);
        self.parts.iter().any(|part| words(part).any(is_it)) && !words(&String::from_utf8_lossy(self.sent)).any(is_it)
    }

    /// The headers that the answer says are missing, each once.
    pub(super) fn missing_headers(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for part in &self.parts {
            let all: Vec<&str> = words(part).collect();
            let is = |at: Option<usize>, wanted: &[&str]| {
                at.and_then(|at| all.get(at)).is_some_and(|word| wanted.iter().any(|it| word.eq_ignore_ascii_case(it)))
            };
            if !(0..all.len()).any(|at| is(Some(at), &["missing", "required", "absent", "expected", "found", "provided", "no"])) {
                continue;
            }
            for (at, word) in all.iter().enumerate().filter(|(_, word)| is_header_name(word)) {
                let beside = [at.checked_sub(1), Some(at + 1)].into_iter().any(|at| is(at, &["header", "headers"]));
                let known = names.iter().any(|name| name.eq_ignore_ascii_case(word));
                if (beside || word.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("x-"))) && !known && self.names(word) {
                    names.push((*word).to_owned());
                }
            }
        }
        names
    }

    fn is_said(&self, plain: &str, start: usize, phrase: &str) -> bool {
        let Some(rest) = plain[start..].strip_prefix(phrase) else { return false };
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric());
        ends && !is_turned(&plain[..start]) && !contains(self.sent, phrase)
    }
}

/// The beginnings of the phrases of a table, as bits: a first look, which costs next to nothing. Comparing each word of every answer
/// with every phrase took a fifth of the time when sending in bulk.
struct Beginnings([u64; 64]);

impl Beginnings {
    const fn of<K>(meanings: &[(K, &'static [&'static str])]) -> Self {
        let mut bits = [0; 64];
        let mut entry = 0;
        while entry < meanings.len() {
            let phrases = meanings[entry].1;
            let mut at = 0;
            while at < phrases.len() {
                let [a, b, c, ..] = *phrases[at].as_bytes() else { panic!("a phrase has three letters at least") };
                let (word, bit) = place(a, b, c);
                bits[word] |= bit;
                at += 1;
            }
            entry += 1;
        }
        Self(bits)
    }

    /// Whether a phrase may begin at some word of a text.
    fn may_be_in(&self, text: &[u8]) -> bool {
        let mut before = b' ';
        (0..text.len()).any(|at| {
            let starts = !before.is_ascii_alphanumeric();
            before = text[at];
            starts && self.may_be_at(&text[at..])
        })
    }

    /// Whether a text may begin with a phrase.
    fn may_be_at(&self, text: &[u8]) -> bool {
        let [a, b, c, ..] = *text else { return false };
        let (word, bit) = place(plain_byte(a), plain_byte(b), plain_byte(c));
        self.0[word] & bit != 0
    }
}

/// Three letters as a word and a bit of it; others may have the same.
const fn place(a: u8, b: u8, c: u8) -> (usize, u64) {
    let [a, b, c] = [(a & 31) as usize, (b & 31) as usize, (c & 3) as usize];
    ((b << 1) | (c & 1), 1 << (a | ((c & 2) << 4)))
}

/// The headers in which a server says something of its refusal.
fn named(response: &Response) -> impl Iterator<Item = &str> {
    let is_named = |name: &str| ["www-authenticate", "x-amzn-errortype"].iter().any(|known| name.eq_ignore_ascii_case(known));
    response.headers.iter().filter(move |(name, _)| is_named(name)).map(|(_, value)| value)
}

/// The words of a text; one may have hyphens, as the names of headers do.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
}

/// Whether a word looks like the name of a header that somebody chose: it has a hyphen.
fn is_header_name(word: &str) -> bool {
    (3..=64).contains(&word.len()) && word.contains('-') && word.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The beginning of the body, as text.
fn beginning(response: &Response) -> String {
    let decoded = response.decoded();
    String::from_utf8_lossy(&decoded.bytes[..decoded.bytes.len().min(READ)]).into_owned()
}

/// Whether the event has the phrase.
fn contains(sent: &[u8], phrase: &str) -> bool {
    plain(&String::from_utf8_lossy(sent)).contains(phrase)
}

/// The text as the phrases are written, of the same length.
fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '_' | '-') { ' ' } else { c.to_ascii_lowercase() }).collect()
}

/// The same of a byte.
const fn plain_byte(byte: u8) -> u8 {
    if matches!(byte, b'_' | b'-') { b' ' } else { byte.to_ascii_lowercase() }
}

/// Where words start.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = false;
    text.char_indices().filter_map(move |(at, c)| {
        let inside = c.is_alphanumeric();
        let starts = inside && !before;
        before = inside;
        starts.then_some(at)
    })
}

/// Whether one of the five words before, in the same clause, turns what follows.
fn is_turned(before: &str) -> bool {
    let words = before.split_whitespace().rev().take(5);
    words.take_while(|word| !word.ends_with(['.', ':', ';', '!', '?'])).any(|word| TURNING.contains(&word))
}

/// Splits a text where a sentence of a page, of JSON or of a log ends.
fn split(text: &str, parts: &mut Vec<String>) {
    let text = text.replace("&#39;", "'").replace("&#x27;", "'").replace('’', "'").replace("&quot;", "\"");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(['<', '>', '\n', '\r', '"', '{', '}', '\\']).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        if !part.trim().is_empty() && !is_empty_key(after) {
            parts.push(part.trim().to_owned());
        }
        rest = after.get(1..).unwrap_or_default();
    }
}

/// Whether that follows a key of JSON of which the value says nothing by itself.
fn is_empty_key(after: &str) -> bool {
    let value = after.strip_prefix('"').and_then(|after| after.trim_start().strip_prefix(':'));
    value.is_some_and(|value| !value.trim_start().starts_with("true"))
}

/// The words from a little before `start`.
fn from_before(part: &str, start: usize) -> String {
    let from = if part.chars().count() <= QUOTED { 0 } else { part[..start].rfind(['.', ':', ';']).map_or(start, |at| at + 1) };
    let from = if start - from > QUOTED / 2 { start } else { from };
    quoted(part[from..].trim(), QUOTED).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static TABLE: Table<u8> =
        Table::new(&[(1, &["can't verify", "no team", "a valid date"]), (2, &["invalid signature", "the token"])]);

    fn answer(reason: &str, header: &str, body: &str) -> Response {
        let headers = [("WWW-Authenticate", header)].into();
        Response { status: 200, reason: reason.into(), headers, body: body.into(), truncated: false, cut: None }
    }

    #[test]
    fn a_first_look_passes_most_answers_over() {
        for (reason, body) in
            [("OK", "{\"ok\":true}"), ("OK", ""), ("Accepted", "ok"), ("OK", "{\"id\": 17, \"status\": \"queued\"}")]
        {
            assert!(!TABLE.may_be_in(&answer(reason, "", body)), "{body}");
        }
        for (reason, header, body) in [
            ("Invalid_Signature", "", ""),
            ("OK", "Bearer error=\"the token expired\"", ""),
            ("OK", "", "{\"error\":\"Can&#39;t verify\"}"),
            ("OK", "", "<p>no-team</p>"),
        ] {
            assert!(TABLE.may_be_in(&answer(reason, header, body)), "{reason} {header} {body}");
        }
    }

    proptest! {
        #[test]
        fn a_first_look_passes_over_nothing_that_is_found(
            words in proptest::collection::vec(
                prop::sample::select(vec!["can&#39;t", "Can’t", "verify", "no", "-", "_", " ", "team", "<", "\\n", "é", "invalid", "Signature", "the", "TOKEN", "\"", "{", "x", "a", "valid"]),
                0..12,
            ),
        ) {
            let said = answer("OK", "", &words.concat());
            if Said::new(&said, b"").find(&TABLE).is_some() {
                prop_assert!(TABLE.may_be_in(&said));
            }
        }
    }
}
