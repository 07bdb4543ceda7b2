//! The parts of a URL that are a credential: anyone who knows them may send there.
//!
//! | part | secret when |
//! |---|---|
//! | a path segment | the service has its secret there (`services`), it follows `bot123:` (Telegram), or it looks `random` |
//! | a query or matrix parameter | its name is that of a credential (`names`), or its value looks random, or is such a URL |
//! | the user name and password | always; no such URL is accepted |
//!
//! The host is never secret: DNS and TLS show it to the network. Nor is a template that was not filled in. The text need not be a
//! URL that is accepted: it may be half typed, or only a path.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::names;
use super::random::looks_random;
use super::services;
use crate::domain::mask::{DOTS, with_dots};
use crate::domain::unfilled::is_template;

/// How deep a URL may be in the query of another.
const DEPTH: usize = 3;

/// The fewest characters of what follows `/token/` that are a credential.
const ANNOUNCED_FROM: usize = 8;

/// The parts that are a credential, in bytes; in order, and none in another.
pub fn parts(text: &str) -> Vec<Range<usize>> {
    find(text, DEPTH)
}

/// The text with dots for the parts that are a credential. Of a text that has been masked it is the same text.
pub fn shown(text: &str) -> Cow<'_, str> {
    with_dots(text, &parts(text))
}

/// What takes the place of a credential where a text lives long. It looks random, so that the same parts are masked of the text.
const STAND_IN: &str = "0a1b2c3d4e5f6g7h";

/// The text with a stand-in for each of those parts, and where these are.
pub fn with_stand_ins(text: &str, parts: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let (mut out, mut stand_ins, mut at) = (String::new(), Vec::new(), 0);
    for part in parts {
        out.push_str(&text[at..part.start]);
        stand_ins.push(out.len()..out.len() + STAND_IN.len());
        out.push_str(STAND_IN);
        at = part.end;
    }
    out.push_str(&text[at..]);
    (out, stand_ins)
}

/// A text in words with the credentials masked of each URL in it.
pub fn shown_in(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(ends) {
        let (url, end) = word.split_at(word.trim_end_matches(ends).len());
        out.push_str(&if url.contains("://") { shown(url) } else { Cow::Borrowed(url) });
        out.push_str(end);
    }
    out
}

/// Whether a text was masked: its credential is elsewhere. One dot that is left is enough.
pub fn is_masked(text: &str) -> bool {
    text.contains(|c| DOTS.starts_with(c))
}

fn find(text: &str, depth: usize) -> Vec<Range<usize>> {
    // In a query it is that of another URL.
    let scheme = text.find("://").filter(|&at| !text[..at].contains('?'));
    let from = scheme.map_or(0, |at| at + 3);
    let end_of = |from: usize, ends: &[char]| text[from..].find(ends).map_or(text.len(), |at| from + at);
    let path = end_of(from, &['/', '?', '#']);
    let query = end_of(path, &['?', '#']);
    let mut parts = Vec::new();
    let authority = &text[from..path];
    let user = authority.rfind('@');
    if let Some(user) = user.filter(|&user| user > 0) {
        parts.push(from..from + user);
    }
    let host = authority[user.map_or(0, |at| at + 1)..].split(':').next().unwrap_or_default();
    in_path(host, text, path..query, depth, &mut parts);
    for range in pieces(text, query..text.len(), &['?', '&', ';', '#']) {
        parts.extend(in_parameter(text, range, depth));
    }
    parts
}

fn in_path(host: &str, text: &str, path: Range<usize>, depth: usize, parts: &mut Vec<Range<usize>>) {
    let segments = pieces(text, path, &['/']);
    let texts = segments.clone().map(|range| &text[range]);
    let mut before = "";
    for (at, range) in segments.enumerate() {
        let segment = &text[range.clone()];
        let is_known = services::is_secret(host, &texts, at);
        if (is_known || is_announced(segment) && names::announces(before)) && !is_template(segment) {
            parts.push(range);
        } else if let Some(token) = after_bot(segment) {
            parts.push(range.start + token..range.end);
        } else {
            // RFC 3986 §3.3: parameters of a segment.
            parts.extend(pieces(text, range, &[';']).filter_map(|piece| in_parameter(text, piece, depth)));
        }
        before = segment;
    }
}

/// Telegram, also on a host of one's own: `bot`, the bot's number, a colon, and its token.
fn after_bot(segment: &str) -> Option<usize> {
    let colon = segment.find(':')?;
    let number = segment[..colon].strip_prefix("bot")?;
    let is_bot = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (is_bot && colon + 1 < segment.len() && !is_template(&segment[colon + 1..])).then_some(colon + 1)
}

