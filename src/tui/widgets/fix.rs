//! A fix in the app's own terms.

use crate::domain::problem::{Fix, FixAction};

/// The fix in words, then the key that does it.
pub(crate) fn fix_text(fix: &Fix) -> String {
    let how = match fix.action {
        Some(FixAction::EditDestination { .. } | FixAction::TrustCa) => "Press e to edit the destination.",
        Some(FixAction::SetDirectories) => "Restart waypost with WAYPOST_CONFIG_DIR and WAYPOST_STATE_DIR set.",
        // The screen that follows has a button for it.
        Some(FixAction::Register | FixAction::EditOrRemove) | None => return fix.text.clone(),
    };
    format!("{} {how}", fix.text)
}
