//! The HTTP client: one request, and what came of it.
//!
//! ```text
//! Client::attempt, Connection::attempt
//!   ├─ token      where the request awaits one: from the token endpoint; once more after a 401
//!   ├─ exchange   resolver ─ addresses ─ proxy ─ TLS ─ request body ─ response head ─ response body
//!   │                  └─────────┴─────────┴──────┴── each step reports its phase to the Trace
//!   ├─ stop       by the user
//!   └─ deadline   the total time of the attempt
//!        └──────► Attempt: outcome, phase, timings, addresses, certificate, response, cause, diagnosis
//! ```
//!
//! The phases are those of the one real request, never of a probe before it. [`Client::attempt`] never reuses a connection, so
//! that every attempt proves the whole path: name, port, certificate, endpoint. A [`Connection`] is kept for many events.

mod attempt;
mod body;
mod certificate;
mod chain;
mod client;
mod client_certificate;
mod config;
mod connect;
mod connection;
mod dns;
mod drive;
mod error;
mod heard;
mod limits;
mod no_proxy;
mod open;
mod page;
mod presented;
mod proxy;
mod refusal;
mod response;
mod result;
mod roots;
mod route;
mod signed;
mod tls;
mod token;
mod trace;
mod tunnel;

pub use client::Client;
pub(crate) use client_certificate::describe as describe_client;
pub use client_certificate::{ClientIdentity, read_client_certificate};
pub use config::{NetworkConfig, Trust};
pub use connection::Connection;
pub use dns::{Lookup, SystemLookup};
pub use presented::is_itself;
pub use proxy::ProxyEnv;
pub use response::ResponseReader;
pub use result::{failed_before_sending, stopped_before_sending};
pub use roots::{MAX_CA_BYTES, check_ca};
pub use trace::Progress;
