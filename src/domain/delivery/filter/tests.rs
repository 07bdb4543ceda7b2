use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::{EventIs, Filter, FilterError, ResultIs, StatusIs, contains, has_open_quote};
use crate::domain::delivery::Outcome;
use crate::domain::delivery::record::tests::{delivery, probe};

/// Two hours east of Greenwich.
fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(2))
}

/// 14:30 there.
fn now() -> Timestamp {
    "2026-11-28T12:30:00Z".parse().unwrap()
}

fn parse(text: &str) -> Result<Filter, String> {
    Filter::parse(text, now(), &zone()).map_err(|error| error.to_string())
}

#[test]
fn terms_and_words() {
    let filter =
        parse("  outcome:refused OUTCOME:Probe status:404 status:5xx event:order.* event:ping timeout \"two words\" a:b ");
    let expected = Filter {
        results: vec![ResultIs::Outcome(Outcome::Refused), ResultIs::Probe],
        statuses: vec![StatusIs { from: 404, to: 404 }, StatusIs { from: 500, to: 599 }],
        events: vec![EventIs::Begins("order.".into()), EventIs::Exactly("ping".into())],
        words: vec!["timeout".into(), "two words".into(), "a:b".into()],
        ..Filter::default()
    };
    assert_eq!(filter.unwrap(), expected);
    assert!(parse(" \t").unwrap().is_empty() && !expected.is_empty());
    // As JSON has it.
    assert_eq!(parse("\"topic\":\"ping\"").unwrap().words, ["topic\":\"ping"]);
    assert_eq!(parse("\"open ended").unwrap().words, ["\"open", "ended"]);
    assert_eq!(parse("\"\"").unwrap().words, ["\"\""]);
}

#[test]
fn a_quotation_mark_that_is_not_closed() {
    for text in ["foo \"bar", "\"open ended", "\"", "\"a b\" \"c"] {
        assert!(has_open_quote(text), "{text}");
    }
    for text in ["", "foo", "\"two words\"", "\"topic\":\"ping\"", "\"\"", "5\" pipe", "\"\"number\": 3\""] {
        assert!(!has_open_quote(text), "{text}");
    }
}

#[test]
fn times() {
    for (text, expected) in [
        ("since:1h", "2026-11-28T11:30:00Z"),
        ("since:1h30m", "2026-11-28T11:00:00Z"),
        ("since:7d", "2026-11-21T12:30:00Z"),
        ("since:90", "2026-11-28T12:28:30Z"),
        ("since:14:00", "2026-11-28T12:00:00Z"),
        // Not later today.
        ("since:21:03", "2026-11-27T19:03:00Z"),
        ("since:9:05:07", "2026-11-28T07:05:07Z"),
        ("since:2026-11-26", "2026-11-25T22:00:00Z"),
        ("since:today", "2026-11-27T22:00:00Z"),
        ("since:yesterday", "2026-11-26T22:00:00Z"),
        ("since:2026-11-26T21:03", "2026-11-26T19:03:00Z"),
        ("\"since:2026-11-26 21:03\"", "2026-11-26T19:03:00Z"),
        ("since:2026-11-26T21:03:00Z", "2026-11-26T21:03:00Z"),
        ("since:2026-11-26T21:03:00+01:00", "2026-11-26T20:03:00Z"),
        // The narrower one counts.
        ("since:2h since:1h since:3h", "2026-11-28T11:30:00Z"),
    ] {
        assert_eq!(parse(text).unwrap().since.unwrap().to_string(), expected, "{text}");
    }
    let until = |text: &str| parse(text).unwrap().until.unwrap().to_string();
    assert_eq!(until("until:2026-11-26"), "2026-11-26T22:00:00Z", "with that day");
    assert_eq!(until("until:yesterday until:14:00"), "2026-11-27T22:00:00Z");
}

