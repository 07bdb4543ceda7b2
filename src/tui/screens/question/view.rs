//! Questions with two buttons: delete, discard.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::url::EndpointUrl;
use crate::ops::State;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, buttons, text};

/// Rows that a question of two lines takes.
pub const ROWS: u16 = 8;

pub fn delete(model: &Model, delete: bool, removing: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    let name = match &model.state {
        State::Open(destination) => destination.url().authority(),
        State::Locked(draft, _) => crate::tui::screens::main::view::host_of(draft),
        _ => String::new(),
    };
    let text = if removing {
        "Deleting…".to_owned()
    } else {
        format!("Delete the destination {}? Its secret is erased.", text::middle_cut(&name, 120))
    };
    ask("Delete", &text, [("Keep", !delete), ("Delete", delete)], theme, frame, area);
}

pub fn discard(discard: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    ask("Discard", "Discard your changes?", [("Keep editing", !discard), ("Discard", discard)], theme, frame, area);
}

pub fn clear(model: &Model, clear: bool, clearing: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    let text = if clearing {
        "Clearing…".to_owned()
    } else {
        let count = model.deliveries.len();
        let all = if model.more_deliveries || model.filter.is_some() {
            "all deliveries, also those not shown".to_owned()
        } else if count == 1 {
            "the one delivery".to_owned()
        } else {
            format!("all {count} deliveries")
        };
        format!("Forget {all}? The destination stays.")
    };
    ask("Clear", &text, [("Keep", !clear), ("Clear", clear)], theme, frame, area);
}

pub fn redirect(model: &Model, url: &EndpointUrl, change: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    let now = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    let again = if model.destination().is_some_and(|destination| destination.auth().secret().is_some()) {
        " Its secret has to be entered again."
    } else {
        ""
    };
    let text = format!("Send events to another host, {}, instead of {now}?{again}", text::middle_cut(&url.authority(), 100));
    ask("Another host", &text, [("Keep", !change), ("Use it", change)], theme, frame, area);
}

pub fn probe(model: &Model, send: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    let to = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    let text = format!(
        "Does {} check the credentials? Pings go to it without them, with wrong ones, and as they should be. It may act on those \
         it takes.",
        text::middle_cut(&to, 100)
    );
    ask("Probe", &text, [("Cancel", !send), ("Send", send)], theme, frame, area);
}

pub fn discard_body(discard: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    let text = "Discard the edited body? k keeps it as an event of your own.";
    ask("Discard", text, [("Keep editing", !discard), ("Discard", discard)], theme, frame, area);
}

fn ask(title: &str, text: &str, buttons: [(&str, bool); 2], theme: Theme, frame: &mut Frame, area: Rect) {
    let wanted = u16::try_from(text::width(text) + 8).unwrap_or(u16::MAX);
    let columns = wanted.clamp(50, 70);
    // Narrow strips of what is beneath would only look torn.
    let columns = if area.width < columns + 16 { area.width } else { columns };
    let room = usize::from(columns.saturating_sub(4));
    let buttons = buttons::buttons(theme, buttons, 2, room + 1);
    // Of a long text the end gives way: the buttons are what one answers with.
    let most = usize::from(area.height).saturating_sub(buttons.len() + 2).max(1);
    let lines = text::cut_lines(text::wrapped(text, room.saturating_sub(2)), most, room.saturating_sub(2));
    // On a low screen the blank lines go first.
    let gap = usize::from(usize::from(area.height) >= lines.len() + buttons.len() + 5);
    let rows = u16::try_from(lines.len() + buttons.len() + 2 + 3 * gap).unwrap_or(u16::MAX);
    let inner = boxes::popup(theme, title, frame, boxes::centred(area, columns, rows));
    let mut content = vec![Line::default(); gap];
    content.extend(lines.into_iter().map(|line| Line::raw(format!("  {line}"))));
    content.extend(vec![Line::default(); gap]);
    content.extend(buttons);
    frame.render_widget(Paragraph::new(content), inner);
}
