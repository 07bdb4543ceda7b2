//! The rules for input, field by field.
