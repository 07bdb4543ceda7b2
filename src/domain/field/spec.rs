//! A field as data, and values by field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::domain::mask::with_dots;
use crate::domain::secret::Secret;

/// The fewest characters of which the last four may be shown: of a shorter secret they would be too large a part.
const HINT_FROM: usize = 20;

/// A field. Two are the same when their ids are.
pub type Field = &'static FieldSpec;

/// Everything that the front ends and the state file need to know about a field.
pub struct FieldSpec {
    /// Its name in JSON and in the state file. No two fields share one.
    pub id: &'static str,
    /// The words beside its input.
    pub label: &'static str,
    /// A word or two after the label where it is filled in: what kind of value it takes, given the others.
    pub label_note: fn(&Values) -> &'static str,
    /// The flag that gives it; `None` for a secret, which never comes as an argument.
    pub flag: Option<&'static str>,
    /// The placeholder of its value in `--help`.
    pub value_name: &'static str,
    /// What it is, as `--help` and a question say it: begins in lower case, without a full stop.
    pub about: &'static str,
    /// The form's line of help, at most 40 columns.
    pub help: &'static str,
    /// An example of a value.
    pub placeholder: &'static str,
    /// Whether a destination needs a value of it; one for which an empty value means something may stay empty all the same.
    pub required: bool,
    /// How it is entered.
    pub kind: Kind,
    /// Whether whitespace around the value is removed when it is pasted or answered.
    pub trim: bool,
    /// Removes from a pasted value what does not belong to it, with the notice that says so.
    pub clean: for<'a> fn(&'a str) -> (&'a str, Option<&'static str>),
    /// Finds the parts of a value that are a credential, where it is otherwise not secret.
    pub credential: Option<FindCredentials>,
    /// Whether it decides where a secret goes: a secret is sealed for its value, and does not open for another.
    pub binds_secrets: bool,
    /// The choice, and the option of it, without which it means nothing: then it is not shown, and its value is not kept.
    pub only_with: Option<(Field, &'static str)>,
    /// How a flag that is given once more adds to the value; `None` where it may be given once.
    pub joined: Option<fn(&str, &str) -> String>,
    /// What an empty value means, in words, given the other values.
    pub default: fn(&Values) -> Option<&'static str>,
}

/// Finds the parts of a text, in bytes, that are a credential.
pub type FindCredentials = fn(&str) -> Vec<Range<usize>>;

/// How a field is entered.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Shown as it is typed.
    Text,
    /// Hidden, sealed in the state file and redacted everywhere.
    Secret(SecretSpec),
    /// One of these; the first where none is chosen.
    Choice(&'static [Choice]),
}

/// What may be done with a secret.
#[derive(Clone, Copy, Debug)]
pub struct SecretSpec {
    /// Whether its last four characters may be shown, by which a person recognises it.
    pub shows_hint: bool,
    /// Makes one of 32 random bytes, given the other values; `None` where the receiver decides what it is.
    pub generate: Option<fn(&Values, &[u8; 32]) -> Secret>,
    /// Flags by which people would try to give it. Each is refused.
    pub refused_flags: &'static [&'static str],
}

/// An option of a [`Kind::Choice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in JSON and flags.
    pub name: &'static str,
    /// The words on it.
    pub label: &'static str,
    /// What a value made with it looks like; empty where there is nothing to say.
    pub detail: &'static str,
}

impl FieldSpec {
    /// A text field, to be completed with `..`: nothing is removed from what is typed, and empty means empty.
    pub const TEXT: Self = Self {
        id: "",
        label: "",
        label_note: |_| "",
        flag: None,
        value_name: "TEXT",
        about: "",
        help: "",
        placeholder: "",
        required: false,
        kind: Kind::Text,
        trim: true,
        clean: unchanged,
        credential: None,
        binds_secrets: false,
        only_with: None,
        joined: None,
        default: |_| None,
    };

