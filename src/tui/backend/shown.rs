//! What the terminal shows, as far as it is known: what a frame passes over can be written again where that is shorter than a
//! move of the cursor.

use ratatui::layout::{Position, Size};

use super::{PLAIN, Pen};

/// The cells of the terminal.
#[derive(Default)]
pub(super) struct Shown {
    columns: usize,
    /// `None` where a cell is unknown, or its sign may be wide.
    cells: Vec<Option<(char, Pen)>>,
}

impl Shown {
    /// Everything is blank now.
    pub(super) fn clear(&mut self, Size { width, height }: Size) {
        self.columns = width.into();
        self.cells.clear();
        self.cells.resize(self.columns * usize::from(height), Some((' ', PLAIN)));
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        self.cells.clear();
    }

    /// So many cells from there on show that now.
    pub(super) fn put(&mut self, at: Position, count: u16, shown: Option<(char, Pen)>) {
        let from = self.place(at);
        if let Some(cells) = self.cells.get_mut(from..from + usize::from(count)) {
            cells.fill(shown);
        }
    }

    /// The signs of so many cells before that place, if they look the same when they are written in that style.
    pub(super) fn before(&self, to: Position, count: u16, style: Option<Pen>) -> Option<impl Iterator<Item = char> + '_> {
        let end = self.place(to);
        let cells = self.cells.get(end.checked_sub(count.into())?..end)?;
        let style = style?;
        let same = |&(sign, pen): &(char, Pen)| pen == style || sign == ' ' && pen == PLAIN && style.leaves_blanks_blank();
        cells.iter().all(|cell| cell.as_ref().is_some_and(same)).then(|| cells.iter().flatten().map(|(sign, _)| *sign))
    }

    fn place(&self, Position { x, y }: Position) -> usize {
        usize::from(y) * self.columns + usize::from(x)
    }
}
