//! What the probe popup knows.

use crate::ops::probe::{Case, Report};
use crate::tui::msg::Id;

#[derive(Clone, Debug, PartialEq)]
pub enum ProbePopup {
    Running {
        /// Of the effect.
        id: Id,
        case: Option<Case>,
        stopping: bool,
    },
    Done {
        report: Box<Report>,
        /// The first line that is shown.
        scroll: usize,
    },
    /// It could not be begun; why.
    Failed(String),
}
