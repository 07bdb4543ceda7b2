//! Why a run of the worker does not start.

use crate::domain::delivery::Cause;
use crate::domain::destination::Destination;
use crate::ops::Problem;

/// Why nothing was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum NotStarted {
    Problem(Box<Problem>),
    /// Nothing can be sent as things are: the destination's files, or a proxy variable.
    Cause(Box<Destination>, Cause),
}

impl<T: Into<Problem>> From<T> for NotStarted {
    fn from(problem: T) -> Self {
        Self::Problem(Box::new(problem.into()))
    }
}
