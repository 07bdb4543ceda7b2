//! What the pure parts may not name: the domain and the rows of `present` know nothing of the world, and the app is
//! deterministic but for its loop.

use super::source::{Source, Token, product, tokens};

/// Words that the domain and `present` may not use: the crates of the world, its clocks, its sockets, its output.
const PURE_WORDS: [&str; 38] = [
    "tokio",
    "tokio_rustls",
    "reqwest",
    "ratatui",
    "crossterm",
    "tui_input",
    "clap",
    "clap_complete",
    "clap_mangen",
    "hyper",
    "hyper_util",
    "tower",
    "rustls",
    "rcgen",
    "rustix",
    "directories",
    "tracing",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "UnixStream",
    "UnixListener",
    "SystemTime",
    "Instant",
    "getrandom",
    "rand",
    "fs",
    "process",
    "thread",
    "stdin",
    "stdout",
    "stderr",
    "println",
    "eprintln",
    "dbg",
    "OsRng",
    "env",
];

/// Sequences of tokens that the domain may not use; a star matches the rest of a word.
const PURE_PATHS: [&str; 5] = [". now ( )", ": now ( )", "Uuid : : n*", "crate : : io", "super : : io"];

/// What the app may not use outside its loop: times and ids come in.
const APP_WORDS: [&str; 8] = ["tokio", "reqwest", "fs", "Instant", "SystemTime", "getrandom", "thread", "process"];

const APP_PATHS: [&str; 3] = ["Uuid : : n*", ": now ( )", ". now ( )"];

/// Crates that only `io` may name.
const IO_WORDS: [&str; 5] = ["reqwest", "hyper", "rcgen", "chacha20poly1305", "rusqlite"];

/// Every use of a forbidden word or path, as `line: what`.
fn breaches(source: &str, words: &[&str], paths: &[&str]) -> Vec<String> {
    let tokens = tokens(source);
    let mut found: Vec<(usize, String)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        // `env!` is answered by the compiler, not by the world.
        let of_compiler = word == "env" && tokens.get(at + 1).is_some_and(|next| next.text == "!");
        if words.contains(&word) && !of_compiler {
            found.push((token.line, word.to_owned()));
        }
    }
    for path in paths {
        let parts: Vec<&str> = path.split(' ').collect();
        for (at, token) in tokens.iter().enumerate() {
            if begins(&tokens[at..], &parts) || grouped(&tokens[at..], &parts) {
                found.push((token.line, parts.concat()));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(line, what)| format!("{line}: {what}")).collect()
}

fn begins(tokens: &[Token], parts: &[&str]) -> bool {
    tokens.len() >= parts.len() && parts.iter().zip(tokens).all(|(part, token)| is(&token.text, part))
}

fn is(text: &str, part: &str) -> bool {
    part.strip_suffix('*').map_or(text == part, |start| text.starts_with(start))
}

/// `a::{x, b}` for the path `a::b`.
fn grouped(tokens: &[Token], parts: &[&str]) -> bool {
    let Some((last, start)) = parts.split_last() else { return false };
    if !start.ends_with(&[":", ":"]) || !begins(tokens, start) || tokens.get(start.len()).is_none_or(|token| token.text != "{") {
        return false;
    }
    let mut depth = 0;
    for pair in tokens[start.len()..].windows(2) {
        match pair[0].text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return false;
        }
        if depth == 1 && matches!(pair[0].text.as_str(), "{" | ",") && is(&pair[1].text, last) {
            return true;
        }
    }
    false
}

fn assert_clean(files: &[Source], words: &[&str], paths: &[&str]) {
    let all = files.iter().flat_map(|file| {
        let found = breaches(&file.text, words, paths).into_iter();
        found.map(|breach| format!("{}:{breach}", file.path))
    });
    let all: Vec<String> = all.collect();
    assert!(all.is_empty(), "these do not belong there:\n{}", all.join("\n"));
}

