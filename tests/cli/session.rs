//! Whole sessions: commands with everything they print.
//!
//! To accept an intended change: `cargo insta test --accept --test cli` (`cargo install cargo-insta`). What differs from run to
//! run has placeholders: `PORT`, `HOME`, `msg_ID`, `dst_ID`, `TIME`, `DURATION`.

use std::fmt::Write as _;
use std::net::TcpListener;

use crate::support::Home;
use crate::support::check::{expect_bearer, expect_hmac};
use crate::support::common::SECRET;
use crate::support::receiver::{Answer, Receiver};

/// A home, and what the commands run in it have printed.
struct Session {
    home: Home,
    port: Option<String>,
    text: String,
}

impl Session {
    fn new() -> Self {
        Self { home: Home::new(), port: None, text: String::new() }
    }

    /// With a destination at that receiver.
    fn registered_at(receiver: &Receiver, args: &[&str], secret: &str) -> Self {
        let home = crate::support::common::registered_at(receiver, args, secret);
        let port = receiver.url.rsplit(':').next().unwrap().split('/').next().unwrap().to_owned();
        Self { home, port: Some(port), text: String::new() }
    }

    fn run(&mut self, command: &str) -> &mut Self {
        self.run_with(command, "")
    }

    /// With that standard input.
    fn run_with(&mut self, command: &str, stdin: &str) -> &mut Self {
        let args: Vec<&str> = command.split(' ').collect();
        let out = self.home.run(&args, stdin.as_bytes(), &[("TZ", "UTC")]);
        let input = if stdin.is_empty() { String::new() } else { format!("  < {stdin:?}") };
        writeln!(self.text, "$ waypost {}{input}", self.steady(command)).unwrap();
        for (text, mark) in [(&out.stdout, ""), (&out.stderr, "stderr: ")] {
            for line in self.steady(text).lines() {
                writeln!(self.text, "{}", format!("{mark}{line}").trim_end()).unwrap();
            }
        }
        writeln!(self.text, "exit {}\n", out.code.unwrap()).unwrap();
        self
    }

    /// The text without what differs from run to run.
    fn steady(&self, text: &str) -> String {
        let mut text = text.replace(self.home.path().to_str().unwrap(), "HOME");
        if let Some(port) = &self.port {
            text = text.replace(&format!(":{port}"), ":PORT");
        }
        let text = replaced(&text, "msg_********************************", "msg_ID");
        let text = replaced(&text, "dst_********************************", "dst_ID");
        // There only where a second has passed since the registration.
        let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("Changed  "));
        let text = lines.collect::<String>();
        let text = replaced(&text, "webhook-timestamp: ##########", "webhook-timestamp: SECONDS");
        let text = replaced(&text, "####-##-##T##:##:##Z", "TIME");
        let text = replaced(&text, "####-##-## ##:##:##", "TIME");
        let text = replaced(&text, "####-##-## ##:## UTC", "TIME");
        let text = replaced(&text, "(##:##:##)", "(TIME)");
        without_durations(&text)
    }
}

/// Replaces what has that shape: `#` is a digit, `*` a hexadecimal one.
fn replaced(text: &str, shape: &str, with: &str) -> String {
    let fits = |rest: &str| {
        rest.len() >= shape.len()
            && rest.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
                b'#' => byte.is_ascii_digit(),
                b'*' => byte.is_ascii_hexdigit(),
                other => byte == other,
            })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found = fits(rest);
        out.push_str(if found { with } else { &rest[..first.len_utf8()] });
        rest = &rest[if found { shape.len() } else { first.len_utf8() }..];
    }
    out
}

/// `12 ms` and `1.2 s` become `DURATION`, and `133/s` becomes `N/s`. Columns are as wide as their durations: their padding goes,
/// too.
fn without_durations(text: &str) -> String {
    let mut out = text.to_owned();
    for (unit, with) in [(" ms", "DURATION"), (" s", "DURATION"), ("/s", "N/s")] {
        let mut next = String::new();
        for (at, part) in out.split(unit).enumerate() {
            let number = next.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
            // A setting has whole seconds.
            let measured = number < next.len() && (unit != " s" || next[number..].contains('.'));
            if at > 0 && measured && !part.starts_with(char::is_alphanumeric) {
                next.truncate(number);
                next.push_str(with);
            } else if at > 0 {
                next.push_str(unit);
            }
            next.push_str(part);
        }
        out = next;
    }
    if out == text {
        return out;
    }
    let squeezed = |line: &str| line.split("  ").filter(|part| !part.is_empty()).map(str::trim).collect::<Vec<_>>().join("  ");
    out.lines().map(|line| squeezed(line) + "\n").collect()
}

