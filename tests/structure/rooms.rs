//! Which room of `src` may import which, and within the app which layer.

use super::imports::{Graph, Taken, graph};
use super::source::{Source, product};

/// A room, and the rooms that it may import beside itself.
const ROOMS: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("present", &["domain"]),
    ("io", &["domain"]),
    ("ops", &["domain", "io"]),
    ("cli", &["domain", "present", "ops"]),
    ("tui", &["domain", "present", "ops"]),
    // The binary.
    ("main", &["cli"]),
];

/// An import that is allowed all the same: the file, the room or layer that it imports, and the reason. The test fails when
/// one is not needed any more.
const EXCEPTIONS: [(&str, &str, &str); 1] = [("src/cli/commands/app.rs", "tui", "opens the app")];

/// The room of a file: `io` for `src/io/fs/lock.rs`.
fn room(path: &str) -> &str {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap()
}

fn allowed(room: &str) -> &'static [&'static str] {
    ROOMS.iter().find(|(name, _)| *name == room).map_or(&[], |(_, allowed)| allowed)
}

/// The room that a file may not import, and does. A name may be taken from `ops` that `io` defines.
fn wrong_room(from: &str, to: &str, taken: &Taken) -> Option<String> {
    let own = room(from);
    let below =
        |room: &str| room == own || allowed(own).contains(&room) || allowed(own).iter().any(|a| allowed(a).contains(&room));
    if !below(room(to)) {
        return Some(room(to).to_owned());
    }
    let named = taken.through.iter().filter_map(|path| path.first());
    named.into_iter().find(|named| **named != own && !allowed(own).contains(&named.as_str())).cloned()
}

/// The layer of a file of the app: `update`, `view`, or what both use. The loop calls both.
fn layer(path: &str) -> Option<&str> {
    let inner = path.strip_prefix("src/tui/")?;
    let mut parts = inner.split(['/', '.']);
    match parts.find(|part| ["app", "update", "view"].contains(part)) {
        Some("app") => None,
        found => Some(found.unwrap_or("what update and view stand on")),
    }
}

/// The layer that a file of the app may not import, and does.
fn wrong_layer(from: &str, to: &str) -> Option<String> {
    let (own, other) = (layer(from)?, layer(to)?);
    (own != other && ["update", "view"].contains(&other)).then(|| other.to_owned())
}

/// The imports that no arrow allows: the file, what it may not import, and the names.
fn wrong(graph: &Graph) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    for ((from, to), taken) in graph {
        for found in [wrong_room(from, to, taken), wrong_layer(from, to)].into_iter().flatten() {
            let names: Vec<&str> = taken.names.iter().map(String::as_str).collect();
            out.push((from.clone(), found, format!("{from} takes {} from {to}", names.join(", "))));
        }
    }
    out
}

#[test]
fn imports_go_down_only() {
    let wrong = wrong(&graph(&product("src")));
    let excepted = |from: &str, to: &str| EXCEPTIONS.iter().any(|(file, what, _)| *file == from && *what == to);
    let left: Vec<&str> = wrong.iter().filter(|(from, to, _)| !excepted(from, to)).map(|(_, _, line)| &**line).collect();
    assert!(left.is_empty(), "these imports go up:\n{}", left.join("\n"));
    for (file, what, reason) in EXCEPTIONS {
        let needed = wrong.iter().any(|(from, to, _)| from == file && to == what);
        assert!(needed, "{file} does not import {what} ({reason}): take it from the exceptions");
    }
}

