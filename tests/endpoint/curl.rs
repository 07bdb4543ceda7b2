//! The printed command, run by a real shell with a real curl, makes the request that waypost makes.

use std::process::Command;
use waypost::domain::auth::{api_key, basic, bearer, hmac};
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
