//! A wrong command line: the message says what is wrong with it, and what was meant.

use std::fs;

use crate::support::Home;
use crate::support::common::{refused_with, registered};

/// Each is refused with exit code 2, and says so.
fn refused(home: &Home, all: &[(&str, &str)]) {
    for (line, says) in all {
        let args: Vec<_> = line.split(' ').collect();
        refused_with(home, &args, "", 2, None, says);
    }
}

#[test]
fn times_that_no_delivery_can_have_are_refused() {
    let home = registered();
    refused(
        &home,
        &[
            ("history --since 1h --until 2h", "is before --since ("),
            ("history --since 2026-11-26T21:03 --until 2026-11-26T21:03", "is the same as --since (2026-11-26 21:03:00"),
            ("history --search since:1h --until 2h", "is before --since ("),
            ("resend --outcome failed --since 1h --until 2h --dry-run", "is before --since ("),
            ("history --since -1h", "1h already means that long ago"),
            ("history --until -1h", "1h already means that long ago"),
            ("stats --since -1h", "1h already means that long ago"),
            ("resend --outcome failed --since -1h", "1h already means that long ago"),
        ],
    );
    let future = ["--since", "2999-01-01"];
    for command in [["history"].as_slice(), &["stats"], &["resend", "--outcome", "failed", "--yes"]] {
        let stderr = home.waypost(&[command, &future].concat()).exits(0).stderr;
        assert!(stderr.contains("note: --since (2999-01-01 00:00:00 UTC) is in the future."), "{stderr}");
    }
    // The whole of a day.
    home.waypost(&["history", "--since", "2026-11-26", "--until", "2026-11-26"]).exits(0);
}

#[test]
fn what_was_meant_is_suggested_and_nothing_that_does_something_else() {
    let home = Home::new();
    refused(
        &home,
        &[
            ("queue delete x", "There is no command delete. Did you mean drop?"),
            ("queue remove x", "Did you mean drop?"),
            ("queue rm x", "Did you mean drop?"),
            ("queue pause", "Did you mean hold?"),
            ("queue resume", "Did you mean release?"),
            ("queue relase", "Did you mean release?"),
            ("delete", "Did you mean remove?"),
            ("history --status 500", "There is no option --status. Did you mean --search status:500?"),
            ("history list --status=500", "Did you mean --search status:500?"),
            ("resend --outcome failed --since 1h --status 500", "Did you mean --search status:500?"),
            ("queue list --status dead", "Did you mean --state?"),
            ("queue purge", "Commands: list, show, retry, drop"),
        ],
    );
    for line in ["history delete x", "test --status 500"] {
        let args: Vec<_> = line.split(' ').collect();
        let stderr = home.waypost(&args).exits(2).stderr;
        assert!(!stderr.contains("Did you mean"), "{stderr}");
    }
}

