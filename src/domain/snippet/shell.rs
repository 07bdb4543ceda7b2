//! POSIX sh with openssl.
//!
//! `openssl dgst -hmac` takes the key as an argument, where any user of the machine can read it; so HMAC (RFC 2104) is put
//! together from plain SHA-256, with the key in builtins and pipes alone.

use std::fmt::Write as _;

use super::check::ReceiverCheck as Check;
use super::introspection;
use super::signature::{List, SignatureCheck, expression};
use crate::domain::shell::{printed_escaped, quoted_ascii};
use crate::domain::signature::Piece;

const BODY: &str = "# For a CGI script: headers are in variables, the raw body is on stdin. Succeeds if the request is valid.";

const HEADERS: &str = "# For a CGI script: headers are in variables. Succeeds if the request is valid.";

const AUTHORIZATION: &str = "# For a CGI script: headers are in variables (Apache passes this one with CGIPassAuth On). Succeeds if the request is valid.";

const URL: &str = "# For a CGI script: the query is in a variable. Succeeds if the request is valid.";

const START: &str = r#": "${WAYPOST_SECRET:?is not set}"

# Compares digests under a random nonce, so that timing reveals nothing about the texts.
same() {
  nonce=$(openssl rand -hex 16) || return 1
  a=$(printf %s "$nonce$1" | openssl dgst -sha256 -r) || return 1
  b=$(printf %s "$nonce$2" | openssl dgst -sha256 -r) || return 1
  [ "$a" = "$b" ]
}
"#;

const HMAC: &str = r#"
hex() { od -An -v -tx1 | tr -d ' \n'; }

# The key, padded to a block and with each byte xor $1.
block() {
  rest=$key
  while [ -n "$rest" ]; do
    tail=${rest#??}
    printf "\\$(printf %03o $((0x${rest%"$tail"} ^ $1)))"
    rest=$tail
  done
}

# HMAC of stdin under the key in hex, as bytes. openssl would take the key as an argument, for everyone to see.
hmac() {
  key=$1
  if [ ${#key} -gt @BLOCK ]; then key=$(block 0 | openssl dgst -@HASH -binary | hex); fi
  while [ ${#key} -lt @BLOCK ]; do key=${key}00; done
  { block 92; { block 54; cat; } | openssl dgst -@HASH -binary; } | openssl dgst -@HASH -binary
}
"#;

const FRESH: &str = r#"
fresh() {
  case $1 in '' | 0?* | *[!0-9]* | ?????????????*) return 1 ;; esac
  off=$(($(date +%s) - $1))
  [ "$off" -ge -300 ] && [ "$off" -le 300 ]
}
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, helpers, function) = match check {
        Check::Nothing => return format!("# {title}\nverify() {{\n  true\n}}\n"),
        Check::Signature(header, scheme) => return signature(&title, SignatureCheck { header, scheme }),
        Check::Basic(username) => (AUTHORIZATION, String::new(), BASIC.replace("@NAME", &quoted_ascii(username))),
        Check::AccessToken => return format!("# {title}\n{}", introspection::SHELL),
        Check::Bearer => (AUTHORIZATION, String::new(), BEARER.to_owned()),
        Check::Header(name) => (HEADERS, String::new(), HEADER.replace("@NAME", &variable(name))),
        Check::Query(name) => (URL, DECODED.to_owned(), QUERY.replace("@NAME", &quoted_ascii(name))),
    };
    format!("# {title}\n{comment}\n{START}{helpers}\n{function}")
}

/// RFC 3875 §4.1.18; what cannot stand in a variable's name is an underscore, as servers do.
fn variable(header: &str) -> String {
    let name: String = header.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("HTTP_{name}")
}

fn signature(title: &str, check: SignatureCheck<'_>) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Literal(text) => quoted_ascii(text),
        Piece::Id => "\"$HTTP_WEBHOOK_ID\"".to_owned(),
        Piece::Timestamp => "\"$timestamp\"".to_owned(),
        Piece::Signature => "\"$signature\"".to_owned(),
        Piece::Body => String::new(),
    };
    let mut code = format!("# {title}\n{BODY}\n{START}");
    if !check.is_ed25519() {
        let (hash, block) = if check.is_sha512() { ("sha512", "256") } else { ("sha256", "128") };
        code.push_str(&HMAC.replace("@HASH", hash).replace("@BLOCK", block));
    }
    if check.needs_timestamp() {
        code.push_str(FRESH);
    }
    code.push_str("\nverify() (\n  set -f\n");
    let value = format!("\"${{{}:-}}\"", variable(check.header));
    if check.list() == List::Commas {
        let _ = writeln!(code, "  given=$(printf %s {value} | tr ', ' ' ,')");
    } else {
        let _ = writeln!(code, "  given={value}");
    }
    if check.needs_id() {
        code.push_str("  [ -n \"${HTTP_WEBHOOK_ID:-}\" ] || return 1\n");
    }
    if check.needs_timestamp() {
        code.push_str(if check.has_timestamp_in_value() { IN_VALUE } else { IN_HEADER });
        code.push_str("  fresh \"$timestamp\" || return 1\n");
    }
    let (before, after) = check.content();
    let print = |pieces: &[Piece]| {
        expression(pieces, "", |piece| match piece {
            Piece::Literal(text) => format!("{}; ", printed_escaped(text.as_bytes())),
            other => format!("printf %s {}; ", word(other)),
        })
    };
    let content = format!("{{ {}cat; {}}}", print(&before), print(&after));
    code += &DIRECTORY.replace("@CONTENT", &content);
    if check.is_ed25519() {
        code.push_str(ED25519);
        return code;
    }
    let key = if check.decodes_key() {
        "printf %s \"${secret#whsec_}\" | openssl base64 -d -A | hex"
    } else {
        "printf %s \"$secret\" | hex"
    };
    let encode = if check.is_hex() { "hex" } else { "openssl base64 -A" };
    let loops = if check.list() == List::One { "  for part in \"$given\"; do\n" } else { "  for part in $given; do\n" };
    code += &SIGNED
        .replace("@KEY", key)
        .replace("@ENCODE", encode)
        .replace("@LENGTH", &check.scheme.signature_chars().to_string())
        .replace("@PARTS\n", &format!("  {loops}"))
        // Last: what was registered may look like the others.
        .replace("@VALUE", &expression(&check.value(), "", word));
    code
}

const IN_VALUE: &str = r"  timestamp=
  for part in $given; do
    case $part in t=*) timestamp=${part#t=}; break ;; esac
  done
";

const IN_HEADER: &str = "  timestamp=${HTTP_WEBHOOK_TIMESTAMP:-}\n";

/// What is signed is read twice while a secret is replaced, so it is in a file that nobody else can open.
const DIRECTORY: &str = r#"  dir=$(mktemp -d) || return 1
  trap 'rm -rf "$dir"' EXIT
  @CONTENT > "$dir/signed"
"#;

/// While a secret is replaced, the former one is accepted, too.
const SIGNED: &str = r#"  for secret in "$WAYPOST_SECRET" "${WAYPOST_SECRET_OLD:-}"; do
    [ -n "$secret" ] || continue
    key=$(@KEY)
    [ -n "$key" ] || return 1
    signature=$(hmac "$key" < "$dir/signed" | @ENCODE)
    [ ${#signature} -eq @LENGTH ] || return 1
    expected=@VALUE
@PARTS
      if same "$part" "$expected"; then return 0; fi
    done
  done
  return 1
)
"#;

/// `WAYPOST_SECRET` is the public key; before its 32 bytes goes what makes them a key in DER (RFC 8410 §4).
const ED25519: &str = r#"  # WAYPOST_SECRET is the public key, whpk_ and base64.
  for secret in "$WAYPOST_SECRET" "${WAYPOST_SECRET_OLD:-}"; do
    [ -n "$secret" ] || continue
    { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; printf %s "${secret#whpk_}" | openssl base64 -d -A; } > "$dir/key"
    for part in $given; do
      case $part in v1a,*) ;; *) continue ;; esac
      printf %s "${part#v1a,}" | openssl base64 -d -A > "$dir/signature"
      if openssl pkeyutl -verify -pubin -keyform DER -inkey "$dir/key" -rawin -in "$dir/signed" -sigfile "$dir/signature" > /dev/null 2>&1; then
        return 0
      fi
    done
  done
  return 1
)
"#;

