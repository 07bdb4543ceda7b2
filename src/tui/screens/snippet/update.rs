//! What happens at a key in the snippet popup.

use crate::domain::snippet::{self, Lang};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::navigation::close;
use crate::tui::screens::snippet::layout;
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::widgets::scroll::scrolled;

pub fn open(model: &mut Model) {
    model.status = None;
    model.popup = Some(Popup::Snippet(SnippetPopup { lang: Lang::ALL[0], scroll: 0 }));
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = layout::extent(model);
    let last = lines.saturating_sub(page);
    let settings = model.destination().map(|destination| destination.settings().clone());
    let Some(Popup::Snippet(popup)) = &mut model.popup else { return Vec::new() };
    let at = Lang::ALL.iter().position(|&lang| lang == popup.lang).unwrap_or(0);
    match action {
        Action::Left | Action::Right => {
            let by = if action == Action::Left { -1 } else { 1 };
            let next = at.saturating_add_signed(by).min(Lang::ALL.len() - 1);
            model.changed = next != at;
            *popup = SnippetPopup { lang: Lang::ALL[next], scroll: if next == at { popup.scroll } else { 0 } };
        }
        Action::Copy | Action::Press => {
            return settings.map(|settings| Effect::Copy(snippet::snippet(&settings, popup.lang))).into_iter().collect();
        }
        Action::Back => close(model),
        action => popup.scroll = scrolled(popup.scroll, action, page, last),
    }
    Vec::new()
}
