//! The diagnosis of an attempt that had no token.

use super::words::{because, host_and_port};
use crate::domain::auth::{default, oauth2};
use crate::domain::credential::Credential;
use crate::domain::delivery::Diagnosis;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field::{Field, TIMEOUT, URL};
use crate::domain::problem::{Fix, FixAction};
use crate::domain::text::{ellipsis, visible};
use crate::domain::token::{MAX_ANSWER, Refusal, Rejected};

const WRONG_URL: &str = "Compare the token URL with the issuer's documentation: it often ends in /token.";

/// The token endpoint, as if it were a destination.
pub(super) fn endpoint(to: &Settings) -> Settings {
    let Credential::Token(client) = to.auth().credential() else { return to.clone() };
    let draft = Draft::of(to).with_auth(default::SPEC).with(URL, client.url.expose());
    draft.check().map_or_else(|_| to.clone(), |checked| checked.settings)
}

/// The total time was over before there was a token.
pub(super) fn timed_out(endpoint: &Settings, limit: u16) -> Diagnosis {
    let at = host_and_port(endpoint);
    Diagnosis::new(
        format!("There is no token for the request: {at} issued none within {limit} s."),
        Fix::from("Check that this machine can reach the token endpoint, or set a longer timeout.").by_editing(TIMEOUT),
    )
}

/// What keeps from the token endpoint, diagnosed as of a destination.
pub(super) fn not_reached(found: Diagnosis) -> Diagnosis {
    let why = format!("There is no token for the request. {}", renamed(&found.why));
    let fix = Fix { text: renamed(&found.fix.text), action: found.fix.action.map(of_token_url) };
    Diagnosis { why, fix }
}

/// What would change the URL changes the token URL.
fn of_token_url(action: FixAction) -> FixAction {
    let of = |field| if field == URL { oauth2::TOKEN_URL } else { field };
    match action {
        FixAction::EditDestination { field, mut changes } => {
            for change in &mut changes {
                change.field = of(change.field);
            }
            FixAction::EditDestination { field: of(field), changes }
        }
        other => other,
    }
}

