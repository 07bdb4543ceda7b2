//! What the screen of two deliveries knows.

use crate::present::compare::Part;
use crate::present::summary::Summary;

/// Two deliveries beside each other: the older one left.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparePopup {
    /// When each was, as it is shown, and how it ended.
    pub heads: [(String, Summary); 2],
    /// Compared once: bodies may be long.
    pub parts: Vec<Part>,
    /// Also what is the same is shown.
    pub all: bool,
    /// The first line that is shown.
    pub scroll: usize,
}
