//! Register, test, send, probe, verify, listen: the domain and the world put together. The only thing that front ends call.

mod attempt;
mod clipboard;
pub mod demo;
mod events;
mod history;
mod id;
mod in_flight;
mod listen;
pub mod probe;
mod problem;
mod register;
pub mod relay;
pub mod send;
pub mod signals;
mod task;
mod test;
mod tls_files;
pub mod verify;
mod waypost;

pub use crate::domain::problem::{Problem, ProblemKind};
pub use crate::io::clipboard::Copied;
pub use crate::io::db::history::Page;
pub(crate) use crate::io::fs::reason;
pub use crate::io::receiver::{NoRequest, ReceiverEvent, RequestEvent};
pub use crate::io::watch::{Changed, Watch};
pub use attempt::Step;
pub use clipboard::copy;
pub use demo::{Demo, Witness};
pub use history::delivery_json;
pub use listen::{Explainer, Listen, Listener};
pub(crate) use register::whole_seconds;
pub use register::{Removed, Saved};
pub use send::Sent;
pub use test::Tested;
pub use tls_files::{check_files, client_certificate, tls_file};
pub use waypost::{OwnReceiver, PAGE, Snapshot, State, Waypost};
