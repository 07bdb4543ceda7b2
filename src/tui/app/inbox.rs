//! Everything the loop waits for: keys, results of effects, what comes from outside, and the clock of a delivery in flight.

use std::io;
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, MouseButton, MouseEvent, MouseEventKind};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::tui::app::flight::Flight;
use crate::tui::msg::{Mouse, MouseAct, Msg, Pasted, Press};

/// How often the clock of a delivery in flight moves on the screen.
const TICK: Duration = Duration::from_millis(100);

/// The longest time between the two clicks of a double click.
const SOON: Duration = Duration::from_millis(400);

/// The end of the keys: as good as a hang-up.
pub const HANG_UP: Msg = Msg::Terminate(129);

pub struct Inbox<K> {
    /// `None` while an editor has the terminal.
    pub keys: Option<K>,
    pub outside: UnboundedReceiver<Msg>,
    results: UnboundedReceiver<Msg>,
    to_results: UnboundedSender<Msg>,
    ticks: Interval,
    clicks: Clicks,
}

impl<K> Inbox<K>
where
    K: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    pub fn new(keys: K, outside: UnboundedReceiver<Msg>) -> Self {
        let (to_results, results) = unbounded_channel();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { keys: Some(keys), outside, results, to_results, ticks, clicks: Clicks::default() }
    }

    /// Where effects send their results.
    pub fn results(&self) -> UnboundedSender<Msg> {
        self.to_results.clone()
    }

    pub fn restart_clock(&mut self) {
        self.ticks.reset();
    }

    /// Waits until something happens. The clock ticks only while the flight is not answered.
    pub async fn next(&mut self, flight: Option<&Flight>) -> io::Result<Vec<Msg>> {
        let in_flight = flight.filter(|flight| !flight.answered);
        Ok(tokio::select! {
            event = next_key(&mut self.keys) => translate(event, &mut self.clicks)?,
            Some(msg) = self.results.recv() => vec![msg],
            Some(msg) = self.outside.recv() => vec![msg],
            _ = self.ticks.tick(), if in_flight.is_some() => in_flight.map(Flight::tick).into_iter().collect(),
        })
    }

    /// The keys that are there already. Never waits.
    pub async fn rest(&mut self) -> io::Result<Vec<Msg>> {
        let mut messages = Vec::new();
        // Polled with the task's own waker: the stream keeps the last one it saw, and would never wake us by another.
        while messages.last() != Some(&HANG_UP) {
            tokio::select! {
                biased;
                event = next_key(&mut self.keys) => messages.extend(translate(event, &mut self.clicks)?),
                () = std::future::ready(()) => break,
            }
        }
        Ok(messages)
    }
}

async fn next_key<K>(keys: &mut Option<K>) -> Option<io::Result<TerminalEvent>>
where
    K: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

fn translate(event: Option<io::Result<TerminalEvent>>, clicks: &mut Clicks) -> io::Result<Vec<Msg>> {
    Ok(match event.transpose()? {
        Some(TerminalEvent::Key(key)) => Press::of(key).into_iter().map(Msg::Key).collect(),
        Some(TerminalEvent::Paste(text)) => vec![Msg::Paste(Pasted::new(text))],
        Some(TerminalEvent::Resize(columns, rows)) => vec![Msg::Resize(columns, rows)],
        Some(TerminalEvent::Mouse(event)) => clicks.read(event, Instant::now()).into_iter().map(Msg::Mouse).collect(),
        Some(_) => Vec::new(),
        None => vec![HANG_UP],
    })
}

/// Distinguishes a second click from a first one.
#[derive(Default)]
struct Clicks {
    /// When and where the last one was.
    last: Option<(Instant, u16, u16)>,
}

impl Clicks {
    fn read(&mut self, event: MouseEvent, now: Instant) -> Option<Mouse> {
        let MouseEvent { kind, column, row, .. } = event;
        let act = match kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let before = self.last.replace((now, column, row));
                let again = before.is_some_and(|(at, x, y)| (x, y) == (column, row) && now.duration_since(at) < SOON);
                if again { MouseAct::ClickAgain } else { MouseAct::Click }
            }
            MouseEventKind::ScrollUp => MouseAct::WheelUp,
            MouseEventKind::ScrollDown => MouseAct::WheelDown,
            _ => return None,
        };
        Some(Mouse { act, column, row })
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn a_click_soon_after_another_in_the_same_place_is_one_with_it() {
        let start = Instant::now();
        let mut clicks = Clicks::default();
        let mut click = |ms, column| {
            let kind = MouseEventKind::Down(MouseButton::Left);
            let event = MouseEvent { kind, column, row: 1, modifiers: KeyModifiers::NONE };
            clicks.read(event, start + Duration::from_millis(ms)).unwrap().act
        };
        assert_eq!(click(0, 5), MouseAct::Click);
        assert_eq!(click(399, 5), MouseAct::ClickAgain);
        assert_eq!(click(500, 6), MouseAct::Click);
        assert_eq!(click(900, 6), MouseAct::Click);
        assert_eq!(click(1000, 6), MouseAct::ClickAgain);
        let moved = MouseEvent { kind: MouseEventKind::Moved, column: 1, row: 1, modifiers: KeyModifiers::NONE };
        assert_eq!(clicks.read(moved, start), None);
    }
}
