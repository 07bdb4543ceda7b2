//! Go.

use std::fmt::Write as _;

use super::check::ReceiverCheck as Check;
use super::introspection;
use super::quote::python_or_go as quote;
use super::signature::{List, SignatureCheck, expression};
use crate::domain::signature::Piece;

const BODY: &str =
    "// header: r.Header. body: the raw bytes, before any parser: io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)).";

const HEADERS: &str = "// header: r.Header.";

const URL: &str = "// u: r.URL.";

const START: &str = r#"func secret() []byte {
	secret := os.Getenv("WAYPOST_SECRET")
	if secret == "" {
		panic("WAYPOST_SECRET is not set")
	}
	return []byte(secret)
}
"#;

const SAME: &str = r"
func same(given string, expected []byte) bool {
	return subtle.ConstantTimeCompare([]byte(given), expected) == 1
}
";

/// While a secret is replaced, the former one is accepted, too.
const SECRETS: &str = r#"
func secrets() [][]byte {
	all := [][]byte{secret()}
	if old := os.Getenv("WAYPOST_SECRET_OLD"); old != "" {
		all = append(all, []byte(old))
	}
	return all
}
"#;

const FRESH: &str = r"
func fresh(timestamp string) bool {
	at, err := strconv.ParseUint(timestamp, 10, 40)
	off := time.Now().Unix() - int64(at)
	return err == nil && -300 <= off && off <= 300
}
";

/// The snippet.
pub fn code(check: &Check) -> String {
    let title = check.title();
    let (comment, imports, function): (_, &[&str], _) = match check {
        Check::Nothing => return format!("package main\n\n// {title}\nfunc verify() bool {{\n\treturn true\n}}\n"),
        Check::Signature(header, scheme) => return signature(&title, SignatureCheck { header, scheme }),
        Check::Basic(username) => {
            let imports = &["crypto/subtle", "encoding/base64", "net/http", "os", "strings"];
            (HEADERS, imports, BASIC.replace("@NAME", &quote(username)))
        }
        Check::AccessToken => return introspection::GO.replace("@TITLE", &title),
        Check::Bearer => (HEADERS, &["crypto/subtle", "net/http", "os", "strings"], BEARER.to_owned()),
        Check::Header(name) => (HEADERS, &["crypto/subtle", "net/http", "os"], HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, &["crypto/subtle", "net/url", "os"], QUERY.replace("@NAME", &quote(name))),
    };
    format!("{}{START}{SAME}\n// {title}\n{comment}\n{function}", package(imports))
}

fn package(imports: &[&str]) -> String {
    format!("package main\n\nimport (\n\t\"{}\"\n)\n\n", imports.join("\"\n\t\""))
}

