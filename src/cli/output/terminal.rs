//! What the terminal at the other end of the output can show.

use std::io::{self, IsTerminal as _};

/// Whether it shows only ASCII.
pub fn is_ascii() -> bool {
    let var = |name| std::env::var(name).unwrap_or_default();
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    !utf8 || var("TERM") == "linux"
}

/// Whether standard output shows colours, and nothing in the environment forbids them.
pub fn is_coloured() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
}

/// The columns and rows of standard output; `None` where it is no terminal.
pub fn size() -> Option<(usize, usize)> {
    let size = io::stdout().is_terminal().then(|| rustix::termios::tcgetwinsize(io::stdout()).ok()).flatten()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((usize::from(size.ws_col), usize::from(size.ws_row)))
}

/// The columns to write in: those that `COLUMNS` says, else those of standard output; `None` where it is no terminal.
pub fn width() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    said.or_else(|| size().map(|(columns, _)| columns))
}

/// Whether the terminal can move its cursor.
pub fn can_move() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}

/// Whether stderr has a line that can be drawn over.
pub fn can_redraw_stderr() -> bool {
    io::stderr().is_terminal() && can_move()
}
