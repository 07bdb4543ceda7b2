//! From nothing to a proven destination, for every auth type.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::Home;
use crate::support::app::{App, DOTS, Submit, Typed};
use crate::support::check::{self, Check};
use crate::support::pty::Key;
use crate::support::receiver::{Answer, RawRequest, Receiver};

/// One way through the app.
struct Journey<'a> {
    typed: Typed<'a>,
    submit: Submit,
    /// Appended to the receiver's URL.
    query: &'a str,
    check: Check,
    /// The secret, in every form that may not be seen; what is sent of it comes last.
    secret: &'a [&'a str],
    /// The names of the sealed secrets in the state file.
    sealed: &'static [&'static str],
    /// `auth` of the state file.
    saved: Value,
}

impl Journey<'_> {
    #[track_caller]
    fn go(&self) {
        let home = Home::new();
        let receiver = Receiver::start(self.check.clone());
        let url = format!("{}{}", receiver.url, self.query);
        let mut app = App::open_trusting(&home, &receiver);
        app.wait_for("No destination is registered.");
        app.open_form();
        app.fill_in(&url, &self.typed);
        app.submit(self.submit);
        let previewed = if matches!(self.submit, Submit::ButtonAndTest) {
            None
        } else {
            app.wait_for("Registered. Press t to send a test delivery.");
            app.gone("[ Register ]");
            app.wait_for("> [ Send test ]   [ Edit ]   [ Probe ]");
            app.open_test();
            let previewed = app.shown_request();
            app.key(Key::Enter);
            Some(previewed)
        };
        app.wait_for("[ Send again ]");
        let screen = app.screen_text();
        assert!(screen.contains("✓ 200") && screen.contains("\"ok\": true"), "{screen}");

        let came = receiver.requests();
        assert_eq!(came.len(), 1);
        assert_eq!(came[0].verdict, Ok(()));
        let came = &came[0];
        let body = std::str::from_utf8(&came.body).unwrap();
        if let Some(previewed) = previewed {
            assert_eq!(previewed.body, body);
            assert_eq!(previewed.line, self.masked(&format!("POST {url_sent} HTTP/1.1", url_sent = url_sent(&url, came))));
        }
        self.the_request_tab_shows_what_came(&mut app, &url, came);

        app.key(Key::Esc);
        app.wait_for("> [ Send test ]");
        assert!(!app.screen_text().contains("[ Register ]"));
        app.wait_for("✓ 200");
        app.quit();
        self.the_file_is_right(&home, &url);
        self.the_secret_was_never_shown(&app);
    }

    /// But by `^R` in the Request tab: that shows the form that was sent.
    #[track_caller]
    fn the_secret_was_never_shown(&self, app: &App) {
        let hidden = match self.typed {
            Typed::Default => &[],
            Typed::Hmac { .. } => self.secret,
            _ => &self.secret[..self.secret.len() - 1],
        };
        let written = String::from_utf8_lossy(&app.raw()).into_owned();
        for part in hidden {
            assert!(!written.contains(part), "{part:?} was on the screen");
        }
    }

    fn masked(&self, text: &str) -> String {
        self.secret.last().map_or_else(|| text.to_owned(), |secret| text.replace(secret, DOTS))
    }

    #[track_caller]
    fn the_request_tab_shows_what_came(&self, app: &mut App, url: &str, came: &RawRequest) {
        app.show_request_tab();
        let shown = app.shown_request();
        let line = format!("POST {} HTTP/1.1", url_sent(url, came));
        assert_eq!(shown.line, self.masked(&line));
        let masked: Vec<_> = came.headers.iter().map(|(name, value)| (name.clone(), self.masked(value))).collect();
        assert_eq!(shown.headers, masked);
        assert_eq!(shown.body.as_bytes(), came.body);
        // A signature is no secret, and nothing is hidden of it.
        if matches!(self.typed, Typed::Default | Typed::Hmac { .. }) {
            assert_eq!(shown.headers, came.headers);
            return;
        }
        app.wait_for(DOTS);
        app.key(Key::Ctrl('r'));
        app.gone(DOTS);
        let shown = app.shown_request();
        assert_eq!((shown.line, shown.headers), (line, came.headers.clone()));
        app.key(Key::Ctrl('r'));
        app.wait_for(DOTS);
    }

    #[track_caller]
    fn the_file_is_right(&self, home: &Home, url: &str) {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for dir in [home.config_dir(), home.state_dir()] {
            // The state directory is there as soon as a secret needs a key, or a delivery is recorded.
            if dir.exists() {
                assert_eq!(mode(&dir), 0o700, "{}", dir.display());
            }
        }
        for path in files(home.path()) {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            let bytes = std::fs::read(&path).unwrap();
            for secret in self.secret {
                for form in forms(secret) {
                    let found = bytes.windows(form.len()).any(|window| window.eq_ignore_ascii_case(form.as_bytes()));
                    assert!(!found, "{secret:?} as {form:?} in {}", path.display());
                }
            }
        }
        let mut file: Value = serde_json::from_slice(&std::fs::read(home.state_file()).unwrap()).unwrap();
        for time in ["created_at", "updated_at"] {
            let time = file["destination"].as_object_mut().unwrap().remove(time).unwrap();
            assert!(time.as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{time}");
        }
        let id = file["destination"].as_object_mut().unwrap().remove("id").unwrap();
        assert!(id.as_str().unwrap().starts_with("dst_"), "{id}");
        let sealed = file["destination"].as_object_mut().unwrap().remove("sealed").unwrap_or_else(|| json!({}));
        let sealed = sealed.as_object().unwrap();
        assert!(sealed.values().all(|sealed| sealed.as_str().unwrap().starts_with("v1:")), "{sealed:?}");
        assert_eq!(sealed.keys().collect::<Vec<_>>(), self.sealed);
        let expected = json!({"schema_version": 1, "generation": 1, "destination": {"url": url, "auth": self.saved}});
        assert_eq!(file, expected);
    }
}

