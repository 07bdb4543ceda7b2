//! What a watch reports.

/// What may have changed since it was last read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// `destination.json`.
    pub registration: bool,
    /// The database.
    pub history: bool,
}
