//! The app: a loop around a pure `update` and a pure `view`.
//!
//! ```text
//! terminal → EventStream → Msg → keys → Action → update → Vec<Effect> → perform (calls ops) → Msg → update → view → frame
//! ```

pub mod backend;
pub mod editor;
pub mod effect;
pub mod field;
pub mod form;
pub mod glyphs;
pub mod guide;
pub mod hangup;
pub mod keys;
pub mod model;
pub mod msg;
pub mod other_side;
pub mod run;
pub mod start;
pub mod terminal;
pub mod test_popup;
pub mod theme;
pub mod update;
pub mod view;
