//! The rules for the fields of the auth types.

use super::*;

fn header_key(draft: &Draft) -> String {
    checked(draft).settings.auth().values().text(hmac::HEADER_KEY).to_owned()
}

#[test]
fn header_names() {
    for (name, part) in [
        ("", "required"),
        (" ", "required"),
        ("a:b", ":"),
        ("é", "é"),
        ("a\r\nb", "a\\r\\nb"),
        (" X", "space"),
        ("Host", "reserved"),
    ] {
        // An empty one of a signature is the usual one of its format.
        let signed = (!name.is_empty()).then(|| draft(hmac::SPEC).with(hmac::HEADER_KEY, name));
        for draft in signed.into_iter().chain([api_key(name, "v", api_key::HEADER)]) {
            let error = error(&draft);
            assert!([hmac::HEADER_KEY, api_key::KEY].contains(&error.field.unwrap()), "{error}");
            assert!(error.what.contains(part), "{name:?}: {error}");
            assert!(!error.to_string().contains(is_unsafe), "{error}");
        }
    }
    assert_eq!(error(&draft(hmac::SPEC).with(hmac::HEADER_KEY, "Authorization")).field, Some(hmac::HEADER_KEY));
    checked(&api_key("Authorization", "ApiKey abc", api_key::HEADER));
    let long = "a".repeat(257);
    assert!(error(&api_key(&long, "v", api_key::HEADER)).what.contains("257 bytes"));
}

#[test]
fn each_format_has_a_usual_header_which_is_meant_when_none_is_entered() {
    for (format, secret, expected) in [
        (Format::Hex, "a-signing-secret", "X-Signature"),
        (Format::Base64, "a-signing-secret", "X-Signature"),
        (Format::Sha256Hex, "a-signing-secret", "X-Hub-Signature-256"),
        (Format::Timestamped, "a-signing-secret", "Stripe-Signature"),
        (Format::Standard, WHSEC, "webhook-signature"),
        (Format::Template, "a-signing-secret", "X-Signature"),
    ] {
        let draft = hmac(secret, format).with(hmac::HEADER_KEY, String::new());
        assert_eq!(header_key(&draft), expected);
        assert!(checked(&draft).notices.iter().all(|notice| notice.field != hmac::HEADER_KEY), "{format:?}");
    }
}

#[test]
fn standard_webhooks_in_another_header_get_a_notice() {
    let draft = |header_key: &str| hmac(WHSEC, Format::Standard).with(hmac::HEADER_KEY, header_key);
    let other = draft("X-Signature");
    let header_key = header_key(&other);
    assert_eq!(header_key, "X-Signature");
    assert_eq!(notices(&other, hmac::HEADER_KEY), ["receivers of that format look for webhook-signature"]);
    for own in ["", "webhook-signature", "Webhook-Signature"] {
        assert_eq!(notices(&draft(own), hmac::HEADER_KEY), Vec::<String>::new(), "{own:?}");
    }
}

