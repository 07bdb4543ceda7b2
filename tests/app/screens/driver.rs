//! Presses keys on a model, and shows it.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;
use waypost::ops::Snapshot;
use waypost::present::clock::Clock;
use waypost::tui::effect::Effect;
use waypost::tui::model::{Environment, Model};
use waypost::tui::msg::{Msg, Press};
use waypost::tui::update::update;
use waypost::tui::view::view;

use super::scenes;

/// On the day of the scenes.
pub fn environment() -> Environment {
    Environment { clock: Clock::new(TimeZone::UTC, "2026-11-23T10:00:00Z".parse().unwrap()), ..Environment::default() }
}

/// An app at a size, over what the files say.
pub fn app(snapshot: Snapshot) -> Model {
    let health = scenes::health(&snapshot.state, snapshot.history.as_ref().map_or(&[], |listing| &listing.rows));
    let mut model = Model::new((80, 24), environment(), snapshot);
    model.known.health = health;
    model
}

/// A word for a key: `enter`, `ctrl-g`, a character; anything else is typed letter by letter.
pub fn presses(word: &str) -> Vec<Press> {
    let one = match word {
        "enter" => Press::Enter,
        "tab" => Press::Tab,
        "backtab" => Press::BackTab,
        "esc" => Press::Esc,
        "up" => Press::Up,
        "down" => Press::Down,
        "left" => Press::Left,
        "right" => Press::Right,
        "home" => Press::Home,
        "end" => Press::End,
        "pgup" => Press::PageUp,
        "pgdn" => Press::PageDown,
        "backspace" => Press::Backspace,
        "delete" => Press::Delete,
        "space" => Press::Char(' '),
        word => match word.strip_prefix("ctrl-") {
            Some(letter) => Press::Ctrl(letter.chars().next().unwrap()),
            None => return word.chars().map(Press::Char).collect(),
        },
    };
    vec![one]
}

/// Presses keys, and returns every effect that came of them.
pub fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace().flat_map(presses).flat_map(|key| update(model, Msg::Key(key))).collect()
}

/// Types a text, spaces included.
pub fn type_text(model: &mut Model, text: &str) {
    for c in text.chars() {
        update(model, Msg::Key(Press::Char(c)));
    }
}

/// The cells of the screen, and where the cursor is.
pub fn buffer(model: &Model) -> (Buffer, Option<(u16, u16)>) {
    let (columns, rows) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut cursor = None;
    terminal
        .draw(|frame| {
            view(model, frame);
        })
        .unwrap();
    if terminal.backend().cursor_visible() {
        let position = terminal.backend_mut().get_cursor_position_now();
        cursor = Some((position.x, position.y));
    }
    (terminal.backend().buffer().clone(), cursor)
}

trait Cursor {
    fn get_cursor_position_now(&mut self) -> ratatui::layout::Position;
}

impl Cursor for TestBackend {
    fn get_cursor_position_now(&mut self) -> ratatui::layout::Position {
        ratatui::backend::Backend::get_cursor_position(self).unwrap()
    }
}

fn rows(buffer: &Buffer) -> Vec<&[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width.max(1))).collect()
}

/// The visible cells of a row, with their columns: after a wide character there is one that is not.
fn seen(row: &[Cell]) -> impl Iterator<Item = (usize, &Cell)> {
    let mut next = 0;
    row.iter().enumerate().filter(move |(x, cell)| {
        let seen = *x >= next;
        if seen {
            next = x + cell.symbol().width().max(1);
        }
        seen
    })
}

/// The screen as text.
pub fn screen(model: &Model) -> String {
    let (buffer, _) = buffer(model);
    let text = |row: &&[Cell]| seen(row).map(|(_, cell)| cell.symbol()).collect::<String>().trim_end().to_owned();
    rows(&buffer).iter().map(text).collect::<Vec<String>>().join("\n")
}

