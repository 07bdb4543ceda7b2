//! All that the app knows, and all that the screen shows. Changed by [`crate::tui::update::update`] only.

use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::ops::demo::Step;
use crate::ops::{Health, Saved, Snapshot, State, Undo, Witness};
use crate::present::clock::Clock;
use crate::tui::msg::{Id, Press};
use crate::tui::screens::compare::state::ComparePopup;
use crate::tui::screens::delivery::state::History;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::main::known::Known;
use crate::tui::screens::main::state::{MainButton, MainFocus, MainScreen, buttons};
use crate::tui::screens::palette::state::Palette;
use crate::tui::screens::probe::state::ProbePopup;
use crate::tui::screens::question::state::Question;
use crate::tui::screens::queue::state::QueueScreen;
use crate::tui::screens::receiver::state::Receiver;
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::screens::test::state::TestPopup;
use crate::tui::screens::verify::state::VerifyPopup;
use crate::tui::screens::watch::state::Watch;
use crate::tui::status::{Status, Tone};
use crate::tui::theme::{Roles, Theme};

/// What does not change while the app runs.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The terminal shows ASCII only.
    pub ascii: bool,
    /// `$VISUAL` or `$EDITOR` is set.
    pub editor: bool,
    /// The terminal reports the mouse.
    pub mouse: bool,
    /// The terminal shows no colour.
    pub colourless: bool,
    pub roles: Roles,
    /// Keys that the user gave the meaning of others.
    pub keys: Vec<(Press, Press)>,
    /// The user's home and the working directory, for paths that are typed.
    pub home: Option<String>,
    pub directory: String,
    /// What is wrong with the user's settings.
    pub complaint: Option<String>,
    /// The clock that times are shown on.
    pub clock: Clock,
    /// Nothing is sent and nothing is changed.
    pub readonly: bool,
    /// The URL of the demo's receiver, in a demo.
    pub demo: Option<String>,
    /// The servers on which machines share the destination.
    pub shared: Option<String>,
}

/// A popup over the destination screen; one at most.
#[derive(Clone, Debug, PartialEq)]
pub enum Popup {
    Form(Box<Form>),
    /// A test delivery, or a past one.
    Test(Box<TestPopup>),
    /// The receiver's check as code.
    Snippet(SnippetPopup),
    /// What the receiver got: see [`Model::receiver`].
    Receiver,
    /// Was a request made with our secret?
    Verify(Box<VerifyPopup>),
    Probe(ProbePopup),
    /// Two deliveries beside each other.
    Compare(Box<ComparePopup>),
    /// In place of the destination.
    Queue(Box<QueueScreen>),
}

/// All that the app knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Columns and rows.
    pub size: (u16, u16),
    pub environment: Environment,
    pub state: State,
    /// Of the state file, as last read or written.
    pub generation: u64,
    pub main: MainScreen,
    /// How the destination and the queue are doing.
    pub known: Known,
    /// The deliveries listed on it.
    pub history: History,
    /// The popup over it, if there is one.
    pub popup: Option<Popup>,
    pub question: Option<Question>,
    /// Whether the keys are shown over everything, and how far they are scrolled.
    pub help: Option<usize>,
    /// The actions of where one is, over everything.
    pub palette: Option<Palette>,
    /// The line above the keys.
    pub status: Option<Status>,
    /// The verify popup as it was closed: what was pasted into it is not lost.
    pub closed_verify: Option<Box<VerifyPopup>>,
    /// Undoes the last delete or edit, until the next change or the end of the app.
    pub undo: Option<Undo>,
    /// The undo that is under way.
    pub undoing: Option<Id>,
    /// The reading of the state file that is waited for.
    pub loading: Option<Id>,
    /// The registration changed while it was read.
    pub outdated: bool,
    /// Keys that came while a save or a removal was under way; they count when it has succeeded.
    pub early: Vec<Press>,
    pub events: Vec<Event>,
    /// What is sent again and again, whatever popup is open.
    pub watch: Option<Watch>,
    /// The receiver, while one runs; also when its popup is closed.
    pub receiver: Option<Receiver>,
    /// What the demo's receiver saw last.
    pub witness: Option<Witness>,
    /// What to do next, in a demo.
    pub guide: Option<Step>,
    /// ^C was pressed with something to lose: once more quits.
    pub quit_armed: bool,
    /// Whether the last message changed anything that is shown.
    pub changed: bool,
    next_id: Id,
}

