//! JavaScript for Node.

use std::fmt::Write as _;

use super::check::ReceiverCheck as Check;
use super::introspection;
use super::quote::node as quote;
use super::signature::{List, SignatureCheck, expression};
use crate::domain::signature::Piece;

const BODY: &str = r"// headers: names in lower case, as in req.headers. body: a Buffer with the raw bytes, before any parser;
// in Express: app.post(PATH, express.raw({ type: '*/*' }), (req, res) => res.sendStatus(verify(req.headers, req.body) ? 204 : 401))";

const HEADERS: &str = "// headers: names in lower case, as in req.headers.";

const URL: &str = "// url: the path with its query, as in req.url.";

const START: &str = r#"const crypto = require("node:crypto");

const secret = process.env.WAYPOST_SECRET;
if (!secret) throw new Error("WAYPOST_SECRET is not set");
"#;

const SAME: &str = r"
function same(a, b) {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && crypto.timingSafeEqual(x, y);
}
";

/// While a secret is replaced, the former one is accepted, too.
const SECRETS: &str = "const secrets = [secret, process.env.WAYPOST_SECRET_OLD].filter(Boolean);\n";

const FRESH: &str = r"
function fresh(timestamp) {
  return /^[0-9]{1,12}$/.test(timestamp) && Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) <= 300;
}
";

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, function) = match check {
        Check::Nothing => return format!("// {title}\nfunction verify() {{\n  return true;\n}}\n"),
        Check::Signature(header, scheme) => {
            let check = SignatureCheck { header, scheme };
            let fresh = if check.needs_timestamp() { FRESH } else { "" };
            let same = if check.is_ed25519() { "" } else { SAME };
            return format!("// {title}\n{BODY}\n{START}{SECRETS}{same}{fresh}\n{}", signature(check));
        }
        Check::Basic(username) => (HEADERS, BASIC.replace("@NAME", &quote(username))),
        Check::AccessToken => return format!("// {title}\n{}", introspection::NODE),
        Check::Bearer => (HEADERS, BEARER.to_owned()),
        Check::Header(name) => (HEADERS, HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, QUERY.replace("@NAME", &quote(name))),
    };
    format!("// {title}\n{comment}\n{START}{SAME}\n{function}")
}

fn signature(check: SignatureCheck<'_>) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Literal(text) => quote(text),
        Piece::Id => "id".to_owned(),
        Piece::Timestamp => "timestamp".to_owned(),
        Piece::Signature => "signature".to_owned(),
        Piece::Body => "body".to_owned(),
    };
    let mut code = String::new();
    if check.is_ed25519() {
        code.push_str(PUBLIC_KEYS);
    } else if check.decodes_key() {
        code.push_str(KEYS);
    }
    code.push_str("function verify(headers, body) {\n");
    let name = quote(check.header);
    let given = match check.list() {
        List::One => format!("String(headers[{name}])"),
        List::Commas => format!("String(headers[{name}]).split(\",\")"),
        List::Spaces => format!("String(headers[{name}]).split(\" \")"),
    };
    let _ = writeln!(code, "  const given = {given};");
    if check.needs_id() {
        code.push_str("  const id = String(headers[\"webhook-id\"] ?? \"\");\n  if (!id) return false;\n");
    }
    if check.needs_timestamp() {
        code.push_str(if check.has_timestamp_in_value() {
            "  const timestamp = (given.find((part) => part.startsWith(\"t=\")) ?? \"\").slice(2);\n"
        } else {
            "  const timestamp = String(headers[\"webhook-timestamp\"]);\n"
        });
        code.push_str("  if (!fresh(timestamp)) return false;\n");
    }
    let (before, after) = check.content();
    let update = |pieces: &[Piece]| match pieces {
        [] => String::new(),
        pieces => format!(".update({})", expression(pieces, " + ", word)),
    };
    let (before, after) = (update(&before), update(&after));
    if check.is_ed25519() {
        return code + &ED25519.replace("@SIGNED", "Buffer.concat([Buffer.from(id + \".\" + timestamp + \".\"), body])");
    }
    let (keys, key) = if check.decodes_key() { ("keys", "key") } else { ("secrets", "secret") };
    let hash = if check.is_sha512() { "sha512" } else { "sha256" };
    let encoding = if check.is_hex() { "hex" } else { "base64" };
    let value = expression(&check.value(), " + ", word);
    let _ = writeln!(code, "  const expected = {keys}.map(({key}) => {{");
    let _ = writeln!(
        code,
        "    const signature = crypto.createHmac(\"{hash}\", {key}){before}.update(body){after}.digest(\"{encoding}\");"
    );
    code + &format!("    return {value};\n  }});\n")
        + match check.list() {
            List::One => "  return expected.filter((one) => same(given, one)).length > 0;\n}\n",
            List::Commas | List::Spaces => {
                "  return given.filter((part) => expected.filter((one) => same(part, one)).length > 0).length > 0;\n}\n"
            }
        }
}

const KEYS: &str = r#"const keys = secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ""), "base64"));
if (keys.some((key) => !key.length)) throw new Error("WAYPOST_SECRET is not base64 after whsec_");

"#;

const PUBLIC_KEYS: &str = r#"// WAYPOST_SECRET is the public key, whpk_ and base64.
const keys = secrets.map((secret) => {
  const bytes = Buffer.from(secret.replace(/^whpk_/, ""), "base64");
  if (bytes.length !== 32) throw new Error("WAYPOST_SECRET is not a public key");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes]);
  return crypto.createPublicKey({ key: spki, format: "der", type: "spki" });
});

"#;

const ED25519: &str = r#"  const signed = @SIGNED;
  const right = (part) => keys.some((key) => crypto.verify(null, signed, key, Buffer.from(part.slice(4), "base64")));
  return given.some((part) => part.startsWith("v1a,") && right(part));
}
"#;

const BASIC: &str = r#"function verify(headers) {
  const [scheme, given = ""] = String(headers.authorization).split(" ");
  const expected = Buffer.from(@NAME + ":" + secret).toString("base64");
  return scheme.toLowerCase() === "basic" && same(given, expected);
}
"#;

const BEARER: &str = r#"function verify(headers) {
  const [scheme, given = ""] = String(headers.authorization).split(" ");
  return scheme.toLowerCase() === "bearer" && same(given, secret);
}
"#;

const HEADER: &str = r"function verify(headers) {
  const given = headers[@NAME];
  return given !== undefined && same(String(given), secret);
}
";

const QUERY: &str = r#"function verify(url) {
  const given = new URLSearchParams(url.split("?").slice(1).join("?")).getAll(@NAME);
  return given.length === 1 && same(given[0], secret);
}
"#;
