//! What the terminal at the other end of the output can show.

use std::io::{self, IsTerminal as _};

/// Whether it shows only ASCII.
pub fn is_ascii() -> bool {
    let var = |name| std::env::var(name).unwrap_or_default();
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")].into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    !utf8 || var("TERM") == "linux"
}

/// The columns of standard output; `None` where it is no terminal.
pub fn width() -> Option<usize> {
    let size = io::stdout().is_terminal().then(|| rustix::termios::tcgetwinsize(io::stdout()).ok()).flatten()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// Whether stderr has a line that can be drawn over.
pub fn can_redraw_stderr() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}
