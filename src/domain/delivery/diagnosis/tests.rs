use super::*;
use crate::domain::auth::AuthType;
use crate::domain::auth::{self, api_key, basic, bearer, default, hmac, oauth2};
use crate::domain::delivery::{DialResult, Outcome, ProxyRefusal, ProxyUsed, SentRequest, Timings, TlsCause, TlsInfo, Tried};
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::header::HeaderList;
use crate::domain::secret::Secret;

fn to(auth_type: AuthType) -> Settings {
    let secret = || Secret::new("0123456789abcdef-3f2a");
    let draft = Draft::new(auth_type)
        .with(field::URL, "https://hooks.example.com/in?a=1")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, secret())
        .with(basic::USERNAME, "me")
        .with(basic::PASSWORD, secret())
        .with(bearer::TOKEN, secret())
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
        .with(oauth2::CLIENT_ID, "client")
        .with(oauth2::CLIENT_SECRET, secret())
        .with(api_key::KEY, "X-Api-Key")
        .with(api_key::VALUE, secret())
        .with(api_key::ADD_TO, api_key::HEADER.name);
    draft.check().unwrap().settings
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Response {
    Response {
        status,
        reason: String::new(),
        headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        body: Vec::new(),
        truncated: false,
        cut: None,
    }
}

fn said(auth_type: AuthType, status: u16, headers: &[(&str, &str)]) -> Diagnosis {
    of_response(&to(auth_type), &[], &answer(status, headers), at("2026-11-23T09:12:00Z"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_status_has_words() {
    for auth_type in auth::ALL {
        for status in 100..=999 {
            let diagnosis = said(auth_type, status, &[]);
            assert!(diagnosis.why.ends_with('.'), "{status}: {}", diagnosis.why);
            assert_eq!(diagnosis.fix.text.is_empty(), (200..300).contains(&status), "{status}");
        }
    }
}

#[test]
fn a_registered_secret_that_looks_mangled_is_named_as_a_candidate() {
    let quoted = Draft::of(&to(bearer::SPEC)).with(bearer::TOKEN, "'0123456789abcdef-3f2a'").check().unwrap().settings;
    for status in [401, 403] {
        let fix = of_response(&quoted, &[], &answer(status, &[]), at("2026-11-23T09:12:00Z")).fix;
        assert!(fix.text.ends_with(" The registered token is in quotation marks: check whether that is meant."), "{}", fix.text);
        assert_eq!(fix.field(), Some(bearer::TOKEN));
        assert!(!fix.text.contains("0123456789abcdef"));
    }
}

#[test]
fn credentials_refused() {
    let fix = |auth_type| said(auth_type, 401, &[]).fix.text;
    assert_eq!(said(hmac::SPEC, 401, &[]).why, "The endpoint refused the credentials.");
    assert_eq!(fix(hmac::SPEC), "Compare the signing secret (ends 3f2a) and the format (hex) with the receiver's.");
    assert_eq!(fix(basic::SPEC), "Compare the username \"me\" and the password with the receiver's.");
    assert_eq!(fix(bearer::SPEC), "Compare the token (ends 3f2a) with the receiver's.");
    assert_eq!(fix(api_key::SPEC), "Compare the value of X-Api-Key (ends 3f2a) and its place (a header) with the receiver's.");
    let none = said(default::SPEC, 401, &[("www-authenticate", "Bearer realm=\"x\"")]);
    assert!(none.why.contains("sends none") && none.why.contains("Bearer realm"), "{none:?}");
    let token = said(oauth2::SPEC, 401, &[]);
    assert_eq!(token.why, "The endpoint refused the access token, and another one, too.");
    assert!(token.fix.text.starts_with("Compare the scope and the audience") && token.fix.field() == Some(oauth2::SCOPE));
    for auth_type in auth::ALL {
        let has_hint = ![default::SPEC, basic::SPEC, oauth2::SPEC].contains(&auth_type);
        assert_eq!(said(auth_type, 403, &[]).fix.text.contains("3f2a"), has_hint);
    }
}

#[test]
fn redirects_show_where_they_lead() {
    for status in [301, 302, 303, 307, 308] {
        let same = said(default::SPEC, status, &[("location", "/in/")]);
        assert!(same.why.contains("redirects to /in/") && same.why.contains("redirect not followed"), "{same:?}");
        assert!(same.fix.text.contains("https://hooks.example.com/in/"), "{same:?}");
        let other = said(default::SPEC, status, &[("location", "https://evil.example.net/x")]);
        assert!(other.fix.text.contains("another host, evil.example.net"), "{other:?}");
        assert!(
            said(default::SPEC, status, &[("location", "http://hooks.example.com/in")]).fix.text.contains("not be encrypted")
        );
        assert!(said(default::SPEC, status, &[]).why.contains("redirect not followed"));
    }
    let nasty = said(default::SPEC, 302, &[("location", "/\u{202e}\u{9b}31m")]);
    assert!(!format!("{}{}", nasty.why, nasty.fix.text).chars().any(crate::domain::text::is_unsafe), "{nasty:?}");
    let target = |status, location: &str| {
        redirect_target(&to(default::SPEC), &answer(status, &[("location", location)])).map(|url| url.expose().to_owned())
    };
    assert_eq!(target(308, "/in/").as_deref(), Some("https://hooks.example.com/in/"));
    assert_eq!(target(302, "//other.example.net/x").as_deref(), Some("https://other.example.net/x"));
    for location in
        ["http://hooks.example.com/in", "https://me:pw@h.example/", "https://169.254.169.254/", "/in?a=1", "/?k=••••••••", "#x"]
    {
        assert_eq!(target(302, location), None, "{location}");
    }
    assert_eq!(target(304, "/in/"), None);
    let with_user = said(default::SPEC, 302, &[("location", "https://me:pw@hooks.example.com/")]);
    assert!(with_user.fix.text.contains("contains a user name"), "{with_user:?}");
    let masked = said(api_key::SPEC, 302, &[("location", "/in?key=••••••••")]);
    assert!(masked.fix.text.contains("contains the secret"), "{masked:?}");
}

#[test]
fn retry_after_is_shown() {
    let why = |status| said(default::SPEC, status, &[("retry-after", "5")]).why;
    assert!(why(429).ends_with("It asks to wait 5 s.") && why(503).ends_with("It asks to wait 5 s."));
    assert!(!why(500).contains("wait"));
    assert!(!said(default::SPEC, 429, &[]).why.contains("Retry-After"));
}

#[test]
fn a_private_address_of_a_name_is_mentioned() {
    let addresses = [([10, 1, 2, 3], 443).into()];
    let said = of_failure(&to(default::SPEC), Some(Phase::Connect), &Cause::TimedOut(15), &addresses);
    assert!(said.why.ends_with("hooks.example.com is 10.1.2.3, which only its own network can reach."), "{said:?}");
    let said = of_failure(&to(default::SPEC), Some(Phase::Wait), &Cause::TimedOut(15), &addresses);
    assert!(!said.why.contains("10.1.2.3"));
}

#[test]
fn names_dates_and_addresses_are_shown() {
    let why = |cause: &Cause| of_cause(&to(default::SPEC), Some(Phase::Tls), cause).why;
    let expired = why(&Cause::Tls(TlsCause::Expired(Some(at("2026-01-01T10:00:00Z")), at("2026-02-01T00:00:00Z"))));
    assert!(expired.contains("2026-01-01 10:00 UTC") && expired.contains("2026-02-01 00:00 UTC"), "{expired}");
    assert!(why(&Cause::ConnectionRefused(None)).contains("hooks.example.com:443"));
    assert!(
        why(&Cause::Tls(TlsCause::WrongName(vec!["a.example".into(), "b.example".into()])))
            .contains("for a.example, b.example, not for")
    );
    let fix = of_cause(&to(default::SPEC), None, &Cause::Tls(TlsCause::NoCaStore(String::new()))).fix.text;
    assert!(fix.contains("ca-certificates") && fix.contains("SSL_CERT_FILE"));
}

#[test]
fn a_certificate_that_ends_soon_is_a_notice() {
    let attempt = |not_after: &str| Attempt {
        started_at: at("2026-11-24T12:00:00Z"),
        outcome: Outcome::Delivered,
        phase: None,
        duration_ms: 1.0,
        timings: Timings::default(),
        addresses: Vec::new(),
        connected: None,
        tried: Vec::new(),
        proxy: None,
        tls: Some(TlsInfo { not_after: Some(at(not_after)), ..TlsInfo::default() }),
        request: SentRequest { method: "POST".into(), url: String::new(), headers: HeaderList::new(), body: Vec::new() },
        response: None,
        ca_sha256: None,
        cause: None,
        recorded_reason: None,
        diagnosis: Diagnosis::default(),
    };
    assert_eq!(
        notices(&attempt("2026-12-01T12:00:00Z")).iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["The endpoint's certificate expires in 7 days, at 2026-12-01 12:00 UTC."]
    );
    assert_eq!(notices(&attempt("2026-11-24T13:00:00Z")).len(), 1);
    assert!(notices(&attempt("2026-12-09T12:00:00Z")).is_empty());
    let of = |begin: &str, end: &str| {
        let mut attempt = attempt(end);
        attempt.tls.as_mut().unwrap().not_before = Some(at(begin));
        notices(&attempt).len()
    };
    // Of a year, of 90 days, of six days.
    assert_eq!([of("2025-12-23T12:00:00Z", "2026-12-23T12:00:00Z"), of("2026-09-24T12:00:00Z", "2026-12-23T12:00:00Z")], [1, 0]);
    assert_eq!([of("2026-11-22T12:00:00Z", "2026-11-28T12:00:00Z"), of("2026-11-20T12:00:00Z", "2026-11-26T12:00:00Z")], [0, 1]);
    let mut again = attempt("2026-12-01T12:00:00Z");
    again.tls.as_mut().unwrap().end_noticed = true;
    assert!(notices(&again).is_empty());
    assert!(notices(&attempt("2026-11-24T11:00:00Z")).is_empty());
}

#[test]
fn c03_every_status_of_a_proxy_has_words_and_a_fix() {
    let refused = |status, change: fn(&mut ProxyRefusal)| {
        let mut refusal = ProxyRefusal { status, ..ProxyRefusal::default() };
        change(&mut refusal);
        of_cause(&to(default::SPEC), Some(Phase::Connect), &Cause::ProxyRefused(refusal))
    };
    for status in (100..=199).chain(300..=999) {
        let said = refused(status, |_| {});
        assert!(said.why.contains(&format!("proxy answered {status} and did not connect to hooks.example.com:443")), "{said:?}");
        assert!(said.why.ends_with('.') && said.fix.text.ends_with('.'), "{said:?}");
    }
    for (status, why, fix) in [
        (403, "policy", "administrator of the proxy to allow connections to hooks.example.com:443"),
        (407, "requires a user name and a password", "USER:PASSWORD@"),
        (404, "no proxy", "CONNECT"),
        (405, "no proxy", "CONNECT"),
        (302, "redirects", "browser"),
        (502, "could not connect to the endpoint", "running"),
        (503, "could not connect to the endpoint", "running"),
        (504, "no answer from the endpoint", "running"),
        (511, "login", "browser"),
        (200, "not an answer", "proxy that allows CONNECT"),
    ] {
        let said = refused(status, |_| {});
        assert!(said.why.contains(why) && said.fix.text.contains(fix), "{status}: {said:?}");
    }
    let wrong = refused(407, |it| it.credentials = true);
    assert!(
        wrong.why.contains("does not accept the user name and the password") && wrong.fix.text.contains("Correct"),
        "{wrong:?}"
    );
    for credentials in [false, true] {
        let mut ntlm = ProxyRefusal { status: 407, challenge: Some("NTLM".into()), credentials, ..ProxyRefusal::default() };
        let said = of_cause(&to(default::SPEC), None, &Cause::ProxyRefused(ntlm.clone()));
        assert!(said.why.contains("NTLM") && said.why.contains("Basic"), "{said:?}");
        ntlm.challenge = Some("Negotiate, Basic realm=\"x\"".into());
        let said = of_cause(&to(default::SPEC), None, &Cause::ProxyRefused(ntlm));
        assert!(!said.why.contains("Negotiate"), "{said:?}");
    }
    let page = refused(403, |it| it.page = "Blocked\u{1b}[2J by IT.".into());
    assert!(page.why.ends_with("It says: \"Blocked\\x1b[2J by IT.\"."), "{page:?}");
    let login = refused(302, |it| it.location = Some("http://login.test/\u{202e}".into()));
    assert!(login.why.contains("http://login.test/\\u{202e}"), "{login:?}");
}

#[test]
fn c01_the_addresses_that_were_tried_are_named() {
    let tried = |last, result| Tried { address: ([192, 0, 2, last], 443).into(), result, ms: 1.0 };
    let said = |cause: &Cause, phase, tried: &[Tried]| {
        let mut said = of_cause(&to(default::SPEC), Some(phase), cause);
        add_network(&mut said, Some(phase), cause, tried, None);
        said.why
    };
    let two = [tried(1, DialResult::NoAnswer), tried(2, DialResult::Failed("No route to host".into()))];
    let why = said(&Cause::TimedOut(15), Phase::Connect, &two);
    assert!(why.ends_with(" It tried 192.0.2.1:443 (no answer) and 192.0.2.2:443 (No route to host)."), "{why}");
    let one = [tried(1, DialResult::Refused)];
    let why = said(&Cause::ConnectionRefused(Some(one[0].address)), Phase::Connect, &one);
    assert_eq!(why.matches("192.0.2.1").count(), 1, "{why}");
    // What connected failed later.
    let why = said(&Cause::TimedOut(15), Phase::Tls, &[tried(1, DialResult::GivenUp), tried(2, DialResult::Connected)]);
    assert!(!why.contains("192.0.2"), "{why}");
    let many: Vec<_> = (1..=20).map(|last| tried(last, DialResult::NoAnswer)).collect();
    assert!(said(&Cause::TimedOut(15), Phase::Connect, &many).ends_with("and 12 more."));
}

#[test]
fn c04_entries_that_are_not_understood_are_a_notice() {
    let proxy = |not_understood: &[&str]| ProxyUsed {
        not_understood: not_understood.iter().map(|&text| text.to_owned()).collect(),
        ..ProxyUsed::default()
    };
    assert_eq!(network::notice(&proxy(&[])), None);
    assert_eq!(network::notice(&proxy(&["a*b"])).unwrap(), "NO_PROXY has an entry that is not understood: \"a*b\".");
    assert_eq!(
        network::notice(&proxy(&["a*b", "c/d"])).unwrap(),
        "NO_PROXY has entries that are not understood: \"a*b\", \"c/d\"."
    );
}

/// The diagnosis of an answer with a text, to an event.
fn spoken(auth_type: AuthType, status: u16, reason: &str, body: &str, sent: &str) -> Diagnosis {
    let response = Response { reason: reason.into(), body: body.into(), ..answer(status, &[]) };
    of_response(&to(auth_type), sent.as_bytes(), &response, at("2026-11-23T09:12:00Z"))
}

#[test]
fn c14_an_answer_that_speaks_of_a_client_certificate_names_mutual_tls() {
    let said = |status, reason: &str, body: &str| spoken(hmac::SPEC, status, reason, body, "{}");
    for (status, reason, body, what) in [
        (400, "Bad Request", "<html><h1>400 Bad Request</h1><center>No required SSL certificate was sent</center>", "requires"),
        (400, "Bad Request", "<title>400 The SSL certificate error</title>", "not accepted"),
        (403, "SSL client certificate required", "", "requires"),
        (403, "Forbidden", "<h2>403.7 - Forbidden: SSL client certificate is required.</h2>", "requires"),
        (403, "Forbidden", "Your client certificate has expired or is not yet valid.", "expired"),
        (403, "Forbidden", "Your client certificate is untrusted or invalid.", "not accepted"),
        (401, "Unauthorized", "{\"message\":\"No required TLS certificate was sent\"}", "requires"),
        (401, "Unauthorized", "{\"message\":\"TLS certificate failed verification\"}", "not accepted"),
        (400, "", "client_cert_not_provided", "requires"),
        (503, "", "TLS_error:|268436502:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED", "requires"),
        (401, "", "{\"client_certificate_required\": true}", "requires"),
    ] {
        let said = said(status, reason, body);
        let named = said.why.contains("mutual TLS") && said.why.contains(what) && said.fix.text.contains("client certificate");
        assert!(named, "{status} {body}: {said:?}");
    }
    let nginx = said(400, "Bad Request", "<center>No required SSL certificate was sent</center>");
    assert!(nginx.why.ends_with(": \"No required SSL certificate was sent\"."), "{nginx:?}");
    assert!(said(495, "", "").why.contains("status 495 is nginx's") && said(496, "", "").why.contains("status 496 is nginx's"));
    assert_ne!(said(495, "", "").fix, said(496, "", "").fix);
    for (status, body) in [
        (403, "Forbidden"),
        (400, "certificate of origin missing"),
        (400, ""),
        (200, "missing client certificate"),
        (400, "this is no invalid client certificate"),
        (400, "The client certificate is not required"),
        (400, "If a client certificate is required, ask us."),
        (400, "{\"client_certificate_required\": false}"),
        (400, "uninvalid client certificates"),
    ] {
        assert!(!said(status, "", body).why.contains("mutual TLS"), "{status} {body}");
    }
    // With one set it is another mistake.
    let files = Draft::of(&to(hmac::SPEC)).with(field::CLIENT_CERT, "/c.pem").with(field::CLIENT_KEY, "/k.pem");
    let with = files.check().unwrap().settings;
    for (status, own, other) in [(495, "trusts the CA", "has no client"), (496, "is set", "Set the client")] {
        let own_fix = of_response(&with, &[], &answer(status, &[]), at("2026-11-23T09:12:00Z")).fix;
        let other_fix = said(status, "", "").fix;
        assert!(own_fix.text.contains(own) && other_fix.text.contains(other), "{own_fix} {other_fix}");
        assert_eq!((own_fix.field(), other_fix.field()), (Some(field::CLIENT_CERT), Some(field::CLIENT_CERT)));
    }
    let echo = "{\"text\":\"missing client certificate\"}";
    assert!(!spoken(hmac::SPEC, 400, "", &format!("bad event: {echo}"), echo).why.contains("mutual TLS"));
}

#[test]
fn c12_an_answer_that_speaks_of_the_signature_is_quoted_whatever_its_status() {
    let stripe = "<pre>Error: No signatures found matching the expected signature for payload. Are you passing the raw request \
                  body?<br> at Webhook.verify</pre>";
    for status in [200, 400, 401, 403, 404, 422, 500, 502] {
        let said = spoken(hmac::SPEC, status, "", stripe, "{}");
        assert!(
            said.why.contains("speaks of the signature: \"") && said.why.contains("No signatures found"),
            "{status}: {said:?}"
        );
        assert!(said.fix.text.contains("ends 3f2a") && said.fix.text.contains("raw body"), "{said:?}");
    }
    for (body, what) in [
        ("{\"error\":\"signature does not match event payload and secret\"}", "the signature"),
        ("{\"error\":\"invalid_signature\"}", "the signature"),
        ("WebhookVerificationError: No matching signature found", "the signature"),
        ("{\"code\":\"SignatureDoesNotMatch\"}", "the signature"),
        ("Timestamp outside the tolerance zone (1690000000)", "the time"),
        ("Message timestamp too old", "the time"),
        ("Missing required headers", "missing"),
        ("{\"message\":\"Missing Authentication Token\"}", "missing"),
        ("{\"detail\":\"Authentication credentials were not provided.\"}", "missing"),
        ("{\"message\":\"No API key found in request\"}", "missing"),
        ("Expected payload to be of type string or Buffer.", "the raw body"),
        ("TypeError: The &quot;data&quot; argument must be of type string or an instance of Buffer.", "the raw body"),
        ("JsonWebTokenError: jwt malformed", "the credentials"),
        ("TokenExpiredError: jwt expired", "an expiry"),
        ("Bad credentials", "the credentials"),
        ("You do not have permission to perform this action.", "a permission"),
        ("<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>", "a CSRF check"),
        ("Can&#39;t verify CSRF token authenticity.", "a CSRF check"),
        ("Unauthorized", "an authorization"),
    ] {
        for auth_type in [hmac::SPEC, bearer::SPEC, basic::SPEC, api_key::SPEC] {
            let said = spoken(auth_type, 500, "", body, "{}");
            assert!(said.why.contains(&format!("speaks of {what}")), "{body}: {said:?}");
            assert!(!said.fix.text.is_empty());
        }
    }
    let challenge =
        answer(401, &[("www-authenticate", "Bearer error=\"invalid_token\", error_description=\"The token expired\"")]);
    let said = of_response(&to(bearer::SPEC), &[], &challenge, at("2026-11-23T09:12:00Z"));
    assert!(said.why.contains("speaks of an expiry: \"The token expired\""), "{said:?}");
}

#[test]
fn c12_other_words_are_not_taken_for_a_reason() {
    for body in [
        "signature ok",
        "token accepted",
        "no invalid signature",
        "the signature was not found to be a bad signature; design tokenizer",
        "the token is not expired",
        "{\"invalid_signature\":false,\"token_expired\":0}",
        "If the timestamp is too old, the request is refused.",
        "a design of tokenizers",
        "",
    ] {
        for status in [200, 400, 500] {
            let said = spoken(hmac::SPEC, status, "", body, "{}");
            assert!(!said.why.contains("speaks of"), "{body}: {said:?}");
        }
    }
    let sent = "{\"text\":\"invalid signature\"}";
    assert!(!spoken(hmac::SPEC, 500, "", &format!("cannot store {sent}"), sent).why.contains("speaks of"));
    assert!(!spoken(default::SPEC, 200, "", "invalid signature", "{}").why.contains("speaks of"));
    assert!(!spoken(hmac::SPEC, 401, "Unauthorized", "Unauthorized", "{}").why.contains("speaks of"));
}
