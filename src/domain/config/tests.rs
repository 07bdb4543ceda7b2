use jiff::tz::TimeZone;

use super::{Colour, Config, Key, Theme, Trouble};

fn parse(text: &[u8]) -> (Config, Vec<Trouble>) {
    super::parse(text, |name| (name == "Europe/Berlin").then(berlin))
}

fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn troubles(text: &str) -> Vec<String> {
    parse(text.as_bytes()).1.iter().map(ToString::to_string).collect()
}

#[test]
fn a_whole_file_is_read() {
    let text = r#"{
        "theme": { "accent": "cyan", "ok": "bright-green", "warning": "default", "error": "red" },
        "keys": { "n": "t", "ctrl-r": "ctrl-t", "ß": "e" },
        "ascii": false,
        "mouse": true,
        "time_zone": "Europe/Berlin"
    }"#;
    let (config, troubles) = parse(text.as_bytes());
    assert_eq!(troubles, []);
    let theme = Theme {
        accent: Some(Colour::Cyan),
        ok: Some(Colour::BrightGreen),
        warning: Some(Colour::Default),
        error: Some(Colour::Red),
    };
    let keys = vec![(Key::Char('n'), Key::Char('t')), (Key::Ctrl('r'), Key::Ctrl('t')), (Key::Char('ß'), Key::Char('e'))];
    let expected = Config { theme, keys, ascii: Some(false), mouse: Some(true), time_zone: Some(berlin()) };
    assert_eq!(config, expected);
    assert_eq!(parse(b"{}"), (Config::default(), vec![]));
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_the_rest_counts() {
    let text = r#"{ "theme": { "accent": "pink", "title": "red", "ok": 3, "error": "red" }, "ascii": "on",
        "colour": 1, "time_zone": "Europe/Berlim", "mouse": 1 }"#;
    let (config, troubles) = parse(text.as_bytes());
    assert_eq!(config.theme.error, Some(Colour::Red));
    assert_eq!(config.ascii, None);
    let places: Vec<_> = troubles.iter().map(|trouble| trouble.place.as_str()).collect();
    assert_eq!(places, ["theme.accent", "theme.title", "theme.ok", "ascii", "colour", "time_zone", "mouse"]);
}

#[test]
fn a_file_that_is_no_json_is_named_with_its_line() {
    assert_eq!(troubles("{\n  \"ascii\": true,\n}"), ["line 3, column 1: trailing comma"]);
    assert_eq!(troubles(""), ["line 1, column 0: EOF while parsing a value"]);
    assert_eq!(troubles("[]"), ["line 1: the file is no JSON object: { … }"]);
    assert_eq!(parse(b"{\"ascii\": \xff}").1.len(), 1);
}

#[test]
fn keys_that_cannot_be_are_refused() {
    for name in ["", " ", "ctrl-", "ctrl-1", "ctrl-ab", "ab", "alt-x", "\\u0007", "ctrl-s", "ctrl-j"] {
        let text = format!("{{\"keys\": {{\"{name}\": \"t\"}}}}");
        let (config, troubles) = parse(text.as_bytes());
        assert!(config.keys.is_empty() && troubles.len() == 1, "{name}: {troubles:?}");
    }
    assert_eq!(troubles(r#"{"keys": {"n": "test"}}"#).len(), 1);
    assert_eq!(troubles(r#"{"keys": ["n"]}"#).len(), 1);
}

#[test]
fn a_time_zone_is_a_name() {
    for value in ["\"\"", "\"Mars/Base\"", "1", "null", "[\"Europe/Berlin\"]"] {
        let (config, troubles) = parse(format!("{{\"time_zone\": {value}, \"ascii\": true}}").as_bytes());
        assert!(config.time_zone.is_none() && config.ascii == Some(true), "{value}");
        assert!(troubles.len() == 1 && troubles[0].hides("time_zone") && !troubles[0].hides("ascii"), "{value}: {troubles:?}");
    }
    assert!(parse(b"{").1[0].hides("time_zone"));
}
