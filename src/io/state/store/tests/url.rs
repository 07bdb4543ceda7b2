//! A URL of which a part is a credential.

use serde_json::json;

use super::*;
use crate::domain::auth::{self, default, oauth2};

const SLACK: &str = "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX";
const OTHER: &str = "https://hooks.slack.com/services/T000/B000/YYYYYYYYYYYYYYYYYYYYYYYY";
const MASKED: &str = "https://hooks.slack.com/services/T000/B000/••••••••";

fn at(url: &str, auth_type: AuthType) -> Draft {
    draft(auth_type).with(field::URL, url)
}

#[track_caller]
fn assert_locked(home: &Home) {
    let Loaded::Locked { draft, .. } = home.store().load().unwrap() else { panic!("{}", home.text()) };
    assert!(!format!("{draft:?}").contains("XXXX"), "{draft:?}");
}

#[test]
fn c21_the_whole_url_is_sealed_and_the_masked_one_is_in_the_file() {
    for auth_type in auth::ALL {
        let home = Home::new();
        home.put(&at(SLACK, auth_type));
        assert!(!home.text().contains("XXXX"), "{}", home.text());
        assert_eq!(home.json()["destination"]["url"], MASKED);
        assert!(home.json()["destination"]["sealed"]["url"].as_str().unwrap().starts_with("v1:"));
        assert_open(&home, &at(SLACK, auth_type), 1);
        assert!(!format!("{:?}", home.store().load().unwrap()).contains("XXXX"));
        // Another of the same looks is another destination, and another text.
        home.put(&at(OTHER, auth_type));
        assert_open(&home, &at(OTHER, auth_type), 2);
        // One without a credential is in the clear, and nothing of the sealed one is left.
        home.put(&draft(auth_type));
        assert_eq!(home.json()["destination"]["url"], "https://hooks.example.com/in?a=1");
        assert_eq!(home.json()["destination"]["sealed"]["url"], json!(null));
        assert_open(&home, &draft(auth_type), 3);
    }
}

/// A token URL and token parameters with a credential in them.
fn oauth2() -> Draft {
    draft(oauth2::SPEC)
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token?key=XXXX-hunter2")
        .with(oauth2::TOKEN_PARAMS, "resource=api&password=XXXX-hunter3")
}

#[test]
fn what_is_a_credential_among_the_fields_of_an_auth_type_is_sealed_as_well() {
    for url in ["https://hooks.example.com/in", SLACK] {
        let home = Home::new();
        let draft = oauth2().with(field::URL, url);
        home.put(&draft);
        let json = home.json();
        assert!(!home.text().contains("XXXX"), "{}", home.text());
        assert_eq!(json["destination"]["auth"]["token_url"], "https://auth.example.com/token?key=••••••••");
        assert_eq!(json["destination"]["auth"]["token_params"], "resource=api&password=••••••••");
        assert_open(&home, &draft, 1);
        for change in [
            (|json| json["destination"]["auth"]["token_url"] = json!("https://evil.example/token?key=••••••••"))
                as fn(&mut Value),
            |json| json["destination"]["auth"]["token_url"] = json!("https://evil.example/token"),
            |json| json["destination"]["url"] = json!("https://evil.example/in"),
            |json| json["destination"]["sealed"]["auth.token_url"] = json!(null),
            |json| json["destination"]["sealed"]["auth.token_url"] = json["destination"]["sealed"]["auth.token_params"].clone(),
            |json| json["destination"]["tls"] = json!({ "ca_cert": "/tmp/evil.pem" }),
        ] {
            home.put_anew(&draft);
            home.edit_by_hand(change);
            assert_locked(&home);
        }
        // In the clear, nothing of the sealed ones is left.
        home.put_anew(&draft);
        home.put(&super::draft(oauth2::SPEC));
        let sealed = home.json()["destination"]["sealed"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(sealed, ["auth.client_secret"]);
    }
}

#[test]
fn h113_the_client_secret_is_for_its_token_url() {
    let home = Home::new();
    home.put(&draft(oauth2::SPEC));
    home.edit_by_hand(|json| json["destination"]["auth"]["token_url"] = json!("https://evil.example/token"));
    assert_locked(&home);
}

#[test]
fn c21_the_sealed_url_goes_nowhere_else() {
    for auth_type in auth::ALL {
        for change in [
            (|json| json["destination"]["url"] = json!(MASKED.replace("slack.com", "evil.example"))) as fn(&mut Value),
            |json| json["destination"]["url"] = json!(MASKED.replace("T000", "T001")),
            |json| json["destination"]["url"] = json!(format!("{MASKED}/more")),
            |json| json["destination"]["tls"] = json!({ "ca_cert": "/tmp/evil.pem" }),
            |json| json["destination"]["sealed"]["url"] = json!(null),
            |json| json["destination"]["sealed"] = json!({}),
            |json| json["destination"]["sealed"]["url"] = json!("v1:AAAA"),
        ] {
            let home = Home::new();
            home.put(&at(SLACK, auth_type));
            home.edit_by_hand(change);
            let before = home.text();
            assert_locked(&home);
            assert_eq!(home.text(), before);
        }
    }
}

#[test]
fn c21_a_secret_is_for_the_whole_url() {
    let home = Home::new();
    home.put(&at(OTHER, default::SPEC));
    let other = home.json()["destination"]["sealed"]["url"].clone();
    for auth_type in auth::ALL.into_iter().filter(|auth_type| auth_type.secret_fields().next().is_some()) {
        home.put(&at(OTHER, auth_type));
        let other = home.json()["destination"]["sealed"]["url"].clone();
        home.put(&at(SLACK, auth_type));
        // The file looks right, and the URL opens: it was sealed for the same looks.
        home.edit_by_hand(|json| json["destination"]["sealed"]["url"] = other);
        assert_locked(&home);
        // In the clear, the secret is not for it, either.
        home.put_anew(&at(SLACK, auth_type));
        home.edit_by_hand(|json| json["destination"]["url"] = json!(OTHER));
        assert_locked(&home);
    }
    // Sealed with another auth type.
    home.put_anew(&at(OTHER, bearer::SPEC));
    home.edit_by_hand(|json| json["destination"]["sealed"]["url"] = other);
    assert_locked(&home);
}

#[test]
fn c21_a_url_written_by_hand_in_the_clear_loads_and_is_sealed_when_saved() {
    for auth_type in auth::ALL {
        let home = Home::new();
        home.put(&at(SLACK, auth_type));
        home.edit_by_hand(|json| json["destination"]["url"] = json!(SLACK));
        assert_open(&home, &at(SLACK, auth_type), 1);
        home.edit_by_hand(|json| {
            json["destination"]["sealed"].as_object_mut().unwrap().shift_remove("url");
        });
        assert_open(&home, &at(SLACK, auth_type), 1);
        home.put(&at(SLACK, auth_type).with(field::TIMEOUT, "9"));
        assert!(!home.text().contains("XXXX"), "{}", home.text());
        assert_eq!(home.json()["destination"]["url"], MASKED);
    }
}

#[test]
fn c21_without_its_key_the_url_is_locked() {
    let home = Home::new();
    home.put(&at(SLACK, default::SPEC));
    fs::write(home.paths.key_file(), [7; 32]).unwrap();
    assert_locked(&home);
    fs::remove_file(home.paths.key_file()).unwrap();
    assert_locked(&home);
}
