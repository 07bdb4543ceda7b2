//! The line of code that fixes a mistake, for the common frameworks.

use super::mistake::{Mistake, SecretForm};
use super::notation;
use crate::domain::auth::Auth;
use crate::domain::signature::Format;
use crate::domain::signature::explain::Encoding;

/// A line of code, and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLine {
    /// A framework or language.
    pub framework: &'static str,
    /// One line.
    pub code: String,
}

const RAW: [(&str, &str); 10] = [
    ("Express", "app.post(\"/in\", express.raw({ type: \"*/*\" }), (req, res) => check(req.body))"),
    ("Flask", "body = request.get_data()"),
    ("FastAPI", "body = await request.body()"),
    ("Django", "body = request.body"),
    ("Go net/http", "body, err := io.ReadAll(r.Body)"),
    ("PHP", "$body = file_get_contents(\"php://input\");"),
    ("Laravel", "$body = $request->getContent();"),
    ("Rails", "body = request.raw_post"),
    ("Spring", "@PostMapping(\"/in\") ResponseEntity<Void> in(@RequestBody byte[] body)"),
    ("ASP.NET Core", "using var copy = new MemoryStream(); await Request.Body.CopyToAsync(copy); var body = copy.ToArray();"),
];

const TRIMMED: [(&str, &str); 5] = [
    ("Node", "const secret = process.env.WAYPOST_SECRET.trim()"),
    ("Python", "secret = os.environ[\"WAYPOST_SECRET\"].strip()"),
    ("Go", "secret := strings.TrimSpace(os.Getenv(\"WAYPOST_SECRET\"))"),
    ("PHP", "$secret = trim(getenv(\"WAYPOST_SECRET\"));"),
    ("Ruby", "secret = ENV.fetch(\"WAYPOST_SECRET\").strip"),
];

const DECODED: [(&str, &str); 5] = [
    ("Node", "const key = Buffer.from(secret.replace(/^whsec_/, \"\"), \"base64\")"),
    ("Python", "key = base64.b64decode(secret.removeprefix(\"whsec_\"))"),
    ("Go", "key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, \"whsec_\"))"),
    ("PHP", "$key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);"),
    ("Ruby", "key = Base64.strict_decode64(secret.delete_prefix(\"whsec_\"))"),
];

const NOT_DECODED: [(&str, &str); 5] = [
    ("Node", "const key = Buffer.from(secret, \"utf8\")"),
    ("Python", "key = secret.encode()"),
    ("Go", "key := []byte(secret)"),
    ("PHP", "$key = $secret;"),
    ("Ruby", "key = secret"),
];

const HEX: [(&str, &str); 5] = [
    ("Node", "crypto.createHmac(\"sha256\", key).update(signed).digest(\"hex\")"),
    ("Python", "hmac.new(key, signed, hashlib.sha256).hexdigest()"),
    ("Go", "mac := hmac.New(sha256.New, key); mac.Write(signed); hex.EncodeToString(mac.Sum(nil))"),
    ("PHP", "hash_hmac(\"sha256\", $signed, $key)"),
    ("Ruby", "OpenSSL::HMAC.hexdigest(\"SHA256\", key, signed)"),
];

const BASE64: [(&str, &str); 5] = [
    ("Node", "crypto.createHmac(\"sha256\", key).update(signed).digest(\"base64\")"),
    ("Python", "base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()"),
    ("Go", "mac := hmac.New(sha256.New, key); mac.Write(signed); base64.StdEncoding.EncodeToString(mac.Sum(nil))"),
    ("PHP", "base64_encode(hash_hmac(\"sha256\", $signed, $key, true))"),
    ("Ruby", "Base64.strict_encode64(OpenSSL::HMAC.digest(\"SHA256\", key, signed))"),
];

const TIMESTAMP_AND_BODY: [(&str, &str); 5] = [
    ("Node", "const signed = Buffer.concat([Buffer.from(`${timestamp}.`), body])"),
    ("Python", "signed = timestamp.encode() + b\".\" + body"),
    ("Go", "signed := append([]byte(timestamp+\".\"), body...)"),
    ("PHP", "$signed = $timestamp . \".\" . $body;"),
    ("Ruby", "signed = \"#{timestamp}.#{body}\""),
];

const ID_TIMESTAMP_AND_BODY: [(&str, &str); 5] = [
    ("Node", "const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])"),
    ("Python", "signed = f\"{id}.{timestamp}.\".encode() + body"),
    ("Go", "signed := append([]byte(id+\".\"+timestamp+\".\"), body...)"),
    ("PHP", "$signed = $id . \".\" . $timestamp . \".\" . $body;"),
    ("Ruby", "signed = \"#{id}.#{timestamp}.#{body}\""),
];

const BODY_ALONE: [(&str, &str); 5] = [
    ("Node", "const signed = body"),
    ("Python", "signed = body"),
    ("Go", "signed := body"),
    ("PHP", "$signed = $body;"),
    ("Ruby", "signed = body"),
];

/// The lines for a mistake; none where no line helps.
pub fn lines(auth: &Auth, mistake: &Mistake) -> Vec<CodeLine> {
    let Some(scheme) = auth.scheme() else { return Vec::new() };
    let lines: &[(&'static str, &str)] = match mistake {
        Mistake::Body(_) | Mistake::BodyMissing { .. } | Mistake::BodyReplaced(_) => &RAW,
        Mistake::Secret(
            SecretForm::NewlineAdded | SecretForm::CrLfAdded | SecretForm::SpaceAdded | SecretForm::WhitespaceAdded,
        ) => &TRIMMED,
        Mistake::Secret(SecretForm::NotDecoded | SecretForm::NotDecodedWhsec | SecretForm::WhsecDecoded) => &DECODED,
        Mistake::Secret(SecretForm::HexDecoded) if scheme.format() == Format::Standard => &DECODED,
        Mistake::Secret(SecretForm::HexDecoded | SecretForm::Base64Decoded | SecretForm::WhsecRemoved) => &NOT_DECODED,
        Mistake::Encoding(_)
        | Mistake::Algorithm(_)
        | Mistake::PlainHash(..)
        | Mistake::HashLength(_)
        | Mistake::Secret(SecretForm::Swapped) => match notation::encoding_of(&scheme) {
            Encoding::Hex => &HEX,
            _ => &BASE64,
        },
        Mistake::Content(_) => match scheme.format() {
            Format::Hex | Format::Base64 | Format::Sha256Hex => &BODY_ALONE,
            Format::Timestamped => &TIMESTAMP_AND_BODY,
            Format::Standard | Format::StandardEd25519 => &ID_TIMESTAMP_AND_BODY,
            // The line would be another one for each template.
            Format::Template => &[],
        },
        _ => &[],
    };
    lines.iter().map(|&(framework, code)| CodeLine { framework, code: code.to_owned() }).collect()
}
