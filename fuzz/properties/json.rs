//! JSON as it was written, and `config.json`.

use serde_json::{Map, Value};
use waypost::domain::config::{self, Config};
use waypost::domain::json;

/// The lexer loses no byte of any text; a text that is JSON for `serde_json` means the same when it is indented.
pub fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert_eq!(json::tokens(text).map(|token| token.text).collect::<String>(), text);
    let theirs = serde_json::from_str::<Value>(text);
    if let Some(indented) = json::indented(text) {
        match (theirs, serde_json::from_str::<Value>(&indented)) {
            (Ok(before), Ok(after)) => assert_eq!(before, after, "{text:?}"),
            // `serde_json` refuses numbers beyond a double and halves of surrogate pairs; the lexer keeps them as they are written.
            (before, after) => assert_eq!(before.is_ok(), after.is_ok(), "{text:?}"),
        }
        assert_eq!(json::indented(&indented).as_deref(), Some(&*indented));
    } else if let Ok(value) = theirs {
        assert!(depth(&value) > 60, "{text:?} is JSON");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// `config.json`: what is wrong in it is reported with its place. Each member has an effect, or is reported: without it, the result is
/// another one. Whitespace and escapes in the file do not matter.
pub fn config(bytes: &[u8]) {
    let parse = |bytes: &[u8]| config::parse(bytes, |name| jiff::tz::TimeZone::get(name).ok());
    let (read, troubles) = parse(bytes);
    assert!(troubles.iter().all(|trouble| !trouble.place.is_empty() && !trouble.what.is_empty()), "{troubles:?}");
    let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(bytes) else {
        assert_eq!((read, troubles.len()), (Config::default(), 1));
        return;
    };
    let theme = &read.theme;
    for (role, colour) in [("accent", theme.accent), ("ok", theme.ok), ("warning", theme.warning), ("error", theme.error)] {
        let is_reported = troubles.iter().any(|trouble| trouble.place == format!("theme.{role}"));
        let is_there = members.get("theme").is_some_and(|theme| theme.get(role).is_some());
        assert_eq!(colour.is_some(), is_there && !is_reported, "{role}");
    }
    let written = |members: &Map<String, Value>| serde_json::to_vec(members).expect("it is JSON");
    assert_eq!(parse(&written(&members)), (read.clone(), troubles.clone()));
    for name in members.keys() {
        let mut others = members.clone();
        others.remove(name);
        let said_less = parse(&written(&others)) != (read.clone(), troubles.clone());
        let is_empty = members[name].as_object().is_some_and(Map::is_empty);
        assert!(said_less || is_empty, "{name:?} means nothing");
    }
}
