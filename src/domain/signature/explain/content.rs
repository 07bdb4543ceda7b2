//! What is signed: which parts, in which order, joined by what.

use super::mistake::{Content, Part};
use crate::domain::signature::Format;

const BODY: &[Part] = &[Part::Body];
const TIMESTAMP_BODY: &[Part] = &[Part::Timestamp, Part::Body];
const ID_TIMESTAMP_BODY: &[Part] = &[Part::Id, Part::Timestamp, Part::Body];

/// The orders that are tried, the likely ones first.
const ORDERS: [&[Part]; 8] = [
    BODY,
    TIMESTAMP_BODY,
    ID_TIMESTAMP_BODY,
    &[Part::Id, Part::Body],
    &[Part::Timestamp, Part::Id, Part::Body],
    &[Part::Body, Part::Timestamp],
    &[Part::Body, Part::Id],
    &[Part::Body, Part::Timestamp, Part::Id],
];

const SEPARATORS: [&str; 5] = [".", ",", ":", "", "\n"];

/// What a format signs.
pub const fn of(format: Format) -> Content {
    let parts = match format {
        Format::Hex | Format::Base64 | Format::Sha256Hex => BODY,
        Format::Timestamped => TIMESTAMP_BODY,
        Format::Standard => ID_TIMESTAMP_BODY,
    };
    Content { parts, separator: "." }
}

/// Every content but that of the format.
pub fn others(format: Format) -> impl Iterator<Item = Content> {
    let right = of(format);
    ORDERS
        .into_iter()
        .flat_map(|parts| {
            // One part has nothing to be joined.
            let separators = if parts.len() == 1 { 1 } else { SEPARATORS.len() };
            SEPARATORS.into_iter().take(separators).map(move |separator| Content { parts, separator })
        })
        .filter(move |content| *content != right)
}

/// What goes with the body under the signature; `None` for what did not come with the request.
#[derive(Clone, Copy, Default)]
pub struct Extras<'a> {
    /// The value of `webhook-id`.
    pub id: Option<&'a str>,
    /// The timestamp as it was written.
    pub timestamp: Option<&'a str>,
}

impl Extras<'_> {
    /// What is signed before and after the body; `None` where a part did not come.
    pub fn around(self, content: Content) -> Option<(String, String)> {
        let mut around = [String::new(), String::new()];
        let mut side = 0;
        for (index, part) in content.parts.iter().enumerate() {
            if index > 0 {
                around[side].push_str(content.separator);
            }
            match part {
                Part::Id => around[side].push_str(self.id?),
                Part::Timestamp => around[side].push_str(self.timestamp?),
                Part::Body => side = 1,
            }
        }
        let [before, after] = around;
        Some((before, after))
    }
}
