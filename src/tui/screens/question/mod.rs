//! Questions with two buttons, over what they ask about.

pub(crate) mod view;
