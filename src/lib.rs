//! waypost: register the one webhook endpoint that receives your events, and prove that it works.
//!
//! ```text
//! src/main.rs     arguments in, exit code out
//! src/domain/     PURE: destination, auth, url, draft, secret, signature, request, event, outcome, diagnosis
//! src/io/         the world: store, vault, history, http, receiver, paths
//! src/ops/        register, edit, remove, test, …: domain + io; the only thing both front ends call
//! src/present/    PURE: a destination, a delivery, a timing as rows for all front ends
//! src/cli/        arguments, text and JSON output, exit codes
//! src/tui/        run (the loop), terminal, msg, model, update (pure), effect, keys, form, guide, view/
//! ```
//!
//! The path of a key: terminal → `EventStream` → `Msg` → `keys` → `Action` → `update` → `Vec<Effect>` → `perform` (calls
//! `ops`) → `Msg` → `update` → `view` → frame.
//!
//! Invariants, each held by a test: the domain imports nothing of the world; `update` is deterministic (times and ids come
//! in); an effect is data; a result carries its id, and a stale one is dropped; nothing is drawn unless the model changed;
//! a secret never reaches a `Debug`, a log, an error, a snapshot or the history.

pub mod cli;
pub mod domain;
pub mod io;
pub mod ops;
pub mod present;
pub mod tui;