#[test]
fn register_show_edit_remove() {
    let mut session = Session::new();
    session
        .run_with("register --url https://hooks.example.com/in --auth hmac --header-key X-Signature --secret-stdin", SECRET)
        .run("show")
        .run("show --json")
        .run("edit --timeout 20 --format timestamped")
        .run("edit --timeout 20")
        .run("secret")
        .run("remove --yes")
        .run("remove --yes");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --auth hmac --header-key X-Signature --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL             https://hooks.example.com/in
    Auth type       Custom SHA-256 HMAC Signature (hmac)
    Format          hex
    Header key      X-Signature
    Signing secret  ••••••••3f2a
    Timeout         15 s
    Registered      TIME
    exit 0

    $ waypost show --json
    {
      "schema_version": 1,
      "destination": {
        "id": "dst_ID",
        "url": "https://hooks.example.com/in",
        "created_at": "TIME",
        "updated_at": "TIME",
        "auth": {
          "type": "hmac",
          "format": "hex",
          "header_key": "X-Signature",
          "signing_secret": {
            "set": true,
            "hint": "…3f2a"
          }
        }
      },
      "notices": []
    }
    exit 0

    $ waypost edit --timeout 20 --format timestamped
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost edit --timeout 20
    stderr: Unchanged: https://hooks.example.com/in
    exit 0

    $ waypost secret
    a-long-and-secret-text-3f2a
    exit 0

    $ waypost remove --yes
    stderr: Removed: https://hooks.example.com/in
    exit 0

    $ waypost remove --yes
    stderr: error: No destination is registered. Register one with waypost register.
    exit 7
    "#);
}

#[test]
fn invalid_input() {
    let mut session = Session::new();
    session
        .run("register --url http://x --auth hmac")
        .run("register --url https://hooks.example.com/in")
        .run("register --url https://hooks.example.com/in --auth bearer --password x")
        .run("register --url https://hooks.example.com/in --auth default --timeout 999")
        .run("tset")
        .run("history foo")
        .run("test --evnt ping")
        .run("register --url http://x --auth hmac --json");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url http://x --auth hmac
    stderr: error: URL (--url): must start with https://. Anything else sends events and secrets unencrypted, or does not name a web endpoint. Enter https://x/
    stderr: error: Signing secret: is required. Without it, the receiver cannot tell your requests from anyone else's. Use --secret-stdin, --secret-file or --secret-env, or --generate-secret to create one.
    exit 2

    $ waypost register --url https://hooks.example.com/in
    stderr: error: Auth type (--auth): is required. waypost does not guess how to authenticate requests. Use --auth with one of: default, hmac, basic, bearer, api-key, oauth2.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth bearer --password x
    stderr: error: Password: --password is not accepted: a secret is never passed as an argument. Every user of this machine can read arguments, and the shell stores them in its history. Use --secret-stdin, --secret-file PATH or --secret-env NAME, or leave it out and enter it when asked.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth default --timeout 999
    stderr: error: Timeout (--timeout): "999" is not a number of seconds from 1 to 120. It limits the total time of an attempt. Enter a number from 1 to 120, or leave it empty for 15.
    exit 2

    $ waypost tset
    stderr: error: There is no command tset. Did you mean test?
    exit 2

    $ waypost history foo
    stderr: error: There is no command foo. Commands: list, show, clear. For more information, try '--help'.
    exit 2

    $ waypost test --evnt ping
    stderr: error: There is no option --evnt. Did you mean --event?
    exit 2

    $ waypost register --url http://x --auth hmac --json
    {
      "schema_version": 1,
      "error": {
        "code": "usage",
        "message": "URL (--url): must start with https://. Anything else sends events and secrets unencrypted, or does not name a web endpoint.",
        "field": "url",
        "fix": "Enter https://x/"
      },
      "errors": [
        {
          "code": "usage",
          "message": "URL (--url): must start with https://. Anything else sends events and secrets unencrypted, or does not name a web endpoint.",
          "field": "url",
          "fix": "Enter https://x/"
        },
        {
          "code": "usage",
          "message": "Signing secret: is required. Without it, the receiver cannot tell your requests from anyone else's.",
          "field": "signing_secret",
          "fix": "Use --secret-stdin, --secret-file or --secret-env, or --generate-secret to create one."
        }
      ]
    }
    exit 2
    "#);
}

#[test]
fn nothing_registered() {
    let mut session = Session::new();
    session.run("show").run("test").run("edit --timeout 20").run("history").run("curl").run("show --json");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost show
    stderr: error: No destination is registered. Register one with waypost register.
    exit 7

    $ waypost test
    stderr: error: No destination is registered. Register one with waypost register.
    exit 7

    $ waypost edit --timeout 20
    stderr: error: No destination is registered. Register one with waypost register.
    exit 7

    $ waypost history
    stderr: No deliveries.
    exit 0

    $ waypost curl
    stderr: error: No destination is registered. Register one with waypost register.
    exit 7

    $ waypost show --json
    {
      "schema_version": 1,
      "error": {
        "code": "nothing-registered",
        "message": "No destination is registered.",
        "field": null,
        "fix": "Register one with waypost register."
      }
    }
    exit 7
    "#);
}

