//! POSIX sh with openssl.
//!
//! `openssl dgst -hmac` takes the key as an argument, where any user of the machine can read it; so HMAC (RFC 2104) is put
//! together from plain SHA-256, with the key in builtins and pipes alone.

use super::check::ReceiverCheck as Check;
use crate::domain::shell::quoted_ascii;
use crate::domain::signature::Format;

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

# HMAC-SHA256 of stdin under the key in hex, as bytes. openssl would take the key as an argument, for everyone to see.
hmac() {
  key=$1
  if [ ${#key} -gt 128 ]; then key=$(block 0 | openssl dgst -sha256 -binary | hex); fi
  while [ ${#key} -lt 128 ]; do key=${key}00; done
  { block 92; { block 54; cat; } | openssl dgst -sha256 -binary; } | openssl dgst -sha256 -binary
}
"#;

const FRESH: &str = r#"
fresh() {
  case $1 in '' | 0?* | *[!0-9]* | ?????????????*) return 1 ;; esac
  off=$(($(date +%s) - $1))
  [ "$off" -ge -300 ] && [ "$off" -le 300 ]
}

# Whether $2 is one of the words $1.
any() {
  for part in $1; do
    if same "$part" "$2"; then return 0; fi
  done
  return 1
}
"#;

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, helpers, function) = match check {
        Check::Nothing => return format!("# {title}\nverify() {{\n  true\n}}\n"),
        Check::Signature(header, format) => {
            let fresh = if matches!(format, Format::Timestamped | Format::Standard) { FRESH } else { "" };
            (BODY, [HMAC, fresh].concat(), SIGNATURE[*format as usize].replace("@NAME", &variable(header)))
        }
        Check::Basic(username) => (AUTHORIZATION, String::new(), BASIC.replace("@NAME", &quoted_ascii(username))),
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

/// In the order of [`Format::ALL`].
const SIGNATURE: [&str; Format::ALL.len()] = [
    r#"verify() (
  expected=$(hmac "$(printf %s "$WAYPOST_SECRET" | hex)" | hex)
  [ ${#expected} -eq 64 ] && same "${@NAME:-}" "$expected"
)
"#,
    r#"verify() (
  expected=$(hmac "$(printf %s "$WAYPOST_SECRET" | hex)" | openssl base64 -A)
  [ ${#expected} -eq 44 ] && same "${@NAME:-}" "$expected"
)
"#,
    r#"verify() (
  expected=sha256=$(hmac "$(printf %s "$WAYPOST_SECRET" | hex)" | hex)
  [ ${#expected} -eq 71 ] && same "${@NAME:-}" "$expected"
)
"#,
    r#"verify() (
  set -f
  parts=$(printf %s "${@NAME:-}" | tr ', ' ' ,')
  timestamp=
  for part in $parts; do
    case $part in t=*) timestamp=${part#t=}; break ;; esac
  done
  fresh "$timestamp" || return 1
  expected=v1=$({ printf '%s.' "$timestamp"; cat; } | hmac "$(printf %s "$WAYPOST_SECRET" | hex)" | hex)
  [ ${#expected} -eq 67 ] && any "$parts" "$expected"
)
"#,
    r#"verify() (
  set -f
  [ -n "${HTTP_WEBHOOK_ID:-}" ] && fresh "${HTTP_WEBHOOK_TIMESTAMP:-}" || return 1
  key=$(printf %s "${WAYPOST_SECRET#whsec_}" | openssl base64 -d -A | hex)
  [ -n "$key" ] || return 1
  expected=v1,$({ printf '%s.%s.' "$HTTP_WEBHOOK_ID" "$HTTP_WEBHOOK_TIMESTAMP"; cat; } | hmac "$key" | openssl base64 -A)
  [ ${#expected} -eq 47 ] && any "${@NAME:-}" "$expected"
)
"#,
];

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
