//! What waypost sends, checked by the receiver libraries that people use: each accepts it, also while a secret is replaced, and refuses
//! another secret, another body and an old request.
//!
//! `.ci/real` installs the libraries into `target/real`.

mod oauth2;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use waypost::domain::auth::hmac;
use waypost::domain::convention;
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::field;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::rotation::{KeepOld, rotate};
use waypost::domain::signature::Format;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OTHER: &str = "whsec_TfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = br#"{"id":"evt_1","object":"event","type":"ping","name":"Zo\u00eb"}"#;

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn settings(draft: Draft, secret: &str) -> Settings {
    draft.with(field::URL, "https://h.example/in").with(hmac::SIGNING_SECRET, secret).check().unwrap().settings
}

fn draft(header: &str, format: Format) -> Draft {
    Draft::new(hmac::SPEC).with(hmac::HEADER_KEY, header).with(hmac::FORMAT, format.name())
}

/// A request as JSON, sent that many seconds ago, with that body in place of its own.
fn sent(settings: &Settings, ago: i64, body: &[u8]) -> Vec<u8> {
    let stamp = Stamp { id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk".into(), event: "push".into(), timestamp: now() - ago };
    let request = Request::build(settings, BODY, &stamp, &settings.auth().credential());
    let pair = |header: &waypost::domain::request::Header| (header.name.to_string(), json!(header.value.exposed().expose()));
    let headers: serde_json::Map<_, _> = request.headers.iter().map(pair).collect();
    serde_json::to_vec(&json!({ "headers": headers, "body": STANDARD.encode(body), "secret": SECRET })).unwrap()
}

fn installed(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/real").join(name);
    assert!(path.exists(), "{} is missing: run .ci/real", path.display());
    path
}

/// Runs a check, which ends with 0 for a request that it accepts.
fn accepts(mut command: Command, request: &[u8]) -> bool {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(request).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || text.contains("refused:"), "{text}");
    output.status.success()
}

fn python(check: &str) -> Command {
    let program = format!(
        "import base64, json, sys\nsent = json.load(sys.stdin)\nheaders, secret = sent['headers'], sent['secret']\n\
         body = base64.b64decode(sent['body'])\ntry:\n{check}\nexcept Exception as why:\n    sys.exit(f'refused: {{why!r}}')\n"
    );
    let mut command = Command::new("python3");
    command.args(["-c", &program]).env("PYTHONPATH", installed("python"));
    command
}

fn assert_checked(draft: &Draft, carries_two: bool, checks_age: bool, check: impl Fn() -> Command) {
    let right = settings(draft.clone(), SECRET);
    assert!(accepts(check(), &sent(&right, 0, BODY)));
    let other = settings(draft.clone(), OTHER);
    assert!(!accepts(check(), &sent(&other, 0, BODY)), "another secret");
    assert!(!accepts(check(), &sent(&right, 0, &BODY.to_ascii_uppercase())), "another body");
    assert_eq!(accepts(check(), &sent(&right, 600, BODY)), !checks_age, "an old request");
    if carries_two {
        // The receiver has the old secret, then the new one.
        let (to_other, _) = rotate(&right, other.clone(), KeepOld::For(60), now()).unwrap();
        assert!(accepts(check(), &sent(&to_other, 0, BODY)), "the old secret is still used");
        let (to_ours, _) = rotate(&other, right, KeepOld::For(60), now()).unwrap();
        assert!(accepts(check(), &sent(&to_ours, 0, BODY)), "the new secret comes first");
    }
}

#[test]
#[ignore = "needs receiver libraries: .ci/real"]
fn stripe() {
    let check = "    import stripe\n    stripe.Webhook.construct_event(body, headers['stripe-signature'], secret)";
    assert_checked(&draft("Stripe-Signature", Format::Timestamped), true, true, || python(check));
}

#[test]
#[ignore = "needs receiver libraries: .ci/real"]
fn standard_webhooks() {
    let check = "    import standardwebhooks\n    standardwebhooks.Webhook(secret).verify(body, headers)";
    assert_checked(&draft("webhook-signature", Format::Standard), true, true, || python(check));
}

#[test]
#[ignore = "needs receiver libraries: .ci/real"]
fn slack() {
    let check = "    from slack_sdk.signature import SignatureVerifier\n    \
                 if not SignatureVerifier(secret).is_valid_request(body, headers):\n        raise ValueError('not valid')";
    let draft = draft("X-Slack-Signature", Format::Template)
        .with(hmac::SIGNED_CONTENT, "v0:{timestamp}:{body}")
        .with(hmac::SIGNATURE_VALUE, "v0={signature}")
        .with(hmac::TIMESTAMP_HEADER, "X-Slack-Request-Timestamp");
    assert_checked(&draft, false, true, || python(check));
}

#[test]
#[ignore = "needs receiver libraries: .ci/real"]
fn octokit() {
    let program = r#"
const sent = JSON.parse(require("node:fs").readFileSync(0));
(async () => {
  const { Webhooks } = await import("@octokit/webhooks");
  const payload = Buffer.from(sent.body, "base64").toString();
  const [id, name, signature] = ["x-github-delivery", "x-github-event", "x-hub-signature-256"].map((key) => sent.headers[key]);
  const webhooks = new Webhooks({ secret: sent.secret });
  let seen;
  webhooks.on("push", (event) => { seen = event.id; });
  await webhooks.verifyAndReceive({ id, name, signature, payload });
  if (!id || seen !== id) throw new Error("not seen");
})().catch((why) => { console.error(`refused: ${why}`); process.exit(1); });
"#;
    let check = || {
        let mut command = Command::new("node");
        command.args(["--input-type=commonjs", "-e", program]).current_dir(installed("node"));
        command
    };
    let mut draft = Draft::new(hmac::SPEC);
    convention::named("github").unwrap().fill(&mut draft);
    assert_checked(&draft, false, false, check);
}