#[test]
fn an_argument_too_many_is_named_except_where_it_may_be_a_secret() {
    let home = registered();
    refused(
        &home,
        &[
            ("enqueue order.json paid.json", "Unexpected argument paid.json: enqueue takes one FILE at a time."),
            ("enqueue order.json paid.json", "--lines"),
            ("send order.json paid.json", "Unexpected argument paid.json: send takes one FILE at a time."),
            ("queue release now", "Unexpected argument now: queue release takes none."),
            ("queue show a b", "Unexpected argument b: queue show takes one ID at a time."),
            ("test extra", "Unexpected argument extra: test takes none."),
            ("register https://h.example/in", "Unexpected argument: every input has an option."),
            ("register https://h.example/in", "Did you mean --url?"),
        ],
    );
    let stderr = home.waypost(&["test", "\u{1b}[31mred"]).exits(2).stderr;
    assert!(stderr.contains("\\x1b[31mred") && !stderr.contains('\u{1b}'), "{stderr}");
    let stderr = home.waypost(&["test", "https://ann:hunter2@h.example/"]).exits(2).stderr;
    assert!(!stderr.contains("hunter2"), "{stderr}");
    for command in ["secret", "register", "edit"] {
        let stderr = home.waypost(&[command, "hunter2"]).exits(2).stderr;
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}

#[test]
fn numbers_name_their_range() {
    let home = registered();
    refused(
        &home,
        &[
            ("send e.json --retries -1", "use a number from 0 to 20"),
            ("send e.json --retries 99999999999999999999", "use a number from 0 to 20"),
            ("send --lines e.json --concurrency 0", "use a number from 1 to 256"),
            ("history --limit -3", "use a number from 1 to 100000"),
            ("queue list --limit -3", "use a number from 0 to 100000"),
            ("resend last --concurrency x", "use a number from 1 to 256"),
            ("relay --concurrency 4294967297", "use a number from 1 to 256"),
            ("enqueue e.json --max-queue 0", "no event fits into a queue of 0 bytes"),
            ("send e.json --rate 0", "--rate works only with --lines."),
            ("send e.json --concurrency 2", "--concurrency works only with --lines."),
            ("send e.json --failed f.jsonl", "--failed works only with --lines."),
        ],
    );
}

#[test]
fn an_empty_file_of_a_secret_is_named() {
    let home = registered();
    let file = home.path().join("empty");
    let file = file.to_str().unwrap();
    for text in ["", "\n"] {
        fs::write(file, text).unwrap();
        refused_with(&home, &["edit", "--secret-file", file], "", 2, None, "the file is empty");
    }
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_reported() {
    let home = registered();
    let says = "a quotation mark is not closed";
    assert!(home.waypost(&["history", "--search", "foo \"bar"]).exits(0).stderr.contains(says));
    assert!(!home.waypost(&["history", "--search", "\"foo bar\""]).exits(0).stderr.contains(says));
    assert!(!home.waypost(&["history", "-q", "--search", "foo \"bar"]).exits(0).stderr.contains(says));
}

#[test]
fn the_secret_that_is_registered_already_is_unchanged_also_where_the_old_one_is_kept() {
    let home = Home::new();
    let url = "https://hooks.example.com/in";
    let register =
        ["register", "--url", url, "--auth", "hmac", "--header-key", "X-Sig", "--format", "standard", "--secret-stdin"];
    let (old, new) = ("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4");
    home.waypost_stdin(&register, old).exits(0);
    let edit = |keep: &str| home.waypost_stdin(&["edit", "--secret-stdin", "--keep-old", keep], new);
    assert!(edit("1h").exits(0).stderr.contains("Saved"));
    let kept = || home.waypost(&["show", "--json"]).exits(0).json()["destination"]["auth"]["previous_secret"].clone();
    let before = kept();
    assert!(before.is_object(), "{before}");
    assert!(edit("1h").exits(0).stderr.contains("Unchanged"));
    assert_eq!(kept(), before, "not for longer");
    assert!(edit("1m").exits(2).stderr.contains("used for longer than that"));
    refused_with(&home, &["edit", "--keep-old", "1h"], "", 2, Some("signing_secret"), "is not replaced");
    assert!(edit("0").exits(0).stderr.contains("Saved"));
    assert!(kept().is_null());
    assert!(edit("0").exits(0).stderr.contains("Unchanged"));
    assert!(edit("1h").exits(0).stderr.contains("Unchanged"));
}

#[test]
fn a_drop_of_several_says_that_none_was_dropped() {
    let home = Home::new();
    let id = home.waypost_stdin(&["enqueue", "-"], "{}").exits(0).stdout;
    let stderr = home.waypost(&["queue", "drop", id.trim(), "b"]).exits(2).stderr;
    assert!(stderr.contains("The queue has no event b") && stderr.contains("Nothing was dropped."), "{stderr}");
    home.waypost(&["queue", "show", id.trim()]).exits(0);
}
