//! A fix in the app's own terms.

use ratatui::text::{Line, Span};

use crate::domain::problem::{Fix, FixAction};
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// The fix in words, then the key that does it.
pub(crate) fn fix_text(fix: &Fix) -> String {
    let how = match fix.action {
        Some(FixAction::EditDestination { .. } | FixAction::TrustCa) => "Press e to edit the destination.",
        Some(FixAction::SetDirectories) => "Restart waypost with WAYPOST_CONFIG_DIR and WAYPOST_STATE_DIR set.",
        // The screen that follows has a button for it; the app's test has no such text.
        Some(FixAction::Register | FixAction::EditOrRemove | FixAction::ExpectText | FixAction::ListenElsewhere) | None => {
            return fix.text.clone();
        }
    };
    format!("{} {how}", fix.text)
}

/// Names the key that does the fix, at the right end of its first line, which has room for it.
pub(crate) fn name_key(lines: &mut [Line<'static>], key: &'static str, verb: &'static str, theme: Theme, columns: usize) {
    let Some(first) = lines.first_mut() else { return };
    let gap = columns.saturating_sub(first.width() + text::width(key) + 1 + text::width(verb));
    first.push_span(Span::raw(" ".repeat(gap)));
    first.push_span(Span::styled(key, theme.styles.strong));
    first.push_span(Span::raw(format!(" {verb}")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field;

    /// That a diagnosis itself names neither is tested over all causes.
    #[test]
    fn c15_no_action_is_a_flag_or_a_command_in_the_app() {
        let edit = FixAction::EditDestination { field: field::URL, changes: Vec::new() };
        let others = [FixAction::TrustCa, FixAction::Register, FixAction::EditOrRemove, FixAction::SetDirectories];
        for action in others.into_iter().chain([edit, FixAction::ExpectText, FixAction::ListenElsewhere]) {
            let text = fix_text(&Fix::from("Fix it.").by(action));
            assert!(text.starts_with("Fix it.") && !text.contains("--") && !text.contains("waypost edit"), "{text}");
        }
    }
}
