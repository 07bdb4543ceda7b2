//! A screen or popup is a folder: what it knows, what happens at a key, what is seen.

pub mod compare;
pub mod delivery;
pub mod form;
pub mod help;
pub mod main;
pub mod palette;
pub mod probe;
pub mod question;
pub mod queue;
pub mod receiver;
pub mod snippet;
pub mod test;
pub mod verify;
pub mod watch;
