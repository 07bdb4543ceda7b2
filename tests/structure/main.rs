//! The house's inner walls: what the sources of a part may name. Sources are read as tokens, so comments and texts do not
//! count, and code that only tests see is left out.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Words that the domain may not use: the crates of the world, its clocks, its sockets, its output.
const DOMAIN_WORDS: [&str; 38] = [
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

/// Sequences of tokens that the domain may not use; a star stands for the rest of a word.
const DOMAIN_PATHS: [&str; 5] = [". now ( )", ": now ( )", "Uuid : : n*", "crate : : io", "super : : io"];

/// What `update` and its model may not use: they are deterministic.
const UPDATE_WORDS: [&str; 8] = ["tokio", "reqwest", "fs", "Instant", "SystemTime", "getrandom", "thread", "process"];

const UPDATE_PATHS: [&str; 3] = ["Uuid : : n*", ": now ( )", ". now ( )"];

/// What the front ends may not use: the world is reached through `ops`.
const FRONT_END_WORDS: [&str; 4] = ["reqwest", "hyper", "rcgen", "chacha20poly1305"];
const FRONT_END_PATHS: [&str; 2] = ["crate : : io", "super : : io"];

/// Files of the front ends that may use [`waypost::io`] beside `ops`, each with its reason.
const FRONT_END_IO: [(&str, &str); 1] =
    [("src/cli/commands/app.rs", "the demo's receiver runs beside the app, on throw-away files")];

/// Files of the command line that may name the app, each with its reason.
const STARTS_APP: [(&str, &str); 1] =
    [("src/cli/commands/app.rs", "opens the app, and brings it what the demo's receiver tells")];

/// One token, flattened: groups give their brackets.
#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

/// The tokens of a source that are there without `cfg(test)`.
fn tokens(source: &str) -> Vec<Token> {
    let stream: TokenStream = source.parse().expect("the source can be read as tokens");
    let mut out = Vec::new();
    flatten(stream, &mut out);
    out
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        if is_cfg_test(&trees[at..]) {
            at = end_of_item(&trees, at + 2);
            continue;
        }
        let line = trees[at].span().start().line;
        match &trees[at] {
            // Doc comments and lints' reasons are attributes; what they say is in literals, which say nothing here.
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push(Token { text: open.into(), line });
                flatten(group.stream(), out);
                out.push(Token { text: close.into(), line: group.span_close().start().line });
            }
            TokenTree::Literal(_) => out.push(Token { text: "\"\"".into(), line }),
            other => out.push(Token { text: other.to_string(), line }),
        }
        at += 1;
    }
}

/// `#[cfg(test)]`, and nothing wider such as `cfg(any(test, …))`.
fn is_cfg_test(trees: &[TokenTree]) -> bool {
    match trees {
        [TokenTree::Punct(hash), TokenTree::Group(group), ..] if hash.as_char() == '#' => {
            let words: String = group.stream().to_string().split_whitespace().collect();
            words == "cfg(test)"
        }
        _ => false,
    }
}

/// Behind the item that begins there: behind its first semicolon or its first braces.
fn end_of_item(trees: &[TokenTree], from: usize) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    trees[from..].iter().position(ends).map_or(trees.len(), |at| from + at + 1)
}

/// Every use of a forbidden word or path, as `line: what`.
fn breaches(source: &str, words: &[&str], paths: &[&str]) -> Vec<String> {
    let tokens = tokens(source);
    let mut found: Vec<(usize, String)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        // A raw identifier is the same word.
        let word = token.text.strip_prefix("r#").unwrap_or(&token.text);
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

/// The Rust files under a folder of the package, without those that hold tests alone.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && !name.ends_with("_tests.rs") && name != "tests.rs" {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn assert_clean(files: &[PathBuf], words: &[&str], paths: &[&str]) {
    let mut all = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(file).unwrap();
        all.extend(breaches(&source, words, paths).into_iter().map(|breach| format!("{}:{breach}", file.display())));
    }
    assert!(all.is_empty(), "these do not belong there:\n{}", all.join("\n"));
}

#[test]
fn the_domain_knows_nothing_of_the_world() {
    let files = sources("src/domain");
    assert!(files.len() > 15, "only {} files found", files.len());
    assert_clean(&files, &DOMAIN_WORDS, &DOMAIN_PATHS);
}

#[test]
fn everything_of_the_app_but_its_loop_is_deterministic() {
    let mut files = sources("src/tui");
    files.retain(|file| !file.components().any(|part| part.as_os_str() == "app"));
    assert!(files.len() > 15, "only {} files found", files.len());
    assert_clean(&files, &UPDATE_WORDS, &UPDATE_PATHS);
}

#[test]
fn front_ends_reach_the_world_through_ops() {
    let mut files = sources("src/cli");
    files.extend(sources("src/tui"));
    files.retain(|file| !FRONT_END_IO.iter().any(|(allowed, _)| file.ends_with(allowed)));
    assert_clean(&files, &FRONT_END_WORDS, &FRONT_END_PATHS);
}

#[test]
fn neither_front_end_knows_the_other() {
    let (mut cli, tui) = (sources("src/cli"), sources("src/tui"));
    assert!(cli.iter().any(|file| file.ends_with("src/cli/accessible/demo.rs")) && tui.len() > 15);
    cli.retain(|file| !STARTS_APP.iter().any(|(allowed, _)| file.ends_with(allowed)));
    assert_clean(&cli, &["tui"], &[]);
    assert_clean(&tui, &["cli"], &[]);
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
        let found = breaches(&source, &DOMAIN_WORDS, &DOMAIN_PATHS);
        assert!(found.iter().any(|breach| breach.starts_with("3: ")), "{line}: {found:?}");
    }
}

#[test]
fn the_other_walls_catch_theirs() {
    for line in
        ["use tokio::time;", "fn f() { let t = Timestamp::now(); }", "use std::time::Instant;", "let x = std::fs::read(p);"]
    {
        assert!(!breaches(line, &UPDATE_WORDS, &UPDATE_PATHS).is_empty(), "{line}");
    }
    for line in [
        "use crate::io::state::store;",
        "use crate::{io, ops};",
        "use super::super::io;",
        "fn f() { crate::io::fs::paths::find(); }",
    ] {
        assert!(!breaches(line, &FRONT_END_WORDS, &FRONT_END_PATHS).is_empty(), "{line}");
    }
    for line in ["use crate::tui::guide::Guide;", "use crate::{ops, tui};", "fn f() -> super::super::tui::msg::Msg { g() }"] {
        assert_eq!(breaches(line, &["tui"], &[]), ["1: tui"], "{line}");
    }
    assert_eq!(
        breaches("use crate::ops::{self, io_error}; use std::io;", &FRONT_END_WORDS, &FRONT_END_PATHS),
        Vec::<String>::new()
    );
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
        assert_eq!(breaches(line, &DOMAIN_WORDS, &DOMAIN_PATHS), Vec::<String>::new(), "{line}");
    }
}
