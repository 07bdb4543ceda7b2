//! No circle between files of `src`: a reader can begin at the bottom.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::{Graph, graph};
use super::source::{Source, product};

/// The circles, each as what its files take from one another.
fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in graph.keys() {
        reached.entry(from).or_default().insert(to);
        reached.entry(to).or_default();
    }
    // Few files: every file's reach, until nothing is added.
    loop {
        let mut grew = false;
        for file in reached.keys().copied().collect::<Vec<_>>() {
            let further: BTreeSet<&str> = reached[file].iter().flat_map(|next| reached[next].iter().copied()).collect();
            let all = reached.get_mut(file).unwrap();
            let before = all.len();
            all.extend(further);
            grew |= all.len() > before;
        }
        if !grew {
            break;
        }
    }
    let mut out: Vec<Vec<String>> = Vec::new();
    for file in reached.keys() {
        let mates: Vec<String> =
            reached[file].iter().filter(|mate| reached[*mate].contains(file)).map(|mate| (*mate).to_owned()).collect();
        if !mates.is_empty() && !out.contains(&mates) {
            out.push(mates);
        }
    }
    out
}

/// The shortest way from a file of a circle back to it, a line for each step.
fn shortest(graph: &Graph, circle: &[String]) -> String {
    let way = circle.iter().map(|file| way_back(graph, circle, file)).min_by_key(Vec::len).unwrap();
    let step = |pair: &[String]| {
        let taken = &graph[&(pair[0].clone(), pair[1].clone())];
        let names: Vec<&str> = taken.names.iter().map(String::as_str).collect();
        format!("  {} takes {} from {}", pair[0], names.join(", "), pair[1])
    };
    way.windows(2).map(step).collect::<Vec<_>>().join("\n")
}

fn way_back(graph: &Graph, circle: &[String], start: &String) -> Vec<String> {
    let mut before: BTreeMap<&String, &String> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for (_, to) in graph.keys().filter(|(from, to)| from == file && circle.contains(to)) {
            if !before.contains_key(to) {
                before.insert(to, file);
                next.push_back(to);
            }
        }
    }
    let mut way = vec![start.clone(), before[start].clone()];
    while way.last() != Some(start) {
        way.push(before[way.last().unwrap()].clone());
    }
    way.reverse();
    way
}

#[test]
fn no_two_files_need_each_other() {
    let graph = graph(&product("src"));
    assert!(graph.len() > 300, "only {} imports found", graph.len());
    let circles = circles(&graph);
    let listed: Vec<String> = circles
        .iter()
        .map(|circle| format!("{} files:\n  {}\nshortest:\n{}", circle.len(), circle.join("\n  "), shortest(&graph, circle)))
        .collect();
    let listed = listed.join("\n\n");
    assert!(circles.is_empty(), "circles:\n{listed}");
}

/// The circles among files with that text.
fn among(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let source = |(path, text): &(&str, &str)| Source { path: format!("src/{path}"), text: (*text).to_owned() };
    circles(&graph(&files.iter().map(source).collect::<Vec<_>>()))
}

#[test]
fn planted_circles_are_found() {
    let files = |a, b| among(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", b)]);
    let both = [vec!["src/a.rs".to_owned(), "src/b.rs".to_owned()]];
    for (a, b) in [
        ("use crate::b::g; pub fn f() {}", "use crate::a::f; pub fn g() {}"),
        ("pub fn f() { crate::b::g() }", "pub fn g() { super::a::f() }"),
        ("use crate::b; pub fn f() { b::g() }", "use super::{a}; pub fn g() { a::f() }"),
        ("pub struct F(crate::b::G);", "use crate::a::F as Other; pub enum G { One }"),
        ("use crate::b::G::*; pub struct F;", "use crate::a::{self, F}; pub enum G { One }"),
        ("use crate::b::*; pub fn f(g: G) {}", "use crate::a::f; pub struct G;"),
        ("pub fn f() { fn inner() { use crate::b::g; g() } }", "pub fn g() {} mod inner { use super::super::a::f; }"),
        ("pub trait F {} impl F for crate::b::G {}", "pub struct G; impl G { fn g<T: crate::a::F>() {} }"),
        ("pub const F: u8 = crate::b::G;", "pub static G: u8 = { use crate::a::F; F };"),
        ("use crate::b::g; #[cfg(test)] mod tests { } pub fn f() {}", "pub fn g() { crate::a::f() }"),
    ] {
        assert_eq!(files(a, b), both, "{a}\n{b}");
    }
}

#[test]
fn a_name_leads_to_the_file_that_defines_it() {
    let lib = ("lib.rs", "pub mod a; pub mod b; pub use a::f;");
    let passed_on = among(&[lib, ("a.rs", "use crate::b::g; pub fn f() {}"), ("b.rs", "use crate::f; pub fn g() {}")]);
    assert_eq!(passed_on, [vec!["src/a.rs".to_owned(), "src/b.rs".to_owned()]]);
    let twice = among(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod c; mod d; pub use c::*; pub use d::inner::h as other;"),
        ("a/c.rs", "pub fn f() {}"),
        ("a/d.rs", "pub mod inner { pub fn h() { crate::b::g() } }"),
        ("b.rs", "use crate::a::other; pub fn g() { crate::a::f(); other() }"),
    ]);
    assert_eq!(twice, [vec!["src/a/d.rs".to_owned(), "src/b.rs".to_owned()]]);
}

#[test]
fn a_parent_may_list_its_children_and_not_define_for_them() {
    let files = |parent, child| among(&[("lib.rs", "mod a;"), ("a/mod.rs", parent), ("a/b.rs", child)]);
    let none: Vec<Vec<String>> = Vec::new();
    let both = [vec!["src/a/b.rs".to_owned(), "src/a/mod.rs".to_owned()]];
    for parent in ["pub mod b; pub use b::G; pub struct F;", "mod b; pub(crate) use self::b::{g, G}; pub struct F;"] {
        assert_eq!(files(parent, "use super::F; pub struct G; pub fn g() {}"), none, "{parent}");
    }
    for parent in [
        "mod b; pub use b::G; pub struct F(G);",
        "mod b; use b::G; pub struct F;",
        "mod b; pub struct F; pub fn f() { b::g() }",
        "mod b; pub use b::g; pub struct F; pub fn f() { g() }",
    ] {
        assert_eq!(files(parent, "use super::F; pub struct G; pub fn g() {}"), both, "{parent}");
    }
}

#[test]
fn what_is_no_import_is_no_circle() {
    let none: Vec<Vec<String>> = Vec::new();
    for (a, b) in [
        ("use crate::b; pub fn f() {}", "use crate::a::f; pub fn g() {}"),
        ("#[cfg(test)] mod tests { use crate::b::g; } pub fn f() {}", "use crate::a::f; pub fn g() {}"),
        ("//! See [`crate::b::g`].\npub fn f() {}", "use crate::a::f; pub fn g() {}"),
        ("pub fn f() { \"crate::b::g\" }", "use crate::a::f; pub fn g() {}"),
        ("use std::b::g; pub fn f(x: X) { x.g(); other::b::g() }", "use crate::a::f; pub fn g() {}"),
    ] {
        assert_eq!(among(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", b)]), none, "{a}\n{b}");
    }
}
