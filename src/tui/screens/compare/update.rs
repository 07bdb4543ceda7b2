//! What happens at a key on the screen of two deliveries.

use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::navigation::close;
use crate::tui::screens::compare::layout::extent;
use crate::tui::widgets::scroll::scrolled;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = extent(model);
    let last = lines.saturating_sub(page);
    let Some(Popup::Compare(popup)) = &mut model.popup else { return Vec::new() };
    match action {
        Action::Back => close(model),
        Action::ShowAll => (popup.all, popup.scroll) = (!popup.all, 0),
        action => {
            let before = popup.scroll.min(last);
            popup.scroll = scrolled(before, action, page, last);
            model.changed = popup.scroll != before;
        }
    }
    Vec::new()
}
