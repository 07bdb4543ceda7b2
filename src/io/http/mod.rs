//! The sender: one request, and what came of it.
//!
//! ```text
//! Sender::attempt
//!   ├─ exchange   resolver ─ connector ─ TLS ─ request body ─ answer's head ─ answer's body
//!   │                  └────────┴────────┴──────┴── each tells the Trace where it is
//!   ├─ stop       the user's
//!   └─ deadline   the total time of the attempt
//!        └──────► Attempt: outcome, phase, times, certificate, answer, cause, diagnosis
//! ```
//!
//! The phases are those of the one real request, never of a probe before it. [`Sender::attempt`] never uses a connection twice,
//! so that every attempt proves the whole way: name, port, certificate, endpoint. A [`Lane`] keeps its connection, for events
//! in number.

mod answer;
mod body;
mod cause;
mod cert;
mod client;
mod connect;
pub mod credential;
mod ended;
mod lane;
mod proxy;
mod resolve;
mod tls;
mod trace;
mod way;

pub use client::{Sender, Surroundings, Trust};
pub use ended::{failed_before_sending, stopped_before_sending};
pub use lane::Lane;
pub use proxy::ProxyEnv;
pub use resolve::{Lookup, SystemLookup};
pub use tls::check_ca;
pub use trace::Progress;
