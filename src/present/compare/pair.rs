//! What two deliveries have in one place.

/// What two deliveries have in one place. Texts may hold characters that must not reach a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub label: String,
    /// `None` where the older one has nothing of it.
    pub before: Option<String>,
    /// `None` where the newer one has nothing of it.
    pub after: Option<String>,
    pub differs: bool,
}

pub(super) fn pair(label: impl Into<String>, before: Option<String>, after: Option<String>) -> Pair {
    Pair { label: label.into(), differs: before != after, before, after }
}
