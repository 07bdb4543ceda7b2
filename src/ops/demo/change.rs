//! In words: what to change so that the receiver refuses, and how to have it back.

use super::guide::Guide;
use crate::domain::auth::AuthType;
use crate::domain::auth::{api_key, basic, bearer, hmac};
use crate::domain::field;
use crate::domain::field::Field;
use crate::domain::text::{ellipsis, visible};

/// The most characters of a value that are shown.
const VALUE: usize = 18;

/// How a field is changed so that the receiver refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What to change; goes on a sentence.
    pub what: &'static str,
    /// The same, of a field that was named just before; goes on a sentence.
    pub named: &'static str,
    /// The same, on that field of a form with keys; begins a sentence.
    pub here: &'static str,
}

impl Change {
    /// For a receiver that checks so: a field that is quickly changed, and put back without having to remember a secret. There
    /// is none of that kind for a token, which a person typed a moment ago.
    pub(super) fn of(checked: AuthType) -> Self {
        match checked.name {
            "default" => Self {
                field: field::URL,
                what: "change the URL's path",
                named: "type a letter more",
                here: "Type a letter more: the path is wrong then",
            },
            "hmac" => Self {
                field: hmac::FORMAT,
                what: "choose another Format",
                named: "choose another",
                here: "Choose another one with ←→",
            },
            "basic" => Self {
                field: basic::USERNAME,
                what: "change the Username",
                named: "type a letter more",
                here: "Type a letter more",
            },
            "bearer" => Self {
                field: bearer::TOKEN,
                what: "type another Token",
                named: "type another",
                here: "Type another token, such as wrong",
            },
            _ => Self {
                field: api_key::ADD_TO,
                what: "change where the key goes",
                named: "choose the other",
                here: "Choose the other one with ↑↓",
            },
        }
    }
}

/// How the field is called that is to be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    /// By its label.
    ByName,
    /// Not at all: it was named just before.
    It,
}

impl Guide {
    /// How to have a field as the receiver has it; goes on a sentence.
    #[must_use]
    pub fn back(&self, field: Field, called: Called) -> String {
        let name = |name| if called == Called::It { "it" } else { name };
        match field {
            field if field == field::URL => format!("let {} end in {}", name("the URL"), path(self.url())),
            field if [hmac::HEADER_KEY, basic::USERNAME, api_key::KEY].contains(&field) => {
                format!("let {} be {} again", name(field.label), self.had(field))
            }
            field if field.is_secret() && called == Called::It => "type the first again".to_owned(),
            field if field.is_secret() => format!("type the first {} again", field.label),
            field => format!("choose {} again", self.had(field)),
        }
    }

    /// What the receiver has in a field that is no secret.
    fn had(&self, field: Field) -> String {
        let Some(given) = self.given() else { return String::new() };
        let auth = given.auth();
        let values = auth.plain_values();
        let text = match values.iter().find(|(own, _)| *own == field) {
            Some((_, value)) => field.option(value).map_or(*value, |option| option.label),
            None if auth.auth_type() == hmac::SPEC => "HMAC Signature",
            None => auth.auth_type().label,
        };
        if text.is_empty() { "empty".to_owned() } else { ellipsis(&visible(text), VALUE).into_owned() }
    }
}

/// Of a URL.
fn path(url: &str) -> &str {
    url.rfind('/').map_or(url, |at| &url[at..])
}
