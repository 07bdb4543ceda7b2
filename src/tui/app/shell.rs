//! What is around the loop.

use std::future::Future;
use std::io;
use std::path::Path;

use crossterm::event::Event as TerminalEvent;
use futures_util::Stream;

/// A program that gets the terminal for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `$VISUAL` or `$EDITOR`.
    Editor,
    /// `$PAGER`, else `less`.
    Pager,
}

/// What is around the loop: where keys come from, and who gets the terminal for a while.
pub trait Shell {
    type Keys: Stream<Item = io::Result<TerminalEvent>> + Unpin;

    /// Begins to read keys. The one before was dropped: two readers would share the keys between them.
    fn keys(&mut self) -> Self::Keys;

    /// Whether the terminal has taken all that was drawn. Until then nothing more is drawn.
    fn is_drawn(&self) -> bool;

    /// Ready when it has.
    fn drawn(&self) -> impl Future<Output = io::Result<()>>;

    /// Suspends the process until it is continued.
    fn suspend(&mut self);

    /// Rings the terminal's bell, where there is one.
    fn ring(&mut self) {}

    /// Lets the user's program have a file, and the terminal until it ends. An error says why not, in words.
    /// `stop` ends it early.
    fn open(&mut self, program: Program, file: &Path, stop: impl Future<Output = ()>)
    -> impl Future<Output = Result<(), String>>;
}
