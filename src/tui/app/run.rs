//! The loop: draw when something changed, wait for keys, results and signals. The only place that draws or spawns.
//!
//! Between them nothing runs: a clock ticks only while a delivery is in flight.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::domain::delivery::Delivery;
use crate::domain::destination::{Destination, Settings};
use crate::domain::event::Event;
use crate::ops::judge;
use crate::ops::{self, Copied, PAGE, Problem, Saved, Step, Waypost};
use crate::tui::effect::{Body, Effect};
use crate::tui::model::Model;
use crate::tui::msg::{Id, Msg, Pasted, Press};
use crate::tui::update::update;
use crate::tui::view::view;

/// How often the clock of a delivery in flight moves on the screen.
const TICK: Duration = Duration::from_millis(100);

/// How long the end waits for a stopped delivery to be recorded.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long after an editor's end an interrupt is still taken for the editor's. In raw mode ^C is no signal: one that comes
/// then comes from elsewhere, and rarely in that time.
const LATE_INTERRUPT: Duration = Duration::from_millis(500);

/// What is around the loop: where keys come from, and who gets the terminal for a while.
pub trait Shell {
    /// The source of keys.
    type Keys: Stream<Item = io::Result<TerminalEvent>> + Unpin;

    /// Begins to read keys. The one before was dropped: two readers would share the keys between them.
    fn keys(&mut self) -> Self::Keys;

    /// Stops the process until it is told to go on.
    fn suspend(&mut self);

    /// Lets the user's editor have a file, and the terminal until it ends. An error says why not, in words.
    /// `stop` ends it early.
    fn edit(&mut self, file: &Path, stop: impl Future<Output = ()>) -> impl Future<Output = Result<(), String>>;
}

/// The loop, over any terminal, any source of keys and any shell: a test drives the real one.
pub struct Run<'a, B: Backend, S: Shell> {
    /// What is known and shown.
    pub model: Model,
    /// What effects call.
    pub waypost: Arc<Waypost>,
    /// What is drawn on.
    pub terminal: &'a mut Terminal<B>,
    /// What stops the process.
    pub shell: S,
}

/// The delivery in flight.
struct Flight {
    id: Id,
    begun: Instant,
    stop: Option<oneshot::Sender<()>>,
    /// Only the history is still being written.
    answered: bool,
    task: JoinHandle<()>,
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
        let mut flight = None;
        let result = self.until_the_end(&mut flight, keys, outside).await;
        // Also when the terminal failed: it may have gone, and the delivery with it.
        last_words(flight).await;
        result
    }

    async fn until_the_end(
        mut self,
        flight: &mut Option<Flight>,
        mut keys: S::Keys,
        mut outside: UnboundedReceiver<Msg>,
    ) -> io::Result<u8> {
        let (results, mut inbox) = unbounded_channel();
        let mut edited_at = None;
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            if std::mem::take(&mut self.model.changed) {
                let model = &self.model;
                let drawn = self.terminal.draw(|frame| view(model, frame)).map_err(io::Error::other)?.area;
                // A key can come before the message of the resize: it is meant for what is seen.
                self.model.size = (drawn.width, drawn.height);
            }
            let mut messages = tokio::select! {
                event = keys.next() => translate(event)?,
                Some(msg) = inbox.recv() => vec![msg],
                Some(msg) = outside.recv() => vec![msg],
                _ = ticks.tick(), if flight.as_ref().is_some_and(|flight| !flight.answered) => flight.iter().map(|flight| Msg::Tick(millis(flight.begun.elapsed()))).collect(),
            };
            // Whatever else is there already goes into the same frame. Polled with the task's own waker: the stream keeps the
            // last one it saw, and would never wake us by another.
            while !messages.contains(&HANG_UP) {
                tokio::select! {
                    biased;
                    event = keys.next() => messages.extend(translate(event)?),
                    () = std::future::ready(()) => break,
                }
            }
            let mut shown = false;
            let mut messages = VecDeque::from(messages);
            while let Some(msg) = messages.pop_front() {
                // The ^C that ended the editor comes here too, and may come late.
                if msg == Msg::Terminate(130) && edited_at.is_some_and(|at: Instant| at.elapsed() < LATE_INTERRUPT) {
                    continue;
                }
                if let Some(flight) = flight
                    && matches!(&msg, Msg::Delivered(id, _) | Msg::NotSent(id, _) if flight.id == *id)
                {
                    flight.answered = true;
                }
                let effects = update(&mut self.model, msg);
                shown |= self.model.changed;
                for effect in effects {
                    match effect {
                        Effect::Quit(code) => return Ok(code),
                        Effect::Suspend => self.shell.suspend(),
                        Effect::EditOutside { body } => {
                            drop(keys);
                            let (edited, meanwhile) = edit(&self.waypost, &mut self.shell, &body, &mut outside).await;
                            keys = self.shell.keys();
                            edited_at = Some(Instant::now());
                            for msg in meanwhile.into_iter().rev() {
                                messages.push_front(msg);
                            }
                            // Before any key that came behind the one that called the editor.
                            messages.push_front(Msg::EditedOutside(edited));
                        }
                        Effect::Repaint => {
                            self.terminal.clear().map_err(io::Error::other)?;
                            shown = true;
                        }
                        Effect::Stop { id } => {
                            if let Some(stop) =
                                flight.as_mut().filter(|flight| flight.id == id).and_then(|flight| flight.stop.take())
                            {
                                // The other end is gone when the delivery has ended by itself.
                                let _ = stop.send(());
                            }
                        }
                        Effect::Send { id, destination, generation, event } => {
                            ticks.reset();
                            let to = (*destination, generation);
                            *flight = Some(send(id, to, event, Arc::clone(&self.waypost), results.clone()));
                        }
                        Effect::Probe { id, destination } => {
                            *flight = Some(probe(id, *destination, Arc::clone(&self.waypost), results.clone()));
                        }
                        effect => perform(effect, Arc::clone(&self.waypost), results.clone()),
                    }
                }
            }
            self.model.changed = shown;
        }
    }
}

