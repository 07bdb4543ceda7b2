//! Which file takes which names from which other file.
//!
//! What counts is the file that defines the name: re-exports are followed. Counted are the names of every `use` and every path
//! in the code (`super::parts::row(…)`). A module alone is not a name, so `mod child;` and `use crate::ops;` do not count; nor
//! does a `pub use` of what a child defines, unless the parent's own code uses the name.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::{Module, modules};
use super::source::{Source, Token};

/// One file takes names from another.
#[derive(Debug)]
pub struct Taken {
    pub names: BTreeSet<String>,
    /// The paths by which they are taken, from the crate down and as far as they are modules: `ops` for `ops::Waypost` even
    /// where `ops` has it from a child.
    pub through: BTreeSet<Vec<String>>,
}

/// By the file that takes and the file that defines, as paths from the top of the package.
pub type Graph = BTreeMap<(String, String), Taken>;

pub fn graph(sources: &[Source]) -> Graph {
    let modules = modules(sources);
    let mut out = Graph::new();
    for module in modules.values() {
        let mut take = |path: &[String]| {
            let Some(found) = resolve(&modules, module, path, 0) else { return };
            let (Some(name), false) = (found.name, found.file == module.file) else { return };
            let key = (sources[module.file].path.clone(), sources[found.file].path.clone());
            let taken = out.entry(key).or_insert_with(|| Taken { names: BTreeSet::new(), through: BTreeSet::new() });
            taken.names.insert(name);
            taken.through.insert(found.through);
        };
        for import in &module.imports {
            if !passes_on(&modules, module, &import.path, import.public) {
                take(&import.path);
            }
        }
        for path in paths(&module.code) {
            take(&path);
        }
        for name in names(module) {
            take(&[name]);
        }
    }
    out
}

/// What a path leads to.
#[derive(Debug)]
struct Found {
    file: usize,
    /// The item; `None` if it is a module.
    name: Option<String>,
    /// The module in which it was looked for.
    through: Vec<String>,
}

/// Whether an import only passes on what a descendant defines.
fn passes_on(modules: &BTreeMap<Vec<String>, Module>, module: &Module, path: &[String], public: bool) -> bool {
    public && resolve(modules, module, path, 0).is_some_and(|found| found.through.starts_with(&module.path))
}

/// Follows a path from a module to the definition. `None`: it leads out of the crate, or to nothing that is known here.
fn resolve(modules: &BTreeMap<Vec<String>, Module>, from: &Module, path: &[String], depth: usize) -> Option<Found> {
    let (first, rest) = path.split_first()?;
    if depth > 20 {
        return None;
    }
    let module = |path: &[String]| modules.get(path);
    let mut at = match first.as_str() {
        "crate" => module(&[])?,
        "waypost" if from.path == ["main"] => module(&[])?,
        "self" => from,
        "super" => module(&from.path[..from.path.len().checked_sub(1)?])?,
        name => {
            let found = look_up(modules, from, name, rest.is_empty(), depth)?;
            if found.name.is_some() {
                return Some(found);
            }
            module(&found.through)?
        }
    };
    for (index, name) in rest.iter().enumerate() {
        if name == "super" {
            at = module(&at.path[..at.path.len().checked_sub(1)?])?;
            continue;
        }
        let found = look_up(modules, at, name, index + 1 == rest.len(), depth)?;
        if found.name.is_some() {
            return Some(Found { through: at.path.clone(), ..found });
        }
        at = module(&found.through)?;
    }
    Some(Found { file: at.file, name: None, through: at.path.clone() })
}

/// What a name means in a module: an item, a child, or what it imports under that name.
fn look_up(modules: &BTreeMap<Vec<String>, Module>, at: &Module, name: &str, last: bool, depth: usize) -> Option<Found> {
    let child = modules.get(&[at.path.clone(), vec![name.to_owned()]].concat());
    let as_module = || child.map(|child| Found { file: child.file, name: None, through: child.path.clone() });
    let item = || Found { file: at.file, name: Some(name.to_owned()), through: at.path.clone() };
    // A function may have the name of a module; before `::` it is the module.
    if !last && child.is_some() {
        return as_module();
    }
    if at.items.contains(name) && child.is_none() {
        return Some(item());
    }
    let named = at.imports.iter().filter(|import| import.name.as_deref() == Some(name));
    let mut found: Vec<Found> =
        named.filter(|import| import.path != [name]).filter_map(|import| resolve(modules, at, &import.path, depth + 1)).collect();
    // `pub use verify::verify`: the function beside the module.
    found.sort_by_key(|found| found.name.is_none());
    if let Some(found) = found.into_iter().next() {
        return Some(found);
    }
    as_module().or_else(|| {
        let mut stars = at.imports.iter().filter(|import| import.name.is_none());
        stars.find_map(|star| resolve(modules, at, &[star.path.clone(), vec![name.to_owned()]].concat(), depth + 1))
    })
}

/// The paths in the code, such as `crate::a::b` or `parts::row`.
fn paths(code: &[Token]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let Some(word) = code[at].word() else {
            at += 1;
            continue;
        };
        let mut path = vec![word.to_owned()];
        let continues = |at: usize| at >= 2 && code[at - 1].text == ":" && code[at - 2].text == ":";
        let is_inner = continues(at) || at > 0 && code[at - 1].text == ".";
        at += 1;
        while code.get(at).is_some_and(|a| a.text == ":") && code.get(at + 1).is_some_and(|b| b.text == ":") {
            let Some(word) = code.get(at + 2).and_then(Token::word) else { break };
            path.push(word.to_owned());
            at += 3;
        }
        if path.len() > 1 && !is_inner {
            out.push(path);
        }
    }
    out
}

/// Single names in the code that no import of the module accounts for: those of a star, and those that it passes on as well.
fn names(module: &Module) -> BTreeSet<String> {
    let stars = module.imports.iter().any(|import| import.name.is_none());
    let private = |name: &str| module.imports.iter().any(|import| !import.public && import.name.as_deref() == Some(name));
    let public = |name: &str| module.imports.iter().any(|import| import.public && import.name.as_deref() == Some(name));
    let mut out = BTreeSet::new();
    for (at, token) in module.code.iter().enumerate() {
        let Some(word) = token.word() else { continue };
        let before = at.checked_sub(1).map_or("", |before| module.code[before].text.as_str());
        let after = module.code.get(at + 1).map_or("", |after| after.text.as_str());
        // A local variable or a field may have the name of a function.
        let is_name = word.starts_with(char::is_uppercase) || matches!(after, "(" | "!");
        if !is_name || matches!(before, ":" | "." | "fn") && !is_type_of_field(&module.code, at) {
            continue;
        }
        if !module.items.contains(word) && (public(word) || stars && !private(word)) {
            out.insert(word.to_owned());
        }
    }
    out
}

/// Whether the colon before a name is a single one: `field: Name`.
fn is_type_of_field(code: &[Token], at: usize) -> bool {
    at >= 2 && code[at - 1].text == ":" && code[at - 2].text != ":"
}
