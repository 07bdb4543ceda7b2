//! The verify popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::verify::layout::{Parts, buttons, parts, verdict};
use crate::tui::screens::verify::state::{VerifyFocus, VerifyPopup};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, editor, text};

pub fn draw(model: &Model, popup: &VerifyPopup, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, "Verify a request", frame, area);
    let inner = boxes::inside(area);
    let columns = usize::from(inner.width);
    let Parts { headers_label, headers, body_label, body, verdict_label, verdict: place, foot } = parts(popup, inner);
    let label = |focus, text: &str, columns: u16| {
        let columns = usize::from(columns);
        let focused = popup.focus == focus;
        let style = if focused { theme.styles.accent } else { theme.styles.dim };
        let text = text::end_cut(&format!("{}{text} ", if focused { "> " } else { "" }), columns);
        let rule = "─".repeat(columns.saturating_sub(text::width(&text)));
        Line::from(vec![Span::styled(text, style), Span::styled(rule, theme.styles.dim)])
    };
    frame.render_widget(label(VerifyFocus::Headers, "Headers as received, one per line", headers_label.width), headers_label);
    frame.render_widget(label(VerifyFocus::Body, "Body as received, or @FILE", body_label.width), body_label);
    if verdict_label.height > 0 {
        let rule = "─".repeat(usize::from(verdict_label.width).saturating_sub(8));
        frame.render_widget(Line::styled(format!("Verdict {rule}"), theme.styles.dim), verdict_label);
    }
    for (focus, input, area, hint) in [
        (VerifyFocus::Headers, &popup.headers, headers, "(the request line may come first)"),
        (VerifyFocus::Body, &popup.body, body, "(a file keeps every byte)"),
    ] {
        editor::draw(input, popup.focus == focus, theme, frame, area);
        if matches!(input.lines(), [line] if line.is_empty()) {
            frame.render_widget(Line::styled(hint, theme.styles.dim), area);
        }
    }
    let lines = verdict(model, popup, theme, inner);
    let below = lines.len().saturating_sub(popup.scroll + usize::from(place.height));
    frame.render_widget(Paragraph::new(lines.into_iter().skip(popup.scroll).collect::<Vec<_>>()), place);
    frame.render_widget(Paragraph::new(buttons(popup, theme, columns)), foot);
    boxes::more(theme, below, frame, area);
}
