//! The printed command, run by a real shell with a real curl, makes the request that waypost makes.

use std::process::Command;
use waypost::domain::auth::{api_key, basic, bearer, hmac, oauth2};
use waypost::domain::destination::DestinationId;
use waypost::domain::field;
use waypost::domain::field::Choice;

use crate::support::check::{
    Check, expect_api_key_header, expect_api_key_query, expect_basic, expect_bearer, expect_hmac, expect_nothing, secret_for,
};
use crate::support::receiver::{Answer, RawRequest, Receiver};
use crate::support::{Home, run};
use jiff::Timestamp;
use waypost::domain::curl;
use waypost::domain::destination::Destination;
use waypost::domain::draft::Draft;
use waypost::domain::event::{BuiltIn, Event};
use waypost::domain::header::HeaderEntry;
use waypost::domain::signature::Format;
use waypost::io::fs::paths::Paths;
use waypost::ops::Waypost;

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// Quotes, a dollar sign, an umlaut, a percent sign: all that a shell or a query could stumble over.
const AWKWARD: &str = "it's $HOME \"%41\" ä\\`";

/// The same of what a header can have.
const AWKWARD_HEADER: &str = "it's $HOME \"%41\" \\` {id}";

struct Case {
    check: Check,
    draft: Draft,
    variable: (&'static str, String),
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = Format::ALL
        .into_iter()
        .map(|format| Case {
            check: expect_hmac(format.name(), "x-sig$nature", &secret_for(format.name(), SECRET)),
            draft: Draft::new(hmac::SPEC)
                .with(hmac::HEADER_KEY, "X-Sig$nature")
                .with(hmac::FORMAT, format.name())
                .with(hmac::SIGNED_CONTENT, "v0:{timestamp}:{body}")
                .with(hmac::SIGNATURE_VALUE, "v0={signature}")
                .with(hmac::ALGORITHM, "sha512")
                .with(hmac::SIGNING_SECRET, secret_for(format.name(), SECRET)),
            variable: ("WAYPOST_SECRET", secret_for(format.name(), SECRET)),
        })
        .collect();
    let awkward_hmac = cases[0].draft.clone().with(hmac::SIGNING_SECRET, AWKWARD).with(hmac::FORMAT, Format::Hex.name());
    cases.push(Case {
        check: expect_hmac("hex", "x-sig$nature", AWKWARD),
        draft: awkward_hmac,
        variable: ("WAYPOST_SECRET", AWKWARD.into()),
    });
    cases.push(Case { check: expect_nothing(), draft: Draft::default(), variable: ("UNUSED", String::new()) });
    cases.push(Case {
        check: expect_basic("o'me", AWKWARD),
        draft: Draft::new(basic::SPEC).with(basic::USERNAME, "o'me").with(basic::PASSWORD, AWKWARD),
        variable: ("WAYPOST_PASSWORD", AWKWARD.into()),
    });
    cases.push(Case {
        check: expect_bearer("a$b'c\"d"),
        draft: Draft::new(bearer::SPEC).with(bearer::TOKEN, "a$b'c\"d"),
        variable: ("WAYPOST_TOKEN", "a$b'c\"d".into()),
    });
    let key = |key: &str, value: &str, add_to: Choice| {
        Draft::new(api_key::SPEC).with(api_key::KEY, key).with(api_key::VALUE, value).with(api_key::ADD_TO, add_to.name)
    };
    cases.push(Case {
        check: expect_api_key_header("x-key", "a$b c'd"),
        draft: key("X-Key", "a$b c'd", api_key::HEADER),
        variable: ("WAYPOST_VALUE", "a$b c'd".into()),
    });
    cases.push(Case {
        check: expect_api_key_query("my key&", AWKWARD),
        draft: key("my key&", AWKWARD, api_key::QUERY),
        variable: ("WAYPOST_VALUE", AWKWARD.into()),
    });
    cases
}

/// Names in lower case with their values, without what is another one each time.
fn comparable(request: &RawRequest) -> Vec<(String, String)> {
    let changing = ["webhook-timestamp", "x-sig$nature"];
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .filter(|(name, _)| !changing.contains(&name.as_str()))
        .collect();
    headers.sort();
    headers
}

/// What a target means: percent-encoded or not.
fn meaning(request: &RawRequest) -> Vec<u8> {
    percent_encoding::percent_decode_str(request.target()).collect()
}

#[tokio::test]
#[ignore = "needs curl and openssl: apt-get install curl openssl"]
async fn the_printed_command_makes_the_same_request() {
    let bodies: [&[u8]; 4] =
        [br#"{"topic":"ping","it's":"$HOME `x` %s \\n"}"#, b"{}\n\n", b"\"\xff\x00 \x1b'%\\\n\"1\n", b"@/etc/hostname"];
    for Case { check, draft, variable } in cases() {
        for reveal in [false, true] {
            let receiver = Receiver::scripted(check.clone(), vec![Answer::Checked]);
            let draft = draft
                .clone()
                .with_header(HeaderEntry::plain("X-Event", "{event} it's {id} {{x}}"))
                .with_header(HeaderEntry::secret("X-Env-Token", AWKWARD_HEADER))
                .with(field::URL, format!("{}?a=[1]&b=%20", receiver.url))
                .with(field::CA_CERT, receiver.ca().to_str().unwrap());
            let to = Destination::new(
                DestinationId::new("dst_1"),
                draft.check().unwrap().settings,
                Timestamp::UNIX_EPOCH,
                Timestamp::UNIX_EPOCH,
            );
            let home = Home::new();
            let paths = Paths { config_dir: home.config_dir(), state_dir: home.state_dir(), key_file_override: None };
            let waypost = Waypost::new(paths, None);
            for body in bodies {
                let event = Event { name: "my test".into(), body: body.to_vec() };
                let tested = waypost.test(&to, &event, |_| {}, std::future::pending()).await;
                let text = curl::command(to.settings(), &tested.delivery.id, &event, reveal);
                let mut command = Command::new("sh");
                command.args(["-c", &text]).env_clear().envs(crate::support::base_env(home.path()));
                if !reveal {
                    command.env(variable.0, &variable.1).env("WAYPOST_HEADER_X_ENV_TOKEN", AWKWARD_HEADER);
                }
                let output = run(&mut command, b"");
                assert!(output.stdout.starts_with("HTTP/1.1 200"), "{text}\n{output:?}");
                let requests = receiver.requests();
                let [.., ours, theirs] = requests.as_slice() else { panic!("{text}\n{output:?}") };
                theirs.verdict.as_ref().unwrap_or_else(|why| panic!("{why}\n{text}"));
                assert_eq!((ours.method(), &ours.body), (theirs.method(), &theirs.body), "{text}");
                assert_eq!(meaning(ours), meaning(theirs), "{text}");
                assert_eq!(comparable(ours), comparable(theirs), "{text}");
            }
            // Without its secret it sends nothing.
            if !reveal && variable.0 != "UNUSED" {
                let text = curl::command(to.settings(), "msg_1234567890", &BuiltIn::Ping.event(), false);
                let before = receiver.requests().len();
                let output =
                    run(Command::new("sh").args(["-c", &text]).env_clear().envs(crate::support::base_env(home.path())), b"");
                assert!(output.code != Some(0) && output.stderr.contains(variable.0), "{output:?}");
                assert_eq!(receiver.requests().len(), before);
            }
        }
    }
}

/// A receiver that issues one token, to the client of that form, and accepts that alone.
fn issuing(header: Option<String>, form: String) -> Receiver {
    Receiver::scripted(
        expect_nothing(),
        vec![Answer::of_request(move |request| {
            let authorization = request.values("authorization").join(",");
            let is_right = match request.target() {
                "/token" => {
                    let given = String::from_utf8_lossy(&request.body).into_owned();
                    (authorization == header.clone().unwrap_or_default() && given == form)
                        .then_some("{ \"x\": 1,\n \"access_token\" : \"t0k/+=\"}")
                }
                _ => (authorization == "Bearer t0k/+=").then_some("ok"),
            };
            is_right.map_or_else(|| Answer::status(401), |body| Answer::status(200).body(body))
        })],
    )
}

#[tokio::test]
#[ignore = "needs curl and openssl: apt-get install curl openssl"]
async fn the_printed_command_fetches_a_token_as_waypost_does() {
    const SECRET: &str = "it's $HOME \"%41\" \\`:ü+";
    use base64::Engine as _;
    let (id, secret) = ("my%20%24id", "it%27s%20%24HOME%20%22%2541%22%20%5C%60%3A%C3%BC%2B");
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    for (by, header, in_form) in [
        ("header", Some(format!("Basic {pair}")), String::new()),
        ("body", None, format!("&client_id={id}&client_secret={secret}")),
    ] {
        for reveal in [false, true] {
            // The printed command has the client at the end of the form, and a space in it as %20.
            let form = format!("grant_type=client_credentials&scope=a+b{in_form}");
            let receiver = issuing(header.clone(), form);
            let token_url = receiver.url.replace("/in", "/token");
            let draft = Draft::new(oauth2::SPEC)
                .with(field::URL, &receiver.url)
                .with(field::CA_CERT, receiver.ca().to_str().unwrap())
                .with(oauth2::TOKEN_URL, &token_url)
                .with(oauth2::CLIENT_ID, "my $id")
                .with(oauth2::CLIENT_SECRET, SECRET)
                .with(oauth2::SCOPE, "a b")
                .with(oauth2::CLIENT_AUTH, by);
            let text = curl::command(&draft.check().unwrap().settings, "msg_1", &BuiltIn::Ping.event(), reveal);
            assert_eq!(text.contains("%41"), reveal, "{text}");
            let home = Home::new();
            let mut command = Command::new("sh");
            command.args(["-c", &text]).env_clear().envs(crate::support::base_env(home.path()));
            command.env("WAYPOST_CLIENT_SECRET", SECRET);
            let output = run(&mut command, b"");
            assert!(output.stdout.starts_with("HTTP/1.1 200"), "{text}\n{output:?}\n{:?}", receiver.requests());
        }
    }
}

/// In place of curl: its arguments, each with a NUL after it, then what comes on standard input.
const STAND_IN: &str = "curl() { printf '%s\\0' \"$@\"; cat; }\n";

/// Runs the printed command in a shell, and checks that curl would get that body and that URL.
fn check_in(shell: &str, url: &str, body: &[u8]) {
    let draft = Draft::default().with(field::URL, url);
    let settings = draft.check().unwrap().settings;
    let event = Event { name: "test".into(), body: body.to_vec() };
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("script");
    std::fs::write(&script, format!("{STAND_IN}{}\n", curl::command(&settings, "msg_1", &event, true))).unwrap();
    let output = Command::new(shell).arg(&script).stdin(std::process::Stdio::null()).output().unwrap();
    let at = format!("{shell}: {:?}", String::from_utf8_lossy(&body[..body.len().min(200)]));
    assert!(output.status.success() && output.stderr.is_empty(), "{at}: {output:?}");
    let last = b"--data-binary\0";
    let from = output.stdout.windows(last.len()).position(|part| part == last).unwrap_or_else(|| panic!("{at}: {output:?}"));
    let data = &output.stdout[from + last.len()..];
    let got = data.strip_prefix(b"@-\0").or_else(|| data.strip_suffix(b"\0")).unwrap();
    assert!(got == body, "{at}: {:?}", String::from_utf8_lossy(got));
    let request = format!("--request\0POST\0{url}\0");
    assert!(output.stdout.windows(request.len()).any(|part| part == request.as_bytes()), "{at}");
}

/// The value of the signature that the printed command sends, when it runs with those variables.
fn signature_by(text: &str, variables: &[(&str, &str)]) -> Result<String, String> {
    let script = format!("curl() {{ cat > /dev/null; for word; do printf '%s\\n' \"$word\"; done; }}\n{text}\n");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().envs(crate::support::base_env(std::path::Path::new("/nonexistent")));
    let output = run(command.envs(variables.iter().copied()), b"");
    if output.code != Some(0) || !output.stderr.is_empty() {
        return Err(output.stderr);
    }
    Ok(output.stdout.lines().find_map(|line| line.strip_prefix("x-sig: ")).expect("a signature").to_owned())
}

#[test]
#[ignore = "needs openssl: apt-get install openssl"]
fn the_printed_command_signs_with_both_secrets_while_both_are_valid() {
    let (new, old) = ("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=");
    let event = BuiltIn::Ping.event();
    for format in [Format::Timestamped, Format::Standard, Format::StandardEd25519] {
        let secrets = [new, old].map(|secret| secret_for(format.name(), secret));
        let of = |until: i64| {
            let draft = Draft::new(hmac::SPEC).with(field::URL, "https://h.example/in").with(hmac::FORMAT, format.name());
            let draft = draft.with(hmac::HEADER_KEY, "x-sig").with(hmac::SIGNING_SECRET, secrets[0].as_str());
            let draft = draft.with(hmac::PREVIOUS_SECRET, secrets[1].as_str()).with(hmac::PREVIOUS_UNTIL, until.to_string());
            draft.check().unwrap().settings
        };
        let both = [("WAYPOST_SECRET", secrets[0].as_str()), ("WAYPOST_SECRET_OLD", secrets[1].as_str())];
        // The base64 of a signature may have a v1 in it, too.
        let count = |value: &str| match format {
            Format::Timestamped => value.split(',').filter(|part| part.starts_with("v1=")).count(),
            _ => value.split(' ').count(),
        };
        for reveal in [false, true] {
            let variables: &[_] = if reveal { &[] } else { &both };
            let now = Timestamp::now().as_second();
            let value = signature_by(&curl::command(&of(now + 3600), "msg_1", &event, reveal), variables).unwrap();
            assert_eq!(count(&value), 2, "{format:?}: {value}");
            // The one with the new secret comes first; both are right.
            let time = |at: i64| {
                let key = |secret: &str| {
                    let scheme = waypost::domain::signature::SigningScheme::of(format);
                    waypost::domain::signature::SigningSecret::new(secret.into(), scheme).unwrap()
                };
                let previous = waypost::domain::signature::PreviousSecret { key: key(&secrets[1]), until: i64::MAX };
                key(&secrets[0]).sign_with(Some(&previous), "msg_1", at, &event.body)
            };
            assert!((now..now + 60).any(|at| time(at) == value), "{format:?}: {value}");
            // Afterwards the new one alone, for which the other need not be set.
            let variables: &[_] = if reveal { &[] } else { &both[..1] };
            let value = signature_by(&curl::command(&of(now - 1), "msg_1", &event, reveal), variables).unwrap();
            assert_eq!(count(&value), 1, "{format:?}: {value}");
        }
        let missing = signature_by(&curl::command(&of(i64::MAX), "msg_1", &event, false), &both[..1]).unwrap_err();
        assert!(missing.contains("WAYPOST_SECRET_OLD: Set it to the previous signing secret."), "{missing}");
    }
}

/// Bodies that a shell, printf or curl might take for something else.
fn awkward() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        "-",
        "-1\r\n",
        "--",
        "-n",
        "-e",
        "-v x\r",
        "--help\r",
        "%",
        "%s\r",
        "%d%n\r\n",
        "@",
        "@-",
        "@/etc/passwd",
        "\\",
        "\\c\r",
        "\\0\r",
        "'",
        "\"",
        "''\r",
        "`id`\r",
        "$(id)\r",
        "$HOME",
        "!x\r",
        "!!",
        "\n",
        "\r",
        "\n\n",
        "\r\n",
        "a\n\n\n",
        "-\n\r",
        "\0",
        "a\0b",
        "\0-1",
        "-\0",
        "\u{e9}",
        "-\u{202e}",
        "# x\r",
        "~\r",
        "*\r",
        "};\r",
        "body\r",
        "EOF\r\n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.extend([b"\xff".to_vec(), b"-\xff".to_vec(), b"\xff\n".to_vec(), b"-n\xff\n\n".to_vec(), (0..=u8::MAX).collect()]);
    bodies.extend([
        b"-1\r\n".repeat(5_000),
        b"'%\\".repeat(6_000),
        b"x".repeat(200_000),
        [b"-".as_slice(), &b"\0".repeat(70_000)].concat(),
    ]);
    bodies
}

const AWKWARD_URL: &str = "https://hooks.example.com/in?a=[1]&b=%20&c=$x!*(1);d=~-@%25";

#[test]
fn a11_no_body_breaks_the_printed_command() {
    for shell in ["sh", "bash"] {
        for body in awkward() {
            check_in(shell, AWKWARD_URL, &body);
        }
    }
}

#[test]
#[ignore = "needs ksh and zsh and dash: apt-get install ksh zsh dash"]
fn a11_no_body_breaks_the_printed_command_in_other_shells() {
    for shell in ["ksh", "zsh", "dash"] {
        for body in awkward() {
            check_in(shell, AWKWARD_URL, &body);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn a11_any_body_arrives_in_any_shell(
        any in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        special in "[-%@\\\\'\"!$`\n\r\\x00\\x1b1a ]{0,40}",
    ) {
        for shell in ["sh", "bash"] {
            for body in [any.clone(), special.clone().into_bytes(), [special.as_bytes(), &any].concat()] {
                check_in(shell, "https://hooks.example.com/in", &body);
            }
        }
    }
}

/// A function in the script is what a backtick in a name would run.
#[test]
fn a34_the_name_of_a_header_is_never_run() {
    const NAMES: [&str; 4] = ["x-`run`", "x-$ifs`run`", "x-'`run`'", "x-!#&*|~^`run`"];
    for (shell, name) in ["sh", "bash"].iter().flat_map(|shell| NAMES.map(|name| (shell, name))) {
        let draft = Draft::new(hmac::SPEC)
            .with(field::URL, "https://h.example/in")
            .with(hmac::HEADER_KEY, format!("{name}-sig"))
            .with(hmac::SIGNING_SECRET, "a secret of some length")
            .with_header(HeaderEntry::secret(name, "canary-value"))
            .with_header(HeaderEntry::plain(format!("{name}-plain"), "value"));
        let settings = draft.check().unwrap().settings;
        let event = BuiltIn::Ping.event();
        for (reveal, has_secret) in [(true, true), (false, true), (false, false)] {
            let text = curl::command(&settings, "msg_1", &event, reveal);
            let script = format!("run() {{ echo it was run >&2; }}\n{STAND_IN}{text}\n");
            let mut command = Command::new(shell);
            command.args(["-c", &script]).stdin(std::process::Stdio::null());
            command.env("WAYPOST_SECRET", "a secret of some length");
            let variable = text.split_once("${WAYPOST_HEADER").map(|(_, rest)| rest.split_once(':').unwrap().0);
            if let Some(variable) = variable.filter(|_| has_secret) {
                command.env(format!("WAYPOST_HEADER{variable}"), "canary-value");
            }
            let output = command.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("it was run") && output.status.success() == has_secret, "{shell} {name}: {output:?}\n{text}");
            assert_eq!(said.contains("Set it to the value of x-"), !has_secret, "{said}");
        }
    }
}
