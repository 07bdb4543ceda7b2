//! Options that name a file to write.

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};

/// A path. Refuses `-`: standard output is for the result, and a file of that name is hard to use.
pub fn new_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path.as_os_str() == "-" { Err("it is written to a file, not to standard output: give a name") } else { Ok(path) }
    })
}
