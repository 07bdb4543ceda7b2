//! What is seen of a model. Pure: the same model gives the same frame.

use crate::tui::guide::view as guide;
use crate::tui::screens::form::view as form;
use crate::tui::screens::help::view as help;
use crate::tui::screens::main::view as main_screen;
use crate::tui::screens::other_side::view as other_side;
use crate::tui::screens::question::view as question;
use crate::tui::screens::test::view as test;
use crate::tui::widgets::{boxes, text};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::text::visible;
use crate::tui::glyphs::to_ascii;
use crate::tui::keys;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::other_side::state::ProbePopup;
use crate::tui::theme::Theme;
use crate::tui::update::{SMALLEST, too_small};

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame) {
    let theme = model.theme();
    let whole = frame.area();
    if too_small((whole.width, whole.height)) {
        let text = format!("Terminal too small: {}x{}, needs {}x{}", whole.width, whole.height, SMALLEST.0, SMALLEST.1);
        frame.render_widget(Paragraph::new(text), whole);
        return;
    }
    let area = guide::draw(model, theme, frame, whole);
    let layout = Screen::of(model, area);
    main_screen::title(model, theme, frame, layout.title);
    // Under a popup nothing of the screen is of use; around its edges it would only look torn. A question stands under what
    // it is about, or alone.
    let question = if main_screen::asked_about(model) { layout.question(model, theme, area) } else { area };
    if model.popup.is_none() || question.y > layout.body.y {
        main_screen::body(model, theme, frame, layout.body);
    }
    status(model, theme, frame, layout.status, area);
    footer(model, theme, frame, layout.keys);
    match &model.popup {
        Some(Popup::Form(form)) => {
            form::draw(form, theme, frame, whole, layout.above_help());
            if let Some(discard) = form.discard {
                question::discard(discard, theme, frame, area);
            }
        }
        Some(Popup::Test(test)) => {
            test::draw(model, test, theme, frame, layout.popup(area));
            if let Some((discard, _)) = test.discard {
                question::discard_body(discard, theme, frame, area);
            }
        }
        Some(Popup::Snippet(popup)) => other_side::snippet(model, popup, theme, frame, layout.popup(area)),
        Some(Popup::Verify(popup)) => other_side::verify(popup, theme, frame, layout.popup(area)),
        Some(Popup::Probe(ProbePopup::Asking(send))) => question::probe(model, *send, theme, frame, question),
        Some(Popup::Probe(popup)) => other_side::probe(popup, theme, frame, layout.popup(area)),
        Some(Popup::Clear { clear, clearing }) => question::clear(model, *clear, clearing.is_some(), theme, frame, question),
        Some(Popup::Redirect { url, change }) => question::redirect(model, url, *change, theme, frame, question),
        Some(Popup::Delete { delete, removing }) => question::delete(model, *delete, removing.is_some(), theme, frame, question),
        None => {}
    }
    if model.help.is_some() {
        help::draw(model, theme, frame, area);
    }
    if model.environment.ascii {
        to_ascii(frame.buffer_mut());
    }
}

/// The four bands of the screen.
struct Screen {
    title: Rect,
    body: Rect,
    status: Rect,
    keys: Rect,
}

impl Screen {
    fn of(model: &Model, area: Rect) -> Self {
        let rows = u16::try_from(status_lines(model, model.theme(), area).len()).unwrap_or(1);
        let [title, body, status, keys] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(rows), Constraint::Length(1)])
                .areas(area);
        Self { title, body, status, keys }
    }

    /// All above the lines of help and keys.
    fn above_help(&self) -> Rect {
        Rect { height: self.title.height + self.body.height, ..self.title }
    }

    /// Where a popup that wants all the room it can have goes: over everything but the keys, no wider than can be read.
    fn popup(&self, area: Rect) -> Rect {
        let above_keys = area.height.saturating_sub(self.keys.height);
        // Where it does not cover the title, it stands under it.
        let title = if area.width > boxes::READABLE { self.title.height } else { 0 };
        let room = Rect { y: area.y + title, height: above_keys.saturating_sub(title), ..area };
        boxes::centred(room, boxes::READABLE, room.height)
    }

    /// Where a question goes: under what it is about, where there is room for both.
    fn question(&self, model: &Model, theme: Theme, area: Rect) -> Rect {
        let under = main_screen::under(model, theme, self.body);
        if under.height >= question::ROWS {
            Rect { height: under.height.min(question::ROWS + 2), ..under }
        } else {
            Rect { height: area.height.saturating_sub(1), ..area }
        }
    }
}

