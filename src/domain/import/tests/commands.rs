use proptest::prelude::*;

use super::super::{Imported, from_curl};
use crate::domain::auth::default;
use crate::domain::field::{CA_CERT, TIMEOUT, URL};

/// What a command becomes, in lines: URL, auth type, its values, headers, settings; and what is not taken.
fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let Imported { draft, body, not_taken } = from_curl(text).unwrap_or_else(|refused| panic!("{refused}: {text}"));
    let mut lines = vec![draft.text(URL).to_owned(), draft.auth_type().name.to_owned()];
    lines.extend(draft.auth_type().fields.iter().map(|field| draft.text(field).to_owned()).filter(|text| !text.is_empty()));
    lines.extend(draft.headers().iter().map(|header| {
        let mark = if header.is_secret { " (secret)" } else { "" };
        format!("{}: {}{mark}", header.name, header.value.expose())
    }));
    lines.extend([TIMEOUT, CA_CERT].map(|field| draft.text(field).to_owned()).into_iter().filter(|text| !text.is_empty()));
    lines.extend(body.map(|body| String::from_utf8(body).unwrap()));
    (lines, not_taken.into_iter().map(|part| format!("{}: {}", part.what, part.why)).collect())
}

/// As browsers, tools and documentation write them.
#[test]
fn h93_commands_as_they_are_found() {
    let table: [(&str, &[&str], &[&str]); 9] = [
        // Chrome, copy as cURL (bash)
        (
            "curl 'https://h.example/api/in?x=1' \\\n  -H 'accept: */*' \\\n  -H 'accept-language: en-US,en;q=0.9' \\\n  \
             -H 'authorization: Bearer abc.def' \\\n  -H 'content-type: application/json' \\\n  -b 'sid=1; theme=dark' \\\n  \
             -H 'origin: https://h.example' \\\n  -H 'sec-fetch-mode: cors' \\\n  -H 'user-agent: Mozilla/5.0 (X11)' \\\n  \
             --data-raw $'{\"a\":\"it\\'s\\u0021\"}' \\\n  --compressed",
            &[
                "https://h.example/api/in?x=1",
                "bearer",
                "abc.def",
                "accept-language: en-US,en;q=0.9",
                "origin: https://h.example",
                "user-agent: Mozilla/5.0 (X11)",
                "Cookie: sid=1; theme=dark (secret)",
                "{\"a\":\"it's!\"}",
            ],
            &["--compressed: answers are not compressed", "accept: it is reserved", "sec-fetch-mode: it describes a browser"],
        ),
        // Postman
        (
            "curl --location --request POST 'https://h.example/in' \\\n--header 'X-Api-Key: k-123' \\\n\
             --header 'Content-Type: application/json' \\\n--data '{\n    \"a\": 1\n}'",
            &["https://h.example/in", "api-key", "X-Api-Key", "k-123", "{\n    \"a\": 1\n}"],
            &["--location: redirects are never followed"],
        ),
        // Insomnia
        (
            "curl --request POST \\\n  --url https://h.example/in \\\n  --header 'Authorization: Basic bWU6aHVudGVyMg==' \\\n  \
             --header 'Content-Type: application/vnd.api+json' \\\n  --header 'User-Agent: insomnia/10' \\\n  --data '{}'",
            &[
                "https://h.example/in",
                "basic",
                "me",
                "hunter2",
                "Content-Type: application/vnd.api+json",
                "User-Agent: insomnia/10",
                "{}",
            ],
            &[],
        ),
        // GitHub's documentation
        (
            "curl -L \\\n  -X POST \\\n  -H \"Accept: application/vnd.github+json\" \\\n  -H \"Authorization: Bearer <YOUR-TOKEN>\" \\\n  \
             -H \"X-GitHub-Api-Version: 2022-11-28\" \\\n  https://api.github.com/repos/OWNER/REPO/dispatches \\\n  \
             -d '{\"event_type\":\"on-demand\"}'",
            &[
                "https://api.github.com/repos/OWNER/REPO/dispatches",
                "bearer",
                "<YOUR-TOKEN>",
                "X-GitHub-Api-Version: 2022-11-28",
                "{\"event_type\":\"on-demand\"}",
            ],
            &["-L: redirects are never followed", "Accept: it is reserved"],
        ),
        // Stripe's: the name is the credential
        (
            "curl https://api.stripe.com/v1/charges \\\n  -u \"sk_test_1:\" \\\n  -d amount=999 \\\n  -d \"a[]\"=b",
            &["https://api.stripe.com/v1/charges", "api-key", "Authorization", "Basic c2tfdGVzdF8xOg=="],
            &["the data: it is not JSON at line 1, column 1"],
        ),
        // Slack's
        (
            "curl -X POST -H 'Content-type: application/json' --data '{\"text\":\"Hello, World!\"}' https://hooks.slack.com/services/T0/B0/X",
            &["https://hooks.slack.com/services/T0/B0/X", "default", "{\"text\":\"Hello, World!\"}"],
            &[],
        ),
        (
            "curl -sSXPOST -utoken:x -m5 --cacert=ca.pem -- https://h.example/",
            &["https://h.example/", "basic", "token", "x", "5", "ca.pem"],
            &["-s: it is about what curl prints or writes", "-S: it is about what curl prints or writes"],
        ),
        (
            "curl --json '{\"a\":1,' --json '\"b\":2}' https://me:p%40ss@h.example/in?a=@b",
            &["https://h.example/in?a=@b", "basic", "me", "p@ss", "{\"a\":1,\"b\":2}"],
            &[],
        ),
        (
            "/usr/bin/curl --data-binary @body.json https://h.example/ --resolve h.example:443:127.0.0.1 --max-time 0.5 -x http://p:1",
            &["https://h.example/", "default"],
            &[
                "--data-binary: its value names a file; test with that file as the body",
                "--resolve: waypost has nothing like it",
                "-x: a proxy is set by HTTPS_PROXY",
                "-m: the timeout is a whole number of seconds from 1 to 120",
            ],
        ),
    ];
    for (text, lines, not_taken) in table {
        assert_eq!(
            read(text),
            (lines.iter().map(|&s| s.to_owned()).collect(), not_taken.iter().map(|&s| s.to_owned()).collect()),
            "{text}"
        );
    }
}

