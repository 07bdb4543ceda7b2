//! PHP 8.

use super::check::ReceiverCheck as Check;
use super::quote::php as quote;
use crate::domain::signature::Format;

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

const ANY: &str = r#"
function any(array $given, string $expected): bool
{
    $found = false;
    foreach ($given as $one) {
        $found = hash_equals($expected, $one) || $found;
    }
    return $found;
}

function fresh(string $timestamp): bool
{
    return preg_match("/^[0-9]{1,12}\\z/", $timestamp) === 1 && abs(time() - (int) $timestamp) <= 300;
}
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, helper, function) = match check {
        Check::Nothing => return format!("<?php\n// {title}\nfunction verify(): bool\n{{\n    return true;\n}}\n"),
        Check::Signature(header, format) => {
            let helper = if matches!(format, Format::Timestamped | Format::Standard) { ANY } else { "" };
            (BODY, helper, SIGNATURE[*format as usize].replace("@NAME", &quote(header)))
        }
        Check::Basic(username) => (HEADERS, "", BASIC.replace("@NAME", &quote(username))),
        Check::Bearer => (HEADERS, "", BEARER.to_owned()),
        Check::Header(name) => (HEADERS, "", HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, "", QUERY.replace("@NAME", &quote(name))),
    };
    format!("<?php\n// {title}\n{comment}\n{START}{helper}\n{function}")
}

/// In the order of [`Format::ALL`].
const SIGNATURE: [&str; Format::ALL.len()] = [
    r#"function verify(array $headers, string $body): bool
{
    $expected = hash_hmac("sha256", $body, secret());
    return hash_equals($expected, $headers[@NAME] ?? "");
}
"#,
    r#"function verify(array $headers, string $body): bool
{
    $expected = base64_encode(hash_hmac("sha256", $body, secret(), true));
    return hash_equals($expected, $headers[@NAME] ?? "");
}
"#,
    r#"function verify(array $headers, string $body): bool
{
    $expected = "sha256=" . hash_hmac("sha256", $body, secret());
    return hash_equals($expected, $headers[@NAME] ?? "");
}
"#,
    r#"function verify(array $headers, string $body): bool
{
    $parts = explode(",", $headers[@NAME] ?? "");
    $stamps = array_values(array_filter($parts, fn ($part) => str_starts_with($part, "t=")));
    $timestamp = substr($stamps[0] ?? "", 2);
    $expected = "v1=" . hash_hmac("sha256", $timestamp . "." . $body, secret());
    return fresh($timestamp) && any($parts, $expected);
}
"#,
    r#"function verify(array $headers, string $body): bool
{
    $key = base64_decode(preg_replace("/^whsec_/", "", secret()), true);
    if ($key === false || $key === "") {
        throw new RuntimeException("WAYPOST_SECRET is not base64 after whsec_");
    }
    $id = $headers["webhook-id"] ?? "";
    $timestamp = $headers["webhook-timestamp"] ?? "";
    $expected = "v1," . base64_encode(hash_hmac("sha256", $id . "." . $timestamp . "." . $body, $key, true));
    return $id !== "" && fresh($timestamp) && any(explode(" ", $headers[@NAME] ?? ""), $expected);
}
"#,
];

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
