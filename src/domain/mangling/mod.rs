//! What happens to a secret between a vault, a settings file, an editor and a terminal: quotes around it, the name of its variable
//! before it, a typographic dash in place of a hyphen.
//!
//! ```text
//! undo     a mangled text -> what it was made of
//! redo     a text -> what it is often mangled to
//! lines    what is around a secret in a line of a settings file, of code, or of a terminal
//! notices  a text that is about to be registered -> what looks mangled in it
//! correct  the same -> what is proposed in its place
//! ```
//!
//! Whether a text was mangled cannot be known: quotes may belong to a password. So this never changes a secret; it is told to the
//! user, and tried when a signature or a credential does not match.

mod correct;
mod lines;
mod notices;
mod redo;
mod tables;
mod undo;

pub use correct::Correction;
pub(crate) use correct::{candidates, correction};
pub(crate) use notices::{notices, notices_of_name, stands_for_none};
pub(crate) use redo::{COMPONENT, redone};
pub(crate) use undo::undone_deeply;

/// One way in which a secret is mangled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mangling {
    /// In quotation marks, as in a settings file.
    Quotes,
    /// After `NAME=`, `export NAME=` or `NAME: `.
    Name,
    /// After `Bearer ` or `Basic `.
    Scheme,
    /// With a byte order mark, a zero-width character, or a space that is not a plain one.
    Invisible,
    /// With a dash, a quotation mark or a ligature that an editor put in, or in full-width characters.
    Typographic,
    /// With a letter of another alphabet that looks like a Latin one.
    Lookalike,
    /// Followed by a line break or a tab, written as a backslash and a letter.
    WrittenLineBreak,
    /// With characters as `%XX`.
    PercentEncoded,
    /// With the escapes of a JSON text.
    JsonEscapes,
    /// As the base64 of its text.
    Base64,
    /// As the hex of its text, or with spaces between hex digits.
    Hex,
    /// With a comma or semicolon after it, as between the lines of a settings file.
    Punctuation,
    /// With ` # …` or ` // …` after it.
    Comment,
    /// With what a terminal adds to a paste, a key written as `^M`, or a prompt before it.
    Terminal,
    /// With characters as `&amp;`.
    HtmlEntities,
    /// With backslashes before what has a meaning to a shell, or such characters doubled.
    ShellEscapes,
    /// As a member of a JSON object.
    JsonObject,
    /// Two times, one after the other.
    Twice,
    /// With UTF-8 read or written as Latin-1.
    Charset,
    /// With the prefix of its kind twice: `whsec_whsec_`.
    PrefixTwice,
    /// With `=3D` for `=`, as mail has it.
    QuotedPrintable,
}

impl Mangling {
    /// How such a text is: "the secret …".
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Quotes => "with quotes around it",
            Self::Name => "with the name of its variable before it",
            Self::Scheme => "with an authentication scheme before it",
            Self::Invisible => "with a byte order mark, an invisible character or a non-breaking space",
            Self::Typographic => "with a typographic dash, quotation mark, ligature or full-width character",
            Self::Lookalike => "with a letter of another alphabet that looks like a Latin one",
            Self::WrittenLineBreak => "with \\n, \\r or \\t at its end, written as two characters",
            Self::PercentEncoded => "percent-encoded",
            Self::JsonEscapes => "with the escapes of a JSON text",
            Self::Base64 => "as base64 of its text",
            Self::Hex => "as hex of its text, or with separators between its hex digits",
            Self::Punctuation => "with a comma or semicolon after it",
            Self::Comment => "with a comment after it",
            Self::Terminal => "with what a terminal adds, such as [200~, ^M or a prompt",
            Self::HtmlEntities => "with the entities of HTML, such as &amp;",
            Self::ShellEscapes => "with backslashes or doubled characters, as a shell, SQL or a Compose file needs them",
            Self::JsonObject => "inside a JSON object",
            Self::Twice => "twice in a row",
            Self::Charset => "in Latin-1, or in UTF-8 that was read as Latin-1",
            Self::PrefixTwice => "with its prefix twice (whsec_whsec_)",
            Self::QuotedPrintable => "in quoted-printable (=3D for =)",
        }
    }

    /// Where it comes from, and what to do about it.
    pub(crate) const fn fix(self) -> &'static str {
        match self {
            Self::Quotes => "Leave out the quotes: not every program that reads a settings file drops them.",
            Self::Name => "Use only what follows the name in the settings file.",
            Self::Scheme => "Leave out the scheme; it is not part of the secret.",
            Self::Invisible => "Type it again, or copy it from plain text: editors and web pages insert such characters.",
            Self::Typographic => "Type it again, or copy it from plain text: editors and chat programs replace characters.",
            Self::Lookalike => "Type it again with a Latin keyboard layout.",
            Self::WrittenLineBreak => "Remove it; a tool wrote a line break as an escape.",
            Self::PercentEncoded => "Decode it once: only a URL needs the encoding.",
            Self::JsonEscapes => "Read it with a JSON parser, such as jq -r, instead of copying it out of the JSON.",
            Self::Base64 => "Decode it from base64 once: Kubernetes, for example, stores secrets encoded.",
            Self::Hex => "Use the text itself, not a dump of its bytes.",
            Self::Punctuation => "Remove it; it separates values in a settings file.",
            Self::Comment => "Remove the comment: not every program that reads a settings file drops it.",
            Self::Terminal => "Remove it, or paste the secret again.",
            Self::HtmlEntities => "Decode it once: a web page or template escaped it.",
            Self::ShellEscapes => "Remove the escapes: only the shell, SQL or the Compose file needs them.",
            Self::JsonObject => "Use the value of the member alone: secret managers often store a JSON object.",
            Self::Twice => "Enter it once; it was probably pasted twice.",
            Self::Charset => "Read and write it as UTF-8.",
            Self::PrefixTwice => "Leave out one of the two: the prefix is a part of the secret as it is issued.",
            Self::QuotedPrintable => {
                "Decode it once, or copy it from the message as it is displayed: the source of a mail is encoded."
            }
        }
    }
}

#[cfg(test)]
mod tests;
