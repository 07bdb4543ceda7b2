//! JavaScript for Node.

use super::check::ReceiverCheck as Check;
use super::quote::node as quote;
use crate::domain::signature::Format;

const BODY: &str = r"// headers: names in lower case, as in req.headers. body: a Buffer with the raw bytes, before any parser;
// in Express: app.post(PATH, express.raw({ type: '*/*' }), (req, res) => res.sendStatus(verify(req.headers, req.body) ? 204 : 401))";

const HEADERS: &str = "// headers: names in lower case, as in req.headers.";

const URL: &str = "// url: the path with its query, as in req.url.";

const START: &str = r#"const crypto = require("node:crypto");

const secret = process.env.WAYPOST_SECRET;
if (!secret) throw new Error("WAYPOST_SECRET is not set");

function same(a, b) {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && crypto.timingSafeEqual(x, y);
}
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, function) = match check {
        Check::Nothing => return format!("// {title}\nfunction verify() {{\n  return true;\n}}\n"),
        Check::Signature(header, format) => (BODY, SIGNATURE[*format as usize].replace("@NAME", &quote(header))),
        Check::Basic(username) => (HEADERS, BASIC.replace("@NAME", &quote(username))),
        Check::Bearer => (HEADERS, BEARER.to_owned()),
        Check::Header(name) => (HEADERS, HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, QUERY.replace("@NAME", &quote(name))),
    };
    format!("// {title}\n{comment}\n{START}\n{function}")
}

/// In the order of [`Format::ALL`].
const SIGNATURE: [&str; Format::ALL.len()] = [
    r#"function verify(headers, body) {
  const expected = crypto.createHmac("sha256", secret).update(body).digest("hex");
  return same(String(headers[@NAME]), expected);
}
"#,
    r#"function verify(headers, body) {
  const expected = crypto.createHmac("sha256", secret).update(body).digest("base64");
  return same(String(headers[@NAME]), expected);
}
"#,
    r#"function verify(headers, body) {
  const expected = "sha256=" + crypto.createHmac("sha256", secret).update(body).digest("hex");
  return same(String(headers[@NAME]), expected);
}
"#,
    r#"function verify(headers, body) {
  const parts = String(headers[@NAME]).split(",");
  const timestamp = (parts.find((part) => part.startsWith("t=")) ?? "").slice(2);
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > 300) return false;
  const expected = "v1=" + crypto.createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
  return parts.filter((part) => same(part, expected)).length > 0;
}
"#,
    r#"const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
if (!key.length) throw new Error("WAYPOST_SECRET is not base64 after whsec_");

function verify(headers, body) {
  const id = headers["webhook-id"];
  const timestamp = String(headers["webhook-timestamp"]);
  if (!id || !/^[0-9]{1,12}$/.test(timestamp) || Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > 300) return false;
  const expected = "v1," + crypto.createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return String(headers[@NAME]).split(" ").filter((part) => same(part, expected)).length > 0;
}
"#,
];

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
