//! What differs between a failure and the last delivery that was delivered, as data.

use jiff::Timestamp;

/// What differs from the last delivery that was delivered, and when that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinceLastDelivered {
    pub at: Timestamp,
    /// Empty if nothing is known to have changed.
    pub changes: Vec<Change>,
}

/// One difference. Of a secret neither value is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The id of a field, `headers.NAME`, or the name of what else can change, such as `certificate`.
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}
