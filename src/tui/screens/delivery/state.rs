//! What is known of the history.

use crate::domain::delivery::{Delivery, Outcome};
use crate::ops::Problem;
use crate::tui::msg::Id;

/// How many deliveries are kept in memory; `waypost history` has the rest.
pub const LISTED: usize = 1000;

/// The deliveries that were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The newest first.
    pub deliveries: Vec<Delivery>,
    /// There are older ones in the database.
    pub more: bool,
    /// Why it cannot be read.
    pub problem: Option<Problem>,
    /// Only deliveries of that outcome are listed.
    pub filter: Option<Outcome>,
    /// The page that is waited for.
    pub listing: Option<Id>,
}

impl History {
    /// Whether the focus can go to the list. It can go to an empty one with a filter, too, so that the filter can be changed.
    #[must_use]
    pub(crate) const fn is_listed(&self) -> bool {
        !self.deliveries.is_empty() || self.filter.is_some()
    }
}
