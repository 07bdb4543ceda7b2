//! Headers: the names that a person may give, and the headers that a destination adds to its requests.
//!
//! ```text
//! key      a name, checked
//! custom   a header of the destination's own, as it is entered and as it holds
//! fill     the parts of a value that differ from request to request
//! list     names and values as they were sent or answered
//! ```

mod custom;
mod fill;
mod key;
mod list;

pub use custom::{CustomHeader, HeaderEntry, MAX_HEADERS};
pub use fill::Piece;
pub use key::HeaderKey;
pub use list::HeaderList;

pub(crate) use custom::check;
pub(crate) use fill::{event_name, pieces};
