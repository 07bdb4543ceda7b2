mod chains;
mod ordinary;

use crate::domain::auth::{api_key, basic, bearer, hmac};
use crate::domain::field;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::*;
use crate::domain::draft::Draft;

fn bearer(token: &str) -> Redactor {
    of(Draft::new(bearer::SPEC).with(bearer::TOKEN, token))
}

fn api_key(value: &str) -> Redactor {
    let draft = Draft::new(api_key::SPEC).with(api_key::KEY, "key").with(api_key::VALUE, value);
    of(draft.with(api_key::ADD_TO, api_key::QUERY.name))
}

fn basic(username: &str, password: &str) -> Redactor {
    of(Draft::new(basic::SPEC).with(basic::USERNAME, username).with(basic::PASSWORD, password))
}

fn of(draft: Draft) -> Redactor {
    Redactor::new(&draft.with(field::URL, "https://h.example.com/in").check().unwrap().settings)
}

#[test]
fn every_form_is_masked_and_the_rest_stays() {
    let secret = "s3cr/t \"ü&k+e%y\\x";
    let redactor = api_key(secret);
    let forms = [
        secret.to_owned(),
        secret.to_uppercase(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string().to_lowercase(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        serde_json::to_string(secret).unwrap().trim_matches('"').to_owned(),
        serde_json::to_string(secret).unwrap().trim_matches('"').replace('/', "\\/").replace('ü', "\\u00fc"),
        secret.replace('&', "&amp;").replace('"', "&quot;"),
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        hex(secret.as_bytes()),
        hex(secret.as_bytes()).to_uppercase(),
    ];
    for form in forms {
        let masked = redactor.redact(&format!("https://h/?key={form}&next=1"));
        assert_eq!(masked.replace('=', ""), format!("https://h/?key{DOTS}&next1"), "{form}");
    }
    assert_eq!(redactor.redact("s3cr and some other text"), "s3cr and some other text");
}

#[test]
fn what_libraries_make_of_a_text_is_masked() {
    let secret = "p\u{e4}s+w/rd='\u{1f600}`geheim";
    let redactor = api_key(secret);
    for form in [
        // Python's json.dumps, PHP's json_encode.
        "p\\u00e4s+w/rd='\\ud83d\\ude00`geheim",
        "p\\u00E4s+w\\/rd='\\uD83D\\uDE00`geheim",
        // PHP's htmlspecialchars, Go's html/template, Mustache.
        "p\u{e4}s+w/rd=&#039;\u{1f600}`geheim",
        "p\u{e4}s&#43;w/rd=&#39;\u{1f600}`geheim",
        "p\u{e4}s+w&#x2F;rd&#x3D;&#x27;\u{1f600}&#x60;geheim",
        // Everything as numbers.
        "p&#228;s&#x2b;w/rd='&#128512;`geheim",
    ] {
        assert_eq!(redactor.redact(&format!("a {form} b")), format!("a {DOTS} b"), "{form}");
        for end in form.char_indices().map(|(at, _)| at).skip(12) {
            let cut = format!("a {}", &form[..end]);
            let masked = String::from_utf8(redactor.redact_cut(cut.as_bytes()).into_owned()).unwrap();
            assert_eq!(masked, format!("a {DOTS}"), "{cut}");
        }
    }
    for none in ["&#;", "&#x;", "&#99999999999;", "\\ud83d", "\\ud83d\\u0041", "&#xd83d;"] {
        assert_eq!(redactor.redact(none), none);
    }
}

#[test]
fn base64_of_a_text_around_the_secret_is_masked() {
    let redactor = bearer("canary-0123456789");
    for before in ["", "x", "xy", "xyz", "authorization: Bearer "] {
        let encoded = STANDARD.encode(format!("{before}canary-0123456789 and more"));
        let masked = redactor.redact(&encoded);
        assert!(masked.contains(DOTS), "{before}: {masked}");
        for window in STANDARD.encode("canary-0123456789").as_bytes().windows(12) {
            assert!(!masked.contains(std::str::from_utf8(window).unwrap()));
        }
    }
}

#[test]
fn a30_base64_in_the_name_of_a_header_is_masked_without_its_case() {
    let secret = "Canary~0123456789?sEcRet>";
    let redactor = bearer(secret);
    let texts = [secret.to_owned(), STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret), hex(secret.as_bytes())];
    for (text, before) in texts.iter().flat_map(|text| ["", "x", "xy", "bearer "].map(|before| (text, before))) {
        for engine in [STANDARD, URL_SAFE] {
            for after in ["", "!", "!!", " and more"] {
                let name = engine.encode(format!("{before}{text}{after}")).to_lowercase();
                let digits = engine.encode(format!("{before}{text}")).to_lowercase();
                let masked = String::from_utf8(redactor.redact_name(name.as_bytes(), false).into_owned()).unwrap();
                let digits = digits.trim_end_matches('=').as_bytes();
                for window in digits[before.len() * 8 / 6..].windows(6) {
                    assert!(!masked.contains(str::from_utf8(window).unwrap()), "{before}|{text}|{after}: {masked}");
                }
                let cut = &name[..name.len() - 4];
                let masked = String::from_utf8(redactor.redact_name(cut.as_bytes(), true).into_owned()).unwrap();
                assert!(masked.contains(DOTS), "{cut}: {masked}");
            }
        }
    }
    for name in ["content-security-policy-report-only", "access-control-allow-credentials", "x-canary", "x-0123456789"] {
        assert_eq!(redactor.redact_name(name.as_bytes(), false), name.as_bytes());
    }
}

#[test]
fn the_basic_pair_is_masked() {
    let redactor = basic("me", "correct horse");
    assert_eq!(redactor.redact(&format!("Basic {}.", STANDARD.encode("me:correct horse"))), format!("Basic {DOTS}."));
    assert_eq!(redactor.redact("me:correct horse"), DOTS);
    assert_eq!(redactor.redact("correct+horse"), DOTS);
}

#[test]
fn a03_a_secret_in_another_character_set_is_masked() {
    let redactor = api_key("Grüße—aus€Köln");
    for written in [
        // UTF-8 as Windows-1252, once and twice; Windows-1252 itself.
        "GrÃ¼ÃŸeâ€”ausâ‚¬KÃ¶ln".as_bytes(),
        "GrÃƒÂ¼ÃƒÅ¸eÃ¢â‚¬â€\u{9d}ausÃ¢â€šÂ¬KÃƒÂ¶ln".as_bytes(),
        b"Gr\xfc\xdfe\x97aus\x80K\xf6ln",
        b"Gr\\u00c3\\u00bc\\u00c3\\u0178e\\u00e2\\u20ac\\u201daus\\u00e2\\u201a\\u00acK\\u00c3\\u00b6ln",
        // What a program does with what it cannot write.
        b"Gr??e?aus?K?ln",
        b"Gr????e???aus???K??ln",
        b"GreausKln",
        "Gr\u{fffd}\u{fffd}e\u{fffd}aus\u{fffd}K\u{fffd}ln".as_bytes(),
    ] {
        let masked = redactor.redact_bytes(&[b"<", written, b">"].concat()).into_owned();
        assert_eq!(String::from_utf8_lossy(&masked), format!("<{DOTS}>"), "{}", written.escape_ascii());
    }
}

#[test]
fn a_short_secret_is_masked_as_a_word_only() {
    let redactor = basic("me", "at");
    assert_eq!(redactor.redact("at"), DOTS);
    assert_eq!(redactor.redact("{\"password\":\"at\"}"), format!("{{\"password\":\"{DOTS}\"}}"));
    assert_eq!(redactor.redact("https://h/?p=at&x"), format!("https://h/?p={DOTS}&x"));
    assert_eq!(redactor.redact("what a late date"), "what a late date");
}

#[test]
fn the_signing_secret_is_masked_with_and_without_its_prefix() {
    let draft = Draft::new(hmac::SPEC)
        .with(hmac::HEADER_KEY, "x-sig")
        .with(hmac::SIGNING_SECRET, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let redactor = of(draft);
    assert_eq!(redactor.redact("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), DOTS);
    assert_eq!(redactor.redact("key MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw."), format!("key {DOTS}."));
}

#[test]
fn a_secret_cut_off_is_masked() {
    let redactor = bearer("canary-0123456789");
    assert_eq!(redactor.redact_cut(b"body canary-0123"), format!("body {DOTS}").into_bytes());
    assert_eq!(redactor.redact_cut(b"body cana"), format!("body {DOTS}").into_bytes());
    assert_eq!(redactor.redact_cut(b"body can"), &b"body can"[..]);
    assert_eq!(redactor.redact_cut(b"body canary%2d01%3"), format!("body {DOTS}").into_bytes());
    assert_eq!(redactor.redact_bytes(b"body canary-0123"), &b"body canary-0123"[..]);
}

#[test]
fn without_a_secret_nothing_is_masked() {
    let redactor = of(Draft::default());
    assert_eq!((redactor.redact("anything"), redactor.longest()), ("anything".into(), 0));
}

/// Two backslashes may be two, or one that is escaped.
#[test]
fn a_secret_that_begins_like_an_escape_is_masked() {
    for secret in [r"\\\\a0aa", r"\\a0aa", r"\u0041aa", "%41%42aa", "&amp;&lt;aa"] {
        assert_eq!(bearer(secret).redact(secret), DOTS, "{secret}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_secret_is_left(
        token in "[!-~]{6,40}", before in "[ -~]{0,20}", after in "[ -~]{0,20}", encode in 0..4
    ) {
        prop_assume!(!token.to_lowercase().starts_with("bearer") && !token.to_lowercase().starts_with("authorization"));
        let written = match encode {
            0 => token.clone(),
            1 => utf8_percent_encode(&token, NON_ALPHANUMERIC).to_string(),
            2 => STANDARD.encode(&token),
            _ => hex(token.as_bytes()),
        };
        let masked = bearer(&token).redact(&format!("{before}{written}{after}"));
        prop_assert!(!masked.contains(&written) || DOTS.contains(&written));
        prop_assert!(masked.contains(DOTS));
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in any::<bool>()) {
        let redactor = api_key("%+\\u00e4&\"canary");
        let _ = if cut { redactor.redact_cut(&bytes) } else { redactor.redact_bytes(&bytes) };
    }
}
