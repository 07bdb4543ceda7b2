//! A registration that comes from elsewhere: a curl command, or what `waypost export` printed. Nothing of it is executed.
//!
//! ```text
//! words     the words of a command, as a shell reads them
//! options   curl's options        curl   the request that a command makes
//! draft     that request as a draft: auth type, headers, an event; and what is not taken
//! taken     what of it goes into a draft that has something in it already
//! export    a registration as JSON without its secrets, and back
//! ```

mod curl;
mod draft;
mod export;
mod options;
mod refused;
mod taken;
mod words;

pub use curl::NotTaken;
pub use draft::{Imported, from_curl};
pub use export::{exported, from_export};
pub use refused::Refused;
pub use taken::is_curl;

#[cfg(test)]
mod tests;