/// The end of the keys.
const HANG_UP: Msg = Msg::Terminate(129);

fn translate(event: Option<io::Result<TerminalEvent>>) -> io::Result<Vec<Msg>> {
    Ok(match event.transpose()? {
        Some(TerminalEvent::Key(key)) => Press::of(key).into_iter().map(Msg::Key).collect(),
        Some(TerminalEvent::Paste(text)) => vec![Msg::Paste(Pasted::new(text))],
        Some(TerminalEvent::Resize(columns, rows)) => vec![Msg::Resize(columns, rows)],
        Some(_) => Vec::new(),
        // No more keys will come: as good as a hang-up.
        None => vec![HANG_UP],
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A stopped delivery ends at once, and is still recorded.
async fn last_words(flight: Option<Flight>) {
    if let Some(mut flight) = flight {
        if let Some(stop) = flight.stop.take() {
            let _ = stop.send(());
        }
        let _ = tokio::time::timeout(LAST_WORDS, flight.task).await;
    }
}

/// Does what touches the disk on a thread of its own, so that a slow one never holds up the keys.
fn perform(effect: Effect, waypost: Arc<Waypost>, results: UnboundedSender<Msg>) {
    tokio::task::spawn_blocking(move || {
        let msg = match effect {
            Effect::Save { id, settings, over } => Msg::Saved(id, save(&waypost, *settings, over).map(Box::new)),
            Effect::Remove { id, generation } => Msg::Removed(id, waypost.remove(Some(generation))),
            Effect::Load { id } => Msg::Loaded(id, Box::new(waypost.situation())),
            Effect::List { id, outcome, skip } => Msg::Listed(id, waypost.deliveries(outcome, skip, PAGE).map(Box::new)),
            Effect::ClearHistory { id } => Msg::Cleared(id, waypost.clear_history()),
            Effect::Copy(text) => Msg::Copied(copy(&text)),
            Effect::Write { path, bytes, part } => {
                let part = if part { ", the part of it that is kept" } else { "" };
                Msg::Wrote(waypost.write_new(Path::new(&path), &bytes).map(|()| format!("{path}{part}")))
            }
            Effect::Keep { name, body } => {
                let kept = waypost.keep_event(&name, &body);
                Msg::Kept(kept.map(|_| (Event { name, body }, waypost.own_events())))
            }
            Effect::Explain { id, settings, target, headers, body } => {
                let body = match body {
                    Body::Bytes(bytes) => Ok(bytes),
                    Body::File(path) => judge::body_file(Path::new(&path)),
                };
                Msg::Explained(id, body.map(|body| Box::new(judge::judge(&settings, target.as_deref(), &headers, &body))))
            }
            Effect::Generate => Msg::Generated(waypost.generate()),
            // The loop's own.
            Effect::Send { .. }
            | Effect::Probe { .. }
            | Effect::Stop { .. }
            | Effect::EditOutside { .. }
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Quit(_) => return,
        };
        // Nobody listens any more when the app is ending.
        let _ = results.send(msg);
    });
}

fn probe(id: Id, destination: Destination, waypost: Arc<Waypost>, results: UnboundedSender<Msg>) -> Flight {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let live = results.clone();
        let step = move |case| {
            let _ = live.send(Msg::Probing(id, case));
        };
        let report = waypost.probe(&destination, step, wished(stopped)).await;
        let _ = results.send(Msg::Probed(id, report.map(Box::new)));
    });
    // No clock runs for it: what is on the screen changes with each ping.
    Flight { id, begun: Instant::now(), stop: Some(stop), answered: true, task }
}

/// Ready at a wish to stop; an end without a word is none.
async fn wished(stopped: oneshot::Receiver<()>) {
    if stopped.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Has a body edited by the user's editor, in a file that is gone afterwards.
/// What comes from outside meanwhile is kept; what is to end the app ends the editor first.
async fn edit(
    waypost: &Waypost,
    shell: &mut impl Shell,
    body: &[u8],
    outside: &mut UnboundedReceiver<Msg>,
) -> (Result<Vec<u8>, Problem>, Vec<Msg>) {
    let scratch = match waypost.scratch(body) {
        Ok(scratch) => scratch,
        Err(problem) => return (Err(problem), Vec::new()),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let (mut stop, mut meanwhile) = (Some(stop), Vec::new());
    let mut editing = pin!(shell.edit(scratch.path(), wished(stopped)));
    let result = loop {
        tokio::select! {
            result = &mut editing => break result,
            Some(msg) = outside.recv() => match msg {
                // ^C in the editor is meant for the editor.
                Msg::Terminate(130) => {}
                msg => {
                    if matches!(msg, Msg::Terminate(_)) && let Some(stop) = stop.take() {
                        let _ = stop.send(());
                    }
                    meanwhile.push(msg);
                }
            },
        }
    };
    let edited = result.map_err(|why| Problem::not_edited(&why));
    (edited.and_then(|()| scratch.read().map_err(|error| Problem::not_edited(&error.kind.to_string()))), meanwhile)
}

fn save(waypost: &Waypost, settings: Settings, over: Option<u64>) -> Result<Saved, Problem> {
    if let Some(path) = settings.ca_cert() {
        // The same look at the file as the command line takes.
        ops::ca_certificate(path)?;
    }
    match over {
        None => waypost.register(settings),
        over => waypost.edit(over, |_| Ok(settings)),
    }
}

fn copy(text: &str) -> Result<String, Problem> {
    match ops::copy(text) {
        Ok(Copied::Tmux) => Ok("sent to tmux".to_owned()),
        Ok(Copied::Terminal) => Ok("sent to the terminal".to_owned()),
        Err(problem) => Err(Problem { fix: "w writes it to a file.".into(), ..problem }),
    }
}

fn send(
    id: Id,
    (destination, generation): (Destination, u64),
    event: Event,
    waypost: Arc<Waypost>,
    results: UnboundedSender<Msg>,
) -> Flight {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let live = results.clone();
        let step = move |step| {
            let _ = live.send(match step {
                Step::Sending(request) => Msg::Sending(id, request),
                Step::Began(phase) => Msg::Began(id, phase),
                Step::Ended(phase, ms) => Msg::Ended(id, phase, ms),
            });
        };
        let stop = wished(stopped);
        // What is sent to is what is registered now, whoever changed it.
        if let Err(problem) = waypost.is_still(generation).await {
            let _ = results.send(Msg::NotSent(id, problem));
            return;
        }
        let tell = |delivery: &Delivery| {
            let _ = results.send(Msg::Delivered(id, Box::new(delivery.clone())));
        };
        let tested = waypost.test_and_tell(&destination, &event, step, tell, stop).await;
        if let Some(problem) = tested.unrecorded {
            let _ = results.send(Msg::Unrecorded(id, problem));
        }
    });
    Flight { id, begun: Instant::now(), stop: Some(stop), answered: false, task }
}
