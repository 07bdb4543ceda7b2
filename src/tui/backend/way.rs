//! Ways of the cursor from one place to another, and the shortest of them.
//!
//! All steps are of ECMA-48 and the C0 set, and every terminal takes them. In raw mode a line feed keeps the column.

use std::fmt::Write as _;

use ratatui::layout::Position;

/// A way of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// There, from anywhere.
    To(Position),
    /// There, from one place only.
    Steps {
        /// First to the beginning of the row.
        home: bool,
        /// Then so many rows down, or up where it is negative.
        rows: i32,
        /// Then so many columns to the right, or to the left where it is negative.
        columns: i32,
        /// To the right by what is shown there, written again: so many bytes.
        again: Option<usize>,
    },
}

impl Way {
    /// The shortest way; where the cursor is unknown there is only one. `again` tells the bytes of so many columns before `to`,
    /// where they can be written again.
    pub(super) fn shortest(at: Option<Position>, to: Position, again: impl Fn(u16) -> Option<usize>) -> Self {
        let mut shortest = Self::To(to);
        let Some(at) = at else { return shortest };
        let rows = i32::from(to.y) - i32::from(at.y);
        for home in [false, true] {
            let from = if home { 0 } else { at.x };
            let columns = i32::from(to.x) - i32::from(from);
            let sequence = step(columns, false).len();
            // A sign has a byte at least.
            let few = to.x.checked_sub(from).filter(|&count| (1..sequence).contains(&count.into()));
            let again = few.and_then(&again).filter(|&bytes| bytes < sequence);
            let steps = Self::Steps { home, rows, columns, again };
            if steps.len() < shortest.len() {
                shortest = steps;
            }
        }
        shortest
    }

    /// How many bytes it has.
    pub(super) fn len(self) -> usize {
        match self {
            Self::To(Position { x, y }) => {
                3 + if (x, y) == (0, 0) { 0 } else { digits(usize::from(y) + 1) }
                    + if x == 0 { 0 } else { 1 + digits(usize::from(x) + 1) }
            }
            Self::Steps { home, rows, columns, again } => {
                usize::from(home) + step(rows, rows > 0).len() + again.unwrap_or_else(|| step(columns, columns < 0).len())
            }
        }
    }

    /// Writes it. `again` writes what is shown in so many columns before its end.
    pub(super) fn write(self, out: &mut String, again: impl FnOnce(&mut String, u16)) {
        match self {
            Self::To(Position { x: 0, y: 0 }) => out.push_str("\x1b[H"),
            Self::To(Position { x: 0, y }) => _ = write!(out, "\x1b[{}H", y + 1),
            Self::To(Position { x, y }) => _ = write!(out, "\x1b[{};{}H", y + 1, x + 1),
            Self::Steps { home, rows, columns, again: bytes } => {
                if home {
                    out.push('\r');
                }
                step(rows, rows > 0).write(out, '\n', if rows > 0 { 'B' } else { 'A' });
                match (bytes, u16::try_from(columns)) {
                    (Some(_), Ok(columns)) => again(out, columns),
                    (None, Ok(_)) => step(columns, false).write(out, '\0', 'C'),
                    (_, Err(_)) => step(columns, true).write(out, '\u{8}', 'D'),
                }
            }
        }
    }
}

/// How many digits a number that is not 0 has.
const fn digits(number: usize) -> usize {
    number.ilog10() as usize + 1
}

/// A number of columns or rows in one direction.
#[derive(Clone, Copy)]
enum Step {
    /// A sign for each.
    Signs(usize),
    /// A control sequence with the number.
    Sequence(usize),
}

/// The shortest of so many columns or rows; `sign` says whether there is a sign for one.
fn step(count: i32, sign: bool) -> Step {
    let count = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let sequence = Step::Sequence(count);
    if count == 0 || sign && count < sequence.len() { Step::Signs(count) } else { sequence }
}

impl Step {
    const fn len(self) -> usize {
        match self {
            Self::Signs(count) => count,
            Self::Sequence(1) => 3,
            Self::Sequence(count) => 3 + digits(count),
        }
    }

