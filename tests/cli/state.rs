//! Rows 22–30, 35: the state file.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::check::{expect_api_key_header, expect_bearer, expect_nothing};
use crate::support::common::{SECRET, URL, disk, refused, refused_with, register, registered, registered_at};
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, Output, run};

/// Commands that need the destination, none of which may change anything.
const ALL: [&[&str]; 6] = [
    &["show"],
    &["secret"],
    &["test"],
    &["edit", "--url", "https://other.example/"],
    &["remove", "--yes"],
    &["register", "--url", URL, "--auth", "default"],
];

fn change(home: &Home, change: impl FnOnce(&mut Value)) {
    let mut json: Value = serde_json::from_slice(&fs::read(home.state_file()).unwrap()).unwrap();
    change(&mut json);
    fs::write(home.state_file(), json.to_string()).unwrap();
}

#[test]
fn h22_private_from_the_beginning() {
    let home = Home::new();
    let script = "umask 000; exec \"$0\" register --url https://h.example/ --auth bearer --secret-stdin";
    let mut command = std::process::Command::new("sh");
    let base = home.command(&[]);
    command.args(["-c", script, base.get_program().to_str().unwrap()]).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, b"token-text").exits(0);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!([mode(home.config_dir()), mode(home.state_dir())], [0o700, 0o700]);
    assert_eq!([mode(home.state_file()), mode(home.state_dir().join("key"))], [0o600, 0o600]);
}

/// Runs `waypost ARGS` under a umask that hides nothing.
fn without_umask(home: &Home, args: &[&str], stdin: &str) -> Output {
    let base = home.command(&[]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "umask 000; exec \"$0\" \"$@\"", base.get_program().to_str().unwrap()]).args(args);
    command.current_dir(home.path()).env_clear().envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, stdin.as_bytes())
}

#[test]
fn h22_the_queue_the_log_and_what_is_written_to_files_are_private_whatever_the_umask() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(422)]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let before: Vec<_> = disk(&home).into_keys().collect();
    without_umask(&home, &["enqueue", "--lines", "-"], "1\n2\n").exits(0);
    without_umask(&home, &["queue", "rescue", "rescued.jsonl"], "").exits(0);
    without_umask(&home, &["relay", "--once", "-v"], "").exits(4);
    without_umask(&home, &["send", "--lines", "-", "--failed", "failed.jsonl", "--retries", "0"], "1\n").exits(3);
    let made: Vec<_> = disk(&home).into_iter().filter(|(path, _)| !before.contains(path)).collect();
    let names: Vec<_> = made.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    for name in ["waypost.db", "waypost.log", "relay.lock", "rescued.jsonl", "failed.jsonl"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    for (path, (mode, _)) in made {
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode & 0o7777, wanted, "{}", path.display());
    }
}

#[test]
fn a_secret_that_was_changed_or_removed_is_nowhere_on_the_disk() {
    let changes: [(&[&str], &str); 4] = [
        (&["edit", "--secret-stdin"], "another-text-another-text"),
        (&["edit", "--auth", "bearer", "--secret-stdin"], "another-text-another-text"),
        (&["edit", "--auth", "default"], ""),
        (&["remove", "--yes"], ""),
    ];
    for (args, stdin) in changes {
        let home = registered();
        let json: Value = serde_json::from_slice(&fs::read(home.state_file()).unwrap()).unwrap();
        let sealed = json["destination"]["sealed"]["auth.signing_secret"].as_str().unwrap().to_owned();
        home.waypost_stdin(args, stdin).exits(0);
        for (path, (_, bytes)) in disk(&home) {
            for text in [&sealed, SECRET] {
                let is_there = bytes.windows(text.len()).any(|window| window == text.as_bytes());
                assert!(!is_there, "{args:?}: {}", path.display());
            }
        }
    }
}

