//! Python 3.

use std::fmt::Write as _;

use super::check::ReceiverCheck as Check;
use super::introspection;
use super::quote::python_or_go as quote;
use super::signature::{List, SignatureCheck, expression};
use crate::domain::signature::Piece;

const BODY: &str =
    "# headers: by name in lower case, or in any case as frameworks give them. body: the raw bytes, before any parser
# (Flask: request.get_data(); FastAPI: await request.body(); Django: request.body).";

const HEADERS: &str = "# headers: by name in lower case, or in any case as frameworks give them.";

const URL: &str = "# url: the path with its query, or the whole URL.";

const START: &str = r#"
SECRET = os.fsencode(os.environ["WAYPOST_SECRET"])
if not SECRET:
    raise RuntimeError("WAYPOST_SECRET is not set")
"#;

const SAME: &str = r#"

def same(a, b):
    return hmac.compare_digest(a.encode(errors="replace"), b)
"#;

/// While a secret is replaced, the former one is accepted, too.
const SECRETS: &str = "SECRETS = [SECRET, *filter(None, [os.fsencode(os.environ.get(\"WAYPOST_SECRET_OLD\", \"\"))])]\n";

const FRESH: &str = r#"

def fresh(timestamp):
    return bool(re.fullmatch("[0-9]{1,12}", timestamp)) and abs(int(time.time()) - int(timestamp)) <= 300
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, imports, function) = match check {
        Check::Nothing => return format!("# {title}\ndef verify():\n    return True\n"),
        Check::Signature(header, scheme) => return signature(&title, SignatureCheck { header, scheme }),
        Check::Basic(username) => (HEADERS, "import base64, hmac, os", BASIC.replace("@NAME", &quote(username))),
        Check::AccessToken => return format!("# {title}\n{}", introspection::PYTHON),
        Check::Bearer => (HEADERS, "import hmac, os", BEARER.to_owned()),
        Check::Header(name) => (HEADERS, "import hmac, os", HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, "import hmac, os, urllib.parse", QUERY.replace("@NAME", &quote(name))),
    };
    format!("# {title}\n{comment}\n{imports}\n{START}{SAME}\n\n{function}")
}

fn signature(title: &str, check: SignatureCheck<'_>) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Literal(text) => format!("{}.encode()", quote(text)),
        Piece::Id => "message.encode(errors=\"replace\")".to_owned(),
        Piece::Timestamp => "timestamp.encode()".to_owned(),
        Piece::Signature => "signature".to_owned(),
        Piece::Body => "body".to_owned(),
    };
    let mut imports = vec!["os"];
    if check.needs_timestamp() {
        imports.extend(["re", "time"]);
    }
    if !check.is_hex() {
        imports.push("base64");
    }
    if !check.is_ed25519() {
        imports.extend(["hashlib", "hmac"]);
    }
    imports.sort_unstable();
    let mut code = format!("# {title}\n{BODY}\nimport {}\n", imports.join(", "));
    if check.is_ed25519() {
        code.push_str(ED25519_IMPORTS);
    }
    code = code + START + SECRETS;
    if check.is_ed25519() {
        code.push_str(PUBLIC_KEYS);
    } else {
        code.push_str(SAME);
    }
    if check.needs_timestamp() {
        code.push_str(FRESH);
    }
    if check.decodes_key() {
        code.push_str(KEYS);
    }
    code.push_str("\n\ndef verify(headers, body):\n");
    let name = quote(check.header);
    let given = match check.list() {
        List::One => format!("headers.get({name}, \"\")"),
        List::Commas => format!("headers.get({name}, \"\").split(\",\")"),
        List::Spaces => format!("headers.get({name}, \"\").split(\" \")"),
    };
    let _ = writeln!(code, "    given = {given}");
    if check.needs_id() {
        code.push_str("    message = headers.get(\"webhook-id\", \"\")\n    if not message:\n        return False\n");
    }
    if check.needs_timestamp() {
        code.push_str(if check.has_timestamp_in_value() {
            "    timestamp = next((part[2:] for part in given if part.startswith(\"t=\")), \"\")\n"
        } else {
            "    timestamp = headers.get(\"webhook-timestamp\", \"\")\n"
        });
        code.push_str("    if not fresh(timestamp):\n        return False\n");
    }
    let content = expression(check.scheme.content().pieces(), " + ", word);
    let _ = writeln!(code, "    signed = {content}");
    if check.is_ed25519() {
        return code + ED25519;
    }
    let keys = if check.decodes_key() { "KEYS" } else { "SECRETS" };
    let hash = if check.is_sha512() { "sha512" } else { "sha256" };
    let value = expression(&check.value(), " + ", word);
    code.push_str("    found = False\n");
    let _ = writeln!(code, "    for key in {keys}:\n        digest = hmac.new(key, signed, hashlib.{hash})");
    code.push_str(if check.is_hex() {
        "        signature = digest.hexdigest().encode()\n"
    } else {
        "        signature = base64.b64encode(digest.digest())\n"
    });
    let _ = writeln!(code, "        expected = {value}");
    code.push_str(match check.list() {
        List::One => "        found = same(given, expected) or found\n",
        List::Commas | List::Spaces => "        found = any([same(part, expected) for part in given]) or found\n",
    });
    code + "    return found\n"
}

const KEYS: &str = r#"

def decoded(secret):
    key = base64.b64decode(secret[6:] if secret.startswith(b"whsec_") else secret, validate=True)
    if not key:
        raise RuntimeError("WAYPOST_SECRET is not base64 after whsec_")
    return key


KEYS = [decoded(secret) for secret in SECRETS]
"#;

/// The one thing that the standard library does not have.
const ED25519_IMPORTS: &str = r"
# pip install cryptography
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
";

const PUBLIC_KEYS: &str = r#"

# WAYPOST_SECRET is the public key, whpk_ and base64.
def decoded(secret):
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(secret[5:] if secret.startswith(b"whpk_") else secret))


KEYS = [decoded(secret) for secret in SECRETS]
"#;

const ED25519: &str = r#"    for part in given:
        for key in KEYS:
            try:
                if part.startswith("v1a,"):
                    key.verify(base64.b64decode(part[4:], validate=True), signed)
                    return True
            except (InvalidSignature, ValueError):
                pass
    return False
"#;

const BASIC: &str = r#"def verify(headers):
    scheme, _, given = headers.get("authorization", "").partition(" ")
    expected = base64.b64encode(@NAME.encode() + b":" + SECRET)
    return scheme.lower() == "basic" and same(given, expected)
"#;

const BEARER: &str = r#"def verify(headers):
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and same(given, SECRET)
"#;

const HEADER: &str = r#"def verify(headers):
    return same(headers.get(@NAME, ""), SECRET)
"#;

const QUERY: &str = r#"def verify(url):
    query = urllib.parse.parse_qs(url.partition("?")[2], keep_blank_values=True)
    given = query.get(@NAME, [])
    return len(given) == 1 and same(given[0], SECRET)
"#;
