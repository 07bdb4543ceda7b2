//! The files of `src`, as tokens.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One file of the package: its path from the top, such as `src/io/fs/lock.rs`, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// The Rust files under a folder of the package, in order.
pub fn files(folder: &str) -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    let mut folders = vec![top.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push(Source { path: path.strip_prefix(top).unwrap().to_str().unwrap().to_owned(), text });
            }
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// The files under a folder that are compiled without `cfg(test)`.
pub fn product(folder: &str) -> Vec<Source> {
    let mut files = files(folder);
    files.retain(|file| {
        let name = file.path.rsplit('/').next().unwrap();
        !file.path.contains("/tests/") && name != "tests.rs" && !name.ends_with("_tests.rs")
    });
    files
}

/// One token; a group gives its two brackets and what is between them.
#[derive(Clone, Debug)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

impl Token {
    /// The word, if the token is one. A raw identifier is the same word.
    pub fn word(&self) -> Option<&str> {
        let word = self.text.strip_prefix("r#").unwrap_or(&self.text);
        word.starts_with(|first: char| first.is_alphabetic() || first == '_').then_some(word)
    }
}

/// The trees of a source that are there without `cfg(test)`, at every depth.
pub fn trees(source: &str) -> Vec<TokenTree> {
    let stream: TokenStream = source.parse().expect("the source can be read as tokens");
    without_tests(stream)
}

pub fn without_tests(stream: TokenStream) -> Vec<TokenTree> {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < trees.len() {
        if is_cfg_test(&trees[at..]) {
            at = after_item(&trees, at + 2);
        } else {
            out.push(trees[at].clone());
            at += 1;
        }
    }
    out
}

pub fn flatten(trees: &[TokenTree], out: &mut Vec<Token>) {
    for tree in trees {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push(Token { text: open.into(), line });
                flatten(&without_tests(group.stream()), out);
                out.push(Token { text: close.into(), line: group.span_close().start().line });
            }
            // A doc comment is an attribute with a literal.
            TokenTree::Literal(_) => out.push(Token { text: "\"\"".into(), line }),
            other => out.push(Token { text: other.to_string(), line }),
        }
    }
}

pub fn tokens(source: &str) -> Vec<Token> {
    let mut out = Vec::new();
    flatten(&trees(source), &mut out);
    out
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

/// The index after the item that begins at `from`: after its first semicolon or its first braces.
pub fn after_item(trees: &[TokenTree], from: usize) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    trees[from..].iter().position(ends).map_or(trees.len(), |at| from + at + 1)
}
