//! What an answer names of what it expects: the format of a signature, or the header of a credential. That is what it says, and no
//! proof that nothing else is wrong; so it is proposed.

use super::answer::{SUBJECTS, Subject};
use super::phrases::{Said, Table};
use super::words::credentials;
use crate::domain::auth::{api_key, hmac};
use crate::domain::convention::{self, Convention};
use crate::domain::delivery::{Diagnosis, Response};
use crate::domain::destination::Settings;
use crate::domain::field::Field;
use crate::domain::problem::{FieldChange, Fix};
use crate::domain::signature::Format;
use crate::domain::snippet::check::ReceiverCheck;

static FORMATS: Table<Format> = Table::new(&[
    (
        Format::Sha256Hex,
        &[
            "but sha256 hex is registered", // waypost's own receiver
            "must start with sha256=",
            "must begin with sha256=",
            "should start with sha256=",
            "should begin with sha256=",
            "does not start with sha256=",
            "doesn't start with sha256=",
            "expected sha256=",
            "expected prefix sha256=",
            "missing sha256= prefix",
            "missing prefix sha256=",
            "missing the sha256= prefix",
        ],
    ),
    (
        Format::Timestamped,
        &[
            "but timestamped is registered",
            "unable to extract timestamp and signatures from header", // Stripe
            "expected t=",
            "must start with t=",
        ],
    ),
    (Format::Standard, &["but standard is registered", "expected v1,", "must start with v1,", "missing v1, prefix"]),
    (
        Format::Hex,
        &[
            "but hex is registered",
            "the signature is base64, not hex",
            "expected hex",
            "expected a hex",
            "expected lowercase hex",
            "expecting hex",
            "expects hex",
            "must be hex",
            "must be a hex",
            "must be lowercase hex",
            "should be hex",
            "should be a hex",
            "is not hex",
            "not valid hex",
            "not a valid hex",
            "not a hex string",
            "invalid hex",
            "non hexadecimal", // Python's bytes.fromhex
            "encoding/hex",    // Go
        ],
    ),
    (
        Format::Base64,
        &[
            "but base64 is registered",
            "the signature is hex, not base64",
            "expected base64",
            "expected a base64",
            "expecting base64",
            "expects base64",
            "must be base64",
            "must be a base64",
            "should be base64",
            "should be a base64",
            "is not base64",
            "not valid base64",
            "not a valid base64",
            "invalid base64",
            "illegal base64", // Go
        ],
    ),
]);

/// Names of headers that are not what a credential is carried in.
const OTHER_HEADERS: [&str; 9] = [
    "content-type",
    "content-length",
    "content-encoding",
    "user-agent",
    "x-request-id",
    "x-forwarded-for",
    "webhook-id",
    "webhook-timestamp",
    "www-authenticate",
];

/// Proposes what the answer names, where the destination has something else.
pub(super) fn propose(diagnosis: &mut Diagnosis, to: &Settings, response: &Response, said: &Said<'_>) {
    if !(400..500).contains(&response.status) || matches!(response.status, 407 | 413 | 429) {
        return;
    }
    let changes = match to.auth().receiver_check() {
        ReceiverCheck::Signature(..) => signature(to, &value(to, hmac::HEADER_KEY), said),
        ReceiverCheck::Header(_) => named_header(said, &value(to, api_key::KEY), api_key::KEY),
        _ => Vec::new(),
    };
    if changes.is_empty() {
        return propose_usual(diagnosis, to, response.status, said);
    }
    let named: Vec<_> =
        changes.iter().map(|change| format!("the {} {}", change.field.label.to_lowercase(), change.after)).collect();
    let fix = format!("Its answer names {}: set that, if the receiver documents it.", named.join(" and "));
    diagnosis.fix = Fix::from(fix).by_changing(changes);
}