    /// The text without the whitespace around it, where that cannot be part of the value.
    #[must_use]
    pub fn trimmed<'a>(&self, text: &'a str) -> &'a str {
        if self.trim { text.trim() } else { text }
    }

    /// The parts of a text, in bytes, that are a credential where the field is not secret as a whole.
    #[must_use]
    pub fn credentials(&self, text: &str) -> Vec<Range<usize>> {
        self.credential.map_or_else(Vec::new, |parts| parts(text))
    }

    /// What may be shown of its value: dots for the parts that are a credential. Not for a secret, of which nothing is shown.
    #[must_use]
    pub fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        with_dots(text, &self.credentials(text))
    }

    /// Whether it means anything, given the other values.
    #[must_use]
    pub fn applies(&self, values: &Values) -> bool {
        self.only_with.is_none_or(|(choice, option)| values.text(choice) == option)
    }

    /// Whether what is typed into it is hidden.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret(_))
    }

    /// Whether it is one of several options.
    #[must_use]
    pub const fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Choice(_))
    }

    /// Whether waypost can generate its value.
    #[must_use]
    pub const fn can_be_generated(&self) -> bool {
        matches!(self.kind, Kind::Secret(SecretSpec { generate: Some(_), .. }))
    }

    /// A value made of 32 random bytes, where waypost can generate one.
    #[must_use]
    pub fn generated(&self, values: &Values, random: &[u8; 32]) -> Option<Secret> {
        match self.kind {
            Kind::Secret(SecretSpec { generate: Some(generate), .. }) => Some(generate(values, random)),
            Kind::Secret(_) | Kind::Text | Kind::Choice(_) => None,
        }
    }

    /// Whether its options are explained by what a value made with them looks like.
    #[must_use]
    pub fn has_details(&self) -> bool {
        self.options().iter().any(|option| !option.detail.is_empty())
    }

    /// Its options; none where it is not a choice.
    #[must_use]
    pub const fn options(&self) -> &'static [Choice] {
        match self.kind {
            Kind::Choice(options) => options,
            Kind::Text | Kind::Secret(_) => &[],
        }
    }

    /// Its option of that name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'static Choice> {
        self.options().iter().find(|option| option.name == name)
    }

    /// A text in place of its value, which ends as that does where its hint may be shown.
    #[must_use]
    pub fn stand_in(&self, secret: &Secret) -> Secret {
        let hint = self.hint(secret.expose());
        Secret::new(hint.map_or_else(|| "0".repeat(8), |hint| format!("{}{hint}", "0".repeat(16))))
    }

    /// The last four characters of its value, where they may be shown.
    #[must_use]
    pub fn hint(&self, secret: &str) -> Option<String> {
        let count = secret.chars().count();
        match self.kind {
            Kind::Secret(SecretSpec { shows_hint: true, .. }) if count >= HINT_FROM => {
                Some(secret.chars().skip(count - 4).collect())
            }
            Kind::Secret(_) | Kind::Text | Kind::Choice(_) => None,
        }
    }
}

/// For [`FieldSpec::clean`]: removes nothing.
#[must_use]
pub const fn unchanged(text: &str) -> (&str, Option<&'static str>) {
    (text, None)
}

impl PartialEq for FieldSpec {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for FieldSpec {}

impl PartialOrd for FieldSpec {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FieldSpec {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(other.id)
    }
}

impl std::hash::Hash for FieldSpec {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for FieldSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Values by field. Each is in a buffer that is zeroed on drop, whether or not its field is a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<Field, Secret>);

impl Values {
    /// The value as it was typed; of a choice, the name of the option. Empty where none was entered.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.secret(field).expose()
    }

    /// The same, for a field whose value must not be copied around.
    #[must_use]
    pub fn secret(&self, field: Field) -> &Secret {
        static EMPTY: Secret = Secret::EMPTY;
        self.0.get(field).unwrap_or(&EMPTY)
    }

    /// The option that is chosen: the first, where none is or the name is unknown.
    #[must_use]
    pub fn choice(&self, field: Field) -> usize {
        let name = self.text(field);
        field.options().iter().position(|option| option.name == name).unwrap_or(0)
    }

    /// Puts a value in. An empty one, and the first option of a choice, are the same as none.
    pub fn set(&mut self, field: Field, value: impl Into<Secret>) {
        let value = value.into();
        let is_first = field.options().first().is_some_and(|option| option.name == value.expose());
        if value.is_empty() || is_first {
            self.0.remove(field);
        } else {
            self.0.insert(field, value);
        }
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(field, value)| {
            let text = if field.is_secret() { "…".into() } else { field.shown(value.expose()) };
            (field.id, text)
        });
        f.debug_map().entries(shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{basic, bearer};

    #[test]
    fn hint_only_of_long_ones() {
        assert_eq!(bearer::TOKEN.hint(&"a".repeat(19)), None);
        assert_eq!(bearer::TOKEN.hint("0123456789abcdef3f2ä").as_deref(), Some("3f2ä"));
        assert_eq!(basic::PASSWORD.hint("0123456789abcdef3f2ä"), None, "a person may use a password elsewhere");
    }

    #[test]
    fn an_empty_value_and_the_first_option_are_none() {
        let mut values = Values::default();
        values.set(bearer::TOKEN, "hunter2");
        assert!(!format!("{values:?}").contains("hunter2"));
        values.set(bearer::TOKEN, "");
        assert_eq!(values, Values::default());
    }
}
