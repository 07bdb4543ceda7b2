//! The app as plain lines, for screen readers and for terminals that cannot move the cursor.
//!
//! ```text
//! what is registered → a numbered menu → register, edit, test, remove, deliveries → its outcome → the menu …
//! ```
//!
//! One question per line, every choice numbered, no colours, nothing redrawn. ^D goes back; at the menu it quits.

mod demo;
mod fields;
mod headers;
mod questions;
mod spoken;
mod trust;

use std::cell::Cell;

use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::prompt::Asker;
use crate::cli::output::Out;
use crate::cli::output::{clock, delivery};
use crate::domain::delivery::Outcome;
use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::event::{BuiltIn, Event};
use crate::domain::field;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::ops::demo::suggested;
use crate::ops::queue::Filter;
use crate::ops::{FROM_CURL, Page, Problem, Saved, State, Waypost};
use crate::present;
pub use demo::InDemo;
use fields::Entered;
use questions::{Back, Questions, error, say};

/// A word for a masked secret, since dots would be read out one by one.
const HIDDEN: &str = "(hidden)";

/// The number of deliveries in the list.
const LISTED: usize = 10;

/// Runs a session; a read-only one sends nothing and changes nothing. Returns the exit code.
pub fn open(runtime: Runtime, waypost: &Waypost, demo: Option<InDemo>, readonly: bool) -> Result<u8, Failure> {
    run(runtime, waypost, demo, |session| session.run(readonly))
}

/// Asks for what a registration needs, as [`open`] does, and ends. Returns the exit code.
pub fn register(runtime: Runtime, waypost: &Waypost) -> Result<u8, Failure> {
    run(runtime, waypost, None, |session| {
        session.register()?;
        Ok(if waypost.state() == State::Empty { exit::INTERRUPTED } else { exit::DONE })
    })
}

fn run<'a>(
    runtime: Runtime,
    waypost: &'a Waypost,
    demo: Option<InDemo>,
    what: impl FnOnce(&mut Session<'a>) -> Result<u8, Failure>,
) -> Result<u8, Failure> {
    let mut session =
        Session { waypost, demo, zone: clock::zone(waypost, Out::plain()), questions: Questions::new(Asker::new(runtime)?) };
    let result = what(&mut session);
    session.questions.end();
    match result {
        // The words for a single command would deny what was saved before.
        Err(failure) if failure.code() >= exit::HUNG_UP => {
            say("Stopped.");
            Ok(failure.code())
        }
        result => result,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Test,
    Register,
    Edit,
    Remove,
    Deliveries,
    Again,
}

impl Item {
    const fn label(self) -> &'static str {
        match self {
            Self::Test => "Send a test delivery",
            Self::Register => "Register a destination",
            Self::Edit => "Edit the destination",
            Self::Remove => "Remove the destination",
            Self::Deliveries => "List the newest deliveries",
            Self::Again => "Reload the file",
        }
    }

    const fn of(state: &State, readonly: bool) -> &'static [Self] {
        match state {
            State::Unreadable(_) => &[Self::Again, Self::Deliveries],
            _ if readonly => &[Self::Deliveries],
            State::Empty => &[Self::Register, Self::Deliveries],
            State::Open(_) => &[Self::Test, Self::Edit, Self::Remove, Self::Deliveries],
            State::Locked(..) => &[Self::Edit, Self::Remove, Self::Deliveries],
        }
    }
}

struct Session<'a> {
    waypost: &'a Waypost,
    demo: Option<InDemo>,
    zone: TimeZone,
    questions: Questions,
}