/// Where the signature may be what is wrong, and its header is that of a well-known service: the format that belongs to the header.
fn propose_usual(diagnosis: &mut Diagnosis, to: &Settings, status: u16, said: &Said<'_>) {
    let subject = said.find(&SUBJECTS).map(|(subject, _)| subject);
    let may_be = match subject {
        None | Some(Subject::Refusal) => matches!(status, 401 | 403),
        Some(subject) => subject == Subject::Signature,
    };
    let (Some(format), Some(own), true) = (to.auth().format(), credentials(to), may_be) else { return };
    let header = value(to, hmac::HEADER_KEY);
    let Some((label, usual)) = usual_format(&header).filter(|(_, usual)| *usual != format && format != Format::Template) else {
        return;
    };
    let fix = format!(
        "{header} is the header of {label}, whose format is {}; registered is {}. If the receiver checks like {label}, change the \
         format; else compare {own} with the receiver's.",
        usual.name(),
        format.name(),
    );
    diagnosis.fix = Fix::from(fix).by_changing(vec![FieldChange::new(hmac::FORMAT, format.name(), usual.name())]);
}

/// The well-known service with that header, and its format.
fn usual_format(header: &str) -> Option<(&'static str, Format)> {
    convention::ALL.into_iter().find_map(|convention| {
        let (format, key) = of_convention(convention)?;
        key.eq_ignore_ascii_case(header).then_some((convention.label, format))
    })
}

