use super::*;
use crate::domain::auth::{api_key, basic, bearer, default, hmac};
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::header::HeaderEntry;
use crate::domain::text::is_unsafe;

fn event(body: &[u8]) -> Event {
    Event { name: "my event".into(), body: body.to_vec() }
}

fn settings(change: impl FnOnce(&mut Draft)) -> Settings {
    let mut draft = Draft::default()
        .with(field::URL, "https://hooks.example.com/in?a=1")
        .with(hmac::HEADER_KEY, "X-Sig$nature")
        .with(hmac::SIGNING_SECRET, "canary-signing")
        .with(basic::USERNAME, "o'me")
        .with(basic::PASSWORD, "canary-password")
        .with(bearer::TOKEN, "canary-token")
        .with(api_key::KEY, "my key")
        .with(api_key::VALUE, "canary/value")
        .with(api_key::ADD_TO, api_key::QUERY.name);
    change(&mut draft);
    draft.check().unwrap().settings
}

#[test]
fn without_secrets_it_is_one_command() {
    let command = command(&settings(|draft| draft.set(field::TIMEOUT, "20")), "msg_1", &event(b"{\"it's\":1}\n"), false);
    let expected = r#"curl -q --http1.1 --globoff --include \
  --max-time 20 \
  --request POST 'https://hooks.example.com/in?a=1' \
  --header 'content-type: application/json' \
  --header 'user-agent: waypost/VERSION' \
  --header 'webhook-id: msg_1' \
  --header 'webhook-timestamp: '"$(date +%s)" \
  --header 'accept: */*' \
  --header 'expect:' \
  --data-binary '{"it'\''s":1}
'"#;
    assert_eq!(command, expected.replace("waypost/VERSION", USER_AGENT));
}

#[test]
fn secrets_are_named_and_not_revealed() {
    for (auth_type, name) in [
        (hmac::SPEC, "$WAYPOST_SECRET"),
        (basic::SPEC, "$WAYPOST_PASSWORD"),
        (bearer::SPEC, "$WAYPOST_TOKEN"),
        (api_key::SPEC, "$WAYPOST_VALUE"),
    ] {
        let to = settings(|draft| draft.set_auth_type(auth_type));
        let hidden = command(&to, "msg_1", &event(b"{}"), false);
        assert!(hidden.contains(name) && !hidden.contains("canary"), "{hidden}");
        let shown = command(&to, "msg_1", &event(b"{}"), true);
        assert!(shown.contains("canary") && !shown.contains("WAYPOST_"), "{shown}");
    }
}

#[test]
fn c21_a_url_that_is_a_credential_is_a_variable() {
    for auth_type in [default::SPEC, hmac::SPEC, bearer::SPEC, api_key::SPEC] {
        let to = settings(|draft| {
            draft.set(field::URL, "https://h.example/in?token=canary-url");
            draft.set_auth_type(auth_type);
        });
        let hidden = command(&to, "msg_1", &event(b"{}"), false);
        assert!(hidden.contains(": \"${WAYPOST_URL:?Set it to the URL.}\"\n"), "{hidden}");
        assert!(hidden.contains("--request POST \"$WAYPOST_URL\"") && !hidden.contains("canary"), "{hidden}");
        assert_eq!(hidden.contains("\"$WAYPOST_URL\"'&my%20key='\"$value\""), auth_type == api_key::SPEC, "{hidden}");
        let shown = command(&to, "msg_1", &event(b"{}"), true);
        assert!(shown.contains("'https://h.example/in?token=canary-url") && !shown.contains("WAYPOST_"), "{shown}");
        assert!(secret_in_arguments(&to, &event(b"{}")));
    }
}

#[test]
fn nothing_that_a_shell_or_a_terminal_would_act_on() {
    let to = settings(|draft| draft.set_auth_type(hmac::SPEC));
    let command = command(&to, "msg_1", &event(b"\x1b]52;c;\x07 %d \\n 'q' \xff\x001"), false);
    assert!(command.contains(r"body() { printf '\033]52;c;\007 %%d \\n '\''q'\'' \377\0001'; }"), "{command}");
    assert!(command.contains("--header 'x-sig$nature: '\"$sig\""), "{command}");
    assert!(!command.chars().any(|c| is_unsafe(c) && c != '\n'));
    assert!(self::command(&settings(|_| {}), "msg_1", &event(b"@/etc/passwd"), false).contains("--data-binary @-"));
    assert!(self::command(&settings(|_| {}), "msg_1", &event(&vec![b'1'; 200_000]), false).contains("--data-binary @-"));
}