/// The receiver's URL with the path and query that came.
fn url_sent(url: &str, came: &RawRequest) -> String {
    let origin = url.split_inclusive('/').take(3).collect::<String>();
    format!("{}{}", origin.trim_end_matches('/'), came.target())
}

/// A secret as it could be found in a file.
fn forms(secret: &str) -> Vec<String> {
    let base64 = check::base64(secret.as_bytes());
    vec![secret.to_owned(), base64.trim_end_matches('=').to_owned(), check::hex(secret.as_bytes())]
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn default() {
    Journey {
        typed: Typed::Default,
        submit: Submit::Button,
        query: "",
        check: check::expect_nothing(),
        secret: &[],
        saved: json!({"type": "default"}),
        sealed: &[],
    }
    .go();
}

fn hmac(format: &str, place: usize, secret: &str, submit: Submit) {
    Journey {
        typed: Typed::Hmac { header_key: "X-Signature", secret, format: place },
        submit,
        query: "?a=1&b=%20+",
        check: check::expect_hmac(format, "X-Signature", secret),
        secret: &[secret],
        saved: json!({"type": "hmac", "header_key": "X-Signature", "format": format}),
        sealed: &["auth.signing_secret"],
    }
    .go();
}

#[test]
fn hmac_hex() {
    hmac("hex", 0, "It's a Secret to Everybody", Submit::Key);
}

#[test]
fn hmac_base64() {
    hmac("base64", 1, "a secret with ünïcode", Submit::Button);
}

#[test]
fn hmac_sha256_hex() {
    hmac("sha256-hex", 2, "0123456789abcdef0123456789abcdef", Submit::ButtonAndTest);
}

#[test]
fn hmac_timestamped() {
    hmac("timestamped", 3, "whsec_no-base64-needed-here", Submit::Key);
}

#[test]
fn hmac_standard_webhooks() {
    hmac("standard", 4, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Submit::Key);
}

#[test]
fn hmac_standard_webhooks_with_its_own_header() {
    let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    Journey {
        typed: Typed::Hmac { header_key: "", secret, format: 4 },
        submit: Submit::Button,
        query: "",
        check: check::expect_hmac("standard", "webhook-signature", secret),
        secret: &[secret],
        saved: json!({"type": "hmac", "header_key": "webhook-signature", "format": "standard"}),
        sealed: &["auth.signing_secret"],
    }
    .go();
}

#[test]
fn basic_with_utf_8() {
    // RFC 7617 §2.1.
    let (username, password) = ("test", "123£");
    Journey {
        typed: Typed::Basic { username, password },
        submit: Submit::Button,
        query: "",
        check: check::expect_basic(username, password),
        secret: &[password, "dGVzdDoxMjPCow=="],
        saved: json!({"type": "basic", "username": username}),
        sealed: &["auth.password"],
    }
    .go();
}

#[test]
fn h15_in_the_app_a_paste_loses_its_prefix_and_newline() {
    Journey {
        typed: Typed::Bearer { pasted: "Bearer mF_9.B5f-4.1JqM\n" },
        submit: Submit::ButtonAndTest,
        query: "",
        check: check::expect_bearer("mF_9.B5f-4.1JqM"),
        secret: &["mF_9.B5f-4.1JqM"],
        saved: json!({"type": "bearer"}),
        sealed: &["auth.token"],
    }
    .go();
}

#[test]
fn api_key_in_a_header() {
    Journey {
        typed: Typed::ApiKey { key: "X-Api-Key", value: "k-7f3a 9+/=x", in_query: false },
        submit: Submit::Key,
        query: "?a=1&b=%20+",
        check: check::expect_api_key_header("X-Api-Key", "k-7f3a 9+/=x"),
        secret: &["k-7f3a 9+/=x"],
        saved: json!({"type": "api-key", "key": "X-Api-Key", "add_to": "header"}),
        sealed: &["auth.value"],
    }
    .go();
}

#[test]
fn api_key_in_a_query_that_has_parameters() {
    Journey {
        typed: Typed::ApiKey { key: "api key", value: "k-7f3a/ü+&", in_query: true },
        submit: Submit::ButtonAndTest,
        query: "?a=1&b=%20+",
        check: check::expect_api_key_query("api key", "k-7f3a/ü+&"),
        secret: &["k-7f3a/ü+&", "k-7f3a%2F%C3%BC%2B%26"],
        saved: json!({"type": "api-key", "key": "api key", "add_to": "query"}),
        sealed: &["auth.value"],
    }
    .go();
}

#[test]
fn what_the_query_had_stays_byte_for_byte() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_api_key_query("key", "value-of-it"));
    let mut app = App::open_trusting(&home, &receiver);
    let typed = Typed::ApiKey { key: "key", value: "value-of-it", in_query: true };
    app.register(&format!("{}?a=1&b=%20+", receiver.url), &typed);
    app.send_test();
    assert_eq!(receiver.requests()[0].target(), "/in?a=1&b=%20+&key=value-of-it");
    app.quit();
}

