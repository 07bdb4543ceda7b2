//! Presses keys on a model, and shows it.

use std::fmt::Write as _;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use waypost::ops::Situation;
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Surroundings};
use waypost::tui::msg::{Msg, Press};
use waypost::tui::update::update;
use waypost::tui::view::view;

/// An app at a size, over what the files say.
pub fn app(situation: Situation) -> Model {
    Model::new((80, 24), Surroundings::default(), situation)
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

/// Presses keys, and gives every effect that came of them.
pub fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace().flat_map(presses).flat_map(|key| update(model, Msg::Key(key))).collect()
}

/// Types a text, blanks included.
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

/// The screen as text.
pub fn screen(model: &Model) -> String {
    let (buffer, _) = buffer(model);
    let lines: Vec<String> =
        rows(&buffer).iter().map(|row| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()).collect();
    lines.join("\n")
}

/// The screen as text, with the runs of style behind each row and the cursor's place.
pub fn styled(model: &Model) -> String {
    let (buffer, cursor) = buffer(model);
    let mut out = String::new();
    for row in rows(&buffer) {
        let text: String = row.iter().map(Cell::symbol).collect();
        out.push_str(text.trim_end());
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for (x, cell) in row.iter().enumerate() {
            let style = style(cell);
            match runs.last_mut() {
                Some((_, end, last)) if *end == x && *last == style => *end = x + 1,
                _ => runs.push((x, x + 1, style)),
            }
        }
        let runs: Vec<String> =
            runs.iter().filter(|(.., style)| !style.is_empty()).map(|(from, to, style)| format!("{from}-{to} {style}")).collect();
        if !runs.is_empty() {
            write!(out, "\n    ~ {}", runs.join(", ")).unwrap();
        }
        out.push('\n');
    }
    if let Some((x, y)) = cursor {
        writeln!(out, "cursor {x},{y}").unwrap();
    }
    out
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