/// What is wrong when the file has that text beside a file of every room.
fn wrong_with(path: &str, text: &str) -> Vec<String> {
    let mut files: Vec<(&str, &str)> = vec![
        ("src/lib.rs", "pub mod domain; pub mod present; pub mod io; pub mod ops; pub mod cli; pub mod tui;"),
        ("src/domain/mod.rs", "pub mod url; pub struct Url;"),
        ("src/present/mod.rs", "pub struct Row;"),
        ("src/io/mod.rs", "pub mod fs; pub use fs::Lock;"),
        ("src/io/fs.rs", "pub struct Lock;"),
        ("src/ops/mod.rs", "pub struct Waypost; pub use crate::io::Lock;"),
        ("src/cli/mod.rs", "pub fn run() {}"),
        ("src/tui/mod.rs", "pub mod layout; pub mod update; pub mod view; pub mod msg;"),
        ("src/tui/layout.rs", "pub struct Extent;"),
        ("src/tui/update.rs", "pub fn update() {}"),
        ("src/tui/view.rs", "pub fn view() {}"),
        ("src/tui/msg.rs", "pub enum Msg {}"),
    ];
    files.push((path, text));
    let files: Vec<Source> = files.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect();
    wrong(&graph(&files)).into_iter().map(|(_, what, _)| what).collect()
}

#[test]
fn planted_imports_that_go_up_are_found() {
    for (path, text, what) in [
        ("src/domain/x.rs", "use crate::io::Lock;", "io"),
        ("src/domain/x.rs", "use crate::present::Row;", "present"),
        ("src/domain/x.rs", "fn f(w: super::super::ops::Waypost) {}", "ops"),
        ("src/present/x.rs", "use crate::{domain::Url, io::fs::Lock};", "io"),
        ("src/present/x.rs", "use crate::ops::Waypost;", "ops"),
        ("src/io/x.rs", "use crate::ops::Waypost;", "ops"),
        ("src/io/x.rs", "use crate::present::Row;", "present"),
        ("src/ops/x.rs", "fn f() { crate::cli::run() }", "cli"),
        ("src/ops/x.rs", "use crate::tui::msg::Msg as _;", "tui"),
        ("src/ops/x.rs", "use crate::present::Row;", "present"),
        ("src/cli/x.rs", "use crate::io::fs::Lock;", "io"),
        ("src/cli/x.rs", "use crate::io::*; fn f(l: Lock) {}", "io"),
        ("src/cli/x.rs", "use crate::io; fn f() { io::Lock::take() }", "io"),
        ("src/cli/x.rs", "use crate::tui::msg::Msg;", "tui"),
        ("src/tui/x.rs", "use crate::cli::run;", "cli"),
        ("src/tui/x.rs", "use crate::io::Lock;", "io"),
        ("src/main.rs", "fn main() { waypost::ops::Waypost::new(); }", "ops"),
        ("src/tui/screens/main/update.rs", "use crate::tui::view::view;", "view"),
        ("src/tui/screens/main/view.rs", "use crate::tui::update::update;", "update"),
        ("src/tui/screens/main/view/rows.rs", "use crate::tui::update::update;", "update"),
        ("src/tui/screens/main/state.rs", "use crate::tui::update::update;", "update"),
        ("src/tui/layout/sizes.rs", "use crate::tui::view::view;", "view"),
        ("src/tui/keys.rs", "fn f() { super::view::view() }", "view"),
    ] {
        assert_eq!(wrong_with(path, text), [what], "{path}: {text}");
    }
}

#[test]
fn imports_that_go_down_are_not() {
    for (path, text) in [
        ("src/domain/x.rs", "use super::Url; use std::io; fn f() { io::copy() }"),
        ("src/present/x.rs", "use crate::domain::Url;"),
        ("src/io/x.rs", "use crate::domain::Url; use super::fs::Lock;"),
        ("src/ops/x.rs", "use crate::{domain::Url, io::Lock};"),
        // Defined in io, and handed on by ops.
        ("src/cli/x.rs", "use crate::ops::{Lock, Waypost}; use crate::present::Row;"),
        ("src/tui/app/x.rs", "use crate::ops::Lock; use crate::tui::{update::update, view::view};"),
        ("src/tui/screens/main/update.rs", "use crate::tui::update::update; use crate::tui::layout::Extent;"),
        ("src/tui/screens/main/view.rs", "use crate::tui::view::view; use crate::tui::layout::Extent;"),
        ("src/main.rs", "fn main() { waypost::cli::run(); }"),
    ] {
        assert_eq!(wrong_with(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}
