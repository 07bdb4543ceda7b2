//! A small reader of JSON Schema: the keywords that ours use, and a failure at any other, so that no rule goes unchecked.

use std::collections::BTreeSet;

use serde_json::Value;

/// The published schema of that name.
fn published(name: &str) -> Value {
    let path = format!("{}/assets/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[track_caller]
pub fn assert_valid(name: &str, value: &Value) {
    let schema = published(name);
    assert_eq!(faults(&schema, &schema, value, "$"), [""; 0], "{value:#}");
}

fn follow<'a>(root: &'a Value, reference: &Value) -> &'a Value {
    let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
    root.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}

fn faults(root: &Value, rule: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, wanted) in rule.as_object().unwrap() {
        let list = || wanted.as_array().unwrap();
        let holds = match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => true,
            "type" => match wanted {
                Value::Array(names) => names.iter().any(|name| is_type(value, name.as_str().unwrap())),
                name => is_type(value, name.as_str().unwrap()),
            },
            "const" => value == wanted,
            "enum" => list().contains(value),
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().unwrap()),
            "format" => {
                assert_eq!(wanted, "date-time");
                value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok())
            }
            "required" => list().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" => {
                for (name, rule) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        found.extend(faults(root, rule, value, &format!("{at}.{name}")));
                    }
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(wanted, false);
                let known: BTreeSet<_> = rule["properties"].as_object().unwrap().keys().collect();
                value.as_object().is_none_or(|object| object.keys().all(|name| known.contains(name)))
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(root, wanted, item, &format!("{at}[{index}]")));
                }
                true
            }
            "oneOf" => list().iter().filter(|rule| faults(root, rule, value, at).is_empty()).count() == 1,
            "$ref" => {
                found.extend(faults(root, follow(root, wanted), value, at));
                true
            }
            other => panic!("unknown keyword {other}"),
        };
        if !holds {
            found.push(format!("{at}: {keyword}"));
        }
    }
    found
}

/// No field is described that is never printed: each of these is in what a test prints. That none is printed that is not
/// described, the schema itself says.
#[test]
fn nothing_is_described_that_is_not_printed() {
    use crate::support::check::expect_nothing;
    use crate::support::common::registered_at;
    use crate::support::receiver::{Answer, Receiver};
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).body("x")]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let json = home.waypost(&["test", "--json"]).exits(0).json();
    assert_valid("test", &json);
    let schema = published("test");
    let attempt = &json["delivery"]["attempts"][0];
    for (part, definition) in [
        (&json["delivery"], "delivery"),
        (attempt, "attempt"),
        (&attempt["timings_ms"], "timings"),
        (&attempt["request"], "request"),
        (&attempt["response"], "response"),
        (&attempt["tls"], "tls"),
    ] {
        let described = &schema["$defs"][definition];
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(part), keys(&described["properties"]), "{definition}");
        let required: BTreeSet<_> =
            described["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert_eq!(required, keys(part), "{definition}");
        assert_eq!(described["additionalProperties"], false, "{definition}");
    }
    let outcomes = waypost::domain::delivery::Outcome::ALL.map(waypost::domain::delivery::Outcome::name);
    assert_eq!(schema["$defs"]["outcome"]["enum"], serde_json::json!(outcomes));
    let mut phases: Vec<Value> = waypost::domain::delivery::Phase::ALL.iter().map(|phase| phase.name().into()).collect();
    phases.push(Value::Null);
    assert_eq!(schema["$defs"]["attempt"]["properties"]["phase"]["enum"], Value::from(phases));
}

#[test]
fn what_is_wrong_is_found() {
    let good =
        serde_json::json!({ "schema_version": 1, "error": { "code": "usage", "message": "m", "field": null, "fix": null } });
    assert_valid("test", &good);
    assert_valid("show", &good);
    assert_valid("verify", &good);
    for (pointer, bad) in [
        ("/schema_version", 2.into()),
        ("/error/code", "other".into()),
        ("/error/field", Value::from(1)),
        ("/error", Value::Null),
    ] {
        let mut json = good.clone();
        *json.pointer_mut(pointer).unwrap() = bad;
        for name in ["test", "show", "verify"] {
            let schema = published(name);
            assert!(!faults(&schema, &schema, &json, "$").is_empty(), "{name} {pointer}");
        }
    }
}