#[test]
fn h17_in_the_app_a_pasted_prefix_is_removed_with_a_notice() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.fill_in("https://hooks.example.com/in", &Typed::Bearer { pasted: "Bearer abc123abc\n" });
    app.wait_for("leading \"Bearer \"");
    app.wait_for("9 chars");
    // The newline of the paste did not send the form off.
    app.wait_for("> Token");
    app.key(Key::Ctrl('r'));
    app.wait_until(|screen| screen.contents().contains("abc123abc"));
    assert_eq!(app.value_of("Token"), "abc123abc");
    assert!(!home.state_file().exists());
}

#[test]
fn the_client_submissions_arrive_byte_for_byte() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_bearer("mF_9.B5f-4.1JqM"));
    // Wide enough for the longest line of them: where one is broken, spaces at the break cannot be seen.
    let terminal = home.pty(&[]).env("SSL_CERT_FILE", receiver.ca().to_str().unwrap()).size(30, 110);
    let mut app = App::start_wide(terminal, 110);
    app.register(&receiver.url, &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    app.open_test();
    // From Send back over the tabs to the event.
    app.press(&[Key::BackTab, Key::BackTab]);
    app.wait_for("> Event   ‹ ping ›");
    for (at, (label, file)) in [
        ("client-submission auto", "client-submission-auto.json"),
        ("client-submission homeowners", "client-submission-homeowners.json"),
    ]
    .into_iter()
    .enumerate()
    {
        app.key(Key::Right);
        app.wait_for(&format!("> Event   ‹ {label} ›"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/events").join(file);
        let mut expected = std::fs::read(path).unwrap();
        assert_eq!(expected.pop(), Some(b'\n'));
        assert_eq!(app.shown_request().body, String::from_utf8_lossy(&expected), "the preview of {label}");
        app.press(&[Key::Tab, Key::Tab, Key::Enter]);
        app.wait_for("[ Send again ]");
        let came = receiver.requests().remove(at);
        assert_eq!(came.verdict, Ok(()));
        assert_eq!(came.body, expected, "{label}");
        app.key(Key::BackTab);
        app.wait_for("> Event");
    }
    app.key(Key::Esc);
    app.wait_for("client-submission homeowners");
    app.quit();
}

#[test]
fn oauth2_fetches_a_token_and_esc_stops_it_meanwhile() {
    let stalls = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let stall = std::sync::Arc::clone(&stalls);
    let answers = vec![Answer::of_request(move |request| {
        let authorization = request.values("authorization").join(",");
        match request.target() {
            "/token" if stall.load(std::sync::atomic::Ordering::SeqCst) => Answer::Stall,
            "/token" => Answer::status(200).body("{\"access_token\":\"t0ken-of-21-letters-x\",\"expires_in\":\"60\"}"),
            _ if authorization == "Bearer t0ken-of-21-letters-x" => Answer::status(200).body("{}"),
            _ => Answer::status(401),
        }
    })];
    let receiver = Receiver::scripted(check::expect_nothing(), answers);
    let token_url = receiver.url.replace("/in", "/token");
    let home = Home::new();
    let mut app = App::open_trusting(&home, &receiver);
    app.wait_for("No destination is registered.");
    app.open_form();
    app.fill_in(
        &receiver.url,
        &Typed::OAuth2 { token_url: &token_url, client_id: "me", client_secret: "a-client-secret-of-27-chars" },
    );
    app.submit(Submit::Key);
    app.wait_for("Registered. Press t to send a test delivery.");
    app.open_test();
    app.wait_for("authorization: Bearer (fetched when sent)");
    app.key(Key::Enter);
    app.wait_for(" token");
    app.key(Key::Esc);
    app.wait_for("You stopped it while a token was fetched");
    stalls.store(false, std::sync::atomic::Ordering::SeqCst);
    app.type_text("r");
    app.wait_for("✓ 200");
    app.show_request_tab();
    app.wait_for(&format!("authorization: Bearer {DOTS}"));
    app.key(Key::Esc);
    app.quit();
    let written = String::from_utf8_lossy(&app.raw()).into_owned();
    assert!(!written.contains("a-client-secret") && !written.contains("t0ken-of"), "a secret was on the screen");
}
