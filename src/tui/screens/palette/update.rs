//! What happens at a key in the palette.

use crate::tui::action::Action;
use crate::tui::layout::below_guide;
use crate::tui::model::Model;
use crate::tui::screens::palette::layout::{items, page, place};
use crate::tui::screens::palette::state::Palette;
use crate::tui::widgets::scroll::scrolled;
use crate::tui::widgets::text_field::request;

pub fn open(model: &mut Model) {
    model.palette = Some(Palette::default());
}

/// Takes a key. Returns the action that is to be run.
pub fn act(model: &mut Model, action: Action) -> Option<Action> {
    let Some(palette) = &model.palette else { return None };
    let items = items(model, palette.input.text());
    let rows = page(place(below_guide(model), items.len()));
    let selected = palette.selected;
    let Some(palette) = &mut model.palette else { return None };
    match action {
        Action::Back => model.palette = None,
        Action::Press => {
            // With nothing to run, the palette stays for another word.
            let run = items.get(selected).map(|item| item.action)?;
            model.palette = None;
            return Some(run);
        }
        Action::Up | Action::Down | Action::PageUp | Action::PageDown => {
            palette.selected = scrolled(selected, action, rows, items.len().saturating_sub(1));
            model.changed = palette.selected != selected;
        }
        action => {
            model.changed = request(action).is_some_and(|request| palette.input.request(request));
            palette.selected = 0;
        }
    }
    None
}

pub fn typed(model: &mut Model, c: char) {
    if let Some(palette) = model.palette.as_mut().filter(|_| !c.is_control()) {
        model.changed = palette.input.insert(c).is_ok();
        palette.selected = 0;
    }
}

pub fn paste(model: &mut Model, text: &str) {
    if let Some(palette) = &mut model.palette {
        model.changed = palette.input.paste(text.trim()).is_ok();
        palette.selected = 0;
    }
}