/// What is said of an endpoint, said of a token endpoint.
fn renamed(text: &str) -> String {
    const NAMES: [(&str, &str); 6] = [
        ("the receiver's", "the token endpoint's"),
        ("the receiver", "the token endpoint"),
        ("The receiver", "The token endpoint"),
        ("The endpoint", "The token endpoint"),
        ("the endpoint", "the token endpoint"),
        ("the URL", "the token URL"),
    ];
    NAMES.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

pub(super) fn refused(endpoint: &Settings, refusal: &Refusal) -> Diagnosis {
    let at = host_and_port(endpoint);
    let said = |what: String, fix: &str, field: Field| {
        Diagnosis::new(format!("There is no token for the request: {what}"), Fix::from(fix).by_editing(field))
    };
    match refusal {
        Refusal::Redirect(status, location) => {
            let to = location.as_ref().map(|to| format!(" to {}", ellipsis(&visible(to), 200))).unwrap_or_default();
            let what = format!("the token endpoint {at} answered {status}, a redirect{to}; redirects are not followed.");
            said(what, WRONG_URL, oauth2::TOKEN_URL)
        }
        Refusal::TooLong(status) => said(
            format!("the answer of {at} ({status}) is larger than {} MiB.", MAX_ANSWER / 1024 / 1024),
            WRONG_URL,
            oauth2::TOKEN_URL,
        ),
        Refusal::Html(status) => said(format!("{at} answered {status} with a page for a browser."), WRONG_URL, oauth2::TOKEN_URL),
        Refusal::NotJson(status) => {
            said(format!("{at} answered {status}, but its answer is not a JSON object."), WRONG_URL, oauth2::TOKEN_URL)
        }
        Refusal::NoToken => {
            said(format!("{at} answered without an access_token that a header can carry."), WRONG_URL, oauth2::TOKEN_URL)
        }
        Refusal::TokenType(name) => said(
            match name {
                Some(name) => format!("{at} issued a token of the type \"{}\", not a bearer token.", visible(name)),
                None => format!("{at} issued a token of another type, not a bearer token."),
            },
            "Configure the issuer to give this client bearer tokens.",
            oauth2::CLIENT_ID,
        ),
        Refusal::Status(status) => by_status(&at, *status),
        Refusal::Error(rejected) => by_code(&at, rejected),
    }
}

fn by_status(at: &str, status: u16) -> Diagnosis {
    let (fix, field) = match status {
        401 | 403 => (CLIENT, oauth2::CLIENT_SECRET),
        400 | 415 | 422 => {
            ("Compare the scope, the audience and the client auth with the issuer's documentation.", oauth2::SCOPE)
        }
        404 | 405 | 410 => (WRONG_URL, oauth2::TOKEN_URL),
        429 => ("Wait and send it again; the issuer limits how often tokens are asked for.", oauth2::TOKEN_URL),
        500..=599 => ("Send it again later. If it happens again, ask the issuer's operator.", oauth2::TOKEN_URL),
        _ => (WRONG_URL, oauth2::TOKEN_URL),
    };
    let fix = if status == 429 || status >= 500 { Fix::from(fix) } else { Fix::from(fix).by_editing(field) };
    Diagnosis::new(format!("There is no token for the request: the token endpoint {at} answered {status}."), fix)
}

const CLIENT: &str =
    "Compare the client id and the client secret with the issuer's; some issuers want the secret in the body (client auth).";

/// RFC 6749 §5.2, RFC 8707 §2, and what large issuers answer.
fn by_code(at: &str, rejected: &Rejected) -> Diagnosis {
    let (what, fix, field) = match rejected.code.as_str() {
        "invalid_client" => ("does not accept the client", CLIENT, Some(oauth2::CLIENT_SECRET)),
        "invalid_scope" => (
            "does not accept the scope",
            "Compare the scope with those that the issuer allows for this client.",
            Some(oauth2::SCOPE),
        ),
        "unauthorized_client" => (
            "does not allow this client to get a token by its credentials alone",
            "Allow the client-credentials grant for this client at the issuer.",
            None,
        ),
        "unsupported_grant_type" => ("does not support the grant type client_credentials", WRONG_URL, Some(oauth2::TOKEN_URL)),
        "invalid_target" | "access_denied" => (
            "does not issue a token for that audience",
            "Compare the audience, or the token parameter resource, with the issuer's documentation.",
            Some(oauth2::AUDIENCE),
        ),
        "invalid_request" => (
            "does not accept the token request",
            "Compare the scope, the audience, the token parameters and the client auth with the issuer's documentation.",
            Some(oauth2::SCOPE),
        ),
        "temporarily_unavailable" | "server_error" => {
            ("cannot issue a token now", "Send it again later. If it happens again, ask the issuer's operator.", None)
        }
        _ => ("refused to issue one", "Read its words, and compare the settings with the issuer's documentation.", None),
    };
    let words = rejected.description.as_deref().map(because).unwrap_or_default();
    let why = format!(
        "There is no token for the request: the token endpoint {at} {what} ({} {}{words}).",
        rejected.status,
        ellipsis(&visible(&rejected.code), 60),
    );
    let fix = Fix::from(fix);
    Diagnosis::new(why, field.map_or(fix.clone(), |field| fix.by_editing(field)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::diagnosis::of_cause;
    use crate::domain::delivery::retry::tests::fixtures::causes;
    use crate::domain::delivery::{Cause, Phase, TlsCause, TokenCause};

    fn to() -> Settings {
        let draft = Draft::new(oauth2::SPEC)
            .with(URL, "https://hooks.example.com/in")
            .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
            .with(oauth2::CLIENT_ID, "client")
            .with(oauth2::CLIENT_SECRET, "a-client-secret-0123456789");
        draft.check().unwrap().settings
    }

    #[test]
    fn h111_whatever_keeps_from_it_is_said_of_the_token_endpoint() {
        let (transient, lasting) = causes();
        for cause in transient.into_iter().chain(lasting) {
            if matches!(cause, Cause::Tls(TlsCause::ClientFile(_) | TlsCause::ClientCertificateRefused(_)) | Cause::Token(_)) {
                continue;
            }
            for phase in [Phase::Dns, Phase::Connect, Phase::Tls, Phase::Write, Phase::Wait, Phase::Read] {
                let not_reached = TokenCause::NotReached(Some(phase), Box::new(cause.clone()));
                let found = of_cause(&to(), None, &Cause::Token(not_reached));
                assert!(found.why.starts_with("There is no token for the request. "), "{found:?}");
                let text = format!("{} {}", found.why, found.fix);
                assert!(!text.contains("receiver") && !text.contains("hooks.example.com"), "{text}");
                assert!(!text.contains(" endpoint") || text.contains("token endpoint"), "{text}");
                assert_ne!(found.fix.field(), Some(URL), "{found:?}");
                assert!(found.fix.changes().iter().all(|change| change.field != URL), "{found:?}");
            }
        }
        let found = of_cause(&to(), None, &Cause::Token(TokenCause::NotReached(Some(Phase::Dns), Box::new(Cause::NoSuchName))));
        assert_eq!(found.why, "There is no token for the request. There is no address for the name auth.example.com.");
        assert_eq!(found.fix.text, "Correct the host in the token URL, or add the name to DNS or /etc/hosts.");
        assert_eq!(found.fix.field(), Some(oauth2::TOKEN_URL));
    }

    #[test]
    fn h112_each_refusal_says_what_came_and_which_setting_to_look_at() {
        let error = |code: &str| {
            let description = Some("no\u{1b}[31m such thing.".to_owned());
            Refusal::Error(Rejected { status: 400, code: code.to_owned(), description })
        };
        for (refusal, why, field) in [
            (
                Refusal::Redirect(302, Some("https://login.example.com/".into())),
                "a redirect to https://login",
                Some(oauth2::TOKEN_URL),
            ),
            (Refusal::TooLong(200), "larger than 1 MiB", Some(oauth2::TOKEN_URL)),
            (Refusal::Html(200), "a page for a browser", Some(oauth2::TOKEN_URL)),
            (Refusal::NotJson(200), "not a JSON object", Some(oauth2::TOKEN_URL)),
            (Refusal::NoToken, "without an access_token", Some(oauth2::TOKEN_URL)),
            (Refusal::TokenType(Some("mac".into())), "of the type \"mac\"", Some(oauth2::CLIENT_ID)),
            (Refusal::TokenType(None), "of another type", Some(oauth2::CLIENT_ID)),
            (Refusal::Status(401), "answered 401", Some(oauth2::CLIENT_SECRET)),
            (Refusal::Status(404), "answered 404", Some(oauth2::TOKEN_URL)),
            (Refusal::Status(503), "answered 503", None),
            (error("invalid_client"), "does not accept the client (400 invalid_client: no", Some(oauth2::CLIENT_SECRET)),
            (error("invalid_scope"), "the scope", Some(oauth2::SCOPE)),
            (error("unauthorized_client"), "by its credentials alone", None),
            (error("unsupported_grant_type"), "client_credentials", Some(oauth2::TOKEN_URL)),
            (error("invalid_target"), "audience", Some(oauth2::AUDIENCE)),
            (error("invalid_request"), "the token request", Some(oauth2::SCOPE)),
            (error("\u{202e}x"), "refused to issue one", None),
        ] {
            let found = of_cause(&to(), None, &Cause::Token(TokenCause::Refused(refusal, None)));
            assert!(found.why.contains(why) && found.why.ends_with('.'), "{found:?}");
            assert!(found.why.starts_with("There is no token for the request: "), "{found:?}");
            assert!(!found.why.contains(['\u{1b}', '\u{202e}']), "{found:?}");
            assert_eq!(found.fix.field(), field, "{found:?}");
        }
    }
}