impl Session<'_> {
    fn run(&mut self, readonly: bool) -> Result<u8, Failure> {
        say("waypost: register the one webhook destination, and prove that it works.");
        if readonly {
            say("Read-only: nothing is sent, and nothing is changed.");
        }
        if let Some(demo) = &self.demo {
            say("This is a demo with temporary files and a receiver on this machine:");
            say(&demo.url);
        }
        let mut last_state = None;
        loop {
            let (state, generation) = self.waypost.state_and_generation();
            say("");
            // Not repeated before every choice.
            if last_state.as_ref() != Some(&state) {
                print_state(&state);
                last_state = Some(state.clone());
                if self.demo.is_some() {
                    say("");
                }
            }
            if let Some(demo) = self.demo.as_mut().filter(|_| !readonly) {
                demo.guide(&state);
            }
            let items = Item::of(&state, readonly);
            let labels: Vec<String> = items.iter().map(|item| item.label().to_owned()).collect();
            let Some(chosen) = self.questions.choose("What to do", &labels, None, Back::Quits)? else { return Ok(exit::DONE) };
            let done = match items[chosen] {
                Item::Test => self.test(),
                Item::Register => self.register(),
                Item::Edit => self.edit(state, generation),
                Item::Remove => self.remove(&state, generation),
                Item::Deliveries => self.deliveries(),
                Item::Again => Ok(()),
            };
            match done {
                Ok(()) => {}
                // What the operation says ends the operation alone.
                Err(Failure::Problem(problem)) => error(&problem.to_string()),
                Err(failure) => return Err(failure),
            }
        }
    }

    fn register(&mut self) -> Result<(), Failure> {
        let draft = self.demo.as_ref().map(|demo| suggested(&demo.url)).unwrap_or_default();
        let Some(Entered { checked, body, .. }) = self.fill_in(draft, None)? else { return Ok(()) };
        let saved = self.waypost.register(checked.settings)?;
        self.saved("Registered", &saved, body)
    }

    fn edit(&mut self, state: State, generation: u64) -> Result<(), Failure> {
        let (draft, registered) = match state {
            State::Open(destination) => (Draft::of(destination.settings()), Some(destination.settings().clone())),
            State::Locked(draft, _) => (*draft, None),
            State::Empty => return Err(Problem::nothing_registered().into()),
            State::Unreadable(problem) => return Err(problem.into()),
        };
        let Some(Entered { checked, keep, body }) = self.fill_in(draft, registered.as_ref())? else { return Ok(()) };
        // What was looked at is what is changed, and nothing that came since.
        let saved = self.waypost.edit(Some(generation), keep, |_, _| Ok(checked.settings.clone()))?;
        self.saved(if saved.changed { "Saved" } else { "Unchanged" }, &saved, body)
    }

    /// `None` when the person went back.
    fn fill_in(&mut self, mut draft: Draft, registered: Option<&Settings>) -> Result<Option<Entered>, Failure> {
        say("End each answer with Enter. ^D goes back without saving.");
        loop {
            let Some(entered) = fields::fill_in(&mut self.questions, self.waypost, &mut draft, registered)? else { break };
            say("");
            fields::print_settings(&draft);
            let ways = ["Save it", "Change the answers"].map(str::to_owned);
            match self.questions.choose("Save it now", &ways, Some(0), Back::GoesBack)? {
                Some(0) => return Ok(Some(entered)),
                Some(_) => {}
                None => break,
            }
        }
        say("Nothing was saved.");
        Ok(None)
    }

    fn saved(&mut self, verb: &str, saved: &Saved, body: Option<Vec<u8>>) -> Result<(), Failure> {
        say(&format!("{verb}: {}", visible(&saved.destination.url().shown())));
        for notice in &saved.notices {
            say(&format!("note: {}.", visible(&notice.to_string())));
        }
        match body.map(|body| self.waypost.keep_new_event(FROM_CURL, &body)) {
            None => {}
            Some(Ok(name)) => say(&format!("What the command sends is the event {name} now.")),
            Some(Err(problem)) => error(&problem.to_string()),
        }
        if let Some(warning) = &saved.warning {
            error(&warning.to_string());
        }
        let ways = ["Send a test delivery", "Not now"].map(str::to_owned);
        match self.questions.choose("Prove that it works", &ways, Some(0), Back::GoesBack)? {
            Some(0) => self.send(&saved.destination),
            _ => Ok(()),
        }
    }

    fn test(&mut self) -> Result<(), Failure> {
        let destination = self.waypost.destination()?;
        self.send(&destination)
    }

    fn send(&mut self, destination: &Destination) -> Result<(), Failure> {
        let mut events: Vec<Event> = BuiltIn::ALL.into_iter().map(BuiltIn::event).collect();
        events.extend(self.waypost.own_events());
        let names: Vec<String> = events.iter().map(|event| visible(&event.name).into_owned()).collect();
        let Some(at) = self.questions.choose("Event", &names, Some(0), Back::GoesBack)? else { return Ok(()) };
        say(&format!("Sending {} to {}. ^C stops it.", names[at], visible(&destination.url().authority())));
        let by = Cell::new(None);
        let waypost = self.waypost;
        let demo = &mut self.demo;
        let (tested, witness) = self.questions.asker().meanwhile(async |signals| {
            let stop = async { by.set(Some(signals.next().await)) };
            let tested = waypost.test(destination, &events[at], |_| (), stop).await;
            let witness = match demo {
                Some(demo) => demo.saw(&tested.delivery).await,
                None => None,
            };
            (tested, witness)
        });
        if by.get().is_some() {
            // The terminal has shown the key.
            say("");
        }
        let clock = clock::now_in(self.zone.clone());
        for notice in delivery::notices(&tested.delivery) {
            say(&format!("note: {}", visible(&clock.in_sentence(&notice))));
        }
        say(delivery::text(&tested.delivery, &clock, Out::plain()).replace(DOTS, HIDDEN).trim_end());
        if let Some(witness) = witness {
            say("");
            say(&witness.text.replace(DOTS, HIDDEN));
        }
        if let Some(problem) = &tested.unrecorded {
            error(&problem.to_string());
        }
        if self.demo.is_none() && by.get().is_none() {
            say("");
            say("waypost test --every 10s sends it again and again.");
        }
        match by.get() {
            // ^C stops a delivery; what else ends the session does so now.
            Some(code) if code != exit::INTERRUPTED || tested.delivery.outcome() != Outcome::Stopped => {
                Err(Failure::stopped(code))
            }
            _ => match tested.delivery.last() {
                Some(attempt) => self.offer_trust(destination, attempt),
                None => Ok(()),
            },
        }
    }

    fn remove(&mut self, state: &State, generation: u64) -> Result<(), Failure> {
        let url = match state {
            State::Open(destination) => destination.url().shown(),
            State::Locked(draft, _) => field::URL.shown(draft.text(field::URL)).into_owned(),
            State::Empty | State::Unreadable(_) => return Err(Problem::nothing_registered().into()),
        };
        let title = format!("Remove {} and its secret", visible(&url));
        let ways = ["Keep it", "Remove it"].map(str::to_owned);
        if self.questions.choose(&title, &ways, Some(0), Back::GoesBack)? != Some(1) {
            say("Nothing was removed.");
            return Ok(());
        }
        let removed = self.waypost.remove(Some(generation))?;
        say(&format!("Removed: {}", visible(&url)));
        if let Some(warning) = &removed.warning {
            error(&warning.to_string());
        }
        Ok(())
    }

    fn deliveries(&self) -> Result<(), Failure> {
        let Page { deliveries, more, unreadable, .. } = self.waypost.newest(LISTED)?;
        match (deliveries.len(), unreadable) {
            (0, 0) => say("No deliveries."),
            (_, 0) => {}
            (_, 1) => say("One record is damaged and cannot be read."),
            (_, count) => say(&format!("{count} records are damaged and cannot be read.")),
        }
        let clock = clock::now_in(self.zone.clone());
        for delivery in &deliveries {
            let Some(last) = delivery.last() else { continue };
            let line =
                format!("{}, {}: {}", clock.moment(last.started_at), delivery.event, present::delivery::line(last, &clock));
            say(&visible(&line).replace(DOTS, HIDDEN));
        }
        if more {
            say("waypost history lists the older ones.");
        }
        if self.waypost.queue(Filter { state: None, skip: 0, limit: 0 }).is_ok_and(|queue| queue.used) {
            say("waypost queue lists the events that wait to be delivered.");
        }
        Ok(())
    }
}

/// What is registered.
fn print_state(state: &State) {
    match state {
        State::Empty => say("No destination is registered."),
        State::Open(destination) => {
            say("Registered:");
            fields::print_settings(&Draft::of(destination.settings()));
        }
        State::Locked(draft, problem) => {
            say("Registered, but its secret cannot be opened:");
            fields::print_settings(draft);
            error(&problem.to_string());
        }
        State::Unreadable(problem) => error(&problem.to_string()),
    }
}
