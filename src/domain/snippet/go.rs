//! Go.

use super::check::ReceiverCheck as Check;
use super::quote::python_or_go as quote;
use crate::domain::signature::Format;

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

func same(given string, expected []byte) bool {
	return subtle.ConstantTimeCompare([]byte(given), expected) == 1
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
    let (comment, imports, helper, function): (_, &[&str], _, _) = match check {
        Check::Nothing => return format!("package main\n\n// {title}\nfunc verify() bool {{\n\treturn true\n}}\n"),
        Check::Signature(header, format) => {
            let (imports, function) = SIGNATURE[*format as usize];
            let helper = if matches!(format, Format::Timestamped | Format::Standard) { FRESH } else { "" };
            (BODY, imports, helper, function.replace("@NAME", &quote(header)))
        }
        Check::Basic(username) => {
            let imports = &["crypto/subtle", "encoding/base64", "net/http", "os", "strings"];
            (HEADERS, imports, "", BASIC.replace("@NAME", &quote(username)))
        }
        Check::Bearer => (HEADERS, &["crypto/subtle", "net/http", "os", "strings"], "", BEARER.to_owned()),
        Check::Header(name) => (HEADERS, &["crypto/subtle", "net/http", "os"], "", HEADER.replace("@NAME", &quote(name))),
        Check::Query(name) => (URL, &["crypto/subtle", "net/url", "os"], "", QUERY.replace("@NAME", &quote(name))),
    };
    let imports = imports.join("\"\n\t\"");
    format!("package main\n\nimport (\n\t\"{imports}\"\n)\n\n{START}{helper}\n// {title}\n{comment}\n{function}")
}

/// What is imported, and the function; in the order of [`Format::ALL`].
const SIGNATURE: [(&[&str], &str); Format::ALL.len()] = [
    (
        &["crypto/hmac", "crypto/sha256", "crypto/subtle", "encoding/hex", "net/http", "os"],
        r"func verify(header http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, secret())
	mac.Write(body)
	return same(header.Get(@NAME), []byte(hex.EncodeToString(mac.Sum(nil))))
}
",
    ),
    (
        &["crypto/hmac", "crypto/sha256", "crypto/subtle", "encoding/base64", "net/http", "os"],
        r"func verify(header http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, secret())
	mac.Write(body)
	return same(header.Get(@NAME), []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))))
}
",
    ),
    (
        &["crypto/hmac", "crypto/sha256", "crypto/subtle", "encoding/hex", "net/http", "os"],
        r#"func verify(header http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, secret())
	mac.Write(body)
	return same(header.Get(@NAME), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
}
"#,
    ),
    (
        &["crypto/hmac", "crypto/sha256", "crypto/subtle", "encoding/hex", "net/http", "os", "strconv", "strings", "time"],
        r#"func verify(header http.Header, body []byte) bool {
	parts := strings.Split(header.Get(@NAME), ",")
	timestamp := ""
	for _, part := range parts {
		if strings.HasPrefix(part, "t=") {
			timestamp = part[2:]
			break
		}
	}
	mac := hmac.New(sha256.New, secret())
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	expected := []byte("v1=" + hex.EncodeToString(mac.Sum(nil)))
	found := false
	for _, part := range parts {
		found = same(part, expected) || found
	}
	return found && fresh(timestamp)
}
"#,
    ),
    (
        &["crypto/hmac", "crypto/sha256", "crypto/subtle", "encoding/base64", "net/http", "os", "strconv", "strings", "time"],
        r#"func verify(header http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret()), "whsec_"))
	if err != nil || len(key) == 0 {
		panic("WAYPOST_SECRET is not base64 after whsec_")
	}
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	found := false
	for _, part := range strings.Split(header.Get(@NAME), " ") {
		found = same(part, expected) || found
	}
	return found && id != "" && fresh(timestamp)
}
"#,
    ),
];

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
