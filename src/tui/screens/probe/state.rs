//! What the probe popup knows.

use crate::ops::probe::{Case, Report};
use crate::tui::msg::Id;

/// Does the endpoint check?
#[derive(Clone, Debug, PartialEq)]
pub enum ProbePopup {
    /// On its way.
    Running {
        /// Of the effect.
        id: Id,
        /// What is being sent.
        case: Option<Case>,
        /// Stop was pressed.
        stopping: bool,
    },
    /// Ended.
    Done {
        /// What it found.
        report: Box<Report>,
        /// The first line that is shown.
        scroll: usize,
    },
    /// It could not be begun; why.
    Failed(String),
}
