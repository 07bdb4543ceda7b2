//! A remark about an input that is accepted.

use std::fmt;

use super::spec::Field;

/// A remark about an input that is accepted. Requires no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The input it is about.
    pub field: Field,
    /// One sentence, without a full stop.
    pub text: String,
}

impl Notice {
    /// A notice about `field`.
    pub fn new(field: Field, text: impl Into<String>) -> Self {
        Self { field, text: text.into() }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field.label, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::CA_CERT;

    #[test]
    fn a_notice_starts_with_the_label() {
        assert_eq!(Notice::new(CA_CERT, "ends soon").to_string(), "CA certificate: ends soon");
    }
}
