//! The modules of the crate: what each defines, and what it imports under which name.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenTree;

use super::source::{Source, Token, after_item, flatten, trees, without_tests};

/// A module: a file, or a `mod name { … }` within one.
#[derive(Debug, Default)]
pub struct Module {
    /// From the crate down: empty for `lib.rs`.
    pub path: Vec<String>,
    /// Where it is, as an index into the sources.
    pub file: usize,
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    /// Its code without imports and without inline modules.
    pub code: Vec<Token>,
}

/// One name of a `use`.
#[derive(Clone, Debug)]
pub struct Import {
    pub path: Vec<String>,
    /// The name it gets here; `None` for a star.
    pub name: Option<String>,
    /// Whether others can take it from here.
    pub public: bool,
}

/// Every module, by its path.
pub fn modules(sources: &[Source]) -> BTreeMap<Vec<String>, Module> {
    let mut out = BTreeMap::new();
    for (file, source) in sources.iter().enumerate() {
        let trees = trees(&source.text);
        read(path_of(&source.path), file, &trees, &mut out);
    }
    out
}

/// `src/io/fs/mod.rs` is `io::fs`. The binary is a crate of its own, called `main` here.
fn path_of(file: &str) -> Vec<String> {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut path: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| last == "mod") || path == ["lib"] {
        path.pop();
    }
    path
}

fn read(path: Vec<String>, file: usize, trees: &[TokenTree], out: &mut BTreeMap<Vec<String>, Module>) {
    let mut module = Module { path: path.clone(), file, ..Module::default() };
    let mut rest = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        let Some((keyword, name)) = item(trees, at) else {
            rest.push(trees[at].clone());
            at += 1;
            continue;
        };
        let end = match keyword.as_str() {
            // A value may contain braces.
            "const" | "static" | "type" => after_semicolon(trees, at),
            _ => after_item(trees, at),
        };
        if keyword == "mod" {
            if let TokenTree::Group(body) = &trees[end - 1] {
                let inner = [path.clone(), vec![name.clone()]].concat();
                read(inner, file, &without_tests(body.stream()), out);
            }
        } else {
            rest.extend_from_slice(&trees[at..end]);
        }
        module.items.insert(name);
        at = end;
    }
    let mut code = Vec::new();
    flatten(&rest, &mut code);
    (module.imports, module.code) = imports(&code);
    out.insert(path, module);
}

/// The keyword and the name of the item whose keyword is at `at`.
fn item(trees: &[TokenTree], at: usize) -> Option<(String, String)> {
    let word = |at: usize| match trees.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let keyword = word(at)?;
    let name = match keyword.as_str() {
        "mod" | "struct" | "enum" | "union" | "trait" | "type" | "fn" | "static" => word(at + 1)?,
        // `const fn` is found by its `fn`.
        "const" => word(at + 1).filter(|next| !["fn", "unsafe", "async"].contains(&next.as_str()))?,
        "macro_rules" => word(at + 2)?,
        _ => return None,
    };
    Some((keyword, name))
}

fn after_semicolon(trees: &[TokenTree], from: usize) -> usize {
    let ends = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';');
    trees[from..].iter().position(ends).map_or(trees.len(), |at| from + at + 1)
}

/// The imports in that code, at every depth, and the code without them.
fn imports(code: &[Token]) -> (Vec<Import>, Vec<Token>) {
    let (mut out, mut rest) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < code.len() {
        // `use<'a>` among bounds is not an import.
        if code[at].text != "use" || code.get(at + 1).is_none_or(|next| next.text == "<") {
            rest.push(code[at].clone());
            at += 1;
            continue;
        }
        let public = is_public(&rest);
        let end = at + code[at..].iter().position(|token| token.text == ";").expect("an import ends with a semicolon");
        let mut tree = &code[at + 1..end];
        while !tree.is_empty() {
            tree = import(tree, &[], public, &mut out);
        }
        at = end + 1;
    }
    (out, rest)
}

/// Whether the code before an import ends with `pub` or `pub(…)`.
fn is_public(before: &[Token]) -> bool {
    match before {
        [.., last] if last.text == "pub" => true,
        [.., last] if last.text == ")" => {
            let open = before.iter().rposition(|token| token.text == "(").unwrap_or(0);
            open > 0 && before[open - 1].text == "pub"
        }
        _ => false,
    }
}

/// Reads one tree of an import; returns what follows it.
fn import<'a>(mut tree: &'a [Token], prefix: &[String], public: bool, out: &mut Vec<Import>) -> &'a [Token] {
    let mut path = prefix.to_vec();
    while let Some((token, rest)) = tree.split_first() {
        tree = rest;
        match token.text.as_str() {
            ":" => {}
            "*" => {
                out.push(Import { path, name: None, public });
                return tree;
            }
            "{" => {
                while tree.first().is_some_and(|token| token.text != "}") {
                    tree = if tree[0].text == "," { &tree[1..] } else { import(tree, &path, public, out) };
                }
                return tree.get(1..).unwrap_or(&[]);
            }
            "as" => {
                let name = Some(tree[0].text.clone());
                out.push(Import { path, name, public });
                return &tree[1..];
            }
            // `a::{self}` is `a`.
            "self" if !path.is_empty() => {}
            word => path.push(word.trim_start_matches("r#").to_owned()),
        }
        let ends = tree.first().is_none_or(|next| next.text == "," || next.text == "}");
        if ends {
            let name = path.last().cloned();
            out.push(Import { path, name, public });
            return tree;
        }
    }
    tree
}
