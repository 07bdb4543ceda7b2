//! The terminal's keys as a stream.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crossterm::event::{Event, EventStream, poll, read};
use futures_util::Stream;

/// Any time but none: crossterm looks at what it has read already only where it may wait. It is less than the least that the system
/// waits, so that it does not.
const AT_ONCE: Duration = Duration::from_micros(50);

/// crossterm's stream hands over one event, and has a thread fetch the next, of a thousand that are there. This one takes what is there
/// before it waits.
#[derive(Default)]
pub struct TerminalKeys {
    stream: EventStream,
    /// No thread waits for events, so that they can be read here.
    awake: bool,
}

impl Stream for TerminalKeys {
    type Item = io::Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.awake && poll(AT_ONCE).is_ok_and(|there| there) {
            return Poll::Ready(Some(read()));
        }
        let next = Pin::new(&mut self.stream).poll_next(context);
        self.awake = next.is_ready();
        next
    }
}