#[test]
fn a_header_with_a_secret_comes_by_standard_input() {
    let bearer = settings(|draft| draft.set_auth_type(bearer::SPEC));
    let text = command(&bearer, "msg_1", &event(b"{}"), false);
    assert!(text.contains(r#"printf '%s%s\n' 'authorization: Bearer ' "$WAYPOST_TOKEN" | curl "#), "{text}");
    assert!(text.contains("--header @-") && !secret_in_arguments(&bearer, &event(b"{}")), "{text}");
    let basic = settings(|draft| draft.set_auth_type(basic::SPEC));
    let text = command(&basic, "msg_1", &event(b"{}"), false);
    assert!(text.contains("--header @-") && !text.contains("--user") && !secret_in_arguments(&basic, &event(b"{}")), "{text}");
    // A body that needs standard input leaves another descriptor for the header.
    let text = command(&bearer, "msg_1", &event(b"@{}"), false);
    let begin = r#"printf '%s%s\n' 'authorization: Bearer ' "$WAYPOST_TOKEN" | { body | curl "#;
    assert!(
        text.contains(begin) && text.contains("--header @/dev/fd/3") && text.ends_with("--data-binary @-; } 3<&0\n)"),
        "{text}"
    );
    assert!(!secret_in_arguments(&bearer, &event(b"@{}")));
    for (key, add_to, tells) in
        [("x-key", api_key::HEADER, false), ("#key", api_key::HEADER, true), ("key", api_key::QUERY, true)]
    {
        let to = settings(|draft| {
            draft.set_auth_type(api_key::SPEC);
            draft.set(api_key::KEY, key);
            draft.set(api_key::ADD_TO, add_to.name);
        });
        let text = command(&to, "msg_1", &event(b"{}"), false);
        assert_eq!((text.contains("--header @-"), secret_in_arguments(&to, &event(b"{}"))), (!tells, tells), "{text}");
    }
    assert!(secret_in_arguments(&settings(|draft| draft.set_auth_type(hmac::SPEC)), &event(b"{}")));
    assert!(!secret_in_arguments(&settings(|_| {}), &event(b"@")));
}

#[test]
fn headers_of_the_destination_with_their_placeholders_and_their_secrets_as_variables() {
    let to = settings(|draft| {
        draft.set_auth_type(bearer::SPEC);
        for header in [
            HeaderEntry::plain("X-Event", "{event} it's {timestamp}, {id}"),
            HeaderEntry::secret("X-Env-Token", "canary-one"),
            HeaderEntry::plain("Content-Type", "text/json"),
            HeaderEntry::secret("x_env_token", "canary-two"),
            HeaderEntry::plain("User-Agent", "mine/1"),
        ] {
            draft.put_header(header);
        }
    });
    let hidden = command(&to, "msg_1", &event(b"{}"), false);
    let input = r#"printf '%s%s\n' 'authorization: Bearer ' "$WAYPOST_TOKEN" 'x-env-token: ' "$WAYPOST_HEADER_X_ENV_TOKEN" 'x_env_token: ' "$WAYPOST_HEADER_X_ENV_TOKEN_2" | curl "#;
    assert!(hidden.contains(input), "{hidden}");
    for part in [
        r#"--header 'x-event: my%20event it'\''s '"$(date +%s)"', msg_1'"#,
        "--header 'content-type: text/json'",
        "--header 'user-agent: mine/1'",
        r#": "${WAYPOST_HEADER_X_ENV_TOKEN:?Set it to the value of x-env-token.}""#,
    ] {
        assert!(hidden.contains(part), "{part}\n{hidden}");
    }
    assert!(!hidden.contains("canary") && !hidden.contains("waypost/") && !secret_in_arguments(&to, &event(b"{}")), "{hidden}");
    let shown = command(&to, "msg_1", &event(b"{}"), true);
    assert!(shown.contains("'x_env_token: ' 'canary-two'") && !shown.contains("WAYPOST_"), "{shown}");
}
