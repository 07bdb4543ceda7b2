//! Runs a snippet by its interpreter.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use waypost::domain::auth::default;
use waypost::domain::destination::Settings;
use waypost::domain::snippet::check::ReceiverCheck;

use super::requests::Sent;

/// The arguments of `verify`.
enum Takes {
    Nothing,
    HeadersAndBody,
    Headers,
    Url,
}

fn takes(settings: &Settings) -> Takes {
    match settings.auth().receiver_check() {
        ReceiverCheck::Nothing => Takes::Nothing,
        ReceiverCheck::Signature(..) => Takes::HeadersAndBody,
        ReceiverCheck::Query(_) => Takes::Url,
        ReceiverCheck::Basic(_) | ReceiverCheck::Bearer | ReceiverCheck::AccessToken | ReceiverCheck::Header(_) => Takes::Headers,
    }
}

/// The requests as one JSON text; bodies as base64.
fn requests(sent: &[&Sent]) -> Vec<u8> {
    use base64::Engine as _;
    let all: Vec<Value> = sent
        .iter()
        .map(|sent| {
            let headers: serde_json::Map<_, _> = sent.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            let body = base64::engine::general_purpose::STANDARD.encode(&sent.body);
            json!({ "headers": headers, "body": body, "url": sent.target })
        })
        .collect();
    serde_json::to_vec(&all).unwrap()
}

/// What a program prints, as the words `true` and `false`; `None` when it ends with an error.
fn said(command: &mut Command, secret: &str, stdin: &[u8]) -> Option<Vec<bool>> {
    command.env("WAYPOST_SECRET", secret).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    // A check that refuses without reading the body closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        if !secret.is_empty() {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
        return None;
    }
    let text = String::from_utf8(output.stdout).unwrap().to_lowercase();
    Some(text.split_whitespace().map(|word| word.parse().unwrap()).collect())
}

fn written(dir: &Path, name: &str, code: &str) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, code).unwrap();
    path
}

pub fn node(code: &str, settings: &Settings, sent: &[&Sent], secret: &str) -> Option<Vec<bool>> {
    let arguments = match takes(settings) {
        Takes::Nothing => "",
        Takes::HeadersAndBody => "one.headers, Buffer.from(one.body, 'base64')",
        Takes::Headers => "one.headers",
        Takes::Url => "one.url",
    };
    let call = format!("for (const one of JSON.parse(require('node:fs').readFileSync(0))) console.log(verify({arguments}));\n");
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "check.cjs", &format!("\"use strict\";\n{code}\n{call}"));
    said(Command::new("node").arg(file), secret, &requests(sent))
}

pub fn python(code: &str, settings: &Settings, sent: &[&Sent], secret: &str) -> Option<Vec<bool>> {
    let arguments = match takes(settings) {
        Takes::Nothing => "",
        Takes::HeadersAndBody => "one['headers'], base64.b64decode(one['body'])",
        Takes::Headers => "one['headers']",
        Takes::Url => "one['url']",
    };
    let call = format!("import base64, json, sys\nfor one in json.load(sys.stdin):\n    print(verify({arguments}))\n");
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "check.py", &format!("{code}\n{call}"));
    said(Command::new("python3").arg(file), secret, &requests(sent))
}

pub fn php(code: &str, settings: &Settings, sent: &[&Sent], secret: &str) -> Option<Vec<bool>> {
    let arguments = match takes(settings) {
        Takes::Nothing => "",
        Takes::HeadersAndBody => "$one['headers'], base64_decode($one['body'])",
        Takes::Headers => "$one['headers']",
        Takes::Url => "$one['url']",
    };
    let call = format!(
        "foreach (json_decode(file_get_contents('php://stdin'), true) as $one) {{ echo var_export(verify({arguments}), true), \"\\n\"; }}\n"
    );
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "check.php", &format!("{code}\n{call}"));
    said(Command::new("php").arg(file), secret, &requests(sent))
}

pub fn go(code: &str, settings: &Settings, sent: &[&Sent], secret: &str) -> Option<Vec<bool>> {
    let (imports, before, arguments) = match takes(settings) {
        Takes::Nothing => ("", "", ""),
        Takes::HeadersAndBody => ("\"net/http\"", HEADER, "header, one.Body"),
        Takes::Headers => ("\"net/http\"", HEADER, "header"),
        Takes::Url => ("\"net/url\"", "u, err := url.Parse(one.Url)\nif err != nil { panic(err) }\n", "u"),
    };
    let main = format!(
        "package main\nimport (\n\"encoding/json\"\n\"fmt\"\n\"os\"\n{imports}\n)\n\
         func main() {{\nvar all []struct {{ Headers map[string]string; Body []byte; Url string }}\n\
         if err := json.NewDecoder(os.Stdin).Decode(&all); err != nil {{ panic(err) }}\n\
         for _, one := range all {{\n_ = one\n{before}fmt.Println(verify({arguments}))\n}}\n}}\n"
    );
    let dir = tempfile::tempdir().unwrap();
    let files = [written(dir.path(), "check.go", code), written(dir.path(), "main.go", &main)];
    said(Command::new("go").arg("run").args(files), secret, &requests(sent))
}

const HEADER: &str = "header := http.Header{}\nfor name, value := range one.Headers { header.Set(name, value) }\n";

/// One run for each request: the headers are its environment.
pub fn shell(code: &str, settings: &Settings, sent: &[&Sent], secret: &str) -> Option<Vec<bool>> {
    let dir = tempfile::tempdir().unwrap();
    let call = "if verify; then echo true; else echo false; fi";
    let file = written(dir.path(), "check.sh", &format!("set -u\n{code}\n{call}\n"));
    // Nothing but the check may be needed: no variable of this machine.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = Vec::new();
    for one in sent {
        let mut command = Command::new("sh");
        command.arg(&file).current_dir(dir.path()).env_clear().env("PATH", &path);
        for (name, value) in &one.headers {
            let name: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
            command.env(format!("HTTP_{name}"), value);
        }
        if let Some((_, query)) = one.target.split_once('?') {
            command.env("QUERY_STRING", query);
        }
        let said = said(&mut command, secret, &one.body)?;
        assert_eq!(said.len(), 1, "{:?}", settings.auth().auth_type());
        all.extend(said);
    }
    assert!(settings.auth().auth_type() == default::SPEC || all.len() == sent.len());
    Some(all)
}
