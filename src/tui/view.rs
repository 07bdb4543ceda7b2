//! What is seen of a model. Pure: the same model gives the same frame.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::tui::glyphs::to_ascii;
use crate::tui::guide;
use crate::tui::keys;
use crate::tui::layout::{SMALLEST, Screen, status_lines, too_small};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::{compare, form, help, main, palette, probe, question, queue, receiver, snippet, test, verify};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

pub fn view(model: &Model, frame: &mut Frame) {
    let theme = model.theme();
    let whole = frame.area();
    if too_small((whole.width, whole.height)) {
        let text = format!("Terminal too small: {}x{}, needs {}x{}", whole.width, whole.height, SMALLEST.0, SMALLEST.1);
        frame.render_widget(Paragraph::new(text), whole);
        return;
    }
    if let Some(step) = model.guide {
        guide::draw(model, step, theme, frame, whole);
    }
    let area = guide::below(model.guide, whole);
    let screen = Screen::new(model, area);
    main::view::title(model, theme, frame, screen.title);
    // Where a popup leaves nothing of it to be seen, it is not drawn.
    let is_seen = match model.visible_popup() {
        None | Some(Popup::Probe(_)) => true,
        Some(Popup::Queue(_)) => false,
        Some(Popup::Test(_) | Popup::Snippet(_)) if area.height >= boxes::TALL => true,
        Some(_) => whole.width > boxes::READABLE,
    };
    if is_seen {
        main::view::body(model, theme, frame, screen.body);
    }
    status(model, theme, frame, screen.status, area);
    footer(model, theme, frame, screen.keys);
    match model.visible_popup() {
        Some(Popup::Form(form)) => form::view::draw(form, model.question.is_none(), theme, frame, whole, screen.above_help()),
        Some(Popup::Test(test)) => {
            let (place, beside) = screen.delivery(model, area);
            test::view::draw(model, test, theme, frame, place);
            if let Some(beside) = beside {
                receiver::view::draw(model, theme, frame, beside);
            }
        }
        Some(Popup::Receiver) => receiver::view::draw(model, theme, frame, screen.popup(area)),
        Some(Popup::Snippet(popup)) => snippet::view::draw(model, popup, theme, frame, screen.wide_popup(area)),
        Some(Popup::Verify(popup)) => {
            verify::view::draw(model, popup, theme, frame, verify::layout::place(screen.wide_popup(area)));
        }
        Some(Popup::Compare(popup)) => compare::view::draw(popup, theme, frame, screen.wide_popup(area)),
        Some(Popup::Queue(queue)) => queue::view::draw(model, queue, theme, frame, screen.body),
        Some(Popup::Probe(popup)) => probe::view::draw(popup, theme, frame, screen.popup(area)),
        None => {}
    }
    if let Some(question) = &model.question {
        question::view::draw(model, question, theme, frame, screen.question(model, area));
    }
    if let Some(palette) = &model.palette {
        palette::view::draw(model, palette, theme, frame, area);
    }
    if model.help.is_some() {
        help::view::draw(model, theme, frame, area);
    }
    if model.environment.ascii {
        to_ascii(frame.buffer_mut());
    }
}

fn status(model: &Model, theme: Theme, frame: &mut Frame, place: Rect, area: Rect) {
    let style = model.status.as_ref().map_or(theme.styles.dim, |status| status.tone.look(theme).1);
    let lines = status_lines(model, area).into_iter().map(|line| Line::styled(format!(" {line}"), style));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), place);
}

/// Keys that stay in the footer however narrow it is: how to go on, how to leave, and where all keys are listed.
const KEPT: [&str; 5] = ["Enter", "^O", "Esc", ":", "?"];

/// The keys of where one is, as many as fit.
fn footer(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let named = keys::named(model).into_iter();
    let mut pieces: Vec<(String, &str)> = named.map(|(label, short)| (theme.glyphs.key(&label), short)).collect();
    let width = |pieces: &[(String, &str)], gap: usize| {
        pieces.iter().map(|(key, short)| text::width(key) + 1 + text::width(short) + gap).sum::<usize>() + 1 - gap
    };
    let room = usize::from(area.width);
    while pieces.len() > 1 && width(&pieces, 2) > room {
        let last = pieces.len() - 1;
        pieces.remove(pieces.iter().rposition(|(key, _)| !KEPT.contains(&key.as_str())).unwrap_or(last));
    }
    // Closer together where that makes room for more.
    let gap = if width(&pieces, 3) <= room { "   " } else { "  " };
    let mut spans = vec![Span::raw(" ")];
    for (key, short) in pieces {
        spans.push(Span::styled(key, theme.styles.strong));
        spans.push(Span::raw(format!(" {short}{gap}")));
    }
    frame.render_widget(Line::from(spans), area);
}
