//! Text of which parts are secret: a header value, a URL with a key in its query.

use std::borrow::Cow;
use std::ops::Range;

use super::secret::Secret;

/// Shown and recorded in place of a secret.
pub const DOTS: &str = "••••••••";

/// One piece of a [`Masked`] text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Not secret.
    Plain(String),
    /// Shown as dots.
    Secret(Secret),
}

/// A text with its secret parts marked, so that the form that is sent and the form that is shown come from one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// Before all parts, not secret. Most texts have no more.
    begin: Cow<'static, str>,
    rest: Vec<Part>,
}

impl Default for Masked {
    fn default() -> Self {
        Self { begin: Cow::Borrowed(""), rest: Vec::new() }
    }
}

impl Masked {
    /// A text without secrets.
    pub fn plain(text: impl Into<Cow<'static, str>>) -> Self {
        Self { begin: text.into(), rest: Vec::new() }
    }

    /// Adds a part that is not secret.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        if self.begin.is_empty() && self.rest.is_empty() {
            self.begin = Cow::Owned(text.into());
        } else {
            self.rest.push(Part::Plain(text.into()));
        }
        self
    }

    /// Adds a secret part.
    #[must_use]
    pub fn then_secret(mut self, text: impl Into<String>) -> Self {
        self.rest.push(Part::Secret(Secret::new(text)));
        self
    }

    /// The text as it is sent and shown, where it is in one piece and none of it is secret. It is only looked at: to put
    /// together what is not in pieces would copy each header of each delivery.
    #[must_use]
    pub fn as_plain(&self) -> Option<&str> {
        self.rest.is_empty().then_some(&*self.begin)
    }

    /// The same, where it is a part of the program.
    #[must_use]
    pub fn as_static(&self) -> Option<&'static str> {
        match self.begin {
            Cow::Borrowed(text) if self.rest.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The text as it is sent.
    #[must_use]
    pub fn exposed(&self) -> Secret {
        let parts = self.rest.iter().map(|part| match part {
            Part::Plain(text) => text.as_str(),
            Part::Secret(secret) => secret.expose(),
        });
        Secret::new([&*self.begin].into_iter().chain(parts).collect::<String>())
    }

    /// The text as it is shown and kept: dots for each secret part, however long that is.
    #[must_use]
    pub fn masked(&self) -> String {
        let mut text = String::new();
        self.mask_into(&mut text);
        text
    }

    /// Adds it to a text as it is shown.
    pub fn mask_into(&self, text: &mut String) {
        text.push_str(&self.begin);
        for part in &self.rest {
            text.push_str(match part {
                Part::Plain(text) => text,
                Part::Secret(_) => DOTS,
            });
        }
    }

    /// Whether any part is secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.rest.iter().any(|part| matches!(part, Part::Secret(_)))
    }
}

/// A text with dots for some parts of it, in bytes, which are in order.
pub(crate) fn with_dots<'a>(text: &'a str, parts: &[Range<usize>]) -> Cow<'a, str> {
    if parts.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for part in parts {
        out.push_str(&text[at..part.start]);
        out.push_str(DOTS);
        at = part.end;
    }
    Cow::Owned(out + &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_come_from_one_value() {
        let text = Masked::plain("Bearer ").then_secret("abc").then(";");
        assert_eq!(text.masked(), "Bearer ••••••••;");
        assert_eq!(text.exposed().expose(), "Bearer abc;");
        assert!(!format!("{text:?}").contains("abc"));
        assert!(text.has_secret() && !Masked::plain("x").has_secret());
        assert_eq!((text.as_plain(), Masked::plain("x").as_plain()), (None, Some("x")));
        assert_eq!((Masked::plain("x").masked().as_str(), Masked::plain("x").exposed().expose()), ("x", "x"));
        assert_eq!(Masked::default().then_secret("abc").as_plain(), None);
    }
}