/// Where a request can carry two signatures, the old secret stays for a time, unless the user ends that.
#[test]
fn an_old_secret_that_was_dropped_is_nowhere_on_the_disk() {
    for ends in [["edit", "--drop-old"].as_slice(), &["edit", "--secret-stdin", "--keep-old", "0"]] {
        let home = Home::new();
        let args = ["--auth", "hmac", "--header-key", "X-Signature", "--format", "timestamped", "--secret-stdin"];
        register(&home, URL, &args, SECRET);
        home.waypost_stdin(&["edit", "--secret-stdin"], "another-text-another-text").exits(0);
        let json: Value = serde_json::from_slice(&fs::read(home.state_file()).unwrap()).unwrap();
        let sealed = json["destination"]["sealed"]["auth.previous_secret"].as_str().unwrap().to_owned();
        home.waypost_stdin(ends, "a-third-text-a-third-text").exits(0);
        for (path, (_, bytes)) in disk(&home) {
            for text in [&sealed, SECRET] {
                let is_there = bytes.windows(text.len()).any(|window| window == text.as_bytes());
                assert!(!is_there, "{ends:?}: {}", path.display());
            }
        }
    }
}

#[test]
fn h23_a_file_that_others_can_read() {
    let home = registered();
    fs::set_permissions(home.state_file(), fs::Permissions::from_mode(0o644)).unwrap();
    for args in ALL {
        refused_with(&home, args, "", 5, None, &format!("chmod 600 {}", home.state_file().display()));
    }
}

#[test]
fn h24_what_is_not_understood_is_left_alone() {
    let home = registered();
    let good = fs::read_to_string(home.state_file()).unwrap();
    let path = home.state_file().display().to_string();
    for bad in [
        String::new(),
        good[..good.len() / 2].to_owned(),
        format!("\u{feff}{good}"),
        "[".repeat(200_000),
        good.replace("\"destination\": {", "\"destination\": \"S3CRET-VALUE\", \"x\": {"),
        "{\"schema_version\": 1, \"generation\": 0, \"destination\": \"S3CRET-VALUE\"}".to_owned(),
    ] {
        fs::write(home.state_file(), &bad).unwrap();
        for args in ALL {
            let text = refused(&home, args, "", 5, None);
            assert!(text.contains(&format!("{path}:")) && !text.contains("S3CRET"), "{text}");
            let place = text.split(&format!("{path}:")).nth(1).unwrap();
            assert!(place.starts_with(|c: char| c.is_ascii_digit()), "{text}");
        }
    }
}

#[test]
fn h25_a_newer_version() {
    let home = registered();
    change(&home, |json| json["schema_version"] = json!(7));
    for args in ALL {
        let text = refused(&home, args, "", 5, None);
        assert!(text.contains("version 7") && text.contains("up to 1"), "{text}");
    }
}

#[test]
fn h26_unknown_fields_stay() {
    let home = registered();
    change(&home, |json| {
        json["later"] = json!({ "a": [1, 2] });
        json["destination"]["note"] = json!("x");
    });
    home.waypost(&["edit", "--url", "https://other.example/"]).exits(0);
    let json: Value = serde_json::from_slice(&fs::read(home.state_file()).unwrap()).unwrap();
    assert_eq!((&json["later"], &json["destination"]["note"]), (&json!({ "a": [1, 2] }), &json!("x")));
}

#[test]
fn h27_a_link_is_kept() {
    let home = Home::new();
    fs::create_dir(home.path().join("dotfiles")).unwrap();
    fs::create_dir(home.config_dir()).unwrap();
    symlink("../dotfiles/hop", home.state_file()).unwrap();
    symlink("real.json", home.path().join("dotfiles/hop")).unwrap();
    register(&home, URL, &["--auth", "default"], "");
    assert_eq!(fs::read_link(home.state_file()).unwrap().to_str(), Some("../dotfiles/hop"));
    assert!(fs::read_to_string(home.path().join("dotfiles/real.json")).unwrap().contains(URL));
    home.waypost(&["show"]).exits(0);
}