#[test]
fn the_domain_knows_nothing_of_the_world() {
    let files = product("src/domain");
    assert!(files.len() > 15, "only {} files found", files.len());
    assert_clean(&files, &PURE_WORDS, &PURE_PATHS);
    assert_clean(&product("src/present"), &PURE_WORDS, &PURE_PATHS);
}

#[test]
fn everything_of_the_app_but_its_loop_is_deterministic() {
    let mut files = product("src/tui");
    files.retain(|file| !file.path.starts_with("src/tui/app/"));
    assert!(files.len() > 15, "only {} files found", files.len());
    assert_clean(&files, &APP_WORDS, &APP_PATHS);
}

#[test]
fn only_io_names_the_crates_of_the_world() {
    for room in ["src/ops", "src/cli", "src/tui"] {
        assert_clean(&product(room), &IO_WORDS, &[]);
    }
}

#[test]
fn planted_lines_are_caught() {
    for line in [
        "use tokio::net;",
        "use std::{fs, io};",
        "fn f() { std::fs::read(p); }",
        "fn f() { let t = Instant::now(); }",
        "fn f() { let t = Timestamp::now(); }",
        "fn f() { let t = Zoned::now ( ); }",
        "fn f() { let t = clock.now(); }",
        "fn f() { let s: std::net::TcpStream; }",
        "use std::net::ToSocketAddrs as _;",
        "fn f() { println!(\"x\"); }",
        "fn f() { eprintln!(); }",
        "fn f() { let id = uuid::Uuid::new_v4(); }",
        "fn f() { std::env::var(\"HOME\"); }",
        "use std::env;",
        "fn f() { getrandom::fill(&mut key); }",
        "use crate::io::state::store;",
        "use crate::{domain::url, io};",
        "use crate::{domain::{self, url}, io::store};",
        "use std::{collections::HashMap, env};",
        "fn f() { r#tokio::spawn(x); }",
        "#[cfg(not(test))] use tokio::net;",
        "#[cfg(any(test, feature = \"x\"))] use tokio::net;",
        "#[cfg(test)] mod tests { } use tokio::net;",
        "#[cfg(test)] mod tests; mod m { use tokio::net; }",
    ] {
        let source = format!("//! Fine.\n\n{line}\n");
        let found = breaches(&source, &PURE_WORDS, &PURE_PATHS);
        assert!(found.iter().any(|breach| breach.starts_with("3: ")), "{line}: {found:?}");
    }
}

#[test]
fn planted_lines_of_the_app_are_caught() {
    for line in
        ["use tokio::time;", "fn f() { let t = Timestamp::now(); }", "use std::time::Instant;", "let x = std::fs::read(p);"]
    {
        assert!(!breaches(line, &APP_WORDS, &APP_PATHS).is_empty(), "{line}");
    }
    assert_eq!(breaches("use hyper::Request;", &IO_WORDS, &[]), ["1: hyper"]);
}

#[test]
fn innocent_lines_are_not() {
    for line in [
        "//! No tokio, std::fs or Instant::now() here.",
        "/// Like reqwest's. Use println! elsewhere.",
        "// tokio",
        "/* hyper /* nested */ rustls */",
        "const A: &str = \"std::fs Instant::now() println!\";",
        "const A: &str = r#\"tokio\"#;",
        "const A: &str = env!(\"CARGO_PKG_VERSION\");",
        "use std::net::{IpAddr, SocketAddr};",
        "use crate::{domain::{io, url}, other::io};",
        "fn f(now: i64) -> i64 { now }",
        "fn f<'now>(x: &'now str) { g(now); }",
        "#[cfg(test)] mod tests { use tokio::net; }",
        "#[cfg(test)]\n#[path = \"x_tests.rs\"]\nmod tests;",
        "#[cfg(test)] use std::fs;",
        "mod a { #[cfg(test)] mod tests { fn f() { println!(); } } }",
    ] {
        assert_eq!(breaches(line, &PURE_WORDS, &PURE_PATHS), Vec::<String>::new(), "{line}");
    }
}
