//! The app without a terminal: a key in, the bytes of a frame out, through the backend that the real one has.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::layout::Size;
use waypost::ops::Snapshot;
use waypost::tui::app::backend::LeanBackend;
use waypost::tui::model::Model;

use waypost::tui::msg::{Msg, Press};
use waypost::tui::update::update;
use waypost::tui::view::view;

/// Counts what is written, and keeps none of it: nothing of it is an allocation.
struct Count(Rc<Cell<usize>>);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "has the form of the system call")]
fn small() -> io::Result<Size> {
    Ok(Size { width: 80, height: 24 })
}

pub struct Screen {
    model: Model,
    terminal: Terminal<LeanBackend<Count>>,
    written: Rc<Cell<usize>>,
}

impl Screen {
    /// At 80x24, with its first frame drawn.
    pub fn open(snapshot: Snapshot) -> Self {
        let written = Rc::new(Cell::new(0));
        let terminal = Terminal::new(LeanBackend::new(Count(Rc::clone(&written)), small)).unwrap();
        let model = Model::new((80, 24), crate::screens::driver::environment(), snapshot);
        let mut screen = Self { model, terminal, written };
        screen.draw();
        screen.model.changed = false;
        screen
    }

    /// The same, after those keys.
    pub fn after(snapshot: Snapshot, keys: &[Press]) -> Self {
        let mut screen = Self::open(snapshot);
        for &key in keys {
            screen.press(key);
        }
        screen
    }

    /// As the loop does it: the frame is drawn only when something changed. Gives the bytes that were written.
    pub fn press(&mut self, key: Press) -> usize {
        self.take(Msg::Key(key))
    }

    fn take(&mut self, msg: Msg) -> usize {
        let before = self.written.get();
        self.update(msg);
        self.draw_if_changed();
        self.written.get() - before
    }

    /// Without a frame: more messages are there already.
    pub fn update(&mut self, msg: Msg) {
        let changed = self.model.changed;
        update(&mut self.model, msg);
        self.model.changed |= changed;
    }

    pub fn draw_if_changed(&mut self) {
        if std::mem::take(&mut self.model.changed) {
            self.draw();
        }
    }

    fn draw(&mut self) {
        let model = &self.model;
        self.terminal.draw(|frame| view(model, frame)).unwrap();
    }
}
