//! Names and values as they were sent or answered, in one piece of memory: a delivery has twenty of them, and most are never
//! looked at.

use std::fmt;
use std::iter::FromIterator;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Headers in their order; a name may occur more than once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderList {
    /// Each name followed by its value.
    text: String,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
}

impl HeaderList {
    #[must_use]
    pub const fn new() -> Self {
        Self { text: String::new(), ends: Vec::new() }
    }

    /// With room for that number of headers, and of bytes in their names and values.
    #[must_use]
    pub fn with_capacity(headers: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(headers) }
    }

    pub fn push(&mut self, name: &str, value: &str) {
        self.push_with(|text| text.push_str(name), |text| text.push_str(value));
    }

    /// Adds one whose name and value are written by these, which only add to the text.
    pub fn push_with(&mut self, name: impl FnOnce(&mut String), value: impl FnOnce(&mut String)) {
        name(&mut self.text);
        let end = self.text.len();
        value(&mut self.text);
        self.ends.push((end, self.text.len()));
    }

    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of bytes of all names and values.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.text.len()
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> + ExactSizeIterator {
        (0..self.ends.len()).map(|at| self.at(at))
    }

    fn at(&self, at: usize) -> (&str, &str) {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
        let (name, value) = self.ends[at];
        (&self.text[from..name], &self.text[name..value])
    }

    /// The value of the first header of that name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same headers, each changed.
    #[must_use]
    pub fn map<N: AsRef<str>, V: AsRef<str>>(&self, change: impl Fn(&str, &str) -> (N, V)) -> Self {
        self.iter().map(|(name, value)| change(name, value)).collect()
    }
}

impl fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for HeaderList {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let mut list = Self::new();
        list.extend(headers);
        list
    }
}

impl<N: AsRef<str>, V: AsRef<str>> Extend<(N, V)> for HeaderList {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, headers: I) {
        for (name, value) in headers {
            self.push(name.as_ref(), value.as_ref());
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>, const COUNT: usize> From<[(N, V); COUNT]> for HeaderList {
    fn from(headers: [(N, V); COUNT]) -> Self {
        headers.into_iter().collect()
    }
}

impl Serialize for HeaderList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for HeaderList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = HeaderList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("pairs of a name and a value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<HeaderList, A::Error> {
                let mut list = HeaderList::new();
                while let Some((name, value)) = pairs.next_element::<(String, String)>()? {
                    list.push(&name, &value);
                }
                Ok(list)
            }
        }

        deserializer.deserialize_seq(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stay_in_their_order_and_are_found_in_any_case() {
        let list = HeaderList::from([("a", "1"), ("Set-Cookie", ""), ("set-cookie", "ä"), ("", "x")]);
        assert_eq!(list.iter().collect::<Vec<_>>(), [("a", "1"), ("Set-Cookie", ""), ("set-cookie", "ä"), ("", "x")]);
        assert_eq!((list.len(), list.get("SET-COOKIE"), list.get("b")), (4, Some(""), None));
        assert_eq!(list.iter().next_back(), Some(("", "x")));
        assert!(HeaderList::new().is_empty() && HeaderList::default().iter().next().is_none());
    }

    #[test]
    fn json_is_a_list_of_pairs() {
        let list = HeaderList::from([("a", "1"), ("b", "\"")]);
        let json = serde_json::to_string(&list).unwrap();
        assert_eq!(json, r#"[["a","1"],["b","\""]]"#);
        assert_eq!(serde_json::from_str::<HeaderList>(&json).unwrap(), list);
        assert!(serde_json::from_str::<HeaderList>("{}").is_err() && serde_json::from_str::<HeaderList>("[[\"a\"]]").is_err());
    }

    #[test]
    fn each_is_changed() {
        let list = HeaderList::from([("a", "1"), ("b", "2")]);
        assert_eq!(list.map(|name, value| (name.to_owned(), value.repeat(2))), HeaderList::from([("a", "11"), ("b", "22")]));
    }
}
