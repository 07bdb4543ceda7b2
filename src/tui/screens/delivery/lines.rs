//! A delivery in lines: its outcome with why and fix, and the three tabs.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::delivery::{BODY_KEPT, Delivery};
use crate::domain::event::BuiltIn;
use crate::domain::header::HeaderList;
use crate::domain::json::{self, TokenKind};
use crate::domain::request::Request;
use crate::domain::text::{from_bytes, visible, visible_lines};
use crate::present::summary::{Mark, Summary};
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// `✓ 200 OK`, `✗ timed out`, `■ stopped`, `✓ probe`
pub(in crate::tui) fn verdict(summary: &Summary, theme: Theme) -> (String, Style) {
    let (mark, style) = match summary.mark {
        Mark::Good => (theme.glyphs.ok, theme.styles.ok),
        Mark::Bad => (theme.glyphs.fail, theme.styles.error),
        // That is how it was meant.
        Mark::Stopped => (theme.glyphs.stopped, Style::new()),
        Mark::Unclear => ("?", theme.styles.warning),
    };
    (format!("{mark} {}", visible(&summary.end)), style)
}

/// Lines under a rule with their name.
pub fn section(title: &str, mut lines: Vec<Line<'static>>, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let rule = format!("── {title} {}", "─".repeat(columns.saturating_sub(text::width(title) + 4)));
    lines.splice(0..0, [Line::default(), Line::styled(rule, theme.styles.dim)]);
    lines
}

/// How an event is called.
pub fn label_of(event: &str) -> String {
    BuiltIn::from_name(event).map_or_else(|| visible(event).into_owned(), |built_in| built_in.label().to_owned())
}

fn header(name: &str, value: &str, theme: Theme, columns: usize, lines: &mut Vec<Line<'static>>) {
    let name = visible(name).into_owned();
    let room = columns.saturating_sub(text::width(&name) + 2).max(10);
    for (at, value) in text::broken(&visible(value), room).into_iter().enumerate() {
        let span = if at == 0 {
            Span::styled(format!("{name}: "), theme.styles.dim)
        } else {
            Span::raw(" ".repeat(text::width(&name) + 2))
        };
        lines.push(Line::from(vec![span, Span::raw(value)]));
    }
}

/// A body: JSON indented, other text as it is, anything else as its size.
fn body(bytes: &[u8], content_type: Option<&str>, theme: Theme, columns: usize, exact: bool, lines: &mut Vec<Line<'static>>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => match json::indented(text).filter(|_| !exact) {
            Some(json) => {
                for line in visible_lines(&json).split('\n') {
                    lines.extend(coloured(line, theme, columns));
                }
            }
            None => {
                for line in visible_lines(text).split('\n') {
                    lines.extend(text::broken(line, columns).into_iter().map(Line::raw));
                }
            }
        },
        // Cut in the middle of a character: the text before it is text all the same.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            body(&bytes[..error.valid_up_to()], content_type, theme, columns, exact, lines);
        }
        Err(_) => {
            let kind = content_type.map_or_else(|| "bytes".to_owned(), |kind| visible(kind).into_owned());
            lines.push(Line::raw(format!("{} bytes of {kind}, not text", bytes.len())));
        }
    }
}

/// A body as it is, without its last line breaks.
pub fn plain_body(bytes: &[u8], columns: usize) -> Vec<Line<'static>> {
    let body = from_bytes(bytes).replace("\r\n", "\n");
    let shown = visible_lines(&body);
    let lines = shown.trim_end_matches('\n').split('\n');
    lines.flat_map(|line| text::broken_after_spaces(line, columns)).map(Line::raw).collect()
}

/// A line of JSON in its colours, broken at the width.
fn coloured(line: &str, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    let mut used = 0;
    for token in json::tokens(line) {
        let style = match token.kind {
            TokenKind::Key => theme.styles.strong,
            TokenKind::Punctuation => theme.styles.dim,
            // Colours are for how it went.
            TokenKind::Literal | TokenKind::Text | TokenKind::Space => Style::new(),
        };
        let mut rest = token.text;
        while !rest.is_empty() {
            let room = columns.saturating_sub(used);
            let taken = text::fitting(rest, room);
            // After a space, where there is one: whole words are easier to read.
            let taken = if taken < rest.len() { rest[..taken].rfind(' ').map_or(taken, |space| space + 1) } else { taken };
            if taken == 0 && used > 0 {
                lines.push(Line::default());
                used = 0;
                continue;
            }
            // A sign wider than the line still has to go somewhere.
            let (now, later) =
                rest.split_at(if taken == 0 { rest.chars().next().map_or(rest.len(), char::len_utf8) } else { taken });
            if let Some(line) = lines.last_mut() {
                line.push_span(Span::styled(now.to_owned(), style));
            }
            used += text::width(now);
            rest = later;
        }
    }
    lines
}

pub fn response(delivery: &Delivery, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let Some(response) = delivery.last().and_then(|attempt| attempt.response.as_ref()) else {
        return vec![Line::styled("There was no response.", theme.styles.dim)];
    };
    let mut lines = vec![Line::styled(format!("HTTP/1.1 {}", visible(&response.status_line())), theme.styles.strong)];
    for (name, value) in response.headers.iter() {
        header(name, value, theme, columns, &mut lines);
    }
    lines.push(Line::default());
    let decoded = response.decoded();
    if decoded.bytes.is_empty() {
        lines.push(Line::styled("(no body)", theme.styles.dim));
    } else {
        body(&decoded.bytes, response.header("content-type"), theme, columns, false, &mut lines);
    }
    if let Some(note) = decoded.note {
        lines.push(Line::styled(format!("! {note}"), theme.styles.warning));
    }
    if decoded.cut {
        lines.push(Line::styled(format!("! truncated at {} KiB", BODY_KEPT / 1024), theme.styles.warning));
    }
    if let Some(cut) = &response.cut {
        lines.push(Line::styled(format!("! {}", visible(cut)), theme.styles.warning));
    }
    lines
}

/// The Request tab: what is going to be sent, or went out; with its secret parts when `revealed`.
pub fn request(request: &Request, revealed: bool, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let show = |text: &crate::domain::mask::Masked| if revealed { text.exposed().expose().to_owned() } else { text.masked() };
    let headers = request.headers.iter().map(|header| (&*header.name, show(&header.value))).collect();
    requested(Request::METHOD, &show(&request.url), &headers, &request.body, theme, columns)
}

/// The same of a request that is on record.
pub fn requested(
    method: &str,
    url: &str,
    headers: &HeaderList,
    bytes: &[u8],
    theme: Theme,
    columns: usize,
) -> Vec<Line<'static>> {
    let line = format!("{} {} HTTP/1.1", visible(method), visible(url));
    let mut lines: Vec<Line> =
        text::broken(&line, columns).into_iter().map(|line| Line::styled(line, theme.styles.strong)).collect();
    for (name, value) in headers.iter() {
        header(name, value, theme, columns, &mut lines);
    }
    lines.push(Line::default());
    // Not indented: these are the bytes that are signed and sent.
    body(bytes, None, theme, columns, true, &mut lines);
    lines
}
