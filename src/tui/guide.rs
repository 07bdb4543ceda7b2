//! The demo's guide: one line above everything, which says what to do next. It blocks nothing.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::ops::demo::Step;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::test::keys::has_fix;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// How what was refused can be fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fixing {
    /// In the form, as any change.
    Edit,
    /// By the key of the fix, beside the answer.
    Offered,
    /// In the form that this key opened.
    Begun,
}

fn fixing(model: &Model) -> Fixing {
    match &model.popup {
        Some(Popup::Form(form)) if form.fixes.is_some() => Fixing::Begun,
        Some(Popup::Test(_)) if has_fix(model) => Fixing::Offered,
        _ => Fixing::Edit,
    }
}

const fn line(step: Step, has_secret: bool, fixing: Fixing) -> &'static str {
    match (step, fixing) {
        (Step::Register, _) => "Register a destination. The form has the URL; ^O saves it.",
        (Step::Prove, _) => "Send a test delivery: press t, then Enter.",
        (Step::Refuse, _) if has_secret => "See a refusal: press e, change the secret or the URL, save, test.",
        (Step::Refuse, _) => "See a refusal: press e, change the URL's path, save, test.",
        (Step::Fix, Fixing::Edit) => "The answer says what is wrong. Press e, fix it, save and test.",
        (Step::Fix, Fixing::Offered) => "The answer says what is wrong. Press f, fix it, save: it sends again.",
        (Step::Fix, Fixing::Begun) => "Fix it, then press ^O: it saves and sends again.",
        (Step::Done, _) => "That was the tour. Press q to quit; the demo's files are removed.",
    }
}

/// From this width a line fits into one row.
const ONE_ROW: u16 = 80;

/// From this height a narrower screen has a second row to give.
const HIGH: u16 = 16;

/// The rows of the guide: the same number at every step, so that nothing below moves with it.
const fn rows(area: Rect) -> u16 {
    if area.width < ONE_ROW && area.height >= HIGH { 2 } else { 1 }
}

/// What is left below the guide.
pub fn below(step: Option<Step>, area: Rect) -> Rect {
    let rows = if step.is_some() { rows(area).min(area.height) } else { 0 };
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

pub fn draw(model: &Model, step: Step, theme: Theme, frame: &mut Frame, area: Rect) {
    let has_secret = model.destination().is_some_and(|destination| destination.auth().secret().is_some());
    let line = line(step, has_secret, fixing(model));
    let place = format!(" {} ", step.place());
    let indent = text::width(&place);
    let room = usize::from(area.width).saturating_sub(indent + 2);
    let lines = text::cut_lines(text::wrapped(line, room), rows(area).into(), room);
    for (y, text) in (area.y..area.bottom()).zip(lines) {
        let head = if y == area.y { Span::styled(place.clone(), theme.styles.selected) } else { Span::raw(" ".repeat(indent)) };
        let line = Line::from(vec![head, Span::styled(format!(" {text}"), theme.styles.strong)]);
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_into_80_columns() {
        for step in [Step::Register, Step::Prove, Step::Refuse, Step::Fix, Step::Done] {
            for fixing in [Fixing::Edit, Fixing::Offered, Fixing::Begun] {
                for line in [line(step, false, fixing), line(step, true, fixing)] {
                    assert!(text::width(line) <= 70, "{line}");
                }
            }
        }
    }
}