#[test]
fn already_registered() {
    let mut session = Session::new();
    session
        .run("register --url https://hooks.example.com/in --auth default")
        .run("register --url https://other.example.com/in --auth default")
        .run("remove");
    insta::assert_snapshot!(session.text, @"
    $ waypost register --url https://hooks.example.com/in --auth default
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost register --url https://other.example.com/in --auth default
    stderr: error: A destination is already registered. There can be only one, so that events never go to two places. Use waypost edit, or waypost remove first.
    exit 8

    $ waypost remove
    stderr: error: remove asks for confirmation, and there is no terminal to ask on. Use --yes to skip the question.
    exit 2
    ");
}

#[test]
fn a_test_that_is_delivered() {
    let receiver = Receiver::start(expect_hmac("hex", "X-Signature", SECRET));
    let mut session =
        Session::registered_at(&receiver, &["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"], SECRET);
    session.run("test").run("history").run("history show msg_none").run("test --event nothing");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost test
    delivered  200 Test  DURATION
    URL  https://localhost:PORT/in
    Event  ping
    Id  msg_ID
    Why  The endpoint accepted the event.

    Response
    content-type: application/json
    content-length: 11

    {"ok":true}
    exit 0

    $ waypost history
    TIME  OUTCOME  TOOK  EVENT  ID  WHY
    TIME  ✓ delivered 200  DURATION  ping  msg_ID
    exit 0

    $ waypost history show msg_none
    stderr: error: The history has no delivery msg_none. It never existed, or was deleted to make room for newer ones. List the history to find the ID.
    exit 2

    $ waypost test --event nothing
    stderr: error: --event: there is no event "nothing". Use one of: ping, client-submission-auto, client-submission-homeowners; or a file with --body.
    exit 2
    "#);
}

#[test]
fn a_test_that_is_refused() {
    let answers = vec![Answer::status(401).body("invalid token"), Answer::status(302).header("location", "/v2/in")];
    let receiver = Receiver::scripted(expect_bearer("a-token"), answers);
    let mut session = Session::registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], "a-token");
    session.run("test").run("test").run("history --outcome refused");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost test
    refused  401 Test  DURATION
    URL  https://localhost:PORT/in
    Event  ping
    Id  msg_ID
    Why  The endpoint refused the credentials. Its answer speaks of the credentials: "invalid token".
    Fix  Compare the token with the receiver's. Change it with waypost edit --secret-stdin.

    Response
    content-length: 13

    invalid token
    exit 3

    $ waypost test
    refused  302 Test  DURATION
    URL  https://localhost:PORT/in
    Event  ping
    Id  msg_ID
    Why  The endpoint redirects to /v2/in (302); redirect not followed.
    Fix  Register https://localhost:PORT/v2/in instead. Change it with: waypost edit --url https://localhost:PORT/v2/in

    Response
    location: /v2/in
    content-length: 0
    exit 3

    $ waypost history --outcome refused
    TIME  OUTCOME  TOOK  EVENT  ID  WHY
    TIME  ✗ refused 302  DURATION  ping  msg_ID  redirect
    TIME  ✗ refused 401  DURATION  ping  msg_ID  auth refused
    exit 0
    "#);
}

#[test]
fn a_test_that_fails() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut session = Session { port: Some(port.to_string()), ..Session::new() };
    session
        .run(&format!("register --url https://127.0.0.1:{port}/in --auth default"))
        .run("test")
        .run_with("send - --retries 0", "{}");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://127.0.0.1:PORT/in --auth default
    stderr: note: URL: 127.0.0.1 is reachable from this machine only.
    stderr: Registered: https://127.0.0.1:PORT/in
    exit 0

    $ waypost test
    failed  at connect  DURATION
    URL  https://127.0.0.1:PORT/in
    Event  ping
    Id  msg_ID
    Why  Nothing is listening at 127.0.0.1:PORT.
    Fix  Start the receiver, or correct the host or port in the URL. Change it with waypost edit --url.
    exit 4

    $ waypost send - --retries 0  < "{}"
    failed  at connect  DURATION
    URL  https://127.0.0.1:PORT/in
    Event  stdin
    Id  msg_ID
    Why  Nothing is listening at 127.0.0.1:PORT.
    Fix  Start the receiver, or correct the host or port in the URL. Change it with waypost edit --url.
    exit 4
    "#);
}

