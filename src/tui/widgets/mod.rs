//! Parts that several screens are made of.

pub mod editor;
pub(crate) mod json;
pub(crate) mod parts;
pub mod text_field;
