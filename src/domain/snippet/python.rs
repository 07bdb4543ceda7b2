//! Python 3.

use super::check::ReceiverCheck as Check;
use super::quote::python_or_go as quote;
use crate::domain::signature::Format;

const BODY: &str =
    "# headers: by name in lower case, or in any case as frameworks give them. body: the raw bytes, before any parser
# (Flask: request.get_data(); FastAPI: await request.body(); Django: request.body).";

const HEADERS: &str = "# headers: by name in lower case, or in any case as frameworks give them.";

const URL: &str = "# url: the path with its query, or the whole URL.";

const START: &str = r#"
SECRET = os.fsencode(os.environ["WAYPOST_SECRET"])
if not SECRET:
    raise RuntimeError("WAYPOST_SECRET is not set")


def same(a, b):
    return hmac.compare_digest(a.encode(errors="replace"), b)
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, imports, function) = match check {
        Check::Nothing => return format!("# {title}\ndef verify():\n    return True\n"),
        Check::Signature(header, format) => {
            let (imports, function) = SIGNATURE[*format as usize];
            (BODY, imports, function.replace("@NAME", &quote(header)))
        }
        Check::Basic(username) => (HEADERS, "import base64, hmac, os", BASIC.replace("@NAME", &quote(username))),
        Check::Bearer => (HEADERS, "import hmac, os", BEARER.to_owned()),
        Check::Header(name) => (HEADERS, "import hmac, os", HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, "import hmac, os, urllib.parse", QUERY.replace("@NAME", &quote(name))),
    };
    format!("# {title}\n{comment}\n{imports}\n{START}\n\n{function}")
}

/// What is imported, and the function; in the order of [`Format::ALL`].
const SIGNATURE: [(&str, &str); Format::ALL.len()] = [
    (
        "import hashlib, hmac, os",
        r#"def verify(headers, body):
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest().encode()
    return same(headers.get(@NAME, ""), expected)
"#,
    ),
    (
        "import base64, hashlib, hmac, os",
        r#"def verify(headers, body):
    expected = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest())
    return same(headers.get(@NAME, ""), expected)
"#,
    ),
    (
        "import hashlib, hmac, os",
        r#"def verify(headers, body):
    expected = b"sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest().encode()
    return same(headers.get(@NAME, ""), expected)
"#,
    ),
    (
        "import hashlib, hmac, os, re, time",
        r#"def verify(headers, body):
    parts = headers.get(@NAME, "").split(",")
    timestamp = next((part[2:] for part in parts if part.startswith("t=")), "")
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(int(time.time()) - int(timestamp)) > 300:
        return False
    signed = timestamp.encode() + b"." + body
    expected = b"v1=" + hmac.new(SECRET, signed, hashlib.sha256).hexdigest().encode()
    return any([same(part, expected) for part in parts])
"#,
    ),
    (
        "import base64, hashlib, hmac, os, re, time",
        r#"KEY = base64.b64decode(SECRET[6:] if SECRET.startswith(b"whsec_") else SECRET, validate=True)
if not KEY:
    raise RuntimeError("WAYPOST_SECRET is not base64 after whsec_")


def verify(headers, body):
    message, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or not re.fullmatch("[0-9]{1,12}", timestamp) or abs(int(time.time()) - int(timestamp)) > 300:
        return False
    signed = f"{message}.{timestamp}.".encode(errors="replace") + body
    expected = b"v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest())
    return any([same(part, expected) for part in headers.get(@NAME, "").split(" ")])
"#,
    ),
];

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
