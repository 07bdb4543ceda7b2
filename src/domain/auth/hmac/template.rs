//! The format `template`: what is signed, and the header's value, as the user writes them.

use super::format::FORMAT;
use crate::domain::auth::rules::no_control;
use crate::domain::auth::spec::Check;
use crate::domain::field::{Choice, Field, FieldSpec, Kind, Values};
use crate::domain::header::HeaderKey;
use crate::domain::problem::Problem;
use crate::domain::signature::{Format, InvalidTemplate, Piece, SignatureEncoding, SigningAlgorithm, SigningScheme, Template};
use crate::domain::text::{ellipsis, visible};

/// What a template signs.
pub const SIGNED_CONTENT: Field = &FieldSpec {
    id: "signed_content",
    label: "Signed content",
    flag: Some("--signed-content"),
    value_name: "TEMPLATE",
    about: "what is signed, of {id}, {timestamp} and {body} [default: {body}]",
    help: "Of {id}, {timestamp} and {body}",
    placeholder: "v0:{timestamp}:{body}",
    default: |_| Some(DEFAULT_CONTENT),
    only_with: Some((FORMAT, Format::Template.name())),
    trim: false,
    ..FieldSpec::TEXT
};

/// The header's value of a template.
pub const SIGNATURE_VALUE: Field = &FieldSpec {
    id: "signature_value",
    label: "Header value",
    flag: Some("--signature-value"),
    value_name: "TEMPLATE",
    about: "the header's value, of {signature}, {timestamp} and {id} [default: {signature}]",
    help: "Of {signature}, {timestamp} and {id}",
    placeholder: "v0={signature}",
    default: |_| Some(DEFAULT_VALUE),
    only_with: Some((FORMAT, Format::Template.name())),
    ..FieldSpec::TEXT
};

/// How a template's signature is made.
pub const ALGORITHM: Field = &FieldSpec {
    id: "algorithm",
    label: "Algorithm",
    flag: Some("--algorithm"),
    value_name: "ALGORITHM",
    kind: Kind::Choice(&[
        Choice { name: "sha256", label: "SHA-256", detail: "" },
        Choice { name: "sha512", label: "SHA-512", detail: "" },
    ]),
    about: "the hash function of the HMAC [default: sha256]",
    help: "The hash function of the HMAC",
    only_with: Some((FORMAT, Format::Template.name())),
    ..FieldSpec::TEXT
};

/// How a template's signature is written.
pub const ENCODING: Field = &FieldSpec {
    id: "encoding",
    label: "Encoding",
    flag: Some("--encoding"),
    value_name: "ENCODING",
    kind: Kind::Choice(&[
        Choice { name: "hex", label: "hex", detail: "" },
        Choice { name: "base64", label: "base64", detail: "" },
    ]),
    about: "how the signature's bytes are written [default: hex]",
    help: "How the signature's bytes are written",
    only_with: Some((FORMAT, Format::Template.name())),
    ..FieldSpec::TEXT
};

/// A second header with the timestamp of a template.
pub const TIMESTAMP_HEADER: Field = &FieldSpec {
    id: "timestamp_header",
    label: "Timestamp header",
    flag: Some("--timestamp-header"),
    value_name: "NAME",
    about: "a header that carries the timestamp, besides webhook-timestamp",
    help: "Besides webhook-timestamp; may be empty",
    placeholder: "X-Request-Timestamp",
    only_with: Some((FORMAT, Format::Template.name())),
    ..FieldSpec::TEXT
};

const DEFAULT_CONTENT: &str = "{body}";

const DEFAULT_VALUE: &str = "{signature}";

/// The most bytes of a template.
const MAX_TEMPLATE_BYTES: usize = 1024;

/// What was entered for a template.
#[derive(Clone, Debug)]
pub(super) struct Entered {
    content: String,
    value: String,
}

