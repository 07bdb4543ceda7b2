//! `config.json`: how the app looks, what its keys do, and the time zone. Optional; what is wrong in it is reported, and the rest
//! counts.

mod colour;
mod key;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

pub use colour::Colour;
pub use key::Key;

/// What the file says. What it leaves out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    pub theme: Theme,
    /// A key, and the key whose meaning it gets.
    pub keys: Vec<(Key, Key)>,
    /// Only ASCII characters.
    pub ascii: Option<bool>,
    /// Whether the app uses the mouse.
    pub mouse: Option<bool>,
    /// The zone that times are shown and read in.
    pub time_zone: Option<TimeZone>,
}

/// The colours by what they mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    pub accent: Option<Colour>,
    pub ok: Option<Colour>,
    pub warning: Option<Colour>,
    pub error: Option<Colour>,
}

/// What is wrong in the file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Trouble {
    /// The member, such as `theme.accent`, or the line and column.
    pub place: String,
    /// A clause without a full stop; it says which form is meant.
    pub what: String,
}

impl Trouble {
    /// Whether this may be the reason that the member has no value: it is about that member, or about the whole file.
    #[must_use]
    pub fn hides(&self, member: &str) -> bool {
        self.place == member || self.place.starts_with("line ")
    }
}

/// Reads the file. `zone` finds a time zone by its name.
#[must_use]
pub fn parse(text: &[u8], zone: fn(&str) -> Option<TimeZone>) -> (Config, Vec<Trouble>) {
    let mut reader = Reader { zone, config: Config::default(), troubles: Vec::new() };
    match serde_json::from_slice(text) {
        Ok(Value::Object(members)) => reader.all(&members),
        Ok(_) => reader.trouble("line 1", "the file is no JSON object: { … }"),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            // serde_json repeats the place at the end.
            let text = error.to_string();
            reader.trouble(&place, text.split(" at line ").next().unwrap_or_default());
        }
    }
    (reader.config, reader.troubles)
}

/// A member's name, with quotation marks where nothing else would be visible.
const fn shown(name: &str) -> &str {
    if name.is_empty() { "\"\"" } else { name }
}

struct Reader {
    zone: fn(&str) -> Option<TimeZone>,
    config: Config,
    troubles: Vec<Trouble>,
}

impl Reader {
    fn trouble(&mut self, place: &str, what: impl Into<String>) {
        self.troubles.push(Trouble { place: place.to_owned(), what: what.into() });
    }

    fn all(&mut self, members: &Map<String, Value>) {
        for (name, value) in members {
            match (name.as_str(), value) {
                ("theme", Value::Object(roles)) => self.theme(roles),
                ("theme", _) => self.trouble("theme", "must be an object, such as { \"accent\": \"cyan\" }"),
                ("keys", Value::Object(keys)) => self.keys(keys),
                ("keys", _) => self.trouble("keys", "must be an object, such as { \"n\": \"t\" }"),
                ("ascii", Value::Bool(ascii)) => self.config.ascii = Some(*ascii),
                ("mouse", Value::Bool(mouse)) => self.config.mouse = Some(*mouse),
                ("ascii" | "mouse", _) => self.trouble(name, "must be true or false"),
                ("time_zone", Value::String(zone)) => match (self.zone)(zone) {
                    Some(zone) => self.config.time_zone = Some(zone),
                    None => {
                        self.trouble(name, "no time zone with that name is installed; an example of a name is \"Europe/Berlin\"");
                    }
                },
                ("time_zone", _) => self.trouble(name, "must be a string, such as \"Europe/Berlin\""),
                _ => self.trouble(shown(name), "is not known; there are theme, keys, ascii, mouse and time_zone"),
            }
        }
    }

    fn theme(&mut self, roles: &Map<String, Value>) {
        for (name, value) in roles {
            let place = format!("theme.{}", shown(name));
            let theme = &mut self.config.theme;
            let role = match name.as_str() {
                "accent" => &mut theme.accent,
                "ok" => &mut theme.ok,
                "warning" => &mut theme.warning,
                "error" => &mut theme.error,
                _ => {
                    self.trouble(&place, "is not known; there are accent, ok, warning and error");
                    continue;
                }
            };
            match value.as_str().and_then(Colour::from_name) {
                Some(colour) => *role = Some(colour),
                None => self.trouble(&place, format!("is none of the colours {}", Colour::names())),
            }
        }
    }

    fn keys(&mut self, keys: &Map<String, Value>) {
        for (name, value) in keys {
            let place = format!("keys.{}", shown(name));
            match (Key::from_name(name), value.as_str().and_then(Key::from_name)) {
                (Some(Key::Ctrl(letter)), Some(_)) if Key::is_kept_by_terminals(letter) => {
                    self.trouble(&place, "is a key that terminals keep for themselves");
                }
                (Some(key), Some(meaning)) => self.config.keys.push((key, meaning)),
                (None, _) => self.trouble(&place, format!("the name is {}", Key::FORM)),
                (Some(_), None) => self.trouble(&place, format!("the value is {}", Key::FORM)),
            }
        }
    }
}
