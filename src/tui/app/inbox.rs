//! Everything the loop waits for: keys, results of effects, what comes from outside, and the clock of a delivery in flight.

use std::io;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::tui::app::flight::Flight;
use crate::tui::msg::{Msg, Pasted, Press};

/// How often the clock of a delivery in flight moves on the screen.
const TICK: Duration = Duration::from_millis(100);

/// The end of the keys: as good as a hang-up.
pub const HANG_UP: Msg = Msg::Terminate(129);

pub struct Inbox<K> {
    /// `None` while an editor has the terminal.
    pub keys: Option<K>,
    pub outside: UnboundedReceiver<Msg>,
    results: UnboundedReceiver<Msg>,
    to_results: UnboundedSender<Msg>,
    ticks: Interval,
}

impl<K> Inbox<K>
where
    K: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    pub fn new(keys: K, outside: UnboundedReceiver<Msg>) -> Self {
        let (to_results, results) = unbounded_channel();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { keys: Some(keys), outside, results, to_results, ticks }
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
            event = next_key(&mut self.keys) => translate(event)?,
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
                event = next_key(&mut self.keys) => messages.extend(translate(event)?),
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

fn translate(event: Option<io::Result<TerminalEvent>>) -> io::Result<Vec<Msg>> {
    Ok(match event.transpose()? {
        Some(TerminalEvent::Key(key)) => Press::of(key).into_iter().map(Msg::Key).collect(),
        Some(TerminalEvent::Paste(text)) => vec![Msg::Paste(Pasted::new(text))],
        Some(TerminalEvent::Resize(columns, rows)) => vec![Msg::Resize(columns, rows)],
        Some(_) => Vec::new(),
        None => vec![HANG_UP],
    })
}
