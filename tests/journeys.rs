//! The main job on a real terminal, by keys alone, against an HTTPS receiver that checks the auth with code of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

#[path = "journeys/auth_types.rs"]
mod auth_types;
#[path = "journeys/demo.rs"]
mod demo;
#[path = "journeys/editor.rs"]
mod editor;
#[path = "journeys/edits.rs"]
mod edits;
#[path = "journeys/files.rs"]
mod files;
#[path = "journeys/form.rs"]
mod form;
#[path = "journeys/outcomes.rs"]
mod outcomes;
mod support;