#[test]
fn h94_headers_by_what_they_are() {
    let of = |headers: &str| {
        let (lines, not_taken) = read(&format!("curl https://h.example/ -X POST {headers}"));
        (lines[1..].join(" | "), not_taken.join(" | "))
    };
    for (headers, lines, not_taken) in [
        ("-H 'Authorization: token abc'", "api-key | Authorization | token abc", ""),
        ("-H 'authorization: basic !!'", "api-key | Authorization | basic !!", ""),
        ("-H 'Authorization: Bearer'", "api-key | Authorization | Bearer", ""),
        ("--oauth2-bearer abc -u a:b", "bearer | abc", "-u: the request has other credentials"),
        ("-H 'Authorization: Bearer abc' -u a:b", "bearer | abc", "-u: the request has other credentials"),
        (
            "-H 'A: Bearer abc' -H 'Authorization: Bearer a' -H 'authorization: Bearer b'",
            "bearer | a | A: Bearer abc",
            "authorization: it is given twice",
        ),
        ("-H 'apikey: a'", "api-key | apikey | a", ""),
        ("-H 'apikey: a' -H 'X-Api-Key: b'", "default | apikey: a (secret) | X-Api-Key: b (secret)", ""),
        ("-u a:b -H 'X-Api-Key: c'", "basic | a | b | X-Api-Key: c (secret)", ""),
        ("-H 'X-Auth-Token: a' -H 'X-Env: b'", "default | X-Auth-Token: a (secret) | X-Env: b", ""),
        ("-H 'X-Env: a' -H 'x-env: b'", "default | X-Env: a", "x-env: it is given twice"),
        ("-H 'Host: h' -H 'Content-Length: 1'", "default", "Host: it is reserved | Content-Length: it is reserved"),
        ("-H 'Content-Type: text/plain'", "default", "Content-Type: it is not a JSON type"),
        (
            "-H 'X-Env;' -H 'Accept:' -H 'X-Empty: '",
            "default",
            "X-Env: it has no value | Accept: it has no value | X-Empty: it has no value",
        ),
        ("-H @headers", "default", "-H: its value names a file"),
        (
            "-H 'hunter2' -H ': hunter2'",
            "default",
            "-H: it has no name, or no colon after it | -H: it has no name, or no colon after it",
        ),
        ("-H 'hunter2 hunter2: x'", "default", "-H: what is before the colon is not the name of a header"),
        (
            "-H 'X-Hub-Signature-256: sha256=00'",
            "default",
            "X-Hub-Signature-256: a signature holds for one body; choose HMAC to sign each event",
        ),
        (
            "-H 'Idempotency-Key: 1'",
            "default",
            "Idempotency-Key: it would be the same for every event; add it as 'Idempotency-Key: {id}'",
        ),
        ("-b cookies.txt", "default", "-b: its value names a file"),
        ("-A me/1 -e https://r.example/", "default | User-Agent: me/1 | Referer: https://r.example/", ""),
        ("-u me", "basic | me", ""),
        ("--cert c.pem --key k.pem", "default", ""),
        ("-E c.pem:hunter2", "default", "--cert: what follows its colon, the password: decrypt the key"),
        ("-d '{\"a\":1' -d 'b}'", "default", "the data: it is not JSON at line 1, column 7"),
        ("-d '[1]' --data-urlencode a=b", "default", "--data-urlencode: events are JSON, not forms"),
        ("-d ''", "default", ""),
    ] {
        assert_eq!(of(headers), (lines.to_owned(), not_taken.to_owned()), "{headers}");
    }
    let many: Vec<_> = (0..25).map(|number| format!("-H 'x-{number}: v'")).collect();
    let (lines, not_taken) = read(&format!("curl https://h.example/ -X POST {}", many.join(" ")));
    assert_eq!((lines.len(), not_taken.len()), (22, 5));
    let (lines, _) = read("curl https://h.example/?api_key=abc -X POST");
    assert_eq!(lines, ["https://h.example/?api_key=abc", default::SPEC.name]);
}

