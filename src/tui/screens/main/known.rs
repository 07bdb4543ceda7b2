//! What is known of the destination and the queue besides the list, which holds only what is shown of the history.

use crate::domain::destination::DestinationId;
use crate::ops::Health;
use crate::ops::queue::View;

/// What was read of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What was registered then.
    pub of: Option<DestinationId>,
    /// `None` where nothing is registered, or the history cannot be read.
    pub health: Option<Health>,
    /// Its numbers and its gate, without events; `None` where it cannot be read.
    pub queue: Option<View>,
}

/// What is known of both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Of what is registered; `None` until it is read.
    pub health: Option<Health>,
    /// The queue, where it was ever used.
    pub queue: Option<View>,
    /// The reading that is waited for.
    pub(super) reading: Option<u64>,
    /// Something has changed since that began.
    pub(super) changed: bool,
    /// The number of readings so far, by which they are told apart.
    pub(super) readings: u64,
}
