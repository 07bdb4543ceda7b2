//! The mistakes that are known, as data.

use super::algorithm::Algorithm;
use super::charset::Charset;
use super::plain_hash::Hashed;
use crate::domain::json::Rewrite;
use crate::domain::mangling::Mangling;
use crate::domain::signature::Format;

/// One difference between a request and what the registered auth requires.
///
/// A text in it is a header's or a parameter's name, or one of a fixed list: never a value that came with the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// It was not sent by POST.
    Method,
    /// A header that the check needs is not there, or empty.
    HeaderMissing {
        /// In lower case.
        name: String,
    },
    /// The header or parameter appears more than once, and one of them is right.
    Repeated {
        /// A header's in lower case.
        name: String,
    },
    /// What belongs in one header is in another.
    HeaderName {
        /// Where it belongs, in lower case.
        expected: String,
        /// Where it is, in lower case.
        found: String,
    },
    /// The signature is that of another format, in what it signs or in its key.
    Format(Format),
    /// The right signature, written otherwise.
    Encoding(Encoding),
    /// The right signature with another prefix.
    Prefix(Prefix),
    /// Signed with a key made from the secret in another way.
    Secret(SecretForm),
    /// Signed with the previous secret.
    PreviousSecret,
    /// Signed over other bytes than the received body.
    Body(BodyForm),
    /// Signed over other parts than the format says.
    Content(Content),
    /// Signed with another hash function.
    Algorithm(Algorithm),
    /// A hash of that kind without HMAC.
    PlainHash(Algorithm, Hashed),
    /// Nothing else is known but that the signature has the length of another hash function.
    HashLength(Algorithm),
    /// Nothing else is known but that there is no body.
    BodyMissing {
        /// What `content-length` says, where it is not 0.
        announced: Option<u64>,
    },
    /// Nothing else is known but that the body is what programs write in place of one that they do not have.
    BodyReplaced(&'static str),
    /// Nothing else is known but that the request has a `content-encoding`.
    Compression {
        /// One of a fixed list.
        coding: &'static str,
        /// Whether the body is no text, so that it may be still compressed.
        is_compressed: bool,
    },
    /// The timestamp is this many seconds off, more than allowed.
    Stale(i64),
    /// The timestamp is in milliseconds.
    Milliseconds,
    /// The timestamp that was signed is not a whole number of seconds: a fraction, a date.
    TimestampForm,
    /// The credential has another scheme than the registered one.
    Scheme(Scheme),
    /// User name and password are swapped.
    Swapped,
    /// The right credential, written otherwise.
    Credential(CredentialForm),
    /// The credential is in the query and belongs in a header.
    InQuery {
        /// The parameter it is in.
        name: String,
    },
    /// The API key is in a header and belongs in the query.
    InHeader {
        /// The header it is in, in lower case.
        name: String,
    },
    /// The parameter of the API key is not in the query.
    ParameterMissing {
        /// As it was registered.
        name: String,
    },
    /// The API key is in another parameter of the query.
    Parameter {
        /// Where it belongs.
        expected: String,
        /// Where it is.
        found: String,
    },
}

impl Mistake {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::HeaderMissing { .. } => "header-missing",
            Self::Repeated { .. } => "repeated",
            Self::HeaderName { .. } => "header-name",
            Self::Format(_) => "format",
            Self::Encoding(_) => "encoding",
            Self::Prefix(_) => "prefix",
            Self::Secret(_) => "secret",
            Self::PreviousSecret => "previous-secret",
            Self::Body(_) => "body",
            Self::Content(_) => "content",
            Self::Algorithm(_) => "algorithm",
            Self::PlainHash(..) => "plain-hash",
            Self::HashLength(_) => "hash-length",
            Self::BodyMissing { .. } => "body-missing",
            Self::BodyReplaced(_) => "body-replaced",
            Self::Compression { .. } => "compression",
            Self::Stale(_) => "stale",
            Self::Milliseconds => "milliseconds",
            Self::TimestampForm => "timestamp-form",
            Self::Scheme(_) => "scheme",
            Self::Swapped => "swapped",
            Self::Credential(_) => "credential",
            Self::InQuery { .. } => "in-query",
            Self::InHeader { .. } => "in-header",
            Self::ParameterMissing { .. } => "parameter-missing",
            Self::Parameter { .. } => "parameter",
        }
    }

    /// Whether something that is needed did not come, so that the rest could not be checked.
    pub(super) const fn is_absence(&self) -> bool {
        matches!(self, Self::Method | Self::HeaderMissing { .. } | Self::ParameterMissing { .. } | Self::BodyMissing { .. })
    }

    /// Whether the registered secret looks mangled and was used without that.
    #[must_use]
    pub const fn is_of_registered_secret(&self) -> bool {
        matches!(
            self,
            Self::Secret(SecretForm::Without(_) | SecretForm::WhitespaceRemoved)
                | Self::Credential(CredentialForm::Without(_) | CredentialForm::WhitespaceRemoved)
        )
    }

    /// With each name that came with the request changed by `mask`: a secret may have been put in the place of a name.
    #[must_use]
    pub fn masked(self, mask: impl Fn(&str) -> String) -> Self {
        match self {
            Self::HeaderName { expected, found } => Self::HeaderName { expected, found: mask(&found) },
            Self::InQuery { name } => Self::InQuery { name: mask(&name) },
            Self::InHeader { name } => Self::InHeader { name: mask(&name) },
            Self::Parameter { expected, found } => Self::Parameter { expected, found: mask(&found) },
            other => other,
        }
    }
}

