//! Parts that several screens are made of.

pub(crate) mod boxes;
pub(crate) mod buttons;
pub mod editor;
pub(crate) mod fix;
pub(crate) mod json;
pub(crate) mod text;
pub mod text_field;