impl Model {
    /// The model of an app that starts.
    #[must_use]
    pub fn new(size: (u16, u16), environment: Environment, snapshot: Snapshot) -> Self {
        let guide = environment.demo.as_ref().map(|_| Step::default());
        let mut model = Self {
            size,
            environment,
            state: State::Empty,
            generation: 0,
            main: MainScreen::default(),
            known: Known::default(),
            history: History::default(),
            popup: None,
            question: None,
            help: None,
            palette: None,
            status: None,
            closed_verify: None,
            undo: None,
            undoing: None,
            loading: None,
            outdated: false,
            early: Vec::new(),
            events: Vec::new(),
            watch: None,
            receiver: None,
            witness: None,
            guide,
            quit_armed: false,
            changed: true,
            next_id: 1,
        };
        model.take(snapshot);
        if let Some(complaint) = model.environment.complaint.take() {
            model.say(Tone::Note, complaint);
        }
        model
    }

    /// Takes what was read from the files.
    pub fn take(&mut self, snapshot: Snapshot) {
        let buttons = self.buttons().len();
        self.generation = snapshot.generation;
        let id = |state: &State| match state {
            State::Open(destination) => Some(destination.id().clone()),
            _ => None,
        };
        if id(&self.state) != id(&snapshot.state) {
            self.known.health = None;
        }
        match snapshot.state {
            State::Open(destination) => self.set_destination(&destination),
            state => self.state = state,
        }
        self.main.scroll = 0;
        self.events = snapshot.events;
        // What is listed stays: it may be filtered, or pages long.
        if !self.history.is_listed() {
            match snapshot.history {
                Ok(listing) => {
                    self.history.take(listing);
                    self.history.problem = None;
                }
                Err(problem) => self.history.problem = Some(problem),
            }
        }
        let lost = match self.main.focus {
            MainFocus::Delivery(_) | MainFocus::Details(_) => !self.history.is_listed(),
            MainFocus::Button(_) => self.buttons().len() != buttons,
        };
        if lost {
            self.main.focus = MainFocus::Button(0);
        }
    }

    /// Takes a destination that was saved.
    pub(crate) fn take_saved(&mut self, saved: &Saved) {
        let Saved { destination, generation, undo, changed, .. } = saved;
        self.generation = *generation;
        if *changed {
            self.undo.clone_from(undo);
        }
        // Nothing was sent to a new one.
        if self.destination().is_none_or(|before| before.id() != destination.id()) {
            self.known.health = Some(Health::default());
        }
        self.set_destination(destination);
    }

    /// Takes a destination, without its secrets: those stay in the state file until they are needed.
    pub fn set_destination(&mut self, destination: &Destination) {
        self.state = State::Open(Box::new(destination.with_settings(destination.settings().without_secrets())));
    }

    /// A new id for an effect.
    pub const fn id(&mut self) -> Id {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// The buttons of the destination screen, in order.
    #[must_use]
    pub const fn buttons(&self) -> &'static [MainButton] {
        buttons(&self.state, self.environment.readonly)
    }

    /// Whether the keys go to the destination screen, with nothing over it.
    pub(crate) const fn is_main_active(&self) -> bool {
        self.popup.is_none() && self.question.is_none()
    }

    /// The popup as far as it is seen: a question about the destination is shown below that, not over a popup.
    pub(crate) fn visible_popup(&self) -> Option<&Popup> {
        self.popup.as_ref().filter(|_| !self.question.as_ref().is_some_and(Question::is_about_destination))
    }

    /// The registered destination, if its secret can be opened.
    #[must_use]
    pub const fn destination(&self) -> Option<&Destination> {
        match &self.state {
            State::Open(destination) => Some(destination),
            _ => None,
        }
    }

    /// Whether a save, a removal or a clearing is under way.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        let form = matches!(&self.popup, Some(Popup::Form(form)) if form.saving.is_some());
        form || self.question.as_ref().is_some_and(|question| question.running.is_some())
    }

    /// The id of the delivery in flight.
    #[must_use]
    pub fn in_flight(&self) -> Option<Id> {
        match &self.popup {
            Some(Popup::Test(test)) => test.in_flight(),
            Some(Popup::Probe(ProbePopup::Running { id, .. })) => Some(*id),
            _ => None,
        }
    }

    pub(crate) const fn theme(&self) -> Theme {
        let Environment { roles, colourless, ascii, .. } = self.environment;
        Theme::new(if colourless { None } else { Some(roles) }, ascii)
    }

    /// Sets the line above the keys.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.status = Some(Status::new(tone, text));
    }
}