#[test]
fn h95_other_requests_are_refused_with_their_position() {
    for (text, position, part) in [
        ("", "line 1, column 1", "no command"),
        ("# nothing", "line 1, column 1", "no command"),
        ("wget https://h.example/", "line 1, column 1", "not curl"),
        ("A=1 curl https://h.example/", "line 1, column 1", "not curl"),
        ("curl https://h.example/", "line 1, column 1", "a GET request"),
        ("curl -X POST", "line 1, column 13", "no URL"),
        ("curl -X PUT https://h.example/", "line 1, column 6", "another method"),
        ("curl https://h.example/ \\\n --request=DELETE", "line 2, column 2", "another method"),
        ("curl -X POST https://h.example/ -k", "line 1, column 33", "-k is not accepted: the certificate is always verified"),
        ("curl -sk -d 1 https://h.example/", "line 1, column 6", "-k is not accepted"),
        ("curl --insecure -d 1 https://h.example/", "line 1, column 6", "--insecure is not accepted"),
        ("curl -F a=b https://h.example/", "line 1, column 6", "not forms"),
        ("curl -T f https://h.example/", "line 1, column 6", "a PUT"),
        ("curl -G -d a=b https://h.example/", "line 1, column 6", "a GET"),
        ("curl -I https://h.example/", "line 1, column 6", "a HEAD"),
        ("curl -d 1 https://h.example/ https://i.example/", "line 1, column 30", "a second URL"),
        ("curl -d 1 https://h.example/ --next https://i.example/", "line 1, column 30", "a further request"),
        ("curl -d 1 https://h.example/ -K f", "line 1, column 30", "its file would have to be read"),
        ("curl https://h.example/ -d", "line 1, column 25", "the value of -d is missing"),
        ("curl https://h.example/ --header", "line 1, column 25", "the value of --header is missing"),
    ] {
        let error = from_curl(text).unwrap_err().to_string();
        assert!(error.contains(position) && error.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn h95_nothing_that_is_said_has_a_secret() {
    for text in [
        "curl https://h.example/ -X POST -H 'Authorization: Bearer hunter2' -H 'hunter2' -u hunter2:hunter2 -b hunter2 -m hunter2 -x hunter2",
        "curl https://h.example/ hunter2 -d 1",
        "curl hunter2 -X hunter2",
        "hunter2 curl",
        "curl 'hunter2",
        "curl \"hunter2 $(hunter2)\"",
        "curl -d @hunter2 --data-urlencode hunter2 -d hunter2 https://h.example/",
        "curl https://h.example/ -X POST --cert hunter2:hunter2 --key hunter2 --unknown='hunter2' --proxy-user hunter2",
        "curl https://h.example/ -X POST -H 'X Y hunter2: a' -H 'Content-Type: hunter2' -H 'X-A: a\nhunter2'",
    ] {
        let said = match from_curl(text) {
            Ok(imported) => format!("{:?}", imported.not_taken),
            Err(refused) => format!("{refused:?}"),
        };
        assert!(!said.contains("hunter2"), "{text}: {said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn h92_any_command_is_read_or_refused(
        args in proptest::collection::vec(
            "(-[a-zA-Z0-9#:]{1,3}|--[a-z-]{1,9}(=[a-z@:;]{0,4})?|https://[a-z@:/?]{0,9}|'[A-Za-z:;@ ={}\"]{0,12}'|@|-|--)",
            0..8,
        ),
    ) {
        let _ = from_curl(&format!("curl {}", args.join(" ")));
    }
}
