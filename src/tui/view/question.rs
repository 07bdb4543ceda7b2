//! Questions with two buttons: delete, discard.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::{Pen, parts};
use crate::domain::url::EndpointUrl;
use crate::ops::State;
use crate::tui::model::Model;

pub fn delete(model: &Model, delete: bool, removing: bool, pen: Pen, frame: &mut Frame, area: Rect) {
    let name = match &model.state {
        State::Open(destination) => destination.url().authority(),
        State::Locked(draft, _) => super::main_screen::host_of(draft),
        _ => String::new(),
    };
    let text = if removing {
        "Deleting…".to_owned()
    } else {
        format!("Delete the destination {}? Its secret is erased.", parts::middle_cut(&name, 120))
    };
    ask("Delete", &text, [("Keep", !delete), ("Delete", delete)], pen, frame, area);
}

pub fn discard(discard: bool, pen: Pen, frame: &mut Frame, area: Rect) {
    ask("Discard", "Discard your changes?", [("Keep editing", !discard), ("Discard", discard)], pen, frame, area);
}

pub fn clear(model: &Model, clear: bool, clearing: bool, pen: Pen, frame: &mut Frame, area: Rect) {
    let text = if clearing {
        "Clearing…".to_owned()
    } else {
        let count = model.deliveries.len();
        let all = if model.more_deliveries || model.filter.is_some() {
            "all deliveries, also those not shown".to_owned()
        } else {
            format!("all {count} deliveries")
        };
        format!("Forget {all}? The destination stays.")
    };
    ask("Clear", &text, [("Keep", !clear), ("Clear", clear)], pen, frame, area);
}

pub fn redirect(model: &Model, url: &EndpointUrl, change: bool, pen: Pen, frame: &mut Frame, area: Rect) {
    let now = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    let again = if model.destination().is_some_and(|destination| destination.auth().secret().is_some()) {
        " Its secret has to be entered again."
    } else {
        ""
    };
    let text = format!("Send events to another host, {}, instead of {now}?{again}", parts::middle_cut(&url.authority(), 100));
    ask("Another host", &text, [("Keep", !change), ("Use it", change)], pen, frame, area);
}

fn ask(title: &str, text: &str, buttons: [(&str, bool); 2], pen: Pen, frame: &mut Frame, area: Rect) {
    let columns = area.width.min(70);
    let lines = parts::wrapped(text, usize::from(columns.saturating_sub(6)));
    let rows = u16::try_from(lines.len()).unwrap_or(1) + 6;
    let inner = parts::popup(pen, title, frame, parts::centred(area, columns, rows));
    let mut content = vec![Line::default()];
    content.extend(lines.into_iter().map(|line| Line::raw(format!("  {line}"))));
    content.push(Line::default());
    let mut line = parts::buttons(pen, buttons);
    line.spans.insert(0, "  ".into());
    content.push(line);
    frame.render_widget(Paragraph::new(content), inner);
}
