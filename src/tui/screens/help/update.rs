//! Scrolling and closing the keys.

use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::screens::help::layout;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let last = layout::overflow(model);
    let Some(scroll) = &mut model.help else { return Vec::new() };
    match action {
        Action::Up => *scroll = scroll.saturating_sub(1),
        Action::Down => *scroll = (*scroll + 1).min(last),
        Action::PageUp => *scroll = scroll.saturating_sub(10),
        Action::PageDown => *scroll = (*scroll + 10).min(last),
        _ => model.help = None,
    }
    Vec::new()
}