fn signature(title: &str, check: SignatureCheck<'_>) -> String {
    let word = |piece: &Piece| match piece {
        Piece::Literal(text) => quote(text),
        Piece::Id => "id".to_owned(),
        Piece::Timestamp => "timestamp".to_owned(),
        Piece::Signature => "signature".to_owned(),
        Piece::Body => "body".to_owned(),
    };
    let mut imports = vec!["net/http", "os"];
    imports.push(if check.is_hex() { "encoding/hex" } else { "encoding/base64" });
    if check.needs_timestamp() {
        imports.extend(["strconv", "time"]);
    }
    if check.decodes_key() || check.list() != List::One {
        imports.push("strings");
    }
    if check.is_ed25519() {
        imports.push("crypto/ed25519");
    } else {
        imports.extend(["crypto/hmac", if check.is_sha512() { "crypto/sha512" } else { "crypto/sha256" }, "crypto/subtle"]);
    }
    imports.sort_unstable();
    let mut code = package(&imports) + START;
    if !check.is_ed25519() {
        code.push_str(SAME);
    }
    code.push_str(SECRETS);
    if check.needs_timestamp() {
        code.push_str(FRESH);
    }
    if check.decodes_key() {
        code.push_str(KEY);
    } else if check.is_ed25519() {
        code.push_str(PUBLIC_KEY);
    }
    let _ = writeln!(code, "\n// {title}\n{BODY}\nfunc verify(header http.Header, body []byte) bool {{");
    let value = format!("header.Get({})", quote(check.header));
    let given = match check.list() {
        List::One => value,
        List::Commas => format!("strings.Split({value}, \",\")"),
        List::Spaces => format!("strings.Split({value}, \" \")"),
    };
    let _ = writeln!(code, "\tgiven := {given}");
    if check.needs_id() {
        code.push_str("\tid := header.Get(\"webhook-id\")\n\tif id == \"\" {\n\t\treturn false\n\t}\n");
    }
    if check.needs_timestamp() {
        code.push_str(if check.has_timestamp_in_value() { IN_VALUE } else { IN_HEADER });
        code.push_str("\tif !fresh(timestamp) {\n\t\treturn false\n\t}\n");
    }
    let (before, after) = check.content();
    if check.is_ed25519() {
        return code + &ED25519.replace("@SIGNED", &expression(&before, " + ", word));
    }
    let write = |pieces: &[Piece]| match pieces {
        [] => String::new(),
        pieces => format!("\t\tmac.Write([]byte({}))\n", expression(pieces, " + ", word)),
    };
    let hash = if check.is_sha512() { "sha512.New" } else { "sha256.New" };
    let key = if check.decodes_key() { "key(secret)" } else { "secret" };
    let (before, after) = (write(&before), write(&after));
    let _ = writeln!(code, "\tfound := false\n\tfor _, secret := range secrets() {{\n\t\tmac := hmac.New({hash}, {key})");
    let _ = write!(code, "{before}\t\tmac.Write(body)\n{after}");
    code.push_str(if check.is_hex() {
        "\t\tsignature := hex.EncodeToString(mac.Sum(nil))\n"
    } else {
        "\t\tsignature := base64.StdEncoding.EncodeToString(mac.Sum(nil))\n"
    });
    let _ = writeln!(code, "\t\texpected := []byte({})", expression(&check.value(), " + ", word));
    code.push_str(match check.list() {
        List::One => "\t\tfound = same(given, expected) || found\n",
        List::Commas | List::Spaces => "\t\tfor _, part := range given {\n\t\t\tfound = same(part, expected) || found\n\t\t}\n",
    });
    code + "\t}\n\treturn found\n}\n"
}

const IN_VALUE: &str = r#"	timestamp := ""
	for _, part := range given {
		if strings.HasPrefix(part, "t=") {
			timestamp = part[2:]
			break
		}
	}
"#;

const IN_HEADER: &str = "\ttimestamp := header.Get(\"webhook-timestamp\")\n";

const KEY: &str = r#"
func key(secret []byte) []byte {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret), "whsec_"))
	if err != nil || len(key) == 0 {
		panic("WAYPOST_SECRET is not base64 after whsec_")
	}
	return key
}
"#;

const PUBLIC_KEY: &str = r#"
// WAYPOST_SECRET is the public key, whpk_ and base64.
func key(secret []byte) ed25519.PublicKey {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret), "whpk_"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		panic("WAYPOST_SECRET is not a public key")
	}
	return key
}
"#;

const ED25519: &str = r#"	signed := append([]byte(@SIGNED), body...)
	for _, secret := range secrets() {
		for _, part := range given {
			signature, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(part, "v1a,"))
			if strings.HasPrefix(part, "v1a,") && err == nil && ed25519.Verify(key(secret), signed, signature) {
				return true
			}
		}
	}
	return false
}
"#;

const BASIC: &str = r#"func verify(header http.Header) bool {
	scheme, given, _ := strings.Cut(header.Get("authorization"), " ")
	expected := base64.StdEncoding.EncodeToString(append([]byte(@NAME+":"), secret()...))
	return strings.EqualFold(scheme, "basic") && same(given, []byte(expected))
}
"#;

const BEARER: &str = r#"func verify(header http.Header) bool {
	scheme, given, _ := strings.Cut(header.Get("authorization"), " ")
	return strings.EqualFold(scheme, "bearer") && same(given, secret())
}
"#;

const HEADER: &str = r"func verify(header http.Header) bool {
	return same(header.Get(@NAME), secret())
}
";

const QUERY: &str = r"func verify(u *url.URL) bool {
	given := u.Query()[@NAME]
	return len(given) == 1 && same(given[0], secret())
}
";
