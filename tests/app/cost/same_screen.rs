//! Few bytes are worth nothing if a terminal shows something else: frames through the backend, read by a terminal emulator.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::Cell;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier, Style};
use waypost::tui::app::backend::LeanBackend;

const COLUMNS: u16 = 14;
const ROWS: u16 = 9;

struct Wire(Rc<RefCell<vt100::Parser>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "has the form of the system call")]
fn size() -> io::Result<Size> {
    Ok(Size { width: COLUMNS, height: ROWS })
}

/// Runs of one character in one style: what screens are made of, spaces most of all. No wide characters: what an emulator makes of
/// the other half of one that is written over is its own.
fn runs() -> impl Strategy<Value = Vec<(usize, &'static str, Style)>> {
    let plain = Style::new();
    let style = prop_oneof![
        4 => Just(plain),
        1 => Just(plain.fg(Color::Red)),
        1 => Just(plain.add_modifier(Modifier::BOLD)),
        1 => Just(plain.add_modifier(Modifier::DIM)),
        1 => Just(plain.add_modifier(Modifier::REVERSED)),
        1 => Just(plain.add_modifier(Modifier::UNDERLINED)),
        1 => Just(plain.bg(Color::Blue)),
    ];
    // After the last of them the cursor is unknown: it may be wide on another terminal.
    let sign = prop_oneof![5 => Just(" "), 2 => Just("a"), 1 => Just("─"), 1 => Just("…"), 1 => Just("♠")];
    prop::collection::vec((prop_oneof![1_usize..4, 1_usize..32], sign, style), 0..20)
}

/// What a screen is drawn from.
#[derive(Clone, Debug)]
struct Frame {
    /// `None`: those of the frame before.
    runs: Option<Vec<(usize, &'static str, Style)>>,
    /// Signs over them, each on its own: a frame that changes little, here and there.
    spots: Vec<(u16, u16)>,
    cursor: Option<(u16, u16)>,
    /// The terminal is cleared before.
    clear: bool,
}

fn frame() -> impl Strategy<Value = Frame> {
    let place = || (0..COLUMNS, 0..ROWS);
    let spots = prop::collection::vec(place(), 0..5);
    (prop::option::of(runs()), spots, prop::option::of(place()), prop::bool::weighted(0.3))
        .prop_map(|(runs, spots, cursor, clear)| Frame { runs, spots, cursor, clear })
}

fn draw(terminal: &mut Terminal<LeanBackend<Wire>>, runs: &[(usize, &'static str, Style)], frame: &Frame) -> Vec<Cell> {
    let drawn = terminal.draw(|drawn| {
        let buffer = drawn.buffer_mut();
        let mut at = 0;
        for (count, sign, style) in runs {
            for _ in 0..*count {
                let (x, y) = (at % COLUMNS, at / COLUMNS);
                if y < ROWS {
                    buffer.set_string(x, y, sign, *style);
                }
                at += 1;
            }
        }
        for &(x, y) in &frame.spots {
            buffer.set_string(x, y, ">", Style::reset().fg(Color::Red).add_modifier(Modifier::BOLD));
        }
        if let Some(cursor) = frame.cursor {
            drawn.set_cursor_position(cursor);
        }
    });
    drawn.unwrap().buffer.content.clone()
}

/// The visible part of a cell: a space shows no foreground.
fn seen(cell: &vt100::Cell) -> (String, vt100::Color, vt100::Color, [bool; 4]) {
    let text = if cell.contents().is_empty() { " " } else { cell.contents() };
    let [mut bold, mut dim] = [cell.bold(), cell.dim()];
    let mut fg = cell.fgcolor();
    if text == " " && !cell.inverse() && !cell.underline() {
        (fg, bold, dim) = (vt100::Color::Default, false, false);
    }
    (text.to_owned(), fg, cell.bgcolor(), [bold, dim, cell.inverse(), cell.underline()])
}

fn wanted(cell: &Cell) -> (String, vt100::Color, vt100::Color, [bool; 4]) {
    let colour = |colour| match colour {
        Color::Red => vt100::Color::Idx(1),
        Color::Blue => vt100::Color::Idx(4),
        _ => vt100::Color::Default,
    };
    let has = |modifier| cell.modifier.contains(modifier);
    let flags = [Modifier::BOLD, Modifier::DIM, Modifier::REVERSED, Modifier::UNDERLINED].map(has);
    let is_blank = cell.symbol() == " " && !flags[2] && !flags[3];
    let (fg, flags) = if is_blank { (Color::Reset, [false; 4]) } else { (cell.fg, flags) };
    (cell.symbol().to_owned(), colour(fg), colour(cell.bg), flags)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_terminal_shows_each_frame_as_it_was_drawn(frames in prop::collection::vec(frame(), 1..9)) {
        let emulator = Rc::new(RefCell::new(vt100::Parser::new(
            std::num::NonZeroU16::new(ROWS).unwrap(),
            std::num::NonZeroU16::new(COLUMNS).unwrap(),
            0,
        )));
        let mut terminal = Terminal::new(LeanBackend::new(Wire(Rc::clone(&emulator)), size)).unwrap();
        let mut runs: &[_] = &[];
        for frame in &frames {
            if frame.clear {
                terminal.clear().unwrap();
            }
            runs = frame.runs.as_deref().unwrap_or(runs);
            let cells = draw(&mut terminal, runs, frame);
            let emulator = emulator.borrow();
            prop_assert_eq!(emulator.screen().hide_cursor(), frame.cursor.is_none());
            if let Some((x, y)) = frame.cursor {
                prop_assert_eq!(emulator.screen().cursor_position(), (y, x));
            }
            for (at, cell) in cells.iter().enumerate() {
                let (x, y) = (at % usize::from(COLUMNS), at / usize::from(COLUMNS));
                let shown = emulator.screen().cell(y.try_into().unwrap(), x.try_into().unwrap()).unwrap();
                prop_assert_eq!(seen(shown), wanted(cell), "column {}, row {}", x, y);
            }
        }
    }
}