/// The value of a field as it was entered.
fn value(to: &Settings, field: Field) -> String {
    to.auth().plain_values().into_iter().find(|(own, _)| *own == field).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// The format that the answer names, and the header of a well-known service.
fn signature(to: &Settings, header: &str, said: &Said<'_>) -> Vec<FieldChange> {
    let Some(format) = to.auth().format().filter(|format| *format != Format::Template) else { return Vec::new() };
    if let Some((named, key)) = service(said).filter(|(_, key)| !key.eq_ignore_ascii_case(header)) {
        let mut changes = Vec::new();
        if named != format {
            changes.push(FieldChange::new(hmac::FORMAT, format.name(), named.name()));
        }
        changes.push(FieldChange::new(hmac::HEADER_KEY, header, key));
        return changes;
    }
    match said.find(&FORMATS) {
        Some((named, _)) if named != format && !is_alike(named, format) => {
            vec![FieldChange::new(hmac::FORMAT, format.name(), named.name())]
        }
        _ => named_header(said, header, hmac::HEADER_KEY),
    }
}

/// Hex digits are hex digits with a prefix, too, and base64 likewise: an answer that asks for them asks for no other format.
const fn is_alike(named: Format, own: Format) -> bool {
    matches!(
        (named, own),
        (Format::Hex, Format::Sha256Hex | Format::Timestamped) | (Format::Base64, Format::Standard | Format::StandardEd25519)
    )
}

/// The format and the header of the well-known service whose header the answer names.
fn service(said: &Said<'_>) -> Option<(Format, &'static str)> {
    convention::ALL.into_iter().filter_map(of_convention).find(|(_, key)| said.names(key))
}

/// The format and the header of a convention, unless it takes a template.
fn of_convention(convention: &Convention) -> Option<(Format, &'static str)> {
    let value = |field: Field| convention.values.iter().find(|(own, _)| *own == field).map(|(_, value)| *value);
    let format = Format::from_name(value(hmac::FORMAT)?).filter(|format| *format != Format::Template)?;
    Some((format, value(hmac::HEADER_KEY)?))
}

/// The one header that the answer says is missing, other than ours.
fn named_header(said: &Said<'_>, own: &str, field: Field) -> Vec<FieldChange> {
    let mut named = said.missing_headers();
    named.retain(|name| !OTHER_HEADERS.contains(&name.to_ascii_lowercase().as_str()));
    match &named[..] {
        [name] if !name.eq_ignore_ascii_case(own) => vec![FieldChange::new(field, own, name.as_str())],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::of_response;
    use super::*;
    use crate::domain::auth::{AuthType, bearer};
    use crate::domain::draft::Draft;
    use crate::domain::field::URL;
    use crate::domain::header::HeaderList;

    fn to(auth_type: AuthType, format: &str, header: &str) -> Settings {
        let draft = Draft::new(auth_type)
            .with(URL, "https://hooks.example.com/in")
            .with(hmac::FORMAT, format)
            .with(hmac::HEADER_KEY, header)
            .with(hmac::SIGNING_SECRET, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
            .with(bearer::TOKEN, "0123456789abcdef-3f2a")
            .with(api_key::KEY, header)
            .with(api_key::VALUE, "0123456789abcdef-3f2a")
            .with(api_key::ADD_TO, api_key::HEADER.name);
        draft.check().unwrap().settings
    }

    fn changes(to: &Settings, status: u16, body: &str) -> Vec<String> {
        let (reason, body) = (String::new(), body.into());
        let answer = Response { status, reason, headers: HeaderList::new(), body, truncated: false, cut: None };
        let diagnosis = of_response(to, b"{\"a\":\"must be base64\"}", &answer, Timestamp::UNIX_EPOCH);
        diagnosis.fix.changes().iter().map(|it| format!("{} {} {}", it.field.id, it.before, it.after)).collect()
    }

    #[test]
    fn the_format_and_the_header_that_an_answer_names_are_proposed() {
        let base64 = to(hmac::SPEC, "base64", "X-Signature");
        for body in [
            "{\"error\":\"invalid signature: expected hex\"}",
            "signature must be a hex string",
            "nearly right: the signature is base64, not hex",
            "ValueError: non-hexadecimal number found in fromhex() arg at position 3",
        ] {
            assert_eq!(changes(&base64, 401, body), ["format base64 hex"], "{body}");
        }
        assert_eq!(changes(&base64, 400, "Signature must start with sha256="), ["format base64 sha256-hex"]);
        let github = "Missing X-Hub-Signature-256 header";
        assert_eq!(changes(&base64, 403, github), ["format base64 sha256-hex", "header_key X-Signature X-Hub-Signature-256"]);
        let own = "{\"message\":\"Required header X-Acme-Signature not found\"}";
        assert_eq!(changes(&base64, 401, own), ["header_key X-Signature X-Acme-Signature"]);
        let key = to(api_key::SPEC, "", "X-Key");
        assert_eq!(changes(&key, 401, "missing header: X-API-Token"), ["key X-Key X-API-Token"]);
    }

    #[test]
    fn the_format_that_belongs_to_the_header_of_a_well_known_service_is_proposed() {
        let hex = to(hmac::SPEC, "hex", "x-hub-signature-256");
        for (status, body) in
            [(401, ""), (403, "Forbidden"), (401, "invalid signature"), (400, "Invalid signature"), (401, "unauthorized")]
        {
            assert_eq!(changes(&hex, status, body), ["format hex sha256-hex"], "{status} {body}");
        }
        let shopify = to(hmac::SPEC, "hex", "X-Shopify-Hmac-Sha256");
        assert_eq!(changes(&shopify, 401, ""), ["format hex base64"]);
        // What the answer names counts more.
        assert_eq!(changes(&hex, 401, "invalid signature: expected base64"), ["format hex base64"]);
        // The format is right, the answer is about something else, or the header is not that of a service.
        for (to, status, body) in [
            (to(hmac::SPEC, "sha256-hex", "X-Hub-Signature-256"), 401, "invalid signature"),
            (to(hmac::SPEC, "hex", "X-Slack-Signature"), 401, "invalid signature"),
            (to(hmac::SPEC, "hex", "X-Signature"), 401, "invalid signature"),
            (to(hmac::SPEC, "hex", "X-Hub-Signature-256"), 401, "timestamp too old"),
            (to(hmac::SPEC, "hex", "X-Hub-Signature-256"), 400, "order_id is missing"),
            (to(bearer::SPEC, "", "X-Hub-Signature-256"), 401, ""),
        ] {
            assert_eq!(changes(&to, status, body), [""; 0], "{status} {body}");
        }
    }

    #[test]
    fn what_it_does_not_name_is_not_proposed() {
        let hex = to(hmac::SPEC, "hex", "X-Signature");
        for body in [
            "",
            "invalid signature",
            "expected hex",
            "the header x-signature is missing",
            "missing headers: X-One, X-Two",
            "missing content-type header",
            // The event says it.
            "must be base64",
            "a well-known non-empty field is required",
        ] {
            assert_eq!(changes(&hex, 401, body), [""; 0], "{body}");
        }
        assert_eq!(changes(&hex, 500, "expected base64"), [""; 0]);
        assert_eq!(changes(&to(bearer::SPEC, "", "X"), 401, "expected hex; missing X-Signature header"), [""; 0]);
        assert_eq!(changes(&to(hmac::SPEC, "timestamped", "X-Signature"), 401, "expected hex"), [""; 0]);
    }
}