/// How a signature's bytes are written as text (RFC 4648).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Lower-case hex.
    Hex,
    /// Upper-case hex.
    HexUpper,
    /// Base64 with padding.
    Base64,
    /// Base64 without padding.
    Base64Unpadded,
    /// The URL-safe alphabet, with padding.
    Base64Url,
    /// The URL-safe alphabet, without padding.
    Base64UrlUnpadded,
    /// Base64 of the hex text.
    Base64OfHex,
}

/// What is before the signature in the header's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Nothing, where the format has a prefix.
    Missing,
    /// The format's own, twice or more.
    Doubled,
    /// One of the prefixes in use elsewhere.
    Other(&'static str),
    /// Something that is not known, so that it is not shown.
    Unknown,
}

/// How the key was made from the secret's text, in place of what the format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm {
    /// With a line feed at its end.
    NewlineAdded,
    /// With carriage return and line feed at its end.
    CrLfAdded,
    /// With a space before or after it.
    SpaceAdded,
    /// Without the whitespace that it starts or ends with.
    WhitespaceRemoved,
    /// With a carriage return, a tab, or another space that is not a plain one.
    WhitespaceAdded,
    /// Mangled, where the registered one is not.
    With(Mangling),
    /// Not mangled, where the registered one is.
    Without(Mangling),
    /// As the message, with the body as the key.
    Swapped,
    /// Without its `whsec_`.
    WhsecRemoved,
    /// With `whsec_` before it.
    WhsecAdded,
    /// Decoded from base64, which the format does not do.
    Base64Decoded,
    /// Decoded from hex.
    HexDecoded,
    /// Not decoded from base64: the text after `whsec_`.
    NotDecoded,
    /// Not decoded from base64: the whole text with `whsec_`.
    NotDecodedWhsec,
    /// Decoded from base64 with `whsec_` as a part of it, as lenient decoders do.
    WhsecDecoded,
    /// An empty key.
    Empty,
}

/// The bytes that were signed, compared to the body that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyForm {
    /// With one line feed more at its end.
    NewlineAdded,
    /// With carriage return and line feed more at its end.
    CrLfAdded,
    /// Without its last line break.
    NewlineRemoved,
    /// Without the whitespace around it.
    Trimmed,
    /// With LF for CRLF.
    LfForCrLf,
    /// With CRLF for LF.
    CrLfForLf,
    /// With a byte order mark.
    BomAdded,
    /// Without its byte order mark.
    BomRemoved,
    /// Parsed and written again as JSON.
    Rewritten(Rewrite),
    /// The one field of a form, decoded.
    FormField,
    /// The whole decoded as a form: `+` is a space, `%XX` a byte.
    FormDecoded,
    /// With `%XX` decoded.
    PercentDecoded,
    /// As a JSON string: encoded twice.
    QuotedAsJson,
    /// The content of the JSON string that was received.
    UnquotedJson,
    /// What JavaScript makes of an object that is used as a string.
    ObjectObject,
    /// No bytes at all.
    Empty,
    /// Read or written in another character set.
    Charset(Charset),
    /// Without its compression.
    Decompressed,
    /// As base64.
    Base64Encoded,
    /// What the base64 that was received says.
    Base64Decoded,
    /// As hex.
    HexEncoded,
    /// With its characters as `%XX`.
    PercentEncoded,
    /// With `&quot;` and the other entities of HTML.
    HtmlEscaped,
    /// As Python shows bytes: `b'…'`.
    PythonBytes,
    /// Parsed, and as Python shows it: `{'a': None}`.
    PythonDict,
    /// As Node writes a `Buffer` in JSON.
    NodeBuffer,
    /// The value of one member of the JSON object.
    Member,
}

/// A part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `webhook-id`.
    Id,
    /// The timestamp.
    Timestamp,
    /// The body.
    Body,
}

/// What is signed: parts in an order, joined by a separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// In order.
    pub parts: &'static [Part],
    /// Between them.
    pub separator: &'static str,
}

/// What is before a credential in `authorization` or in an API key's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Nothing, where a scheme belongs.
    Missing,
    /// The right one, twice or more.
    Doubled,
    /// One of the known schemes, which does not belong there.
    Other(&'static str),
    /// A word that is not known, so that it is not shown.
    Unknown,
}

/// How a credential is written, in place of the right way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialForm {
    /// With a line break at its end.
    NewlineAdded,
    /// With whitespace around it.
    SpaceAdded,
    /// Without the whitespace that it starts or ends with.
    WhitespaceRemoved,
    /// Mangled, where the registered one is not.
    With(Mangling),
    /// Not mangled, where the registered one is.
    Without(Mangling),
    /// As base64.
    Base64Encoded,
    /// As base64 of the base64 that belongs there.
    Base64Twice,
    /// Without the base64 that belongs there.
    Base64Missing,
    /// With the URL-safe alphabet of base64.
    Base64Url,
    /// Base64 without its padding.
    Base64Unpadded,
    /// With characters as `%XX` where none belong, or decoded once too few times.
    PercentEncoded,
    /// Without the percent-encoding that a query needs.
    NotPercentEncoded,
}
