//! The loop: draw when something changed, wait, update, perform. The only place that draws or spawns.
//!
//! ```text
//!  inbox ── Msg ──▶ update ── Effect ──▶ perform (ops)
//!    ▲                 │                     │
//!    └─────────────────┼──── Msg ────────────┘
//!                      ▼
//!                view, if the model changed and the terminal has taken the last frame
//! ```
//!
//! Between them nothing runs: a clock ticks only while a delivery is in flight, and a watch wakes it when a delivery is due.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::ops::Waypost;
use crate::present::clock::Clock;
use crate::tui::app::edit::{edit, page};
use crate::tui::app::flight::{self, Flight};
use crate::tui::app::inbox::{HANG_UP, Inbox};
use crate::tui::app::listening::{Listening, listen};
use crate::tui::app::perform::perform;
pub use crate::tui::app::shell::{Program, Shell};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::msg::{Id, Msg};
use crate::tui::update::update;
use crate::tui::view::view;

/// The shortest time between two frames: closer ones cannot be told apart.
const FRAME: Duration = Duration::from_millis(8);

/// How long after an editor's end an interrupt is still taken for the editor's. In raw mode ^C is no signal: one that comes
/// then comes from elsewhere, and rarely in that time.
const LATE_INTERRUPT: Duration = Duration::from_millis(500);

/// The loop, over any terminal, any source of keys and any shell: a test drives the real one.
pub struct Run<'a, B: Backend, S: Shell> {
    /// What is known and shown.
    pub model: Model,
    pub waypost: Arc<Waypost>,
    pub terminal: &'a mut Terminal<B>,
    pub shell: S,
}

struct Loop<'a, B: Backend, S: Shell> {
    model: Model,
    waypost: Arc<Waypost>,
    terminal: &'a mut Terminal<B>,
    shell: S,
    inbox: Inbox<S::Keys>,
    /// What happened, and was not passed to `update` yet.
    messages: VecDeque<Msg>,
    flight: Option<Flight>,
    /// The delivery of a watch that is on its way, beside the other one.
    watched: Option<Flight>,
    /// When the next delivery of a watch is due.
    due: Option<(Id, tokio::time::Instant)>,
    listening: Option<Listening>,
    /// The screen does not show the model as it is.
    stale: bool,
    drawn_at: Option<Instant>,
    edited_at: Option<Instant>,
}

impl<B: Backend, S: Shell> Run<'_, B, S>
where
    B::Error: Send + Sync + 'static,
{
    /// Runs until the app is to end. Returns the exit code. `outside` brings what comes from neither keys nor effects:
    /// signals, the hang-up, the demo's receiver.
    ///
    /// # Errors
    /// The terminal cannot be drawn on, or read.
    pub async fn run(self, keys: S::Keys, outside: UnboundedReceiver<Msg>) -> io::Result<u8> {
        let Self { model, waypost, terminal, shell } = self;
        let inbox = Inbox::new(keys, outside);
        let stale = model.changed;
        let messages = VecDeque::new();
        let mut running = Loop {
            model,
            waypost,
            terminal,
            shell,
            inbox,
            messages,
            flight: None,
            watched: None,
            due: None,
            listening: None,
            stale,
            drawn_at: None,
            edited_at: None,
        };
        let result = running.until_the_end().await;
        // Also when the terminal failed: it may have gone, and the delivery with it.
        for flight in running.flight.into_iter().chain(running.watched) {
            flight.end().await;
        }
        result
    }
}

