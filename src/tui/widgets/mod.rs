//! Parts that several screens are made of.

pub(crate) mod boxes;
pub(crate) mod buttons;
pub(crate) mod confirm;
pub(crate) mod editor;
pub(crate) mod fix;
pub(crate) mod message;
pub(crate) mod rows;
pub(crate) mod scroll;
pub(crate) mod text;
pub(crate) mod text_field;
