//! What a framework, an editor or a form may have made of a body.

use percent_encoding::percent_decode;

use super::mistake::BodyForm;
use super::rewrites;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Makes other bytes of a body; `None` where that form does not apply.
type Make = fn(&[u8]) -> Option<Vec<u8>>;

/// The forms other than JSON written again, in the order in which they are tried.
pub const FORMS: [(BodyForm, Make); 15] = [
    (BodyForm::NewlineAdded, |body| Some([body, b"\n"].concat())),
    (BodyForm::NewlineRemoved, |body| body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n")).map(<[u8]>::to_vec)),
    (BodyForm::CrLfAdded, |body| Some([body, b"\r\n"].concat())),
    (BodyForm::Trimmed, |body| Some(body.trim_ascii().to_vec())),
    (BodyForm::LfForCrLf, |body| Some(lines(body).join(&b"\n"[..]))),
    (BodyForm::CrLfForLf, |body| Some(lines(body).join(&b"\r\n"[..]))),
    (BodyForm::BomAdded, |body| Some([BOM, body].concat())),
    (BodyForm::BomRemoved, |body| body.strip_prefix(BOM).map(<[u8]>::to_vec)),
    (BodyForm::FormField, form_field),
    (BodyForm::FormDecoded, |body| Some(form_decoded(body))),
    (BodyForm::PercentDecoded, |body| Some(percent_decode(body).collect())),
    (BodyForm::QuotedAsJson, |body| serde_json::to_vec(std::str::from_utf8(body).ok()?).ok()),
    (BodyForm::UnquotedJson, rewrites::unquoted),
    (BodyForm::ObjectObject, |body| body.trim_ascii().starts_with(b"{").then(|| b"[object Object]".to_vec())),
    (BodyForm::Empty, |_| Some(Vec::new())),
];

/// The lines, without what ends them.
fn lines(body: &[u8]) -> Vec<&[u8]> {
    body.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}

/// The value of a form that has one field, as GitHub's `payload=…`.
fn form_field(body: &[u8]) -> Option<Vec<u8>> {
    if !body.contains(&b'=') || body.contains(&b'&') {
        return None;
    }
    url::form_urlencoded::parse(body).next().map(|(_, value)| value.into_owned().into_bytes())
}

fn form_decoded(body: &[u8]) -> Vec<u8> {
    let spaces: Vec<u8> = body.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    percent_decode(&spaces).collect()
}
