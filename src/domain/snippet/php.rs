//! PHP 8.

use std::fmt::Write as _;

use super::check::ReceiverCheck as Check;
use super::introspection;
use super::quote::php as quote;
use super::signature::{List, SignatureCheck, expression};
use crate::domain::signature::Piece;

const BODY: &str = r#"// $headers: names in lower case, as array_change_key_case(getallheaders()) gives them. $body: the raw bytes,
// before any parser: file_get_contents("php://input"), or in Laravel $request->getContent()."#;

const HEADERS: &str = "// $headers: names in lower case, as array_change_key_case(getallheaders()) gives them.";

const URL: &str = "// $url: the path with its query, as in $_SERVER[\"REQUEST_URI\"].";

const START: &str = r#"function secret(): string
{
    $secret = getenv("WAYPOST_SECRET");
    if ($secret === false || $secret === "") {
        throw new RuntimeException("WAYPOST_SECRET is not set");
    }
    return $secret;
}
"#;

/// While a secret is replaced, the former one is accepted, too.
const SECRETS: &str = r#"
function secrets(): array
{
    return array_filter([secret(), (string) getenv("WAYPOST_SECRET_OLD")], fn ($one) => $one !== "");
}
"#;

const FRESH: &str = r#"
function fresh(string $timestamp): bool
{
    return preg_match("/^[0-9]{1,12}\\z/", $timestamp) === 1 && abs(time() - (int) $timestamp) <= 300;
}
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, function) = match check {
        Check::Nothing => return format!("<?php\n// {title}\nfunction verify(): bool\n{{\n    return true;\n}}\n"),
        Check::Signature(header, scheme) => return signature(&title, SignatureCheck { header, scheme }),
        Check::Basic(username) => (HEADERS, BASIC.replace("@NAME", &quote(username))),
        Check::AccessToken => return format!("<?php\n// {title}\n{}", introspection::PHP),
        Check::Bearer => (HEADERS, BEARER.to_owned()),
        Check::Header(name) => (HEADERS, HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, QUERY.replace("@NAME", &quote(name))),
    };
    format!("<?php\n// {title}\n{comment}\n{START}\n{function}")
}

fn signature(title: &str, check: SignatureCheck<'_>) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Literal(text) => quote(text),
        Piece::Id => "$id".to_owned(),
        Piece::Timestamp => "$timestamp".to_owned(),
        Piece::Signature => "$signature".to_owned(),
        Piece::Body => "$body".to_owned(),
    };
    let mut code = format!("<?php\n// {title}\n{BODY}\n{START}{SECRETS}");
    if check.needs_timestamp() {
        code.push_str(FRESH);
    }
    if check.decodes_key() {
        code.push_str(KEY);
    } else if check.is_ed25519() {
        code.push_str(PUBLIC_KEY);
    }
    code.push_str("\nfunction verify(array $headers, string $body): bool\n{\n");
    let value = format!("$headers[{}] ?? \"\"", quote(check.header));
    let given = match check.list() {
        List::One => value,
        List::Commas => format!("explode(\",\", {value})"),
        List::Spaces => format!("explode(\" \", {value})"),
    };
    let _ = writeln!(code, "    $given = {given};");
    if check.needs_id() {
        code.push_str("    $id = $headers[\"webhook-id\"] ?? \"\";\n    if ($id === \"\") {\n        return false;\n    }\n");
    }
    if check.needs_timestamp() {
        code.push_str(if check.has_timestamp_in_value() { IN_VALUE } else { IN_HEADER });
        code.push_str("    if (!fresh($timestamp)) {\n        return false;\n    }\n");
    }
    let content = expression(check.scheme.content().pieces(), " . ", word);
    if check.is_ed25519() {
        return code + &ED25519.replace("@SIGNED", &content);
    }
    let hash = if check.is_sha512() { "sha512" } else { "sha256" };
    let key = if check.decodes_key() { "decoded($secret)" } else { "$secret" };
    let signature = if check.is_hex() {
        format!("hash_hmac(\"{hash}\", {content}, {key})")
    } else {
        format!("base64_encode(hash_hmac(\"{hash}\", {content}, {key}, true))")
    };
    let value = expression(&check.value(), " . ", word);
    let compare = match check.list() {
        List::One => format!("        $found = hash_equals({value}, $given) || $found;\n"),
        List::Commas | List::Spaces => format!(
            "        foreach ($given as $part) {{\n            $found = hash_equals({value}, $part) || $found;\n        }}\n"
        ),
    };
    // Not by replacing in turn: what was registered may look like what is replaced next.
    let _ =
        write!(code, "    $found = false;\n    foreach (secrets() as $secret) {{\n        $signature = {signature};\n{compare}");
    code + "    }\n    return $found;\n}\n"
}

const IN_VALUE: &str = r#"    $stamps = array_values(array_filter($given, fn ($part) => str_starts_with($part, "t=")));
    $timestamp = substr($stamps[0] ?? "", 2);
"#;

const IN_HEADER: &str = "    $timestamp = $headers[\"webhook-timestamp\"] ?? \"\";\n";

const KEY: &str = r#"
function decoded(string $secret): string
{
    $key = base64_decode(preg_replace("/^whsec_/", "", $secret), true);
    if ($key === false || $key === "") {
        throw new RuntimeException("WAYPOST_SECRET is not base64 after whsec_");
    }
    return $key;
}
"#;

const PUBLIC_KEY: &str = r#"
// WAYPOST_SECRET is the public key, whpk_ and base64.
function decoded(string $secret): string
{
    $key = base64_decode(preg_replace("/^whpk_/", "", $secret), true);
    if ($key === false || strlen($key) !== SODIUM_CRYPTO_SIGN_PUBLICKEYBYTES) {
        throw new RuntimeException("WAYPOST_SECRET is not a public key");
    }
    return $key;
}
"#;

const ED25519: &str = r#"    foreach (secrets() as $secret) {
        foreach ($given as $part) {
            $signature = str_starts_with($part, "v1a,") ? base64_decode(substr($part, 4), true) : false;
            $whole = $signature !== false && strlen($signature) === SODIUM_CRYPTO_SIGN_BYTES;
            if ($whole && sodium_crypto_sign_verify_detached($signature, @SIGNED, decoded($secret))) {
                return true;
            }
        }
    }
    return false;
}
"#;

const BASIC: &str = r#"function verify(array $headers): bool
{
    [$scheme, $given] = array_pad(explode(" ", $headers["authorization"] ?? "", 2), 2, "");
    $expected = base64_encode(@NAME . ":" . secret());
    return strtolower($scheme) === "basic" && hash_equals($expected, $given);
}
"#;

const BEARER: &str = r#"function verify(array $headers): bool
{
    [$scheme, $given] = array_pad(explode(" ", $headers["authorization"] ?? "", 2), 2, "");
    return strtolower($scheme) === "bearer" && hash_equals(secret(), $given);
}
"#;

const HEADER: &str = r#"function verify(array $headers): bool
{
    return hash_equals(secret(), $headers[@NAME] ?? "");
}
"#;

const QUERY: &str = r#"function verify(string $url): bool
{
    $given = [];
    foreach (explode("&", explode("?", $url, 2)[1] ?? "") as $pair) {
        [$name, $value] = array_pad(explode("=", $pair, 2), 2, "");
        if (urldecode($name) === @NAME) {
            $given[] = urldecode($value);
        }
    }
    return count($given) === 1 && hash_equals(secret(), $given[0]);
}
"#;
