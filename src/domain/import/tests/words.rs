use std::process::Command;

use proptest::prelude::*;

use super::super::words::words;
use crate::domain::shell::{is_plain, quoted};

fn read(text: &str) -> Vec<String> {
    words(text).unwrap().iter().map(|word| word.text.expose().to_owned()).collect()
}

fn refusal(text: &str) -> String {
    words(text).unwrap_err().to_string()
}

/// What a shell makes of it: a shell that is asked to print each word.
fn by_shell(shell: &str, text: &str) -> Vec<String> {
    let script = format!("printf '%s\\0' {text}");
    let output = Command::new(shell).args(["-c", &script]).env("LC_ALL", "C.UTF-8").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn h90_words_are_those_of_a_shell() {
    for text in [
        "a b  c\t d",
        "'a b' \"c d\" e\\ f",
        "'a'\"b\"c ''",
        "a'b'\\''c'",
        "\"a\\\"b\\\\c\\d\"",
        "a \\\n  b",
        "\"a \\\nb\" a\\\nb",
        "https://h.example/in?a=1 a#b",
        "a # the rest",
        "'$x `y` | > < ; & ( ) * ? [ ~ {'",
        "a~b ] } ! % @ , :",
        "\"it's * ? [ ( ) ; & | > < ~ {\"",
        "é 漢 'ü'",
    ] {
        assert_eq!(read(text), by_shell("sh", text), "{text}");
    }
}

#[test]
#[ignore = "needs bash: apt-get install bash"]
fn h90_escapes_are_those_of_bash() {
    for text in
        [r#"$'a\'b\"c\\d\?e'"#, r"$'\a\b\e\E\f\n\r\t\v'", r"$'\041\x21\u0021\U00000021\u00e9\x2'", r"$'\q\x\u'", r"a$'b'c"]
    {
        assert_eq!(read(text), by_shell("bash", text), "{text}");
    }
}

#[test]
fn escapes_as_browsers_write_them() {
    assert_eq!(read(r#"$'{"a":"it\'s \u0021 \n"}'"#), ["{\"a\":\"it's ! \n\"}"]);
    assert_eq!(read(r"$'\ud83d\ude00 \U0001f600'"), ["😀 😀"]);
    assert_eq!(read(r"$'\xc3\xa9'"), ["é"]);
}

#[test]
fn lines_and_comments() {
    assert_eq!(read("\n# first\n curl \\\r\n a \r\n\n # last\n"), ["curl", "a"]);
    assert_eq!(read(""), [""; 0]);
}

#[test]
fn h91_what_a_shell_would_expand_or_run_is_refused_with_its_position() {
    for (text, position, part) in [
        ("curl $URL", "line 1, column 6", "replace what follows \"$\""),
        ("curl \"a $(id)\"", "line 1, column 9", "run what follows \"$(\""),
        ("curl ${URL}", "line 1, column 6", "replace what follows \"$\""),
        ("curl \"é\" `id`", "line 1, column 10", "run what follows \"`\""),
        ("curl \"`id`\"", "line 1, column 7", "run what follows \"`\""),
        ("curl a | sh", "line 1, column 8", "a further command"),
        ("curl a \\\n  && rm x", "line 2, column 3", "a further command"),
        ("curl a; id", "line 1, column 7", "a further command"),
        ("curl a &", "line 1, column 8", "a further command"),
        ("curl a > f", "line 1, column 8", "a redirect"),
        ("curl a 2>f", "line 1, column 9", "a redirect"),
        ("curl -d @- <<E", "line 1, column 12", "a redirect"),
        ("curl <(id)", "line 1, column 6", "a redirect"),
        ("(curl a)", "line 1, column 1", "a subshell"),
        ("curl a)", "line 1, column 7", "a subshell"),
        ("curl {a,b}", "line 1, column 6", "expand"),
        ("curl *", "line 1, column 6", "files"),
        ("curl a?b", "line 1, column 7", "files"),
        ("curl [a]", "line 1, column 6", "files"),
        ("curl ~/x", "line 1, column 6", "directory"),
        ("curl a\ncurl b", "line 2, column 1", "a further command"),
        ("$ curl a", "line 1, column 1", "prompt"),
        ("curl 'a", "line 1, column 6", "no end"),
        ("curl \"a", "line 1, column 6", "no end"),
        ("curl $'a", "line 1, column 6", "no end"),
        ("curl $'a\\", "line 1, column 6", "no end"),
        ("curl $'a\\0b'", "line 1, column 9", "NUL"),
        ("curl $'a\\x00b'", "line 1, column 9", "NUL"),
        ("curl $'\\ud800'", "line 1, column 8", "no character"),
        ("curl $'\\xff'", "line 1, column 6", "not UTF-8"),
        ("curl $'\\cA'", "line 1, column 8", "control character"),
        ("curl $\"a\"", "line 1, column 6", "replace"),
        ("curl ^\"a^\" ^\r\n -s", "line 1, column 6", "Windows"),
        ("curl \"a\" ^\n -s", "line 1, column 10", "Windows"),
        ("curl a `\n -s", "line 1, column 8", "PowerShell"),
        ("curl -H “a”", "line 1, column 9", "typographic"),
    ] {
        let error = refusal(text);
        assert!(error.contains(position) && error.contains(part), "{text:?}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn h92_any_text_is_read_or_refused(text in any::<String>(), shell in "[a '\"\\\\$`\n\r^~*?\\[{(|;&><#é0xuU7c]{0,40}") {
        for text in [text, shell] {
            if let Err(error) = words(&text) {
                prop_assert!(error.line >= 1 && error.column >= 1);
            }
        }
    }

    #[test]
    fn h92_what_is_quoted_is_read_as_it_was(texts in proptest::collection::vec(any::<String>(), 1..4)) {
        // Others are quoted as the output of a command, which is refused.
        let texts: Vec<String> = texts.into_iter().filter(|text| is_plain(text.as_bytes())).collect();
        let line = texts.iter().map(|text| quoted(text.as_bytes())).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(read(&line), texts);
    }
}
