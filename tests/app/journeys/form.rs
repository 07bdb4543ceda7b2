//! The form: what was typed stays, what is wrong is said, what is secret is hidden.

use serde_json::{Value, json};

use crate::support::Home;
use crate::support::app::{AUTH_TYPES, App, Submit, Typed};
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

/// Each auth type with the texts that go into its fields.
const ALL: [Typed; 6] = [
    Typed::Default,
    Typed::Hmac { header_key: "X-Signature", secret: "a-signing-secret-of-28-chars", format: 1 },
    Typed::Basic { username: "operator", password: "a password of 28 characters!" },
    Typed::Bearer { pasted: "a-token-of-21-letters" },
    Typed::ApiKey { key: "X-Api-Key", value: "a-value-of-21-letters", in_query: false },
    Typed::OAuth2 { token_url: "https://auth.example.com/token", client_id: "me", client_secret: "a-client-secret-of-27-chars" },
];

/// What is seen once the last of each is there.
const LAST_SEEN: [&str; 6] = ["the default headers alone", "28 chars", "28 chars", "21 chars", "21 chars", "27 chars"];

/// What the form shows of them.
fn shown(app: &App, typed: &Typed) -> Vec<(&'static str, String)> {
    let labels: &[&str] = match typed {
        Typed::Default => &[],
        Typed::Hmac { .. } => &["Header key", "Signing secret", "Format"],
        Typed::Basic { .. } => &["Username", "Password"],
        Typed::Bearer { .. } => &["Token"],
        Typed::ApiKey { .. } => &["Add to", "Key (header name)", "Value (the secret)"],
        Typed::OAuth2 { .. } => &["Token URL", "Client ID", "Client secret"],
    };
    labels.iter().map(|&label| (label, app.value_of(label))).collect()
}

/// Back from the last field to the auth type.
fn fields_of(typed: &Typed) -> usize {
    match typed {
        Typed::Default => 0,
        Typed::Bearer { .. } => 1,
        Typed::Basic { .. } => 2,
        Typed::Hmac { .. } => 4,
        Typed::ApiKey { .. } | Typed::OAuth2 { .. } => 3,
    }
}

#[test]
fn what_was_typed_is_there_after_a_walk_through_all_auth_types_and_only_the_chosen_is_saved() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_bearer("a-token-of-21-letters"));
    let mut app = App::open_trusting(&home, &receiver);
    app.open_form();
    app.type_text(&receiver.url);
    app.key(Key::Enter);
    app.wait_for("> (•) Default");
    let mut before = Vec::new();
    for (at, typed) in ALL.iter().enumerate() {
        app.choose_auth(usize::from(at > 0));
        app.wait_for(&format!("> (•) {}", AUTH_TYPES[at]));
        app.type_fields(typed);
        app.wait_for(LAST_SEEN[at]);
        app.times(fields_of(typed), Key::BackTab);
        app.wait_for(&format!("> (•) {}", AUTH_TYPES[at]));
        before.push(shown(&app, typed));
    }
    let contents: Vec<&str> = before.iter().flatten().map(|(_, text)| text.as_str()).collect();
    for part in ["X-Signature", "28 chars", "‹ base64 ›", "operator", "21 chars", "X-Api-Key"] {
        assert!(contents.iter().any(|text| text.contains(part)), "{part} in {contents:?}");
    }
    assert!(!app.screen_text().contains("a-value"), "a secret is shown");
    for at in (0..ALL.len()).rev() {
        app.wait_for(&format!("> (•) {}", AUTH_TYPES[at]));
        assert_eq!(shown(&app, &ALL[at]), before[at]);
        if at > 0 {
            app.press(&[Key::Up, Key::Char(' ')]);
        }
    }
    for at in 0..ALL.len() {
        app.wait_for(&format!("> (•) {}", AUTH_TYPES[at]));
        assert_eq!(shown(&app, &ALL[at]), before[at]);
        if at + 1 < ALL.len() {
            app.press(&[Key::Down, Key::Char(' ')]);
        }
    }
    app.press(&[Key::Up, Key::Up, Key::Char(' ')]);
    app.wait_for("> (•) Bearer Token");
    assert_eq!(app.value_of("URL"), receiver.url);
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    app.send_test();
    assert_eq!(receiver.requests()[0].verdict, Ok(()));
    app.quit();

    let text = std::fs::read_to_string(home.state_file()).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["destination"]["auth"], json!({ "type": "bearer" }));
    assert_eq!(file["destination"]["sealed"].as_object().unwrap().keys().collect::<Vec<_>>(), ["auth.token"]);
    for unused in ["X-Signature", "operator", "X-Api-Key", "base64"] {
        assert!(!text.contains(unused), "{unused} in {text}");
    }
}

