//! A request that was received, and what the checks read in it.

/// A request as it came.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// `POST`, as it was written.
    pub method: &'a str,
    /// The path, with the query where there is one.
    pub target: &'a str,
    /// Names in any case, in any order.
    pub headers: &'a [(String, String)],
    /// The bytes.
    pub body: &'a [u8],
}

impl<'a> Received<'a> {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The query, without its question mark.
    pub(crate) fn query(&self) -> &'a str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The value of a header that must be there exactly once: of two, programs read one or the other.
    pub(crate) fn only(&self, name: &str) -> Result<&'a str, String> {
        self.at_most_one(name)?.ok_or_else(|| format!("the header {name} is missing"))
    }

    /// The value of a header that may be there once.
    pub(crate) fn at_most_one(&self, name: &str) -> Result<Option<&'a str>, String> {
        let mut values = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let first = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() { Err(format!("the header {name} appears more than once")) } else { Ok(first) }
    }

    /// What follows the scheme in `authorization`; the scheme's name in any case (RFC 9110 §11.1).
    pub(crate) fn credentials(&self, scheme: &str) -> Result<&'a str, String> {
        let value = self.only("authorization")?;
        let (found, rest) = value.split_once(' ').unwrap_or((value, ""));
        if !found.eq_ignore_ascii_case(scheme) {
            // What is there could be a bare secret: it is not quoted.
            return Err(format!("the header authorization does not begin with \"{scheme} \""));
        }
        let rest = rest.trim_matches(' ');
        if rest.is_empty() { Err(format!("nothing follows \"{scheme} \" in authorization")) } else { Ok(rest) }
    }
}