/// Rows that are all alike say no more than one of them.
const ALIKE: usize = 6;

/// A screen's text, where many rows in a row are alike one of them and how many there are more.
fn short(text: &str) -> String {
    let rows: Vec<&str> = text.trim_end().lines().collect();
    let mut out = Vec::new();
    for alike in rows.chunk_by(|one, next| one == next) {
        if alike.len() >= ALIKE {
            out.push(alike[0].to_owned());
            out.push(format!("⋮ {} more", alike.len() - 1));
        } else {
            out.extend(alike.iter().map(|&row| row.to_owned()));
        }
    }
    out.join("\n")
}

/// The screen as text; under it, for each style, its cells (row:column, then the text), and the position of the cursor.
pub fn styled(model: &Model) -> String {
    let (buffer, cursor) = buffer(model);
    let mut out = short(&screen(model));
    let mut styles: Vec<(String, Vec<Run>)> = Vec::new();
    for (y, row) in rows(&buffer).iter().enumerate() {
        for run in runs(row, y) {
            let at = styles.iter().position(|(style, _)| *style == run.style).unwrap_or_else(|| {
                styles.push((run.style.clone(), Vec::new()));
                styles.len() - 1
            });
            let of_style = &mut styles[at].1;
            // The side of a box is one thing, not one a row.
            match of_style
                .iter_mut()
                .find(|above| above.rows.1 + 1 == y && above.columns == run.columns && above.text == run.text)
            {
                Some(above) => above.rows.1 = y,
                None => of_style.push(run),
            }
        }
    }
    for (style, runs) in styles {
        write!(out, "\n~ {style}: ").unwrap();
        let runs: Vec<String> = runs.iter().map(Run::to_string).collect();
        out.push_str(&runs.join("  "));
    }
    match cursor {
        Some((x, y)) => write!(out, "\n~ cursor {y}:{x}\n").unwrap(),
        None => out.push('\n'),
    }
    out
}

/// Cells beside each other that have one style, which is not the usual one.
struct Run {
    /// The first and the last.
    rows: (usize, usize),
    columns: (usize, usize),
    text: String,
    style: String,
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (first, last) = self.rows;
        write!(f, "{first}")?;
        if last > first {
            write!(f, "-{last}")?;
        }
        write!(f, ":{} ", self.columns.0)?;
        let (text, mut chars) = (&self.text, self.text.chars());
        let sign = chars.next().unwrap_or(' ');
        let (count, width) = (text.chars().count(), self.columns.1 - self.columns.0);
        if count > 3 && chars.all(|c| c == sign) {
            write!(f, "{sign}×{count}")
        } else if count > 24 {
            // The text above shows where it ends.
            write!(f, "‘{}…’ ({width})", text.chars().take(16).collect::<String>())
        } else {
            write!(f, "‘{text}’")
        }
    }
}

fn runs(row: &[Cell], y: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (x, cell) in seen(row) {
        let style = style(cell);
        let end = x + cell.symbol().width().max(1);
        match runs.last_mut() {
            Some(run) if run.style == style => {
                run.columns.1 = end;
                run.text.push_str(cell.symbol());
            }
            _ => runs.push(Run { rows: (y, y), columns: (x, end), text: cell.symbol().to_owned(), style }),
        }
    }
    runs.retain(|run| !run.style.is_empty());
    runs
}

fn style(cell: &Cell) -> String {
    let mut words = Vec::new();
    for (flag, word) in [(Modifier::BOLD, "bold"), (Modifier::DIM, "dim"), (Modifier::REVERSED, "reversed")] {
        if cell.modifier.contains(flag) {
            words.push(word.to_owned());
        }
    }
    for (colour, what) in [(cell.fg, ""), (cell.bg, "on ")] {
        if colour != Color::Reset {
            words.push(format!("{what}{}", format!("{colour:?}").to_lowercase()));
        }
    }
    words.join(" ")
}