const BASIC: &str = r#"username=@NAME

verify() (
  case ${HTTP_AUTHORIZATION:-} in [Bb][Aa][Ss][Ii][Cc]\ *) ;; *) return 1 ;; esac
  expected=$(printf '%s:%s' "$username" "$WAYPOST_SECRET" | openssl base64 -A)
  [ -n "$expected" ] && same "${HTTP_AUTHORIZATION#* }" "$expected"
)
"#;

const BEARER: &str = r#"verify() (
  case ${HTTP_AUTHORIZATION:-} in [Bb][Ee][Aa][Rr][Ee][Rr]\ *) ;; *) return 1 ;; esac
  same "${HTTP_AUTHORIZATION#* }" "$WAYPOST_SECRET"
)
"#;

const HEADER: &str = r#"verify() (
  same "${@NAME:-}" "$WAYPOST_SECRET"
)
"#;

const DECODED: &str = r#"
# Percent-decoding, with + as a space; a secret cannot contain NUL.
decoded() {
  rest=$(printf %s. "$1" | tr + ' ')
  rest=${rest%.}
  while [ -n "$rest" ]; do
    case $rest in
      %[0-9A-Fa-f][0-9A-Fa-f]*)
        tail=${rest#???}
        code=${rest%"$tail"}
        printf "\\$(printf %03o $((0x${code#%})))"
        ;;
      *)
        tail=${rest#?}
        printf %s "${rest%"$tail"}"
        ;;
    esac
    rest=$tail
  done
}
"#;

const QUERY: &str = r#"name=@NAME

verify() (
  set -f
  count=0
  for pair in $(printf %s "${QUERY_STRING:-}" | tr '& ' ' +'); do
    case $pair in *=*) value=${pair#*=} ;; *) value= ;; esac
    # The full stop keeps trailing line breaks, which $() would strip.
    if [ "$(decoded "${pair%%=*}"; printf .)" = "$name." ]; then
      count=$((count + 1))
      given=$(decoded "$value"; printf .)
    fi
  done
  [ "$count" -eq 1 ] && same "$given" "$WAYPOST_SECRET."
)
"#;