#[test]
fn nonsense_is_an_error_that_says_what_is_taken() {
    for (text, says) in [
        ("outcome:late", "outcome: \"late\" is not valid; expected delivered, refused, failed, stopped or probe"),
        ("outcome:", "outcome: expected delivered"),
        ("status:0xx", "404 or 5xx"),
        ("status:5x", "404 or 5xx"),
        ("status:99", "404 or 5xx"),
        ("status:70000", "404 or 5xx"),
        ("event:", "the name of an event"),
        ("since:soon", "how long ago (30m"),
        ("since:", "how long ago (30m"),
        ("since:-1h", "how long ago (30m"),
        ("since:1h2x", "how long ago (30m"),
        ("since:99999999999999999999d", "how long ago (30m"),
        ("since:9223372036854775807", "how long ago (30m"),
        ("since:25:00", "how long ago (30m"),
        ("until:2026-02-30", "how long ago (30m"),
        ("until:26-11-26", "how long ago (30m"),
        ("until:\u{1b}[31m", "\\x1b"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}

/// SQLite refuses an expression of a thousand terms, and a word of a hundred kilobytes would be looked for at each place of a body.
#[test]
fn a21_too_many_terms_and_words_that_are_too_long_are_refused() {
    for term in ["status:5xx ", "outcome:failed ", "event:order.* ", "word ", "\"a word\" ", "since:1h ", "\"x"] {
        assert!(term == "\"x" || parse(&term.repeat(100)).is_ok(), "{term}");
        assert!(term == "\"x" || parse(&term.repeat(101)).unwrap_err().contains("at most 100"), "{term}");
        parse(&term.repeat(20_000)).unwrap_err();
    }
    let long = "a".repeat(1025);
    for text in [&long, &format!("event:{long}"), &format!("outcome:{long}"), &format!("since:{long}")] {
        assert!(parse(text).unwrap_err().contains("at most 1024 bytes"), "{text}");
    }
    parse(&"a".repeat(1024)).unwrap();
    let mut filter = Filter::default();
    for _ in 0..100 {
        filter.add("outcome", "failed", now(), &zone()).unwrap();
    }
    assert_eq!(filter.add("outcome", "failed", now(), &zone()), Err(FilterError::TooMany));
}

#[test]
fn a_slip_in_a_name_is_not_a_word() {
    for (text, meant) in [
        ("stauts:5xx", "status"),
        ("tsatus:5xx", "status"),
        ("State:500", "status"),
        ("ping statsu:", "status"),
        ("sinec:1h", "since"),
        ("unitl:1h", "until"),
        ("outcom:failed", "outcome"),
        ("otucoem:failed", "outcome"),
        ("events:ping", "event"),
        ("vent:ping", "event"),
    ] {
        let error = parse(text).unwrap_err();
        let typed = text.split(' ').next_back().unwrap().split(':').next().unwrap();
        assert_eq!(error, format!("unknown filter \"{typed}\": did you mean {meant}:?"));
    }
    for word in [
        "https://hooks.example.com",
        "order:1",
        "evt:1",
        "id:7",
        "sent:1",
        "line:10",
        "user:7",
        "a:b",
        ":",
        ":5xx",
        "stauts",
        "7:30",
        "{\"state\":1}",
        "msg_1:2",
        "ünti:1",
    ] {
        assert_eq!(parse(word).unwrap().words, [word]);
    }
    // In quotes any name is a word.
    assert_eq!(parse("\"state:500\" \"state\":1").unwrap().words, ["state:500", "\"state\":1"]);
}

#[test]
fn a_delivery_matches_by_its_row() {
    let refused = {
        let mut refused = delivery("msg_1");
        refused.attempts.pop();
        refused
    };
    for (text, matches) in [
        ("", true),
        ("outcome:refused", true),
        ("outcome:failed outcome:refused", true),
        ("outcome:failed", false),
        ("outcome:probe", false),
        ("status:401", true),
        ("status:4xx", true),
        ("status:5xx status:400", false),
        ("event:ping", true),
        ("event:pi", false),
        ("event:pi*", true),
        ("since:2026-11-23", true),
        ("since:2026-11-23T12:00", false),
        ("until:2026-11-23T12:00", true),
        ("until:2026-11-22", false),
        ("outcome:refused status:5xx", false),
    ] {
        assert_eq!(parse(text).unwrap().matches(&refused), matches, "{text}");
    }
    let probe = probe("prb_1");
    for (text, matches) in [("outcome:probe", true), ("outcome:failed", false), ("status:4xx", false), ("event:probe", true)] {
        assert_eq!(parse(text).unwrap().matches(&probe), matches, "{text}");
    }
}

#[test]
fn words_are_found_where_they_are_looked_for() {
    let delivery = delivery("msg_1");
    for (text, matches) in [
        ("MSG_1", true),
        ("ping", true),
        ("unauthorized 401", true),
        ("\"auth refused\"", true),
        ("\"says so\"", true),
        ("\"topic\":\"ping\"", true),
        ("failed", true),
        ("missing", false),
        ("ping missing", false),
        // Names of the record's parts, its headers and its times are not looked at.
        ("duration_ms", false),
        ("application/json", false),
        ("2026-11-23", false),
        ("hooks.example.com", false),
    ] {
        assert_eq!(parse(text).unwrap().matches(&delivery), matches, "{text}");
    }
    assert!(parse("\"accepts unsigned\"").unwrap().matches(&probe("prb_1")));
}

#[test]
fn a_text_is_searched_in_either_case() {
    for (text, word, found) in [
        ("abc", "", true),
        ("", "", true),
        ("", "a", false),
        ("abc", "C", true),
        ("abc", "abcd", false),
        ("aab", "ab", true),
        ("\u{e9}", "\u{c9}", false),
    ] {
        assert_eq!(contains(text.as_bytes(), word.as_bytes()), found, "{text:?} {word:?}");
    }
}
