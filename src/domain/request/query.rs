//! How a parameter is added to a query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// Everything but RFC 3986's unreserved characters is encoded in a query that waypost adds to.
pub(crate) const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What separates an added parameter from the URL and its query, which stay byte for byte.
pub(crate) fn joint(query: Option<&str>) -> &'static str {
    match query {
        None => "?",
        Some(query) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    }
}
