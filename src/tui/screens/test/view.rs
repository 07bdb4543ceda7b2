//! The test delivery popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::text::visible;
use crate::tui::model::Model;
use crate::tui::screens::test::head::{event, tabs};
use crate::tui::screens::test::layout::{Laid, editor_parts, fitted, said};
use crate::tui::screens::test::prompt;
use crate::tui::screens::test::state::{Asked, Mode, Prompt, TestPopup};
use crate::tui::theme::Theme;
use crate::tui::widgets::editor::{self, Editor};
use crate::tui::widgets::text_field::Window;
use crate::tui::widgets::{boxes, text};

/// The width from which on the id of the delivery is in the frame.
const WITH_ID: u16 = 72;

pub fn draw(model: &Model, test: &TestPopup, theme: Theme, frame: &mut Frame, area: Rect) {
    let is_edited = matches!(test.mode, Mode::Edit(_));
    let (fitted, laid) = fitted(model, test, theme, area);
    let area = if is_edited { area } else { fitted };
    boxes::popup(theme, if test.is_past() { "Delivery" } else { "Test delivery" }, frame, area);
    if let Some(delivery) = test.delivery().filter(|_| area.width >= WITH_ID) {
        let id = boxes::beside_title(theme, format!(" {} ", visible(&delivery.id)));
        frame.render_widget(id, Rect { x: area.x + 2, width: area.width - 4, height: 1, ..area });
    }
    let columns = usize::from(boxes::inside(area).width);
    if let Mode::Edit(editing) = &test.mode {
        return edit(test, &editing.editor, theme, frame, boxes::inside(area));
    }
    let Laid { parts, head, lines, beside, said, buttons } = laid;
    frame.render_widget(event(test, theme, columns), parts.event);
    frame.render_widget(Paragraph::new(head), parts.outcome);
    frame.render_widget(tabs(test, theme), parts.tabs);
    if let (Some(place), Mode::Browse) = (prompt::place(&lines, &test.tabs).filter(|_| test.tabs.found.is_some()), &test.mode) {
        frame.render_widget(Line::styled(place, theme.styles.dim).right_aligned(), parts.tabs);
    }
    if parts.rule.height > 0 {
        frame.render_widget(Line::styled("─".repeat(columns), theme.styles.dim), parts.rule);
    }
    let page = usize::from(parts.content.height);
    // The size may have changed since it was scrolled.
    let scroll = test.tabs.scroll.min(lines.len().saturating_sub(page));
    let below = lines.len().saturating_sub(scroll + page);
    let place = prompt::place(&lines, &test.tabs);
    let shown: Vec<Line> = lines.into_iter().skip(scroll).take(page).collect();
    frame.render_widget(Paragraph::new(shown), parts.content);
    if let Some(beside) = beside {
        let right = u16::try_from(columns - (columns / 2 - 1) - 2).unwrap_or(0);
        let place = Rect { x: parts.content.right().saturating_sub(right), width: right, ..parts.content };
        // It is scrolled with the response; alone, under its own tab.
        let from = scroll.min(beside.len().saturating_sub(page));
        frame.render_widget(Paragraph::new(beside.into_iter().skip(from).take(page).collect::<Vec<_>>()), place);
    }
    if test.tabs.found.is_some() {
        mark(&test.tabs.query, frame, parts.content);
    }
    frame.render_widget(Paragraph::new(said), parts.said);
    if let Mode::Prompt(prompt) = &test.mode {
        let place = place.filter(|_| prompt.asked == Asked::Find);
        return ask(prompt, place.as_deref(), theme, frame, parts.buttons);
    }
    frame.render_widget(Paragraph::new(buttons), parts.buttons);
    boxes::more(theme, below, frame, area);
}

/// Reverses every match of the query.
fn mark(query: &str, frame: &mut Frame, area: Rect) {
    let wanted: Vec<String> = query.graphemes(true).map(str::to_lowercase).collect();
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        let cells: Vec<String> = (area.left()..area.right()).map(|x| buffer[(x, y)].symbol().to_lowercase()).collect();
        for (at, _) in cells.windows(wanted.len().max(1)).enumerate().filter(|(_, window)| *window == wanted) {
            for offset in 0..wanted.len() {
                let x = area.left() + u16::try_from(at + offset).unwrap_or(0);
                buffer[(x, y)].modifier.insert(Modifier::REVERSED);
            }
        }
    }
}

/// The line that asks for something.
fn ask(prompt: &Prompt, place: Option<&str>, theme: Theme, frame: &mut Frame, area: Rect) {
    let label = match prompt.asked {
        Asked::Find => "Find: ",
        Asked::Write => "Write the body to: ",
        Asked::Keep => "Save the event as: ",
    };
    let place = place.map_or_else(String::new, |place| format!("  {place}"));
    let room = usize::from(area.width).saturating_sub(text::width(label) + text::width(&place));
    let Window { text: shown, cursor, .. } = prompt.input.window(room, "", &[]);
    frame.render_widget(Line::from(vec![Span::styled(label, theme.styles.accent), Span::raw(shown)]), area);
    let [_, right] =
        Layout::horizontal([Constraint::Min(0), Constraint::Length(u16::try_from(text::width(&place)).unwrap_or(0))]).areas(area);
    frame.render_widget(Line::styled(place, theme.styles.dim), right);
    let x = area.x + u16::try_from(text::width(label) + cursor).unwrap_or(0);
    frame.set_cursor_position(Position { x: x.min(area.right().saturating_sub(1)), y: area.y });
}

/// The body in an editor, scrolled so that the cursor is in view.
fn edit(test: &TestPopup, editor: &Editor, theme: Theme, frame: &mut Frame, inner: Rect) {
    let [head, text, foot] = editor_parts(test, theme, inner);
    frame.render_widget(Line::styled("The body as it will be sent", theme.styles.dim), head);
    editor::draw(editor, true, theme, frame, text);
    frame.render_widget(Paragraph::new(said(test, theme, usize::from(inner.width))), foot);
}
