//! The keys of the current screen in lines, and where they lie.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::keys;
use crate::tui::layout::below_guide;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

const COLUMNS: u16 = 64;

fn lines(model: &Model, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let context = keys::under_help(model);
    let mut lines = Vec::new();
    let mut seen = Vec::new();
    let bindings = keys::all().filter(|binding| binding.contexts.contains(&context));
    for binding in bindings {
        // Of the bindings of one key the one that holds now; where none does, the first.
        let others = || keys::all().filter(|other| other.contexts.contains(&context) && other.label == binding.label);
        let holds = (binding.when)(model) || !others().any(|other| (other.when)(model));
        if !holds || seen.contains(&binding.label) {
            continue;
        }
        seen.push(binding.label);
        let key = text::padded(&theme.glyphs.key(&keys::label(model, binding)), 16);
        for (at, text) in text::wrapped(binding.help, columns.saturating_sub(18).max(10)).into_iter().enumerate() {
            let key = if at == 0 { key.clone() } else { " ".repeat(16) };
            lines.push(Line::from(vec![Span::raw(" "), Span::styled(key, theme.styles.strong), Span::raw(text)]));
        }
    }
    lines
}

pub fn place(model: &Model, theme: Theme, area: Rect) -> (Rect, Vec<Line<'static>>) {
    // Narrow strips of what is beneath would only look torn.
    let columns = if area.width <= COLUMNS + 16 { area.width } else { COLUMNS };
    let lines = lines(model, theme, usize::from(columns.saturating_sub(2)));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    (boxes::centred(Rect { height: area.height.saturating_sub(1), ..area }, columns, rows), lines)
}

/// How many lines do not fit.
pub fn overflow(model: &Model) -> usize {
    let (area, lines) = place(model, model.theme(), below_guide(model));
    lines.len().saturating_sub(usize::from(area.height.saturating_sub(2)))
}