/// The line above the keys: what was said last, else a line of help for what has the focus.
fn status_text(model: &Model, theme: Theme) -> String {
    match (&model.status, &model.popup) {
        // It may name a file, whose name is from outside.
        (Some(status), _) => format!("{} {}", status.tone.look(theme).0, visible(&status.text)),
        (None, Some(Popup::Form(form))) if form.discard.is_none() => form::help_line(form),
        (None, None) => main_screen::help_line(model),
        _ => String::new(),
    }
}

/// That line, wrapped. What was said may take half of the screen; a line of help has one row only on a low one.
fn status_lines(model: &Model, theme: Theme, area: Rect) -> Vec<String> {
    let width = usize::from(area.width.min(boxes::READABLE).saturating_sub(2));
    let most = match &model.status {
        Some(_) => usize::from(area.height / 2),
        None if area.height < 16 => 1,
        None => 3,
    };
    text::cut_lines(text::wrapped(&status_text(model, theme), width), most, width)
}

fn status(model: &Model, theme: Theme, frame: &mut Frame, place: Rect, area: Rect) {
    let style = model.status.as_ref().map_or(theme.styles.dim, |status| status.tone.look(theme).1);
    let lines = status_lines(model, theme, area).into_iter().map(|line| Line::styled(format!(" {line}"), style));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), place);
}

/// What stays in the line of keys however short it is: how to go on, how to leave, and where all keys stand.
const KEPT: [&str; 4] = ["Enter", "^O", "Esc", "?"];

/// The keys of where one is, as many as fit.
fn footer(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let named = keys::named(model).into_iter();
    let mut pieces: Vec<(String, &str)> = named.map(|(label, short)| (theme.glyphs.key(label), short)).collect();
    let width = |piece: &(String, &str)| text::width(&piece.0) + 1 + text::width(piece.1) + 3;
    let room = usize::from(area.width) + 2;
    while pieces.len() > 1 && pieces.iter().map(width).sum::<usize>() > room {
        let last = pieces.len() - 1;
        pieces.remove(pieces.iter().rposition(|(key, _)| !KEPT.contains(&key.as_str())).unwrap_or(last));
    }
    let mut spans = vec![Span::raw(" ")];
    for (key, short) in pieces {
        spans.push(Span::styled(key, theme.styles.strong));
        spans.push(Span::raw(format!(" {short}   ")));
    }
    frame.render_widget(Line::from(spans), area);
}

/// How many lines of code or of a verdict there are, and how many of them fit.
#[must_use]
pub fn other_side_extent(model: &Model) -> (usize, usize) {
    let area = guide::under(model, Rect::new(0, 0, model.size.0, model.size.1));
    other_side::extent(model, model.theme(), Screen::of(model, area).popup(area))
}

/// How many lines of the destination do not fit on its screen.
#[must_use]
pub fn main_overflow(model: &Model) -> usize {
    let area = guide::under(model, Rect::new(0, 0, model.size.0, model.size.1));
    main_screen::overflow(model, model.theme(), Screen::of(model, area).body)
}

/// How many lines of help do not fit.
#[must_use]
pub fn help_overflow(model: &Model) -> usize {
    help::overflow(model)
}

/// What is under the tabs of the test popup, as text.
#[must_use]
pub fn test_lines(model: &Model) -> Vec<String> {
    let area = guide::under(model, Rect::new(0, 0, model.size.0, model.size.1));
    match &model.popup {
        Some(Popup::Test(test)) => test::lines(model, test, model.theme(), Screen::of(model, area).popup(area)),
        _ => Vec::new(),
    }
}

/// How many lines are under the tabs of the test popup, and how many of them fit.
#[must_use]
pub fn test_extent(model: &Model) -> (usize, usize) {
    let area = guide::under(model, Rect::new(0, 0, model.size.0, model.size.1));
    match &model.popup {
        Some(Popup::Test(test)) => test::extent(model, test, model.theme(), Screen::of(model, area).popup(area)),
        _ => (0, 0),
    }
}