impl<B: Backend, S: Shell> Loop<'_, B, S>
where
    B::Error: Send + Sync + 'static,
{
    async fn until_the_end(&mut self) -> io::Result<u8> {
        loop {
            self.draw()?;
            tokio::select! {
                messages = self.inbox.next(self.flight.as_ref()) => self.messages.extend(messages?),
                drawn = self.shell.drawn(), if self.stale => drawn?,
                id = until(self.due) => {
                    self.due = None;
                    self.messages.push_back(Msg::Due(id, Timestamp::now()));
                }
                // What is shown of today is shown with its date from then on.
                () = tokio::time::sleep(until_tomorrow(&self.model.environment.clock)) => {}
            }
            self.gather().await?;
            if let Some(code) = self.update().await? {
                return Ok(code);
            }
        }
    }

    /// Keys that come by the thousand, as those of a paste do, are drawn together.
    async fn gather(&mut self) -> io::Result<()> {
        self.messages.extend(self.inbox.rest().await?);
        let Some(left) = self.drawn_at.and_then(|at| FRAME.checked_sub(at.elapsed())) else { return Ok(()) };
        let mut next = pin!(tokio::time::sleep(left));
        while self.messages.back() != Some(&HANG_UP) {
            tokio::select! {
                () = &mut next => break,
                messages = self.inbox.next(self.flight.as_ref()) => self.messages.extend(messages?),
            }
            self.messages.extend(self.inbox.rest().await?);
        }
        Ok(())
    }

    /// Draws the model, if it changed and the terminal can take it.
    fn draw(&mut self) -> io::Result<()> {
        if self.stale && self.shell.is_drawn() {
            self.stale = false;
            self.drawn_at = Some(Instant::now());
            let model = &self.model;
            let drawn = self.terminal.draw(|frame| view(model, frame)).map_err(io::Error::other)?.area;
            // A key can come before the message of the resize: it is meant for what is seen.
            self.model.size = (drawn.width, drawn.height);
        }
        Ok(())
    }

    /// Updates the model by all messages there are, for one frame. Returns the exit code once the app is to end.
    async fn update(&mut self) -> io::Result<Option<u8>> {
        let mut changed = self.keep_date();
        while let Some(msg) = self.messages.pop_front() {
            if self.is_late_interrupt(&msg) {
                continue;
            }
            if let Some(flight) = &mut self.flight {
                flight.notice(&msg);
            }
            let effects = update(&mut self.model, msg);
            changed |= self.model.changed;
            for effect in effects {
                changed |= effect == Effect::Repaint;
                if let Effect::Quit(code) = effect {
                    return Ok(Some(code));
                }
                self.perform(effect).await?;
            }
        }
        self.stale |= changed;
        Ok(None)
    }

    /// Whether another day has begun.
    fn keep_date(&mut self) -> bool {
        let clock = &mut self.model.environment.clock;
        let now = Clock::new(clock.zone.clone(), Timestamp::now());
        let changed = *clock != now;
        *clock = now;
        changed
    }

    /// The ^C that ended the editor comes here too, and may come late.
    fn is_late_interrupt(&self, msg: &Msg) -> bool {
        *msg == Msg::Terminate(130) && self.edited_at.is_some_and(|at| at.elapsed() < LATE_INTERRUPT)
    }

    async fn perform(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Suspend => self.shell.suspend(),
            Effect::EditOutside { body } => self.edit(&body).await,
            Effect::Page { text } => self.page(text.as_bytes()).await,
            Effect::Repaint => self.terminal.clear().map_err(io::Error::other)?,
            Effect::Stop { id } => {
                for flight in self.flight.iter_mut().chain(&mut self.watched) {
                    flight.stop(id);
                }
            }
            Effect::Send { id, generation, event, again } => {
                self.inbox.restart_clock();
                self.flight = Some(flight::send(id, generation, (event, again), Arc::clone(&self.waypost), self.inbox.results()));
            }
            Effect::SendWatched { id, generation, event } => {
                self.watched = Some(flight::send(id, generation, (event, None), Arc::clone(&self.waypost), self.inbox.results()));
            }
            Effect::Due { id, after_s } => {
                self.due = Some((id, tokio::time::Instant::now() + Duration::from_secs(after_s.into())));
            }
            Effect::Bell => self.shell.ring(),
            Effect::Probe { id, generation } => {
                self.flight = Some(flight::probe(id, generation, Arc::clone(&self.waypost), self.inbox.results()));
            }
            Effect::Listen { id, how } => {
                self.listening = Some(listen(id, how, Arc::clone(&self.waypost), self.inbox.results()));
            }
            Effect::StopListening => self.listening = None,
            effect => perform(effect, Arc::clone(&self.waypost), self.inbox.results()),
        }
        Ok(())
    }

    /// Lets the user's editor have the terminal. What it gives back comes before any key pressed after the one that called it.
    async fn edit(&mut self, body: &[u8]) {
        self.inbox.keys = None;
        let (edited, meanwhile) = edit(&self.waypost, &mut self.shell, body, &mut self.inbox.outside).await;
        self.terminal_is_back(Msg::EditedOutside(edited), meanwhile);
    }

    /// Lets the user's pager have the terminal.
    async fn page(&mut self, text: &[u8]) {
        self.inbox.keys = None;
        let (paged, meanwhile) = page(&self.waypost, &mut self.shell, text, &mut self.inbox.outside).await;
        self.terminal_is_back(Msg::Paged(paged), meanwhile);
    }

    fn terminal_is_back(&mut self, first: Msg, meanwhile: Vec<Msg>) {
        self.inbox.keys = Some(self.shell.keys());
        self.edited_at = Some(Instant::now());
        for msg in meanwhile.into_iter().rev() {
            self.messages.push_front(msg);
        }
        self.messages.push_front(first);
    }
}

/// Ready when what is due is due; where nothing is, never.
async fn until(due: Option<(Id, tokio::time::Instant)>) -> Id {
    match due {
        Some((id, at)) => {
            tokio::time::sleep_until(at).await;
            id
        }
        None => std::future::pending().await,
    }
}

/// How long the day lasts, and a moment more.
fn until_tomorrow(clock: &Clock) -> Duration {
    let midnight = clock.today.tomorrow().and_then(|day| clock.zone.to_timestamp(day.at(0, 0, 0, 0)));
    let left = midnight.map_or(0, |midnight| midnight.as_millisecond() - Timestamp::now().as_millisecond());
    Duration::from_millis(u64::try_from(left).unwrap_or(0)) + Duration::from_secs(1)
}
