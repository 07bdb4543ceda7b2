//! `update` and `view` by keys alone: exact effects, and what every screen and popup shows at five sizes. No terminal, no
//! file, no socket.

mod colours;
mod compare;
mod detail;
pub mod driver;
mod effects;
mod fix;
mod form;
mod headers;
mod health;
mod invariants;
mod leaving;
mod mouse;
mod queue;
pub mod scenes;
mod shared;
mod snapshots;
mod undo;
mod watch;
