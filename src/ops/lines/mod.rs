//! Lines of JSON, read on a thread of their own: for `send --lines` and for `enqueue --lines`.

mod line;
mod reader;

pub use line::Line;
pub use reader::{Entry, Input, MAX_LINE, read};

/// The number of invalid lines that are reported one by one.
pub const MAX_INVALID: usize = 10;

/// A line that was left out because of what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLine {
    /// Its number, from 1.
    pub line: u64,
    /// `it is not JSON at column 7`
    pub why: String,
}