    fn write(self, out: &mut String, sign: char, last: char) {
        match self {
            Self::Signs(count) => out.extend(std::iter::repeat_n(sign, count)),
            Self::Sequence(1) => _ = write!(out, "\x1b[{last}"),
            Self::Sequence(count) => _ = write!(out, "\x1b[{count}{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(x: u16, y: u16) -> Position {
        Position { x, y }
    }

    fn written(from: Option<Position>, to: Position, blanks: bool) -> String {
        let mut out = String::new();
        let write = |out: &mut String, count| out.push_str(&" ".repeat(usize::from(count)));
        Way::shortest(from, to, |count| blanks.then_some(count.into())).write(&mut out, write);
        out
    }

    #[test]
    fn the_shortest_way_is_found() {
        let way = |from, to| written(Some(from), to, false);
        assert_eq!(way(at(5, 5), at(5, 5)), "");
        assert_eq!(way(at(5, 5), at(0, 5)), "\r");
        assert_eq!(way(at(5, 5), at(2, 5)), "\u{8}\u{8}\u{8}");
        assert_eq!(way(at(9, 5), at(5, 5)), "\x1b[4D");
        assert_eq!(way(at(5, 5), at(6, 5)), "\x1b[C");
        assert_eq!(way(at(5, 5), at(25, 5)), "\x1b[20C");
        // From behind the mark to the next one.
        assert_eq!(way(at(5, 5), at(4, 6)), "\n\u{8}");
        assert_eq!(way(at(5, 5), at(4, 4)), "\x1b[A\u{8}");
        assert_eq!(way(at(50, 5), at(0, 7)), "\r\n\n");
        assert_eq!(way(at(50, 5), at(50, 15)), "\x1b[10B");
        assert_eq!(way(at(50, 5), at(2, 6)), "\x1b[7;3H", "as short by steps, which may go astray");
        assert_eq!(way(at(50, 15), at(0, 0)), "\x1b[H");
        assert_eq!(written(None, at(5, 5), true), "\x1b[6;6H");
        assert_eq!(written(Some(at(5, 5)), at(7, 5), true), "  ");
        assert_eq!(written(Some(at(50, 5)), at(2, 6), true), "\r\n  ");
        assert_eq!(written(Some(at(5, 5)), at(7, 4), true), "\x1b[A  ");
        let dashes = Way::shortest(Some(at(5, 5)), at(7, 5), |count| Some(3 * usize::from(count)));
        assert_eq!(dashes, Way::Steps { home: false, rows: 0, columns: 2, again: None }, "a sign of many bytes is long");
    }

    /// The way that was taken before there was a choice, in bytes.
    fn former(from: Position, to: Position, blanks: bool) -> usize {
        let sequence = |count: u16| Step::Sequence(count.into()).len();
        match from {
            _ if from == to => 0,
            _ if from.y == to.y && to.x == 0 => 1,
            _ if from.y == to.y && to.x < from.x && from.x - to.x <= 3 => usize::from(from.x - to.x),
            _ if blanks && from.y == to.y && from.x < to.x && to.x - from.x <= 3 => usize::from(to.x - from.x),
            _ if from.y == to.y && from.x < to.x => sequence(to.x - from.x),
            _ if from.x == to.x && to.y == from.y + 1 => 1,
            _ => Way::To(to).len(),
        }
    }

    proptest! {
        #[test]
        fn a_way_leads_there_is_as_long_as_it_says_and_no_longer_than_before(
            from in (0_u16..130, 0_u16..60), to in (0_u16..130, 0_u16..60), blanks: bool
        ) {
            let (from, to) = (at(from.0, from.1), at(to.0, to.1));
            let way = Way::shortest(Some(from), to, |count| blanks.then_some(count.into()));
            let out = written(Some(from), to, blanks);
            prop_assert_eq!(out.len(), way.len());
            prop_assert!(out.len() <= former(from, to, blanks));
            let mut emulator = vt100::Parser::new(60.try_into().unwrap(), 130.try_into().unwrap(), 0);
            emulator.process(format!("\x1b[{};{}H{out}", from.y + 1, from.x + 1).as_bytes());
            prop_assert_eq!(emulator.screen().cursor_position(), (to.y, to.x));
        }
    }
}
