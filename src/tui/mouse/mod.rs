//! The mouse: what is at a place of the screen, and what a click or the wheel does there.

pub(crate) mod hit;
pub(crate) mod update;
