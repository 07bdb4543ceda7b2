//! The app on a real terminal: the loop, what starts it, and what it draws with.

pub mod backend;
pub mod hangup;
pub mod run;
pub mod start;
pub mod terminal;
