//! `OAuth2` client credentials against an issuer and a protected endpoint made with Authlib.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::installed;
use crate::support::Home;
use crate::support::ca::Ca;

const SECRET: &str = "it's a s+cret:/%\u{fc} of mine";
const ID: &str = "way:post 1";

/// A server with `/token` and `/in`, which needs a token with the scope `events`. `/revoke` forgets all tokens.
const SERVER: &str = r#"
import json, ssl, sys, time
from flask import Flask, request
from werkzeug.serving import make_server
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants, list_to_scope, scope_to_list
from authlib.oauth2.rfc6750 import BearerTokenValidator

certificate, key, name, secret = sys.argv[1:]
tokens, asked = {}, []

class Client(ClientMixin):
    def get_client_id(self): return name
    def get_default_redirect_uri(self): return None
    def get_allowed_scope(self, scope):
        return list_to_scope([one for one in scope_to_list(scope or "") if one in ("events", "other")])
    def check_redirect_uri(self, uri): return False
    def check_client_secret(self, given): return given == secret
    def check_endpoint_auth_method(self, method, endpoint): return method in ("client_secret_basic", "client_secret_post")
    def check_response_type(self, kind): return False
    def check_grant_type(self, kind): return kind == "client_credentials"

class Token(TokenMixin):
    def __init__(self, values): self.values, self.at = values, time.time()
    def check_client(self, client): return True
    def get_scope(self): return self.values.get("scope") or ""
    def get_expires_in(self): return self.values["expires_in"]
    def is_expired(self): return time.time() > self.at + self.values["expires_in"]
    def is_revoked(self): return False
    def get_client(self): return Client()
    def get_user(self): return None

class Grant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

class Validator(BearerTokenValidator):
    def authenticate_token(self, text): return tokens.get(text)

app = Flask("issuer")
app.config["OAUTH2_SCOPES_SUPPORTED"] = ["events", "other"]
server = AuthorizationServer(app, query_client=lambda given: Client() if given == name else None,
                             save_token=lambda token, request: tokens.__setitem__(token["access_token"], Token(token)))
server.register_grant(Grant)
protected = ResourceProtector()
protected.register_token_validator(Validator())

@app.post("/token")
def token():
    asked.append(dict(request.form))
    return server.create_token_response()

@app.post("/in")
@protected("events")
def events(): return "accepted"

@app.post("/asked")
def count(): return json.dumps(asked)

@app.post("/revoke")
def revoke():
    tokens.clear()
    return ""

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
running = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
print(running.port, flush=True)
running.serve_forever()
"#;

struct Issuer {
    process: Child,
    port: u16,
    ca: String,
    dir: tempfile::TempDir,
}

impl Issuer {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ca = Ca::new();
        let leaf = ca.leaf(&["localhost", "127.0.0.1"]);
        let at = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (program, certificate) = (at("server.py", SERVER), at("server.pem", &leaf.pem()));
        let key = at("server.key", &leaf.key_pem());
        let mut process = Command::new("python3")
            .args([program.as_str(), &certificate, &key, ID, SECRET])
            .env("PYTHONPATH", installed("python"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the server starts: run .ci/real");
        let ca = ca.write(dir.path()).to_str().unwrap().to_owned();
        Self { process, port, ca, dir }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// Registers with the client's credentials.
    fn register(&self, home: &Home, secret: &str, more: &[&str]) {
        let (url, token_url) = (self.url("/in"), self.url("/token"));
        let mut args = vec!["register", "--url", &url, "--auth", "oauth2", "--token-url", &token_url, "--client-id", ID];
        args.extend(["--ca-cert", &self.ca, "--secret-stdin"]);
        args.extend(more);
        home.waypost_stdin(&args, secret).exits(0);
    }

    /// The body of an answer of the server to a bare POST.
    fn post(&self, path: &str) -> String {
        let home = Home::new();
        home.waypost(&["register", "--url", &self.url(path), "--auth", "default", "--ca-cert", &self.ca]).exits(0);
        let body = home.waypost(&["test", "--json"]).exits(0).json();
        body["delivery"]["attempts"][0]["response"]["body"].as_str().unwrap_or_default().to_owned()
    }

    fn asked(&self) -> usize {
        serde_json::from_str::<Vec<serde_json::Value>>(&self.post("/asked")).unwrap().len()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        assert!(self.dir.path().exists());
    }
}

#[test]
#[ignore = "needs receiver libraries: .ci/real"]
fn authlib() {
    let issuer = Issuer::start();
    for by in ["header", "body"] {
        let before = issuer.asked();
        let home = Home::new();
        issuer.register(
            &home,
            SECRET,
            &["--scope", "events other", "--client-auth", by, "--token-param", "resource=https://api/?a&b"],
        );
        home.waypost(&["test"]).exits(0);
        home.waypost(&["test"]).exits(0);
        assert_eq!(issuer.asked(), before + 1, "it is kept");
        home.waypost(&["probe", "--yes"]).exits(0);
        // Revoked: one more within the same attempt.
        issuer.post("/revoke");
        let before = issuer.asked();
        let lines = "{}\n".repeat(100);
        home.waypost_stdin(&["send", "-", "--lines", "--concurrency", "50"], lines).exits(0);
        assert_eq!(issuer.asked(), before + 1, "one for all");
    }
    for (secret, more, says) in
        [("another-secret", &["--scope", "events"][..], "invalid_client"), (SECRET, &["--scope", "admin"], "invalid_scope")]
    {
        let home = Home::new();
        issuer.register(&home, secret, more);
        let refused = home.waypost(&["test"]).exits(3);
        assert!(refused.stdout.contains(says), "{refused:?}");
    }
    // A token that the endpoint does not accept for its scope.
    let home = Home::new();
    issuer.register(&home, SECRET, &["--scope", "other"]);
    let before = issuer.asked();
    home.waypost(&["test"]).exits(3);
    assert_eq!(issuer.asked(), before + 1, "403 brings no other");
}