impl Entered {
    pub fn each_value<'a>(&'a self, scheme: &SigningScheme, visit: &mut dyn FnMut(Field, &'a str)) {
        visit(SIGNED_CONTENT, &self.content);
        visit(SIGNATURE_VALUE, &self.value);
        let is_512 = scheme.algorithm() == SigningAlgorithm::HmacSha512;
        visit(ALGORITHM, ALGORITHM.options()[usize::from(is_512)].name);
        visit(ENCODING, ENCODING.options()[usize::from(scheme.encoding() == SignatureEncoding::Base64)].name);
    }
}

/// The scheme of the templates that were entered.
pub(super) fn scheme(check: &mut Check<'_>) -> Option<(SigningScheme, Entered)> {
    let entered = |field: Field, default: &str| match check.values.text(field) {
        "" => default.to_owned(),
        text => text.to_owned(),
    };
    let entered = Entered { content: entered(SIGNED_CONTENT, DEFAULT_CONTENT), value: entered(SIGNATURE_VALUE, DEFAULT_VALUE) };
    let content = parsed(SIGNED_CONTENT, &entered.content, &[Piece::Id, Piece::Timestamp, Piece::Body]);
    let content = check.keep(content.and_then(|content| match content.count(&Piece::Body) {
        1 => Ok(content),
        count => Err(Problem::new(
            SIGNED_CONTENT,
            if count == 0 { "has no {body}" } else { "has {body} more than once" },
            "A signature that does not cover the body proves nothing about it, and receivers sign it once.",
            "Put {body} in it once, as in v0:{timestamp}:{body}.",
        )),
    }));
    let value = parsed(SIGNATURE_VALUE, &entered.value, &[Piece::Signature, Piece::Timestamp, Piece::Id]);
    let value = check.keep(value.and_then(|value| {
        let text = &entered.value;
        if !value.has(&Piece::Signature) {
            let fix = "Put {signature} in it, as in v0={signature}.";
            return Err(Problem::new(SIGNATURE_VALUE, "has no {signature}", "Without it the receiver gets none.", fix));
        }
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.trim() != text {
            return Err(Problem::new(
                SIGNATURE_VALUE,
                "has a character that a header's value cannot have",
                "A header's value is visible ASCII, with spaces inside only.",
                "Enter it without.",
            ));
        }
        Ok(value)
    }));
    let algorithm = [SigningAlgorithm::HmacSha256, SigningAlgorithm::HmacSha512][check.values.choice(ALGORITHM)];
    let encoding = [SignatureEncoding::Hex, SignatureEncoding::Base64][check.values.choice(ENCODING)];
    Some((SigningScheme::template(content?, value?, algorithm, encoding), entered))
}

fn parsed(field: Field, text: &str, allowed: &[Piece]) -> Result<Template, Problem> {
    if text.len() > MAX_TEMPLATE_BYTES {
        let what = format!("has {} bytes, more than {MAX_TEMPLATE_BYTES}", text.len());
        return Err(Problem::new(field, what, "A template is short.", "Enter a shorter one."));
    }
    no_control(field, &text.replace('\n', ""))?;
    let fix = format!("{}, as in {}; {{{{ and }}}} stand for braces.", field.help, field.placeholder);
    Template::parse(text, allowed).map_err(|error| match error {
        InvalidTemplate::Unknown(name) => {
            let what = format!("{{{}}} is not a placeholder of it", ellipsis(&visible(&name), 40));
            Problem::new(field, what, "Only placeholders that waypost knows can be filled in.", fix)
        }
        InvalidTemplate::LoneBrace(brace) => {
            let what = format!("has a {brace} without its other brace");
            Problem::new(field, what, "Braces enclose a placeholder.", fix)
        }
    })
}

/// The second header with the timestamp, if one was entered.
pub(super) fn timestamp_header(values: &Values) -> Result<Option<HeaderKey>, Problem> {
    let text = values.text(TIMESTAMP_HEADER);
    if text.is_empty() || text.eq_ignore_ascii_case("webhook-timestamp") {
        return Ok(None);
    }
    HeaderKey::parse(TIMESTAMP_HEADER, text, &[]).map(Some)
}
