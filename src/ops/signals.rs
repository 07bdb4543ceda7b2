//! The signals that end a process, for the front ends.

pub use crate::io::signals::{Caught, end, ending, exit_code, faults};
