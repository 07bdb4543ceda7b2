//! The app: a loop around a pure `update` and a pure `view`.
//!
//! ```text
//! terminal → EventStream → Msg → keys → Action → update → Vec<Effect> → perform (calls ops) → Msg → update → view → frame
//! ```

pub(crate) mod action;
pub mod app;
pub mod effect;
pub(crate) mod glyphs;
pub(crate) mod guide;
pub mod keys;
pub mod layout;
pub mod model;
pub(crate) mod mouse;
pub mod msg;
pub(crate) mod navigation;
pub mod screens;
pub(crate) mod status;
pub mod theme;
pub mod update;
pub mod view;
pub mod widgets;
