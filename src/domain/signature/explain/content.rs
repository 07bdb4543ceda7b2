//! What is signed: which parts, in which order, joined by what.

use super::mistake::{Content, Part};
use crate::domain::signature::{Piece, SigningScheme};

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

/// The same as pieces of a template.
fn pieces(content: Content) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in content.parts.iter().enumerate() {
        if index > 0 && !content.separator.is_empty() {
            pieces.push(Piece::Literal(content.separator.into()));
        }
        pieces.push(match part {
            Part::Id => Piece::Id,
            Part::Timestamp => Piece::Timestamp,
            Part::Body => Piece::Body,
        });
    }
    pieces
}

/// What a scheme signs, where it is parts joined by a separator.
pub fn of(scheme: &SigningScheme) -> Option<Content> {
    all().find(|&content| pieces(content) == scheme.content().pieces())
}

/// Every content but that of the scheme.
pub fn others(scheme: &SigningScheme) -> impl Iterator<Item = Content> {
    all().filter(|&content| pieces(content) != scheme.content().pieces())
}

fn all() -> impl Iterator<Item = Content> {
    ORDERS.into_iter().flat_map(|parts| {
        // One part has nothing to be joined.
        let separators = if parts.len() == 1 { 1 } else { SEPARATORS.len() };
        SEPARATORS.into_iter().take(separators).map(move |separator| Content { parts, separator })
    })
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
    /// What a scheme signs before and after the body; `None` where a part did not come.
    pub fn of(self, scheme: &SigningScheme) -> Option<(String, String)> {
        let mut around = [String::new(), String::new()];
        let mut side = 0;
        for piece in scheme.content().pieces() {
            match piece {
                Piece::Literal(text) => around[side].push_str(text),
                Piece::Id => around[side].push_str(self.id?),
                Piece::Timestamp => around[side].push_str(self.timestamp?),
                Piece::Body | Piece::Signature => side = 1,
            }
        }
        let [before, after] = around;
        Some((before, after))
    }

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