#[test]
fn outer_whitespace_is_refused_or_kept_with_a_notice() {
    for text in [" hunter2hunter2", "hunter2hunter2 ", "\u{a0}hunter2hunter2", "hunter2hunter2\u{3000}"] {
        for auth_type in [bearer::SPEC, api_key::SPEC] {
            let error = error(&with_secret(auth_type, text));
            assert!(error.what.contains("starts or ends with whitespace"), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        for auth_type in [basic::SPEC, hmac::SPEC] {
            let draft = with_secret(auth_type, text);
            let field = secret_field(auth_type).unwrap();
            assert!(notices(&draft, field).iter().any(|text| text.contains("whitespace")), "{auth_type:?}");
            assert_eq!(checked(&draft).settings.auth().secret().unwrap().1.expose(), text);
        }
    }
    assert!(error(&api_key(" k", "v", api_key::QUERY)).what.contains("whitespace"));
}

#[test]
fn user_names() {
    checked(&basic("", "correct horse battery"));
    checked(&basic("ünï", "correct horse battery"));
    let error = error(&basic("a:hunter2", "correct horse battery"));
    assert!(error.what.contains("colon") && !error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn passwords_get_advice_and_no_refusal() {
    assert_eq!(notices(&basic("a", "short"), basic::PASSWORD), ["has 5 characters; 15 and more are hard to guess"]);
    assert_eq!(notices(&basic("a", &"ä".repeat(14)), basic::PASSWORD).len(), 1);
    assert!(notices(&basic("a", "abcabcabcabcabcabc"), basic::PASSWORD)[0].contains("3 different characters"));
    assert!(notices(&basic("a", "abcdeabcdeabcdeabc"), basic::PASSWORD)[0].contains("5 different characters"));
    // The least that passes: fifteen characters, six different ones.
    assert_eq!(notices(&basic("a", "abcdefabcdefabc"), basic::PASSWORD), Vec::<String>::new());
    assert_eq!(notices(&basic("a", "correct horse battery"), basic::PASSWORD), Vec::<String>::new());
    assert_eq!(notices(&basic("a", "pässwörd : mit ümlaut"), basic::PASSWORD), Vec::<String>::new());
}

#[test]
fn bearer_prefixes_are_removed_with_a_notice() {
    for text in [
        "Bearer abc",
        "bearer abc",
        "BEARER   abc",
        "authorization: bearer abc",
        "Authorization: Bearer abc",
        "AUTHORIZATION:Bearer abc",
        "authorization: abc",
        "Bearer Bearer abc",
        "Bearer authorization: Bearer abc",
        "authorization:authorization:abc",
    ] {
        let draft = bearer(text);
        assert_eq!(checked(&draft).settings.auth().secret().unwrap().1.expose(), "abc", "{text}");
        assert!(notices(&draft, bearer::TOKEN)[0].contains("was removed"), "{text}");
    }
    for text in ["Bearerabc", "bearer-abc", "authorizationabc", "Bearer"] {
        assert_eq!((bearer::TOKEN.clean)(text), (text, None));
        assert_eq!(notices(&bearer(text), bearer::TOKEN), Vec::<String>::new());
    }
}

#[test]
fn tokens_are_visible_ascii() {
    for (token, part) in [
        ("hunter 2", "position 7"),
        ("Bearer hunter 2", "position 7"),
        ("hunteré", "position 7"),
        ("hunter\u{202e}2", "position 7"),
        ("Basic hunter2", "position 6"),
    ] {
        let error = error(&bearer(token));
        assert!(error.what.contains(part) && !error.to_string().contains("hunter"), "{token}: {error}");
    }
    for token in ["abc", "a.b-c_d~e+f/g==", "0"] {
        assert_eq!(notices(&bearer(token), bearer::TOKEN), Vec::<String>::new(), "{token}");
    }
    for token in ["a|b", "a=b", "===", "{}", "a:b"] {
        assert!(notices(&bearer(token), bearer::TOKEN)[0].contains("RFC 6750"), "{token}");
    }
}

#[test]
fn standard_secrets_are_base64_of_24_to_64_bytes() {
    for secret in ["hunter2", "whsec_hunter2", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_####", " whsec_aGk="] {
        let error = error(&hmac(secret, Format::Standard));
        assert_eq!((error.field, error.what.as_str()), (Some(hmac::SIGNING_SECRET), "is not base64"), "{secret}");
        assert!(!error.to_string().contains("hunter2"));
        checked(&hmac(secret, Format::Hex));
    }
    let of_bytes = |count: usize| {
        use base64::Engine as _;
        let coded = base64::engine::general_purpose::STANDARD.encode(vec![7; count]);
        [notices(&hmac(&coded, Format::Standard), hmac::SIGNING_SECRET), {
            notices(&hmac(&format!("whsec_{coded}"), Format::Standard), hmac::SIGNING_SECRET)
        }]
    };
    for count in [1, 23, 65] {
        assert!(of_bytes(count).iter().all(|found| found.len() == 1 && found[0].contains(&format!("has {count} bytes"))));
    }
    for count in [24, 64] {
        assert!(of_bytes(count).iter().all(Vec::is_empty), "{count}");
    }
}

#[test]
fn query_keys_that_the_url_has_already() {
    let with_query = |query: &str, key: &str| api_key(key, "v", api_key::QUERY).with(field::URL, format!("{URL}?{query}"));
    for (query, key) in [
        ("k=1", "k"),
        ("a=1&k", "k"),
        ("a=1&k=", "k"),
        ("%6B=1", "k"),
        ("%6b=1", "k"),
        ("my%20key=1", "my key"),
        ("my+key=1", "my key"),
        ("a+b=1", "a+b"),
        ("a%2Bb=1", "a+b"),
        ("%C3%A4=1", "ä"),
    ] {
        let error = error(&with_query(query, key));
        assert_eq!(error.field, Some(api_key::KEY));
        assert!(error.what.contains("is already in the URL's query"), "{query}: {error}");
    }
    for (query, key) in [("k=1", "K"), ("kk=1", "k"), ("a=k", "k"), ("a=1&b=%20+", "k"), ("", "k")] {
        let url = checked(&with_query(query, key)).settings.url().expose().to_owned();
        assert_eq!(url, format!("{URL}?{query}"));
    }
    // In a header it cannot clash.
    checked(&with_query("k=1", "k").with(api_key::ADD_TO, api_key::HEADER.name));
}

#[test]
fn query_keys_may_be_anything_visible() {
    for key in ["api key", "ä", "&=#", "Host", "a:b"] {
        checked(&api_key(key, "v ä&", api_key::QUERY));
    }
    let error = error(&api_key("k", "hunterä", api_key::HEADER));
    assert_eq!(error.field, Some(api_key::VALUE));
    assert!(error.what.contains("position 7") && !error.to_string().contains("hunter"), "{error}");
}
