//! What is said to a token endpoint, and what it answers (RFC 6749 §4.4, client credentials).
//!
//! ```text
//! client    who asks for a token, and for which       request   the request of that
//! answer    a token, or why there is none             issuer    the other side: the token endpoint of the receiver in waypost
//! ```

mod answer;
mod client;
mod issuer;
mod request;

pub use answer::{Answer, Grant, MAX_ANSWER, Refusal, Rejected, parse};
pub use client::{ClientAuth, TokenClient, parameters};
pub use issuer::{Issued, TOKEN_LIFE_S, check, issue};
pub use request::TokenRequest;