#[test]
fn h28_a_secret_is_not_carried_elsewhere() {
    let receiver = Receiver::start(expect_bearer("token-text-token-text"));
    let other = Receiver::start(expect_bearer("token-text-token-text"));
    let ca = other.ca().to_str().unwrap().to_owned();
    let elsewhere = |json: &mut Value| json["destination"]["url"] = json!(other.url);
    let otherwise = |json: &mut Value| {
        let sealed = json["destination"]["sealed"]["auth.token"].clone();
        json["destination"]["auth"] = json!({ "type": "basic", "username": "u" });
        json["destination"]["sealed"] = json!({ "auth.password": sealed });
    };
    let by_another = |json: &mut Value| json["destination"]["tls"] = json!({ "ca_cert": ca });
    let changes: [&dyn Fn(&mut Value); 3] = [&elsewhere, &otherwise, &by_another];
    for by_hand in changes {
        let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], "token-text-token-text");
        change(&home, by_hand);
        for args in [["test"].as_slice(), &["secret"], &["edit", "--timeout", "5"], &["test", "--dry-run"]] {
            let before = disk(&home);
            let out = home.waypost(args).exits(6);
            assert!(out.stdout.is_empty() && !out.stderr.contains("token-text"), "{out:?}");
            assert!(out.stderr.contains("nter the secret again"), "{}", out.stderr);
            assert_eq!(disk(&home), before);
        }
        // What can be read is shown, and the code says that not all is well.
        assert!(home.waypost(&["show"]).exits(6).stdout.contains("https://"));
        assert_eq!(home.waypost(&["show", "--json"]).exits(6).json()["error"]["code"], "secret");
        // Entered again, all is well.
        home.waypost_stdin(&["edit", "--secret-stdin"], "token-text-token-text").exits(0);
        assert_eq!(home.waypost(&["secret"]).exits(0).stdout, "token-text-token-text\n");
    }
    assert_eq!((receiver.connections(), other.connections()), (0, 0));
}

#[test]
fn h28_a_key_for_a_header_is_not_put_into_a_query() {
    let receiver = Receiver::start(expect_api_key_header("X-Key", "value-text-value-text"));
    let args = ["--auth", "api-key", "--key", "X-Key", "--secret-stdin"];
    let home = registered_at(&receiver, &args, "value-text-value-text");
    change(&home, |json| json["destination"]["auth"]["add_to"] = json!("query"));
    for args in [["test"].as_slice(), &["secret"], &["edit", "--timeout", "5"]] {
        refused_with(&home, args, "", 6, None, "nter the secret again");
    }
    // A secret that comes with the edit is what is sealed for the new place.
    home.waypost_stdin(&["edit", "--add-to", "header", "--secret-stdin"], "value-text-value-text").exits(0);
    assert_eq!(receiver.connections(), 0);
    home.waypost(&["test"]).exits(0);
}

#[test]
fn h29_another_key() {
    for wrong in [None, Some(vec![1; 32]), Some(vec![1; 31]), Some(Vec::new())] {
        let home = registered();
        let key = home.state_dir().join("key");
        match &wrong {
            None => fs::remove_file(&key).unwrap(),
            Some(bytes) => fs::write(&key, bytes).unwrap(),
        }
        let before = disk(&home);
        for args in [["secret"].as_slice(), &["test"]] {
            refused(&home, args, "", 6, None);
        }
        assert_eq!(disk(&home), before, "{wrong:?}");
    }
}

#[test]
fn h30_something_else_in_its_place() {
    for kind in ["fifo", "directory", "device"] {
        let home = Home::new();
        fs::create_dir(home.config_dir()).unwrap();
        let path = home.state_file();
        match kind {
            "fifo" => {
                let status = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
                assert!(status.success());
            }
            "directory" => fs::create_dir(&path).unwrap(),
            _ => symlink("/dev/zero", &path).unwrap(),
        }
        for args in ALL {
            let begun = Instant::now();
            let out = home.waypost(args).exits(5);
            assert!(begun.elapsed() < Duration::from_secs(1), "{kind} {args:?}: {:?}", begun.elapsed());
            assert!(out.stderr.contains(&path.display().to_string()), "{}", out.stderr);
        }
    }
}

#[test]
fn h35_a_lock_that_is_held() {
    let home = registered();
    let lock = home.config_dir().join("destination.lock");
    let held = fs::File::options().write(true).open(&lock).unwrap();
    held.lock().unwrap();
    for args in [["edit", "--url", "https://other.example/"].as_slice(), &["remove", "--yes"]] {
        let begun = Instant::now();
        let before = disk(&home);
        let out = home.waypost(args).exits(75);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert!(out.stderr.contains(lock.to_str().unwrap()), "{}", out.stderr);
        assert_eq!(disk(&home), before);
    }
    assert_eq!(home.waypost(&["remove", "--yes", "--json"]).exits(75).json()["error"]["code"], "busy");
    // Reading needs no lock.
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, format!("{SECRET}\n"));
}