#[test]
fn real_events() {
    let answers = vec![Answer::status(200), Answer::status(503), Answer::status(200), Answer::status(200), Answer::status(422)];
    let receiver = Receiver::scripted(expect_bearer("a-token"), answers);
    let mut session = Session::registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], "a-token");
    session
        .run_with("send -", r#"{"topic":"order"}"#)
        .run_with("send - --retries 0", r#"{"topic":"order"}"#)
        .run_with("send - --lines", "{\"n\":1}\nnot json\n{\"n\":2}\n{\"n\":3}\n")
        .run_with("send -", "not json")
        .run("send nowhere.json");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost send -  < "{\"topic\":\"order\"}"
    delivered  200 Test  DURATION
    URL  https://localhost:PORT/in
    Event  stdin
    Id  msg_ID
    Why  The endpoint accepted the event.

    Response
    content-length: 0
    exit 0

    $ waypost send - --retries 0  < "{\"topic\":\"order\"}"
    refused  503 Test  DURATION
    URL  https://localhost:PORT/in
    Event  stdin
    Id  msg_ID
    Why  The endpoint is unavailable.
    Fix  Check that the receiver is running, or wait and send it again.
    Since  it last worked (TIME): nothing is known to have changed

    Response
    content-length: 0
    exit 3

    $ waypost send - --lines  < "{\"n\":1}\nnot json\n{\"n\":2}\n{\"n\":3}\n"
    stderr: 4 lines: 2 delivered, 1 refused, 0 failed, 1 invalid; 0 retries, DURATION, N/s
    stderr: line 2: it is not JSON at column 2
    stderr: 1 not delivered. See waypost history; waypost resend sends those again whose bodies have at most 64 KiB. Use --failed FILE to keep undelivered lines.
    exit 3

    $ waypost send -  < "not json"
    stderr: error: Body: stdin is not JSON at line 1, column 2. Events are sent as application/json. Correct the JSON.
    exit 2

    $ waypost send nowhere.json
    stderr: error: Body: nowhere.json cannot be read: No such file or directory. Name a file with the JSON, or - for standard input.
    exit 2
    "#);
}

#[test]
fn curl_snippet_verify() {
    let mut session = Session::new();
    session
        .run_with("register --url https://hooks.example.com/in --auth bearer --secret-stdin", "a-token")
        .run("snippet --lang python")
        .run("snippet --lang cobol")
        .run_with("verify --body -", "{}")
        .run("curl");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --auth bearer --secret-stdin  < "a-token"
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost snippet --lang python
    # Checks the bearer token of a webhook.
    # headers: by name in lower case, or in any case as frameworks give them.
    import hmac, os

    SECRET = os.fsencode(os.environ["WAYPOST_SECRET"])
    if not SECRET:
        raise RuntimeError("WAYPOST_SECRET is not set")


    def same(a, b):
        return hmac.compare_digest(a.encode(errors="replace"), b)


    def verify(headers):
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and same(given, SECRET)
    exit 0

    $ waypost snippet --lang cobol
    stderr: error: Invalid value 'cobol' for '--lang <LANG>' [possible values: node, python, go, php, shell]. For more information, try '--help'.
    exit 2

    $ waypost verify --body -  < "{}"
    not valid  the header authorization is missing
    Fix  Check that it is sent, and that no proxy in front of the receiver removes it.
    exit 3

    $ waypost curl
    (
    : "${WAYPOST_TOKEN:?Set it to the token.}"
    printf '%s%s\n' 'authorization: Bearer ' "$WAYPOST_TOKEN" | curl -q --http1.1 --globoff --include \
      --max-time 15 \
      --request POST 'https://hooks.example.com/in' \
      --header 'content-type: application/json' \
      --header 'user-agent: waypost/0.1.0' \
      --header 'webhook-id: msg_ID' \
      --header 'webhook-timestamp: '"$(date +%s)" \
      --header @- \
      --header 'accept: */*' \
      --header 'expect:' \
      --data-binary '{"topic":"ping","data":{"message":"A test delivery from waypost."}}'
    )
    exit 0
    "#);
}

#[test]
fn probe() {
    let receiver = Receiver::start(expect_hmac("hex", "X-Signature", SECRET));
    let mut session =
        Session::registered_at(&receiver, &["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"], SECRET);
    session.run("probe --yes").run("probe");
    insta::assert_snapshot!(session.text, @"
    $ waypost probe --yes
    Your endpoint verifies requests: it accepts the valid one and refuses the others.

    without credentials  refused 401    good
    with a wrong secret  refused 401    good
    with a changed body  refused 401    good
    as registered        delivered 200  good
    exit 0

    $ waypost probe
    stderr: error: probe asks for confirmation, since a receiver may act on a ping, and there is no terminal to ask on. Use --yes to skip the question.
    exit 2
    ");
}

#[test]
fn a_template_and_what_is_wrong_with_one() {
    let mut session = Session::new();
    let to = "register --url https://hooks.example.com/in --auth hmac --header-key X-Slack-Signature";
    session
        .run_with(&format!("{to} --format template --signed-content body --signature-value v0= --secret-stdin"), SECRET)
        .run_with(
            &format!("{to} --format template --signed-content {{stamp}}{{body}} --signature-value {{signature --secret-stdin"),
            SECRET,
        )
        .run_with(&format!("{to} --signed-content {{body}} --algorithm sha512 --secret-stdin"), SECRET)
        .run_with(
            &format!(
                "{to} --format template --signed-content v0:{{timestamp}}:{{body}} --signature-value v0={{signature}} \
                 --timestamp-header X-Slack-Request-Timestamp --secret-stdin"
            ),
            SECRET,
        )
        .run("show")
        .run("edit --algorithm sha512 --timestamp-header X-Slack-Signature")
        .run("edit --format hex")
        .run("show");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --auth hmac --header-key X-Slack-Signature --format template --signed-content body --signature-value v0= --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: error: Signed content (--signed-content): has no {body}. A signature that does not cover the body proves nothing about it, and receivers sign it once. Put {body} in it once, as in v0:{timestamp}:{body}.
    stderr: error: Header value (--signature-value): has no {signature}. Without it the receiver gets none. Put {signature} in it, as in v0={signature}.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth hmac --header-key X-Slack-Signature --format template --signed-content {stamp}{body} --signature-value {signature --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: error: Signed content (--signed-content): {stamp} is not a placeholder of it. Only placeholders that waypost knows can be filled in. Of {id}, {timestamp} and {body}, as in v0:{timestamp}:{body}; {{ and }} stand for braces.
    stderr: error: Header value (--signature-value): has a { without its other brace. Braces enclose a placeholder. Of {signature}, {timestamp} and {id}, as in v0={signature}; {{ and }} stand for braces.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth hmac --header-key X-Slack-Signature --signed-content {body} --algorithm sha512 --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: error: Signed content (--signed-content): belongs to --format template. It would have no effect. Leave it out, or choose --format template.
    stderr: error: Algorithm (--algorithm): belongs to --format template. It would have no effect. Leave it out, or choose --format template.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth hmac --header-key X-Slack-Signature --format template --signed-content v0:{timestamp}:{body} --signature-value v0={signature} --timestamp-header X-Slack-Request-Timestamp --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL               https://hooks.example.com/in
    Auth type         Custom SHA-256 HMAC Signature (hmac)
    Format            template
    Header key        X-Slack-Signature
    Signing secret    ••••••••3f2a
    Signed content    v0:{timestamp}:{body}
    Header value      v0={signature}
    Algorithm         sha256
    Encoding          hex
    Timestamp header  X-Slack-Request-Timestamp
    Timeout           15 s
    Registered        TIME
    exit 0

    $ waypost edit --algorithm sha512 --timestamp-header X-Slack-Signature
    stderr: error: Timestamp header (--timestamp-header): is the header of the signature. A header carries one or the other. Enter another name, or leave it empty.
    exit 2

    $ waypost edit --format hex
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL             https://hooks.example.com/in
    Auth type       Custom SHA-256 HMAC Signature (hmac)
    Format          hex
    Header key      X-Slack-Signature
    Signing secret  ••••••••3f2a
    Timeout         15 s
    Registered      TIME
    exit 0
    "#);
}

#[test]
fn a_key_pair_shows_its_public_key_alone() {
    let mut session = Session::new();
    let to = "register --url https://hooks.example.com/in --auth hmac --format standard-ed25519";
    session
        .run_with(&format!("{to} --secret-stdin"), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")
        .run_with(&format!("{to} --secret-stdin"), "whsk_AAAA")
        .run_with(&format!("{to} --secret-stdin"), "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=")
        .run("show")
        .run("show --json");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --auth hmac --format standard-ed25519 --secret-stdin  < "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    stderr: error: Signing secret: is a public key. The receiver has the public key; waypost signs with the private one, which begins with "whsk_". Paste the private key, or generate a key pair.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth hmac --format standard-ed25519 --secret-stdin  < "whsk_AAAA"
    stderr: error: Signing secret: is not an ed25519 private key. It is "whsk_" and the base64 of 32 bytes, or of 64 with the public key. Paste it whole, or generate a key pair.
    exit 2

    $ waypost register --url https://hooks.example.com/in --auth hmac --format standard-ed25519 --secret-stdin  < "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL             https://hooks.example.com/in
    Auth type       Custom SHA-256 HMAC Signature (hmac)
    Format          standard-ed25519
    Header key      webhook-signature
    Signing secret  ••••••••Mbc=
    Timeout         15 s
    Public key      whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=
    Registered      TIME
    exit 0

    $ waypost show --json
    {
      "schema_version": 1,
      "destination": {
        "id": "dst_ID",
        "url": "https://hooks.example.com/in",
        "created_at": "TIME",
        "updated_at": "TIME",
        "auth": {
          "type": "hmac",
          "format": "standard-ed25519",
          "header_key": "webhook-signature",
          "signing_secret": {
            "set": true,
            "hint": "…Mbc="
          },
          "public_key": "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
        }
      },
      "notices": []
    }
    exit 0
    "#);
}

#[test]
fn a_generated_key_pair_prints_the_public_key_and_seals_the_private_one() {
    let home = Home::new();
    let args = [
        "register",
        "--url",
        "https://hooks.example.com/in",
        "--auth",
        "hmac",
        "--format",
        "standard-ed25519",
        "--generate-secret",
    ];
    let printed = home.waypost(&args).exits(0);
    let key = printed.stdout.trim().to_owned();
    assert!(key.starts_with("whpk_") && key.len() == 49, "{key}");
    let shown = home.waypost(&["show", "--json"]).exits(0).json();
    assert_eq!(shown["destination"]["auth"]["public_key"], key.as_str());
    let again = home.waypost(&["edit", "--generate-secret", "--json"]).exits(0).json();
    assert!(again.get("generated_secret").is_none(), "{again}");
    assert_ne!(again["destination"]["auth"]["public_key"], key.as_str());
}

#[test]
fn a_secret_is_replaced_while_the_old_one_is_used_as_well() {
    let mut session = Session::new();
    session
        .run_with(
            "register --url https://hooks.example.com/in --auth hmac --header-key X-Sig --format timestamped --secret-stdin",
            SECRET,
        )
        .run_with("edit --secret-stdin", "another-secret-text-1a2b")
        .run("edit --timeout 20")
        .run("show --json")
        .run("edit --keep-old 5m")
        .run_with("edit --secret-stdin --keep-old 8d", "a-third-secret-text-9f8e")
        .run_with("edit --secret-stdin --keep-old soon", "a-third-secret-text-9f8e")
        .run("edit --drop-old")
        .run("edit --drop-old")
        .run("edit --format hex")
        .run_with("edit --secret-stdin --keep-old 5m", "a-third-secret-text-9f8e")
        .run_with("edit --secret-stdin", "a-third-secret-text-9f8e");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --auth hmac --header-key X-Sig --format timestamped --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost edit --secret-stdin  < "another-secret-text-1a2b"
    stderr: note: Signing secret: requests carry a signature by the old secret, too, for 1 d; if the old one has leaked, end that now.
    stderr: Saved: https://hooks.example.com/in
    stderr: waypost edit --drop-old stops signing with the old secret; with --keep-old 0 it is not kept at all.
    exit 0

    $ waypost edit --timeout 20
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost show --json
    {
      "schema_version": 1,
      "destination": {
        "id": "dst_ID",
        "url": "https://hooks.example.com/in",
        "created_at": "TIME",
        "updated_at": "TIME",
        "auth": {
          "type": "hmac",
          "format": "timestamped",
          "header_key": "X-Sig",
          "signing_secret": {
            "set": true,
            "hint": "…1a2b"
          },
          "previous_secret": {
            "set": true,
            "valid_until": "TIME"
          }
        },
        "timeout_s": 20
      },
      "notices": []
    }
    exit 0

    $ waypost edit --keep-old 5m
    stderr: error: Signing secret: is not replaced. There is no old secret to keep. Set the new secret together with it.
    exit 2

    $ waypost edit --secret-stdin --keep-old 8d  < "a-third-secret-text-9f8e"
    stderr: error: Invalid value '8d' for '--keep-old <DURATION>': it is more than 7 days. For more information, try '--help'.
    exit 2

    $ waypost edit --secret-stdin --keep-old soon  < "a-third-secret-text-9f8e"
    stderr: error: Invalid value 'soon' for '--keep-old <DURATION>': use a number with s, m, h or d, such as 30s, 5m, 24h or 7d. For more information, try '--help'.
    exit 2

    $ waypost edit --drop-old
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost edit --drop-old
    stderr: Unchanged: https://hooks.example.com/in
    exit 0

    $ waypost edit --format hex
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost edit --secret-stdin --keep-old 5m  < "a-third-secret-text-9f8e"
    stderr: error: Signing secret: cannot be kept beside a new one. A request carries one signature or credential here; only the formats timestamped, standard and standard-ed25519 carry two. Leave it out; have the receiver accept both secrets first, then replace this one.
    exit 2

    $ waypost edit --secret-stdin  < "a-third-secret-text-9f8e"
    stderr: note: Signing secret: requests carry the new one only: until the receiver has it, too, deliveries are refused.
    stderr: Saved: https://hooks.example.com/in
    exit 0
    "#);
}

#[test]
fn headers_of_the_destination() {
    let mut session = Session::new();
    let secret = session.home.path().join("token");
    std::fs::write(&secret, "hunter2-hunter2\n").unwrap();
    session
        .run("register --url https://hooks.example.com/in --auth default --header X-GitHub-Event:{event} --header X-Env:test")
        .run(&format!(
            "edit --header x-env:live --header Content-Type:text/json --secret-header X-Api-Token=@{}",
            secret.display()
        ))
        .run("show")
        .run("show --json")
        .run("test --dry-run")
        .run("curl")
        .run("edit --remove-header x-api-TOKEN")
        .run("edit --no-headers --header X-Only:1")
        .run("show");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --auth default --header X-GitHub-Event:{event} --header X-Env:test
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost edit --header x-env:live --header Content-Type:text/json --secret-header X-Api-Token=@HOME/token
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL         https://hooks.example.com/in
    Auth type   Default (default)
    Header      X-GitHub-Event: {event}
    Header      x-env: live
    Header      Content-Type: text/json
    Header      X-Api-Token: ••••••••
    Timeout     15 s
    Registered  TIME
    exit 0

    $ waypost show --json
    {
      "schema_version": 1,
      "destination": {
        "id": "dst_ID",
        "url": "https://hooks.example.com/in",
        "created_at": "TIME",
        "updated_at": "TIME",
        "auth": {
          "type": "default"
        },
        "headers": [
          {
            "name": "X-GitHub-Event",
            "value": "{event}"
          },
          {
            "name": "x-env",
            "value": "live"
          },
          {
            "name": "Content-Type",
            "value": "text/json"
          },
          {
            "name": "X-Api-Token",
            "secret": true
          }
        ]
      },
      "notices": []
    }
    exit 0

    $ waypost test --dry-run
    POST https://hooks.example.com/in
    content-type: text/json
    user-agent: waypost/0.1.0
    webhook-id: msg_ID
    webhook-timestamp: SECONDS
    x-github-event: ping
    x-env: live
    x-api-token: ••••••••
    accept: */*
    host: hooks.example.com
    content-length: 67

    {"topic":"ping","data":{"message":"A test delivery from waypost."}}
    exit 0

    $ waypost curl
    (
    : "${WAYPOST_HEADER_X_API_TOKEN:?Set it to the value of x-api-token.}"
    printf '%s%s\n' 'x-api-token: ' "$WAYPOST_HEADER_X_API_TOKEN" | curl -q --http1.1 --globoff --include \
      --max-time 15 \
      --request POST 'https://hooks.example.com/in' \
      --header 'content-type: text/json' \
      --header 'user-agent: waypost/0.1.0' \
      --header 'webhook-id: msg_ID' \
      --header 'webhook-timestamp: '"$(date +%s)" \
      --header 'x-github-event: ping' \
      --header 'x-env: live' \
      --header @- \
      --header 'accept: */*' \
      --header 'expect:' \
      --data-binary '{"topic":"ping","data":{"message":"A test delivery from waypost."}}'
    )
    exit 0

    $ waypost edit --remove-header x-api-TOKEN
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost edit --no-headers --header X-Only:1
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL         https://hooks.example.com/in
    Auth type   Default (default)
    Header      X-Only: 1
    Timeout     15 s
    Registered  TIME
    exit 0
    "#);
}

#[test]
fn h60_bad_headers() {
    let mut session = Session::new();
    let many: String = (0..21).map(|n| format!(" --header x-{n}:1")).collect::<Vec<_>>().concat();
    let long = format!("register --url https://h.example/in --auth default --header X-Env:{}", "v".repeat(4097));
    assert!(
        session.home.waypost(&long.split(' ').collect::<Vec<_>>()).exits(2).stderr.contains("has 4097 bytes, more than 4096")
    );
    let register = "register --url https://h.example/in --auth default";
    for flags in [
        "--header X-Env",
        "--header X-Env:",
        "--header :test",
        "--header X-Env:teést",
        "--header Host:h.example",
        "--header Authorization:Bearer",
        "--header Content-Type:text/plain",
        "--header X-Env:1 --header x-env:2",
        "--secret-header X-Api-Token=hunter2",
        "--secret-header X-Api-Token:hunter2",
        "--secret-header X-Api-Token=@/no/such/file",
        "--secret-header X-Api-Token=env:NOT_SET",
        "--remove-header X-Env",
        &many[1..],
    ] {
        session.run(&format!("{register} {flags}"));
    }
    session
        .run_with("register --url https://h.example/in --auth hmac --header-key X-Sig --header x-sig:1 --secret-stdin", SECRET)
        .run("register --url https://h.example/in --auth default --secret-header X-Api-Token=hunter2 --json");
    let mut said = session.text.lines().filter(|line| !line.starts_with("$ "));
    assert!(said.all(|line| !line.contains("hunter2")), "{}", session.text);
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://h.example/in --auth default --header X-Env
    stderr: error: Headers (--header): --header needs a colon between the name and the value. Write it as 'NAME: VALUE'.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header X-Env:
    stderr: error: Headers (--header): the value of X-Env is required. Many servers drop a header without a value. Enter a value, or remove the header.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header :test
    stderr: error: Headers (--header): is required. It is the name of a header. Enter a name such as X-Environment.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header X-Env:teést
    stderr: error: Headers (--header): the value of X-Env has a character at position 3 that it cannot have. A value consists of visible ASCII characters and spaces: anything else ends it early, or is read differently. Remove that character, or encode it as the receiver expects.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header Host:h.example
    stderr: error: Headers (--header): "Host" is reserved. waypost or the protocol itself sets that header. Enter a name such as X-Environment.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header Authorization:Bearer
    stderr: error: Headers (--header): Authorization is a matter of the auth type. There its credentials are sealed, and checked before they are sent. Choose Bearer Token, Basic Auth, or Api Key with the key Authorization.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header Content-Type:text/plain
    stderr: error: Headers (--header): Content-Type is not a JSON type. Events are JSON. Enter a type that ends in /json or +json, such as application/cloudevents+json.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header X-Env:1 --header x-env:2
    stderr: error: Headers (--header): x-env is given twice. A header has one value. Leave one of them out.
    exit 2

    $ waypost register --url https://h.example/in --auth default --secret-header X-Api-Token=hunter2
    stderr: error: Headers (--header): the value of X-Api-Token is not accepted: a secret is never passed as an argument. Every user of this machine can read arguments, and the shell stores them in its history. Write it as NAME=@FILE or NAME=env:VARIABLE.
    exit 2

    $ waypost register --url https://h.example/in --auth default --secret-header X-Api-Token:hunter2
    stderr: error: Headers (--header): --secret-header needs a name and where its value comes from. Write it as NAME=@FILE or NAME=env:VARIABLE.
    exit 2

    $ waypost register --url https://h.example/in --auth default --secret-header X-Api-Token=@/no/such/file
    stderr: error: Headers (--header): X-Api-Token: /no/such/file cannot be read: No such file or directory. Name a file that contains the secret.
    exit 2

    $ waypost register --url https://h.example/in --auth default --secret-header X-Api-Token=env:NOT_SET
    stderr: error: Headers (--header): X-Api-Token: --secret-header: there is no variable NOT_SET in the environment. Use the name of a variable that is set and exported.
    exit 2

    $ waypost register --url https://h.example/in --auth default --remove-header X-Env
    stderr: error: Headers (--header): there is no header "X-Env" to remove. Use the name of one that waypost show lists.
    exit 2

    $ waypost register --url https://h.example/in --auth default --header x-0:1 --header x-1:1 --header x-2:1 --header x-3:1 --header x-4:1 --header x-5:1 --header x-6:1 --header x-7:1 --header x-8:1 --header x-9:1 --header x-10:1 --header x-11:1 --header x-12:1 --header x-13:1 --header x-14:1 --header x-15:1 --header x-16:1 --header x-17:1 --header x-18:1 --header x-19:1 --header x-20:1
    stderr: error: Headers (--header): there are 21, more than 20. Servers limit the headers of a request. Remove those that the receiver does not need.
    exit 2

    $ waypost register --url https://h.example/in --auth hmac --header-key X-Sig --header x-sig:1 --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: error: Headers (--header): x-sig is a header of the auth type. It would be sent twice. Enter another name, or leave it to the auth type.
    exit 2

    $ waypost register --url https://h.example/in --auth default --secret-header X-Api-Token=hunter2 --json
    {
      "schema_version": 1,
      "error": {
        "code": "usage",
        "message": "Headers (--header): the value of X-Api-Token is not accepted: a secret is never passed as an argument. Every user of this machine can read arguments, and the shell stores them in its history.",
        "field": "headers",
        "fix": "Write it as NAME=@FILE or NAME=env:VARIABLE."
      },
      "errors": [
        {
          "code": "usage",
          "message": "Headers (--header): the value of X-Api-Token is not accepted: a secret is never passed as an argument. Every user of this machine can read arguments, and the shell stores them in its history.",
          "field": "headers",
          "fix": "Write it as NAME=@FILE or NAME=env:VARIABLE."
        }
      ]
    }
    exit 2
    "#);
}

#[test]
fn a_destination_like_those_of_a_service() {
    let mut session = Session::new();
    session
        .run_with("register --url https://hooks.example.com/in --like github --secret-stdin", SECRET)
        .run("show")
        .run("edit --like slack --header X-Env:test")
        .run("show")
        .run("edit --like github --format hex --header-key X-Sig --no-headers")
        .run("show")
        .run("edit --like github --auth bearer")
        .run("edit --like gitlab");
    insta::assert_snapshot!(session.text, @r#"
    $ waypost register --url https://hooks.example.com/in --like github --secret-stdin  < "a-long-and-secret-text-3f2a"
    stderr: Registered: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL             https://hooks.example.com/in
    Auth type       Custom SHA-256 HMAC Signature (hmac)
    Format          sha256-hex
    Header key      X-Hub-Signature-256
    Signing secret  ••••••••3f2a
    Header          X-GitHub-Event: {event}
    Header          X-GitHub-Delivery: {id}
    Timeout         15 s
    Registered      TIME
    exit 0

    $ waypost edit --like slack --header X-Env:test
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL               https://hooks.example.com/in
    Auth type         Custom SHA-256 HMAC Signature (hmac)
    Format            template
    Header key        X-Slack-Signature
    Signing secret    ••••••••3f2a
    Signed content    v0:{timestamp}:{body}
    Header value      v0={signature}
    Algorithm         sha256
    Encoding          hex
    Timestamp header  X-Slack-Request-Timestamp
    Header            X-Env: test
    Timeout           15 s
    Registered        TIME
    exit 0

    $ waypost edit --like github --format hex --header-key X-Sig --no-headers
    stderr: Saved: https://hooks.example.com/in
    exit 0

    $ waypost show
    URL             https://hooks.example.com/in
    Auth type       Custom SHA-256 HMAC Signature (hmac)
    Format          hex
    Header key      X-Sig
    Signing secret  ••••••••3f2a
    Timeout         15 s
    Registered      TIME
    exit 0

    $ waypost edit --like github --auth bearer
    stderr: error: Auth type (--auth): GitHub signs its requests: --like github implies --auth hmac. Another auth type would not be accepted. Leave one of them out.
    stderr: error: Token: is required. Without it, the receiver cannot tell your requests from anyone else's. Use --secret-stdin, --secret-file or --secret-env.
    exit 2

    $ waypost edit --like gitlab
    stderr: error: Invalid value 'gitlab' for '--like <SERVICE>' [possible values: github, stripe, standard, slack, shopify, hookdeck]. Did you mean github?
    exit 2
    "#);
}
