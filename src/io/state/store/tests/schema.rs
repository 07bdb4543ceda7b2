//! The published schema says what is saved, no more and no less.

use crate::domain::auth::{self, api_key, hmac, oauth2};
use crate::domain::field;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::*;
use super::{Home, draft};
use crate::domain::auth::AuthType;
use crate::domain::header::HeaderEntry;
use crate::domain::signature::Format;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../../assets/destination.schema.json")).unwrap()
}

/// Every way in which `value` breaks `rule`. Knows the keywords that our schema uses, and fails at any other, so that no rule
/// goes unchecked.
fn faults(root: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |holds: bool, keyword: &str| {
        if !holds {
            found.push(format!("{at}: {keyword}"));
        }
    };
    let mut deeper = Vec::new();
    for (keyword, wanted) in rule.as_object().unwrap() {
        let length = value.as_str().map(|text| text.chars().count() as u64);
        match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => {}
            "type" => say(
                match wanted.as_str().unwrap() {
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    "string" => value.is_string(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                },
                keyword,
            ),
            "const" => say(value == wanted, keyword),
            "enum" => say(wanted.as_array().unwrap().contains(value), keyword),
            "minimum" => say(value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()), keyword),
            "maximum" => say(value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()), keyword),
            "minLength" => say(length.is_none_or(|length| length >= wanted.as_u64().unwrap()), keyword),
            "maxLength" => say(length.is_none_or(|length| length <= wanted.as_u64().unwrap()), keyword),
            "maxItems" => say(value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().unwrap()), keyword),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    deeper.extend(faults(root, wanted, item, &format!("{at}[{index}]")));
                }
            }
            "format" => {
                assert_eq!(wanted, "date-time");
                say(value.as_str().is_none_or(|text| text.parse::<Timestamp>().is_ok()), keyword);
            }
            "pattern" => say(value.as_str().is_none_or(|text| matches_pattern(wanted.as_str().unwrap(), text)), keyword),
            "required" => {
                for name in wanted.as_array().unwrap() {
                    say(value.get(name.as_str().unwrap()).is_some(), &format!("required {name}"));
                }
            }
            "properties" => {
                for (name, rule) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        deeper.extend(faults(root, rule, value, &format!("{at}.{name}")));
                    }
                }
            }
            "oneOf" => {
                let fits = wanted.as_array().unwrap().iter().filter(|rule| faults(root, rule, value, at).is_empty());
                say(fits.count() == 1, keyword);
            }
            "$ref" => deeper.extend(faults(root, follow(root, wanted), value, at)),
            other => panic!("unknown keyword {other}"),
        }
    }
    found.extend(deeper);
    found
}

fn follow<'a>(root: &'a Value, reference: &Value) -> &'a Value {
    root.pointer(reference.as_str().unwrap().strip_prefix('#').unwrap()).unwrap()
}

fn matches_pattern(pattern: &str, text: &str) -> bool {
    match pattern {
        "^https://" => text.starts_with("https://"),
        "^/" => text.starts_with('/'),
        "^dst_." => text.strip_prefix("dst_").is_some_and(|rest| !rest.is_empty()),
        "^[^:]*$" => !text.contains(':'),
        "^v1:[A-Za-z0-9+/]+={0,2}$" => text.strip_prefix("v1:").is_some_and(|rest| {
            let body = rest.strip_suffix("==").or_else(|| rest.strip_suffix('=')).unwrap_or(rest);
            !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
        }),
        other => panic!("unknown pattern {other}"),
    }
}

