//! The main job on a real terminal, by keys alone, against an HTTPS receiver that checks the auth with code of its own.

mod auth_types;
mod config;
mod demo;
mod editor;
mod edits;
mod files;
mod first_test;
mod form;
mod live;
mod mouse;
mod outcomes;
mod queue;
mod receiver;
mod undo;
mod watch;