#[test]
fn h34_parallel_edits_are_saved_or_reported() {
    let home = registered();
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let run = |n: usize| {
            let home = &home;
            scope.spawn(move || home.waypost(&["edit", "--timeout", &(n + 1).to_string()]).code.unwrap())
        };
        (0..20).map(run).collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(codes.iter().all(|code| [0, 75].contains(code)), "{codes:?}");
    let json: Value = serde_json::from_slice(&fs::read(home.state_file()).unwrap()).unwrap();
    let saved = codes.iter().filter(|&&code| code == 0).count();
    assert_eq!(json["generation"], json!(saved + 1));
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h31_a_removal_that_the_disk_does_not_confirm_is_reported() {
    for json in [false, true] {
        let home = registered();
        let base = home.command(&[]);
        let mut command = std::process::Command::new("strace");
        // The second is that of the directory, after the rename.
        command.args([
            "-f",
            "-o",
            "/dev/null",
            "-e",
            "inject=fsync:error=EIO:when=2",
            crate::support::WAYPOST,
            "remove",
            "--yes",
        ]);
        command.args(json.then_some("--json")).current_dir(home.path()).env_clear();
        command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let out = run(&mut command, b"").exits(5);
        if json {
            crate::schema::assert_valid("show", &out.json());
            assert_eq!((&out.json()["removed"], &out.json()["error"]["code"]), (&json!(true), &json!("disk")));
        } else {
            assert!(out.stderr.starts_with(&format!("Removed: {URL}\n")), "{}", out.stderr);
            assert!(out.stderr.contains("may not survive a power failure"), "{}", out.stderr);
        }
        home.waypost(&["show"]).exits(7);
    }
}

const SLACK: &str = "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX";
const SLACK_MASKED: &str = "https://hooks.slack.com/services/T000/B000/••••••••";

#[test]
fn c21_a_url_that_is_a_credential_is_masked_and_sealed() {
    let home = Home::new();
    let out = home.waypost(&["register", "--url", SLACK, "--auth", "default"]).exits(0);
    assert!(out.stderr.contains("URL: a part of it is a credential"), "{}", out.stderr);
    assert!(out.stderr.contains(&format!("Registered: {SLACK_MASKED}")), "{}", out.stderr);
    let file = fs::read_to_string(home.state_file()).unwrap();
    assert!(file.contains(SLACK_MASKED) && !file.contains("XXXX"), "{file}");
    for args in [["show"].as_slice(), &["show", "--json"], &["test", "--dry-run"]] {
        let out = home.waypost(args).exits(0);
        let all = format!("{}{}", out.stdout, out.stderr);
        assert!(!all.contains("XXXX") && !all.contains("is a credential"), "{args:?}: {all}");
        assert!(all.contains("••••••••") || all.contains("$WAYPOST_URL"), "{args:?}: {all}");
    }
    assert!(home.waypost(&["curl", "--reveal"]).exits(0).stdout.contains(SLACK));
    // A masked URL that was copied from a screen is not one.
    refused_with(&home, &["edit", "--url", SLACK_MASKED], "", 2, Some("url"), "is masked");
    // Said again of a new one only.
    let other = SLACK.replace('X', "Y");
    assert!(home.waypost(&["edit", "--url", &other]).exits(0).stderr.contains("a part of it is a credential"));
    assert!(!home.waypost(&["edit", "--url", &other, "--timeout", "3"]).exits(0).stderr.contains("is a credential"));
    let out = home.waypost(&["edit", "--url", URL, "--json"]).exits(0);
    assert_eq!(out.json()["notices"], json!([]));
    assert!(!fs::read_to_string(home.state_file()).unwrap().contains("sealed"));
}

#[test]
fn c19_a_notice_is_given_once() {
    let home = Home::new();
    let quoted = "\"k9Fh2jD83kfLq0s-9\"";
    let saved = |args: &[&str], stdin: &str| home.waypost_stdin(args, stdin).exits(0).stderr;
    let register = ["register", "--url", "https://10.0.0.1/in", "--auth", "hmac", "--header-key", "X-Sig", "--secret-stdin"];
    let stderr = saved(&register, quoted);
    assert!(stderr.contains("is in quotation marks") && stderr.contains("from this network only"), "{stderr}");
    for args in [["show"].as_slice(), &["edit", "--timeout", "7"], &["edit", "--timeout", "7"], &["test", "--dry-run"]] {
        let stderr = saved(args, "");
        assert!(!stderr.contains("note:"), "{args:?}: {stderr}");
    }
    assert_eq!(home.waypost(&["show", "--json"]).exits(0).json()["notices"], json!([]));
    // What is changed is examined again, and nothing else.
    let stderr = saved(&["edit", "--secret-stdin", "--drop-old"], "'k9Fh2jD83kfLq0s-9'");
    assert!(stderr.contains("is in quotation marks") && !stderr.contains("this network"), "{stderr}");
    let stderr = saved(&["edit", "--url", "https://10.0.0.2/in"], "");
    assert!(!stderr.contains("quotation") && stderr.contains("this network"), "{stderr}");
}

#[test]
fn c21_a_masked_url_that_was_changed_by_hand_is_refused() {
    let masked = |host: &str| json!(SLACK_MASKED.replace("hooks.slack.com", host));
    for (args, secret, again) in [
        (["--auth", "default"].as_slice(), "", "Enter the URL again."),
        (&["--auth", "bearer", "--secret-stdin"], SECRET, "Enter the URL and the secret again."),
    ] {
        let home = Home::new();
        register(&home, SLACK, args, secret).exits(0);
        change(&home, |json| json["destination"]["url"] = masked("evil.example"));
        let before = disk(&home);
        for args in [["show"].as_slice(), &["test"], &["edit", "--timeout", "3"], &["curl"]] {
            let out = home.waypost(args).exits(6);
            assert!(out.stderr.contains(again) && !out.stderr.contains("XXXX"), "{args:?}: {}", out.stderr);
        }
        assert_eq!(disk(&home), before);
        // The whole URL is the way on.
        let edit = if secret.is_empty() { &["edit", "--url", SLACK][..] } else { &["edit", "--url", SLACK, "--secret-stdin"] };
        home.waypost_stdin(edit, secret).exits(0);
        home.waypost(&["show"]).exits(0);
        // Put back, it opens.
        change(&home, |json| json["destination"]["url"] = masked("evil.example"));
        home.waypost(&["show"]).exits(6);
        change(&home, |json| json["destination"]["url"] = masked("hooks.slack.com"));
        home.waypost(&["show"]).exits(0);
        // In the clear, it is taken, and sealed at the next save.
        change(&home, |json| json["destination"]["url"] = json!(SLACK));
        assert!(!home.waypost(&["show"]).exits(0).stdout.contains("XXXX"));
        home.waypost(&["edit", "--timeout", "3"]).exits(0);
        assert!(!fs::read_to_string(home.state_file()).unwrap().contains("XXXX"));
    }
}

#[test]
fn c21_a_url_where_a_command_belongs_is_not_repeated() {
    let timeout = ["register", "--url", URL, "--auth", "default", "--timeout", SLACK];
    for args in [[SLACK].as_slice(), &["register", SLACK], &["register", "--auth", SLACK], &timeout] {
        let out = Home::new().waypost(args).exits(2);
        assert!(!out.stderr.contains("XXXX"), "{}", out.stderr);
    }
}

#[test]
fn a28_whatever_is_in_the_place_of_config_json_every_command_works() {
    type Plant = fn(&std::path::Path);
    let plants: [Plant; 7] = [
        |path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
        |path| fs::create_dir(path).unwrap(),
        |path| symlink("/dev/zero", path).unwrap(),
        |path| symlink(path, path).unwrap(),
        |path| fs::write(path, "[".repeat(60_000)).unwrap(),
        |path| fs::write(path, vec![b' '; 1 << 20]).unwrap(),
        |path| {
            fs::write(path, "{\"time_zone\":\"../../etc/passwd\",\"theme\":\"\\u001b]52;c;AA\\u0007\",\"\u{202e}\":1}").unwrap();
        },
    ];
    for (at, plant) in plants.into_iter().enumerate() {
        let home = registered();
        home.waypost(&["test", "--dry-run"]).exits(0);
        plant(&home.config_dir().join("config.json"));
        for args in [&["show"][..], &["history", "--since", "1h"], &["stats"], &["queue"]] {
            let begun = Instant::now();
            let out = home.waypost(args).exits(0);
            assert!(begun.elapsed() < Duration::from_secs(5), "{at} {args:?}");
            let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!out.stdout.contains(raw) && !out.stderr.contains(raw), "{at} {args:?}: {out:?}");
        }
    }
}
