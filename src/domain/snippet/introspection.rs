//! The check of an access token, in every language: only its issuer knows whether it is valid, so that is asked (RFC 7662).
//!
//! `WAYPOST_SECRET` is the receiver's own client id and secret at the issuer, `ID:SECRET`, and `WAYPOST_INTROSPECTION_URL` where
//! the issuer answers. Whatever goes wrong with asking accepts nothing.

pub(super) const NODE: &str = r#"// headers: names in lower case, as in req.headers. Use: (await verify(req.headers)) ? 204 : 401
const secret = process.env.WAYPOST_SECRET; // the receiver's own ID:SECRET at the issuer
const url = process.env.WAYPOST_INTROSPECTION_URL;
if (!secret || !url) throw new Error("WAYPOST_SECRET or WAYPOST_INTROSPECTION_URL is not set");

async function verify(headers) {
  const [scheme, token] = String(headers["authorization"]).split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token) return false;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization: "Basic " + Buffer.from(secret).toString("base64") },
      body: new URLSearchParams({ token }),
      redirect: "error",
      signal: AbortSignal.timeout(10000),
    });
    // What the token is for (aud, scope) is in the answer, too: compare it with what this receiver expects.
    return answer.ok && (await answer.json()).active === true;
  } catch {
    return false;
  }
}
"#;

pub(super) const PYTHON: &str = r#"# headers: by name in lower case, or in any case as frameworks give them.
import base64, json, os, urllib.parse, urllib.request

SECRET = os.fsencode(os.environ["WAYPOST_SECRET"])  # the receiver's own ID:SECRET at the issuer
URL = os.environ["WAYPOST_INTROSPECTION_URL"]
if not SECRET or not URL:
    raise RuntimeError("WAYPOST_SECRET or WAYPOST_INTROSPECTION_URL is not set")


def verify(headers):
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return False
    body = urllib.parse.urlencode({"token": token}).encode()
    request = urllib.request.Request(URL, body, {"authorization": "Basic " + base64.b64encode(SECRET).decode()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            # What the token is for (aud, scope) is in the answer, too: compare it with what this receiver expects.
            return json.load(answer)["active"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False
"#;

pub(super) const GO: &str = r#"package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

var issuer = &http.Client{Timeout: 10 * time.Second}

// @TITLE
// header: r.Header.
func verify(header http.Header) bool {
	secret, where := os.Getenv("WAYPOST_SECRET"), os.Getenv("WAYPOST_INTROSPECTION_URL")
	if secret == "" || where == "" {
		panic("WAYPOST_SECRET or WAYPOST_INTROSPECTION_URL is not set")
	}
	scheme, token, _ := strings.Cut(header.Get("authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" {
		return false
	}
	body := strings.NewReader(url.Values{"token": {token}}.Encode())
	request, err := http.NewRequest("POST", where, body)
	if err != nil {
		return false
	}
	request.Header.Set("content-type", "application/x-www-form-urlencoded")
	// The receiver's own ID:SECRET at the issuer.
	id, word, _ := strings.Cut(secret, ":")
	request.SetBasicAuth(id, word)
	answer, err := issuer.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	// What the token is for (aud, scope) is in the answer, too: compare it with what this receiver expects.
	var said struct{ Active bool }
	return answer.StatusCode == 200 && json.NewDecoder(answer.Body).Decode(&said) == nil && said.Active
}
"#;

pub(super) const PHP: &str = r#"// $headers: names in lower case, as array_change_key_case(getallheaders()) gives them.
function verify(array $headers): bool
{
    $secret = (string) getenv("WAYPOST_SECRET"); // the receiver's own ID:SECRET at the issuer
    $url = (string) getenv("WAYPOST_INTROSPECTION_URL");
    if ($secret === "" || $url === "") {
        throw new RuntimeException("WAYPOST_SECRET or WAYPOST_INTROSPECTION_URL is not set");
    }
    [$scheme, $token] = explode(" ", $headers["authorization"] ?? "", 2) + ["", ""];
    if (strcasecmp($scheme, "bearer") !== 0 || $token === "") {
        return false;
    }
    $context = stream_context_create(["http" => [
        "method" => "POST",
        "header" => ["authorization: Basic " . base64_encode($secret), "content-type: application/x-www-form-urlencoded"],
        "content" => http_build_query(["token" => $token]),
        "timeout" => 10,
        "follow_location" => 0,
    ]]);
    $answer = @file_get_contents($url, false, $context);
    // What the token is for (aud, scope) is in the answer, too: compare it with what this receiver expects.
    return $answer !== false && (json_decode($answer, true)["active"] ?? null) === true;
}
"#;

pub(super) const SHELL: &str = r#"# For a CGI script: headers are in variables (Apache passes this one with CGIPassAuth On). Needs curl. Succeeds if the request is
# valid.
: "${WAYPOST_SECRET:?is not set}" # the receiver's own ID:SECRET at the issuer
: "${WAYPOST_INTROSPECTION_URL:?is not set}"

verify() (
  case ${HTTP_AUTHORIZATION:-} in [Bb][Ee][Aa][Rr][Ee][Rr]\ ?*) ;; *) return 1 ;; esac
  token=${HTTP_AUTHORIZATION#* }
  case $token in *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
  basic=$(printf %s "$WAYPOST_SECRET" | openssl base64 -A)
  # By curl's standard input, so that no secret is an argument.
  answer=$(printf 'header = "authorization: Basic %s"\ndata-urlencode = "token=%s"\n' "$basic" "$token" |
    curl -q --silent --fail --max-time 10 --config - "$WAYPOST_INTROSPECTION_URL") || return 1
  # What the token is for (aud, scope) is in the answer, too: compare it with what this receiver expects.
  printf %s "$answer" | tr -d ' \t\r\n' | grep -q '[{,]"active":true[,}]'
)
"#;
