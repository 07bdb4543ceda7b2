//! JSON as it is written: keys stay in their order, numbers keep their digits, texts their escapes, a key may come twice.
//!
//! A signature covers bytes, so what rewrote a body is a mistake to find, and what is shown must be what came. `serde_json` reads
//! values and forgets how they were written.
//!
//! ```text
//! lexer     any text as tokens, and what an escape means
//! value     tokens -> a tree of the texts themselves
//! rewrite   what differs when JSON is written again, as data
//! writer    a tree written again         number    a number written again
//! indent    a text with line breaks      position where in a text a value begins
//! members   a list of paths and values
//! ```

mod indent;
mod lexer;
mod members;
mod number;
mod position;
mod rewrite;
mod value;
mod writer;

pub use indent::indented;
pub use lexer::{Token, TokenKind, tokens};
pub(crate) use lexer::{decoded, escape};
pub(crate) use members::members;
pub(crate) use position::position;
pub use rewrite::{Duplicates, Escaped, NonAscii, Numbers, Rewrite, Spacing, Texts};
pub(crate) use value::{Value, parse};
pub(crate) use writer::{integer, write};
