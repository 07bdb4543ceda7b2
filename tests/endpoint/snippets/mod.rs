//! Receiver code, run by its own interpreter against requests that waypost made: the right ones, and each spoiled in one way.
//!
//! A test appends a few lines to the snippet, that read requests from stdin and print what `verify` says of each.

mod requests;
mod run;

use requests::{Sent, by_an_empty_key, cases, every_settings, hostile_settings, with_another_secret};
use run::{go, node, php, python, shell};
use waypost::domain::auth::hmac;
use waypost::domain::destination::Settings;
use waypost::domain::signature::Format;
use waypost::domain::snippet::{Lang, snippet};

/// Runs a snippet against requests, with that secret in the environment: what it says of each, or `None` when it ends with an
/// error.
type Run = fn(&str, &Settings, &[&Sent], &str) -> Option<Vec<bool>>;

fn assert_right(lang: Lang, run: Run) {
    let mut wrong = Vec::new();
    for settings in every_settings().into_iter().chain(hostile_settings()) {
        let code = snippet(&settings, lang);
        let cases = cases(&settings);
        let secret = settings.auth().secret().map_or_else(|| "unused".to_owned(), |(_, secret)| secret.expose().to_owned());
        let secret = settings.auth().public_key().unwrap_or(secret);
        let requests: Vec<_> = cases.iter().map(|case| &case.sent).collect();
        let said = run(&code, &settings, &requests, &secret).unwrap_or_else(|| panic!("it ends with an error:\n{code}"));
        assert_eq!(said.len(), cases.len(), "{code}");
        for (case, said) in cases.iter().zip(said) {
            if said != case.accepted {
                wrong.push(format!("{}: {said} for {:?} of {:?}", case.what, settings.auth(), case.sent));
            }
        }
        if settings.auth().format() == Some(Format::Standard) {
            let said = run(&code, &settings, &[&by_an_empty_key(&settings)], "whsec_");
            assert!(said.is_none_or(|said| said == [false]), "an empty key is taken:\n{code}");
        }
        if settings.auth().secret().is_some() {
            assert_eq!(run(&code, &settings, &requests[..1], ""), None, "an empty secret is taken:\n{code}");
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", lang.name(), wrong.join("\n"));
}

#[test]
#[ignore = "needs node: apt-get install nodejs"]
fn node_checks_rightly() {
    assert_right(Lang::Node, node);
}

#[test]
#[ignore = "needs python3: apt-get install python3"]
fn python_checks_rightly() {
    assert_right(Lang::Python, python);
}

#[test]
#[ignore = "needs go: apt-get install golang-go"]
fn go_checks_rightly() {
    assert_right(Lang::Go, go);
}

#[test]
#[ignore = "needs php: apt-get install php-cli"]
fn php_checks_rightly() {
    assert_right(Lang::Php, php);
}

#[test]
#[ignore = "needs openssl: apt-get install openssl"]
fn shell_checks_rightly() {
    assert_right(Lang::Shell, shell);
}

#[test]
fn a_snippet_holds_the_name_and_no_secret() {
    for settings in every_settings() {
        for lang in Lang::ALL {
            let code = snippet(&settings, lang);
            assert!(code.contains("verify") && !code.contains('@') && code.ends_with('\n'), "{code}");
            assert!(code.chars().all(|c| matches!(c, '\n' | '\t' | ' '..='~')), "{code}");
            let has_secret = settings.auth().secret().is_some();
            assert_eq!(code.contains("WAYPOST_SECRET"), has_secret, "{code}");
            assert_eq!(code, snippet(&with_another_secret(&settings), lang), "it depends on the secret");
            if settings.auth().plain_values().contains(&(hmac::HEADER_KEY, "X-Signature")) {
                let name = if lang == Lang::Shell { "${HTTP_X_SIGNATURE:-}" } else { "\"x-signature\"" };
                assert!(code.contains(name), "{code}");
            }
        }
    }
}

/// The requests are judged by the product's own check as the cases say, so that the two cannot drift apart.
#[test]
fn the_cases_are_right() {
    let mut refused = 0;
    for settings in every_settings() {
        for case in cases(&settings) {
            let found = case.sent.check(&settings);
            assert_eq!(found.is_accepted(), case.accepted, "{}: {}", case.what, found.reason());
            refused += usize::from(!case.accepted);
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn a_language_has_one_name() {
    for lang in Lang::ALL {
        assert_eq!(Lang::from_name(lang.name()), Some(lang));
    }
    assert_eq!(Lang::from_name("cobol"), None);
}
