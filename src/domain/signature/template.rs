//! A text with placeholders in braces: what a signature is made over, and the header value that carries it.

use std::borrow::Cow;

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Itself.
    Literal(Cow<'static, str>),
    /// `{id}`: the `webhook-id`.
    Id,
    /// `{timestamp}`: the `webhook-timestamp`, in Unix seconds.
    Timestamp,
    /// `{body}`: the bytes of the body.
    Body,
    /// `{signature}`: the signature as text.
    Signature,
}

impl Piece {
    const PLACEHOLDERS: [(&'static str, Self); 4] =
        [("id", Self::Id), ("timestamp", Self::Timestamp), ("body", Self::Body), ("signature", Self::Signature)];

    pub(super) const fn literal(text: &'static str) -> Self {
        Self::Literal(Cow::Borrowed(text))
    }
}

/// Literal text and placeholders, in order. `{{` and `}}` stand for braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Cow<'static, [Piece]>);

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTemplate {
    /// A name in braces that means nothing there.
    Unknown(String),
    /// A brace without its other one.
    LoneBrace(char),
}

impl Template {
    pub(super) const fn new(pieces: &'static [Piece]) -> Self {
        Self(Cow::Borrowed(pieces))
    }

    /// Reads a text in which the placeholders `allowed` may occur.
    ///
    /// # Errors
    /// The first brace that is wrong.
    pub fn parse(text: &str, allowed: &[Piece]) -> Result<Self, InvalidTemplate> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = if rest[at..].starts_with('{') { '{' } else { '}' };
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix(brace) {
                literal.push(brace);
                rest = after;
                continue;
            }
            let (name, after) = match brace {
                '{' => after.split_once('}').ok_or(InvalidTemplate::LoneBrace('{'))?,
                _ => return Err(InvalidTemplate::LoneBrace('}')),
            };
            let piece = Piece::PLACEHOLDERS.into_iter().find(|(known, piece)| *known == name && allowed.contains(piece));
            let Some((_, piece)) = piece else { return Err(InvalidTemplate::Unknown(name.to_owned())) };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
            }
            pieces.push(piece);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        Ok(Self(pieces.into()))
    }

    /// In order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text that it is read from.
    #[must_use]
    pub fn source(&self) -> String {
        let mut text = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Literal(literal) => text.push_str(&literal.replace('{', "{{").replace('}', "}}")),
                Piece::Id => text.push_str("{id}"),
                Piece::Timestamp => text.push_str("{timestamp}"),
                Piece::Body => text.push_str("{body}"),
                Piece::Signature => text.push_str("{signature}"),
            }
        }
        text
    }

    /// Whether a placeholder is in it.
    #[must_use]
    pub fn has(&self, piece: &Piece) -> bool {
        self.0.contains(piece)
    }

    /// How often a placeholder is in it.
    #[must_use]
    pub fn count(&self, piece: &Piece) -> usize {
        self.0.iter().filter(|other| *other == piece).count()
    }

    /// Calls `visit` with the bytes of each piece, in order.
    pub(super) fn each(&self, fill: &Fill<'_>, visit: &mut dyn FnMut(&[u8])) {
        for piece in self.pieces() {
            match piece {
                Piece::Literal(text) => visit(text.as_bytes()),
                Piece::Id => visit(fill.id.as_bytes()),
                Piece::Timestamp => visit(fill.timestamp.as_bytes()),
                Piece::Body => visit(fill.body),
                Piece::Signature => visit(fill.signature.as_bytes()),
            }
        }
    }
}

/// What the placeholders mean.
#[derive(Clone, Copy, Default)]
pub(super) struct Fill<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub body: &'a [u8],
    pub signature: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Piece; 4] = [Piece::Id, Piece::Timestamp, Piece::Body, Piece::Signature];

    fn filled(text: &str) -> String {
        let mut out = Vec::new();
        let fill = Fill { id: "msg_1", timestamp: "17", body: b"{}", signature: "ab" };
        Template::parse(text, &ALL).unwrap().each(&fill, &mut |bytes| out.extend_from_slice(bytes));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn placeholders_are_filled_and_doubled_braces_are_braces() {
        assert_eq!(filled("v0:{timestamp}:{body}"), "v0:17:{}");
        assert_eq!(filled("{{{id}}}{{signature}}"), "{msg_1}{signature}");
        assert_eq!(filled("{signature}"), "ab");
        assert_eq!(filled("ä\n"), "ä\n");
        assert_eq!(filled(""), "");
        for text in ["v0:{timestamp}:{body}", "{{{id}}}{{signature}}", "{signature}", "ä\n", ""] {
            assert_eq!(Template::parse(text, &ALL).unwrap().source(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, wrong) in [
            ("{stamp}", InvalidTemplate::Unknown("stamp".into())),
            ("{}", InvalidTemplate::Unknown(String::new())),
            ("{ body }", InvalidTemplate::Unknown(" body ".into())),
            ("{Body}", InvalidTemplate::Unknown("Body".into())),
            ("a{body", InvalidTemplate::LoneBrace('{')),
            ("a}", InvalidTemplate::LoneBrace('}')),
            ("{body}}", InvalidTemplate::LoneBrace('}')),
        ] {
            assert_eq!(Template::parse(text, &ALL), Err(wrong), "{text}");
        }
        assert_eq!(Template::parse("{signature}", &[Piece::Body]), Err(InvalidTemplate::Unknown("signature".into())));
    }
}