#[test]
fn all_errors_are_reported_at_once_and_nothing_typed_is_lost() {
    let home = Home::new();
    // High enough for all of it.
    let mut app = App::start(home.pty(&[]).size(40, 80));
    app.open_form();
    let typed = Typed::Hmac { header_key: "content-type", secret: "!not base64!", format: 4 };
    app.fill_in("http://hooks.example.com/in", &typed);
    app.submit(Submit::Button);
    app.wait_for("Must start with https://");
    app.wait_for("> URL");
    let screen = app.screen_text();
    // Under each of the three fields.
    assert_eq!(screen.matches("✗ ").count(), 3, "{screen}");
    assert!(screen.contains("reserved") && screen.contains("base64"), "{screen}");
    for (label, text) in [("URL", "http://hooks.example.com/in"), ("Header key", "content-type"), ("Signing secret", "12 chars")]
    {
        assert!(app.value_of(label).contains(text), "{label}: {}", app.value_of(label));
    }
    assert!(!home.config_dir().exists(), "something was saved");
    // Fixed one by one: the error disappears with the first change, and the next one gets the focus.
    app.press(&[Key::Home, Key::Right, Key::Right, Key::Right, Key::Right]);
    app.type_text("s");
    app.gone("Must start with https://");
    app.submit(Submit::Key);
    app.wait_for("> Header key");
    app.key(Key::Ctrl('u'));
    app.type_text("X-Signature");
    app.submit(Submit::Key);
    app.wait_for("> Signing secret");
    app.key(Key::Ctrl('u'));
    app.type_text("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    app.submit(Submit::Key);
    app.wait_for("Registered. Press t");
    app.quit();
    let file: Value = serde_json::from_slice(&std::fs::read(home.state_file()).unwrap()).unwrap();
    assert_eq!(file["destination"]["url"], "https://hooks.example.com/in");
}

#[test]
fn ctrl_g_makes_a_secret_that_can_be_read_and_ctrl_r_hides_it() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.fill_in("https://hooks.example.com/in", &Typed::Hmac { header_key: "X-Signature", secret: "typed before", format: 0 });
    app.wait_for("> Signing secret");
    app.key(Key::Ctrl('g'));
    app.wait_for("whsec_");
    app.wait_for("new secret: ^Y copies it");
    let first = app.value_of("Signing secret");
    let secret = first.strip_prefix("whsec_").expect("the prefix of a signing secret");
    // 32 bytes in base64.
    assert!(secret.len() == 44 && secret.ends_with('='), "{first}");
    app.key(Key::Ctrl('r'));
    app.gone("whsec_");
    assert!(app.value_of("Signing secret").ends_with("50 chars"));
    app.key(Key::Ctrl('r'));
    app.wait_for(&first);
    app.key(Key::Ctrl('g'));
    app.gone(&first);
    let second = app.value_of("Signing secret");
    assert!(second.starts_with("whsec_") && second != first);
    // Who leaves the field hides it.
    app.key(Key::Tab);
    app.gone("whsec_");
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    app.wait_for(&second[second.len() - 4..]);
    assert!(!app.screen_text().contains("whsec_"));
    app.quit();
}

#[test]
fn a_generated_secret_is_what_is_signed_with() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.press(&[Key::Enter, Key::Down, Key::Enter, Key::Enter, Key::Enter]);
    app.type_text("X-Signature");
    app.key(Key::Ctrl('g'));
    app.wait_for("whsec_");
    let secret = app.value_of("Signing secret");
    // The receiver gets the secret, as if the user had copied it there.
    let receiver = Receiver::start(check::expect_hmac("standard", "X-Signature", &secret));
    app.press(&[Key::BackTab, Key::BackTab, Key::Right, Key::Right, Key::Right, Key::Right]);
    app.wait_for("‹ Standard Webhooks ›");
    app.times(3, Key::BackTab);
    app.wait_for("> URL");
    app.type_text(&receiver.url);
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    app.quit();
    let mut app = App::open_trusting(&home, &receiver);
    app.wait_for("> [ Send test ]");
    app.send_test();
    assert_eq!(receiver.requests()[0].verdict, Ok(()));
    app.quit();
}

#[test]
fn c21_in_the_app_a_pasted_credential_is_hidden_until_it_is_asked_for() {
    const URL: &str = "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX";
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.paste(URL);
    app.wait_for("a part of it is a credential");
    assert!(!String::from_utf8_lossy(&app.raw()).contains("XXXX"));
    app.key(Key::Ctrl('r'));
    app.wait_for("^R hides it");
    app.wait_for("XXXXXXXX");
    app.key(Key::Ctrl('r'));
    app.wait_for("^R shows it");
    app.gone("XXXX");
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered.");
    app.wait_for("/services/T000/B000/••••••••");
    // Edited without the URL.
    app.type_text("e");
    app.wait_for("The dots are kept");
    app.press(&[Key::Enter, Key::Down, Key::Down, Key::Down, Key::Enter]);
    app.type_text("a-token-of-21-letters");
    app.key(Key::Ctrl('o'));
    app.wait_for("Saved.");
    app.quit();
    let shown = home.waypost(&["show", "--json"]).exits(0).json();
    assert_eq!(shown["destination"]["url"], "https://hooks.slack.com/services/T000/B000/••••••••");
    assert_eq!(shown["destination"]["auth"]["type"], "bearer");
    assert!(home.waypost(&["curl", "--reveal"]).exits(0).stdout.contains(URL));
}

#[test]
fn c21_in_the_app_a_url_that_cannot_be_opened_is_entered_again() {
    const URL: &str = "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX";
    let home = Home::new();
    home.waypost(&["register", "--url", URL, "--auth", "default"]).exits(0);
    std::fs::write(home.state_dir().join("key"), [7; 32]).unwrap();
    let mut app = App::open(&home);
    app.wait_for("Enter the URL again.");
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.paste(URL);
    app.key(Key::Ctrl('o'));
    app.wait_for("Saved.");
    app.quit();
    assert!(home.waypost(&["curl", "--reveal"]).exits(0).stdout.contains(URL));
}
