//! What the app costs, by counts that are the same on every machine: bytes on the wire, threads, files opened, bytes of the
//! history read, allocations. Times are measured by `cargo bench`, never here.

mod allocations;
mod bytes;
mod event;
mod history;
mod paste;
mod process;
mod same_screen;
mod screen;
