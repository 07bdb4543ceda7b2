//! What is filled into the value of a header when it is sent: `{id}`, `{timestamp}` and `{event}`. Every other brace is literal.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// A part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Sent as it is.
    Literal(&'a str),
    /// `{id}`: what `webhook-id` says.
    Id,
    /// `{timestamp}`: what `webhook-timestamp` says.
    Timestamp,
    /// `{event}`: the event's name.
    Event,
}

const PLACEHOLDERS: [(&str, Piece<'_>); 3] = [("{id}", Piece::Id), ("{timestamp}", Piece::Timestamp), ("{event}", Piece::Event)];

/// The parts of a value, in order.
pub(crate) fn pieces(value: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let next = PLACEHOLDERS.iter().filter_map(|(text, piece)| Some((rest.find(text)?, *text, *piece))).min_by_key(|at| at.0);
        let Some((at, text, piece)) = next else { break };
        if at > 0 {
            pieces.push(Piece::Literal(&rest[..at]));
        }
        pieces.push(piece);
        rest = &rest[at + text.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// What is not visible ASCII, and `%`, so that no two names become the same.
const NOT_IN_A_HEADER: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// An event's name as a header can have it. A name comes from a file or a line of input and is known only when the event is
/// sent: percent-encoded it always arrives, where a refusal would lose the event for its name.
pub(crate) fn event_name(event: &str) -> Cow<'_, str> {
    utf8_percent_encode(event, NOT_IN_A_HEADER).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_placeholders_and_every_other_brace_is_literal() {
        assert_eq!(pieces("{event}"), [Piece::Event]);
        assert_eq!(
            pieces("a-{id}{timestamp}, {ID} {x} {{event}"),
            [Piece::Literal("a-"), Piece::Id, Piece::Timestamp, Piece::Literal(", {ID} {x} {"), Piece::Event]
        );
        assert_eq!(pieces("{id"), [Piece::Literal("{id")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn a_name_that_no_header_can_have_is_percent_encoded() {
        assert_eq!(event_name("order.created"), "order.created");
        assert_eq!(event_name("my orders.json"), "my%20orders.json");
        assert_eq!(event_name("a\r\nx-evil: 1"), "a%0D%0Ax-evil:%201");
        assert_eq!(event_name("ä 100%\u{7f}"), "%C3%A4%20100%25%7F");
    }
}
