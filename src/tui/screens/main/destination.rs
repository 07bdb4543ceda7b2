//! A registered destination in lines.

use ratatui::text::{Line, Span};

use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::text::visible;
use crate::ops::Problem;
use crate::tui::model::Model;
use crate::tui::screens::main::brief;
use crate::tui::theme::Theme;
use crate::tui::widgets::{message, text};

/// The number of days before its end from which a certificate is a warning.
const WARN_DAYS: i32 = 14;

/// The URL in at most two lines; what is cut can be seen whole by editing it.
fn url(url: &str, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let url = text::middle_cut(url, columns * 2);
    text::broken(&url, columns)
        .into_iter()
        .map(|line| Line::from(Span::styled(format!(" {line}"), theme.styles.strong)))
        .collect()
}

/// Its URL, its settings in a few words, and how long its certificate is valid.
pub fn registered(model: &Model, destination: &Destination, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let clock = &model.environment.clock;
    let mut lines = url(&visible(&destination.url().shown()), theme, columns);
    let mut words: Vec<String> = Vec::new();
    for piece in brief::pieces(destination, clock) {
        let piece = if text::width(&piece) > columns { text::middle_cut(&piece, columns) } else { piece };
        match words.last_mut() {
            Some(line) if text::width(line) + 3 + text::width(&piece) <= columns => {
                line.push_str(" · ");
                line.push_str(&piece);
            }
            _ => words.push(piece),
        }
    }
    lines.extend(words.into_iter().map(|line| Line::raw(format!(" {line}"))));
    if let Some(key) = destination.auth().public_key() {
        lines.push(Line::raw(format!(" {}", text::middle_cut(&format!("public key {key}"), columns))));
    }
    if let Some(end) = model.known.health.as_ref().and_then(|health| health.certificate_end) {
        let certificate = certificate(clock.days_until(end), theme);
        let gap = |line: &Line| (columns + 1).saturating_sub(line.width() + certificate.width());
        // At the right of the lowest line that has room for it.
        match lines.iter_mut().rev().find(|line| gap(line) >= 3) {
            Some(line) => {
                line.push_span(Span::raw(" ".repeat(gap(line))));
                line.push_span(certificate);
            }
            None => lines.push(Line::from(vec![Span::raw(" "), certificate])),
        }
    }
    lines
}

fn certificate(days: i32, theme: Theme) -> Span<'static> {
    match days {
        ..0 => Span::styled(format!("{} certificate expired", theme.glyphs.fail), theme.styles.error),
        0 => Span::styled("! certificate ends today", theme.styles.warning),
        1..=WARN_DAYS => Span::styled(format!("! certificate {days} d"), theme.styles.warning),
        days => Span::styled(format!("certificate {days} d"), theme.styles.dim),
    }
}

pub fn locked(draft: &Draft, problem: &Problem, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = url(&visible(&field::URL.shown(draft.text(field::URL))), theme, columns);
    lines.push(Line::raw(format!(" {}", text::end_cut(draft.auth_type().label, columns))));
    lines.push(Line::default());
    lines.extend(message::problem(problem, theme, columns));
    lines
}
