//! What waypost is about, with nothing of the world in it.
//!
//! No runtime, network, terminal, argument parser, file, socket, clock or randomness: times, ids and random bytes come in
//! as arguments. `tests/structure` holds that. Everything here is either valid by construction (private fields, a
//! constructor that can fail) or plain data.

pub mod address;
pub mod auth;
mod compression;
pub mod config;
pub mod convention;
pub mod credential;
pub mod curl;
pub mod delivery;
pub mod destination;
pub mod draft;
pub mod event;
pub mod field;
pub mod header;
pub mod import;
pub mod json;
pub mod mangling;
pub mod mask;
pub mod nats;
pub mod path;
pub mod problem;
pub mod redact;
pub mod request;
pub mod rotation;
pub mod secret;
pub mod shell;
pub mod signature;
pub mod snippet;
pub mod text;
pub mod token;
pub mod unfilled;
pub mod url;