fn is_announced(segment: &str) -> bool {
    segment.len() >= ANNOUNCED_FROM
        && segment.bytes().any(|b| b.is_ascii_digit())
        && segment.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The value of `name=value`, or all of a piece without a name, if it is a credential.
fn in_parameter(text: &str, range: Range<usize>, depth: usize) -> Option<Range<usize>> {
    let piece = &text[range.clone()];
    let (name, from) = piece.split_once('=').map_or(("", range.start), |(name, _)| (name, range.start + name.len() + 1));
    let value = decoded(&text[from..range.end]);
    let named = names::is_secret(&decoded(name)) && !is_flag(&value);
    let nested = || depth > 0 && value.contains("://") && !find(&value, depth - 1).is_empty();
    let found = named || looks_random(&value) || nested();
    (found && !is_template(&text[from..range.end])).then_some(from..range.end)
}

/// What no credential is, even where one is expected.
fn is_flag(value: &str) -> bool {
    value.chars().count() < 2 || ["true", "false", "yes", "no", "null"].iter().any(|flag| value.eq_ignore_ascii_case(flag))
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// The pieces of a part of the text between separators, without empty ones.
fn pieces<'a>(
    text: &'a str,
    range: Range<usize>,
    separators: &'a [char],
) -> impl Iterator<Item = Range<usize>> + Clone + use<'a> {
    let mut at = range.start;
    let ranges = text[range].split(separators).map(move |piece| {
        let from = at;
        at += piece.len() + 1;
        from..from + piece.len()
    });
    ranges.filter(|range| !range.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c21_the_credential_in_a_url_is_masked() {
        for (text, masked) in [
            (
                "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX",
                "https://hooks.slack.com/services/T000/B000/•",
            ),
            ("https://HOOKS.slack.com./services/T0/B0/ab", "https://HOOKS.slack.com./services/T0/B0/•"),
            ("https://hooks.slack.com/workflows/T0/A0/123/ab", "https://hooks.slack.com/workflows/T0/A0/123/•"),
            (
                "https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/0123/c",
                "https://acme.webhook.office.com/webhookb2/•/IncomingWebhook/•/•",
            ),
            (
                "https://prod-1.westeurope.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB-c_d",
                "https://prod-1.westeurope.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=•",
            ),
            ("?password=ab&resource=https://api.example.com/a", "?password=•&resource=https://api.example.com/a"),
            ("/in?token=ab&to=https://a.example/?token=cd", "/in?token=•&to=https://a.example/?token=•"),
            ("https://discord.com/api/webhooks/123456/ab-c_d", "https://discord.com/api/webhooks/123456/•"),
            (
                "https://canary.discord.com/api/v10/webhooks/12/ab/slack?wait=true",
                "https://canary.discord.com/api/v10/webhooks/12/•/slack?wait=true",
            ),
            ("https://api.telegram.org/bot123:ABC/sendMessage", "https://api.telegram.org/bot123:•/sendMessage"),
            ("https://bots.example/bot123:ABC/sendMessage?chat_id=5", "https://bots.example/bot123:•/sendMessage?chat_id=5"),
            ("https://hooks.zapier.com/hooks/catch/123456/abc12/", "https://hooks.zapier.com/hooks/catch/123456/•/"),
            ("https://maker.ifttt.com/trigger/order/with/key/ab", "https://maker.ifttt.com/trigger/order/with/key/•"),
            ("https://hook.eu1.make.com/abcdef", "https://hook.eu1.make.com/•"),
            ("https://acme.app.n8n.cloud/webhook/orders", "https://acme.app.n8n.cloud/webhook/•"),
            ("https://n8n.example/webhook/550e8400-e29b-41d4-a716-446655440000", "https://n8n.example/webhook/•"),
            ("https://h/in?token=abc", "https://h/in?token=•"),
            ("https://h/in?a=1&Access_Token=a%2Fb&b=2#f", "https://h/in?a=1&Access_Token=•&b=2#f"),
            ("https://h/in?client%5Fsecret=abc", "https://h/in?client%5Fsecret=•"),
            ("https://h/in?x=5f4dcc3b5aa765d61d8327deb882cf99", "https://h/in?x=•"),
            ("https://h/in?5f4dcc3b5aa765d61d8327deb882cf99", "https://h/in?•"),
            ("https://h/5f4dcc3b5aa765d61d8327deb882cf99/in", "https://h/•/in"),
            ("https://h/in;token=abc/out", "https://h/in;token=•/out"),
            ("https://h/token/abcd1234/in", "https://h/token/•/in"),
            ("https://h/in?to=https%3A%2F%2Fi%2F%3Ftoken%3Dabc", "https://h/in?to=•"),
            ("https://me:pw@h/in", "https://•@h/in"),
            ("/in?token=abc", "/in?token=•"),
            ("hooks.slack.com/services/T/B/x", "hooks.slack.com/services/T/B/•"),
        ] {
            let expected = masked.replace('•', DOTS);
            assert_eq!(shown(text), expected, "{text}");
            assert_eq!(shown(&expected), expected, "masked once more");
        }
    }

    #[test]
    fn c21_a_url_in_words_is_masked() {
        let text = "unrecognized subcommand 'https://h/in?token=abc', see https://h/.";
        assert_eq!(shown_in(text), format!("unrecognized subcommand 'https://h/in?token={DOTS}', see https://h/."));
    }

    #[test]
    fn c21_what_is_no_credential_is_shown() {
        for text in [
            "",
            "https://",
            "https://h",
            "https://hooks.example.com/in?a=1&b=two",
            "https://h/my-very-long-endpoint-name-for-orders/v2/2026-11-28",
            "https://h/api/token/refresh?next=%2Fin",
            "https://h/customers/1234567890/orders?sort_key=name&page=12",
            "https://hooks.slack.com/services",
            "https://h/in?token={{token}}&key=${KEY}&secret=YOUR_SECRET&code=%7B%7Bcode%7D%7D",
            "https://h/in?token=&signature=true&auth=1",
            "https://h/in?to=https%3A%2F%2Fi%2Fin",
            "https://h/botany:roses/in",
            "https://[::1]:8443/in",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
