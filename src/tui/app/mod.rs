//! The app on a real terminal: the loop, what starts it, and what it draws with.

pub mod backend;
mod edit;
mod flight;
mod inbox;
mod listening;
mod perform;
pub mod run;
mod screen;
mod shell;
pub mod start;
pub mod terminal;
mod terminal_keys;
mod watch;