fn saved() -> Vec<(AuthType, Value)> {
    let whole = |auth_type| draft(auth_type).with(field::CA_CERT, "/ca.pem").with(field::TIMEOUT, "120");
    let mut drafts: Vec<Draft> = auth::ALL.map(draft).into();
    drafts.extend(auth::ALL.map(whole));
    drafts.push(draft(api_key::SPEC).with(field::URL, "https://h.example/in?token=abc"));
    let replaced = draft(hmac::SPEC).with(hmac::FORMAT, Format::Timestamped.name());
    drafts.push(replaced.with(hmac::PREVIOUS_SECRET, "the-one-before").with(hmac::PREVIOUS_UNTIL, "1790000000"));
    let template = draft(hmac::SPEC).with(hmac::FORMAT, Format::Template.name());
    drafts.push(template.with(hmac::ALGORITHM, "sha512").with(hmac::ENCODING, "base64").with(hmac::TIMESTAMP_HEADER, "X-Ts"));
    drafts.push(draft(api_key::SPEC).with(api_key::ADD_TO, api_key::QUERY.name));
    drafts.extend(
        [Format::Hex, Format::Base64, Format::Sha256Hex].map(|format| draft(hmac::SPEC).with(hmac::FORMAT, format.name())),
    );
    let parameters = draft(oauth2::SPEC).with(oauth2::TOKEN_PARAMS, "password=hunter2").with(oauth2::CLIENT_AUTH, "body");
    let parameters = parameters.with(oauth2::TOKEN_URL, "https://auth.example.com/token?key=hunter2");
    drafts.push(parameters.with(oauth2::SCOPE, "a b").with(oauth2::AUDIENCE, "c"));
    let headers = draft(api_key::SPEC).with_header(HeaderEntry::plain("X-Env", "test"));
    drafts.insert(0, headers.with_header(HeaderEntry::secret("X-Env-Token", "hunter2")));
    let home = Home::new();
    let save = |draft: &Draft| {
        home.put(draft);
        (draft.auth_type(), home.json())
    };
    drafts.iter().map(save).collect()
}

#[test]
fn what_is_saved_is_valid() {
    for (_, json) in saved() {
        assert_eq!(faults(&schema(), &schema(), &json, "$"), [""; 0], "{json}");
    }
    let empty = json!({ "schema_version": 1, "generation": 0, "destination": null });
    assert_eq!(faults(&schema(), &schema(), &empty, "$"), [""; 0]);
}

#[test]
fn what_is_not_saved_is_not_valid() {
    let (_, good) = saved().into_iter().find(|(auth_type, _)| *auth_type == api_key::SPEC).unwrap();
    for (pointer, bad) in [
        ("/schema_version", json!(2)),
        ("/generation", json!(-1)),
        ("/destination", json!("x")),
        ("/destination/url", json!("http://h/")),
        ("/destination/created_at", json!("yesterday")),
        ("/destination/auth/type", json!("bearer")),
        ("/destination/auth/add_to", json!("body")),
        ("/destination/id", json!("d")),
        ("/destination/headers", json!({})),
        ("/destination/headers/0", json!({ "name": "X-Env" })),
        ("/destination/headers/0/value", json!("")),
        ("/destination/headers/1", json!({ "name": "X-Env", "secret": false })),
        ("/destination/sealed", json!("plain text")),
        ("/destination/sealed/auth.value", json!("plain text")),
    ] {
        let mut json = good.clone();
        *json.pointer_mut(pointer).unwrap() = bad;
        assert!(!faults(&schema(), &schema(), &json, "$").is_empty(), "{pointer}");
    }
}

#[test]
fn no_field_is_saved_that_is_not_described_and_none_described_that_is_not_saved() {
    let schema = schema();
    let described = |pointer: &str| -> BTreeSet<String> {
        schema.pointer(pointer).unwrap()["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let all = saved();
    let union = |part: &dyn Fn(&Value) -> Value, of: &dyn Fn(AuthType) -> bool| -> BTreeSet<String> {
        all.iter().filter(|(auth_type, _)| of(auth_type)).flat_map(|(_, json)| keys(&part(json))).collect()
    };
    assert_eq!(union(&|json| json.clone(), &|_| true), described(""));
    assert_eq!(union(&|json| json["destination"].clone(), &|_| true), described("/$defs/destination"));
    for auth_type in auth::ALL {
        let saved = union(&|json| json["destination"]["auth"].clone(), &|this| this == auth_type);
        assert_eq!(saved, described(&format!("/$defs/{}", auth_type.name)));
    }
    let formats: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    assert_eq!(schema["$defs"]["hmac"]["properties"]["format"]["enum"], json!(formats));
    let places: Vec<_> = api_key::ADD_TO.options().iter().map(|place| place.name).collect();
    assert_eq!(schema["$defs"]["api-key"]["properties"]["add_to"]["enum"], json!(places));
}
