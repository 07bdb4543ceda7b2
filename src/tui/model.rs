//! All that the app knows, and all that the screen shows. Changed by [`crate::tui::update::update`] only.

use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::url::EndpointUrl;
use crate::ops::demo::Guide;
use crate::ops::{Problem, Situation, State, Witness};
use crate::tui::msg::{Id, Press};
use crate::tui::screens::form::state::Form;
use crate::tui::screens::other_side::state::{ProbePopup, SnippetPopup, VerifyPopup};
use crate::tui::screens::test::state::TestPopup;
use crate::tui::status::{Status, Tone};
use crate::tui::theme::Theme;

/// What does not change while the app runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The terminal shows ASCII only.
    pub ascii: bool,
    /// `$VISUAL` or `$EDITOR` is set.
    pub editor: bool,
    /// The terminal shows no colour.
    pub colourless: bool,
    /// The URL of the demo's receiver, in a demo.
    pub demo: Option<String>,
}

/// A button on the destination screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainButton {
    /// `[ Register ]`
    Register,
    /// `[ Send test ]`
    SendTest,
    /// `[ Edit ]`
    Edit,
    /// `[ Delete ]`
    Delete,
    /// `[ Read again ]`
    Reload,
}

impl MainButton {
    /// The words on it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Register => "Register",
            Self::SendTest => "Send test",
            Self::Edit => "Edit",
            Self::Delete => "Delete",
            Self::Reload => "Read again",
        }
    }
}

/// What has the focus on the destination screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainFocus {
    /// The button at that place.
    Button(usize),
    /// The delivery at that place, the newest being 0.
    Delivery(usize),
}

/// A popup over the destination screen; one at most.
#[derive(Clone, Debug, PartialEq)]
pub enum Popup {
    /// Register or edit.
    Form(Box<Form>),
    /// Send a test delivery, or look at a past one.
    Test(Box<TestPopup>),
    /// The receiver's check as code.
    Snippet(SnippetPopup),
    /// Was a request made with our secret?
    Verify(Box<VerifyPopup>),
    /// Does the endpoint check?
    Probe(ProbePopup),
    /// "Send events to another host?", which a redirect leads to
    Redirect {
        /// Where it leads.
        url: Box<EndpointUrl>,
        /// Whether `[ Use it ]` has the focus, rather than `[ Keep ]`.
        change: bool,
    },
    /// "Forget all deliveries?"
    Clear {
        /// Whether `[ Clear ]` has the focus, rather than `[ Keep ]`.
        clear: bool,
        /// The clearing under way.
        clearing: Option<Id>,
    },
    /// "Delete the destination …?"
    Delete {
        /// Whether `[ Delete ]` has the focus, rather than `[ Keep ]`.
        delete: bool,
        /// The removal under way.
        removing: Option<Id>,
    },
}

/// All that the app knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Columns and rows.
    pub size: (u16, u16),
    /// What does not change.
    pub environment: Environment,
    /// What is registered.
    pub state: State,
    /// Of the state file, as last read or written.
    pub generation: u64,
    /// On the destination screen.
    pub focus: MainFocus,
    /// The first line of the destination that is shown, where its box does not hold them all.
    pub scroll: usize,
    /// The popup, if there is one.
    pub popup: Option<Popup>,
    /// Whether the keys are shown over everything, and how far they are scrolled.
    pub help: Option<usize>,
    /// The line above the keys.
    pub status: Option<Status>,
    /// The newest first.
    pub deliveries: Vec<Delivery>,
    /// Whether the history has older ones.
    pub more_deliveries: bool,
    /// The test delivery that a question was asked over.
    pub beneath: Option<Box<TestPopup>>,
    /// The verify popup as it was closed: what was pasted into it is not lost.
    pub kept_verify: Option<Box<VerifyPopup>>,
    /// Why the history cannot be read.
    pub history_problem: Option<Problem>,
    /// Only deliveries of that outcome are listed.
    pub filter: Option<Outcome>,
    /// The page of the history that is waited for.
    pub listing: Option<Id>,
    /// The reading of the state file that is waited for.
    pub loading: Option<Id>,
    /// Keys that came while a save or a removal was under way; they count when it has ended well.
    pub early: Vec<Press>,
    /// The events of the user's own.
    pub events: Vec<Event>,
    /// What the demo's receiver saw last.
    pub witness: Option<Witness>,
    /// What to do next, in a demo.
    pub guide: Option<Guide>,
    /// ^C was pressed while a form was dirty: once more quits.
    pub quit_armed: bool,
    /// The exit code, once the app is to end.
    pub quitting: Option<u8>,
    /// Whether the last message changed anything that is shown.
    pub changed: bool,
    next_id: Id,
}

impl Model {
    /// The model of an app that starts.
    #[must_use]
    pub fn new(size: (u16, u16), environment: Environment, situation: Situation) -> Self {
        let guide = environment.demo.as_deref().map(Guide::new);
        let mut model = Self {
            size,
            environment,
            state: State::Empty,
            generation: 0,
            focus: MainFocus::Button(0),
            scroll: 0,
            popup: None,
            help: None,
            status: None,
            deliveries: Vec::new(),
            more_deliveries: false,
            history_problem: None,
            beneath: None,
            kept_verify: None,
            filter: None,
            listing: None,
            loading: None,
            early: Vec::new(),
            events: Vec::new(),
            witness: None,
            guide,
            quit_armed: false,
            quitting: None,
            changed: true,
            next_id: 1,
        };
        model.take(situation);
        model
    }

    /// Takes what was read from the files.
    pub fn take(&mut self, situation: Situation) {
        let buttons = self.buttons().len();
        self.generation = situation.generation;
        self.state = situation.state;
        self.scroll = 0;
        self.events = situation.events;
        // What is listed stays: it may be filtered, or pages long.
        if self.deliveries.is_empty() && self.filter.is_none() {
            match situation.history {
                Ok(page) => {
                    self.deliveries = page.deliveries;
                    self.more_deliveries = page.more;
                    self.history_problem = None;
                }
                Err(problem) => self.history_problem = Some(problem),
            }
        }
        // Where nothing is registered the list is not shown, and nothing in it can have the focus.
        let unlisted = self.deliveries.is_empty() && self.filter.is_none() || self.state == State::Empty;
        if matches!(self.focus, MainFocus::Delivery(_)) && unlisted {
            self.focus = MainFocus::Button(0);
        }
        // Other buttons: the focus goes to the first of them.
        if self.buttons().len() != buttons && matches!(self.focus, MainFocus::Button(_)) {
            self.focus = MainFocus::Button(0);
        }
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
        match self.state {
            State::Empty => &[MainButton::Register],
            State::Open(_) => &[MainButton::SendTest, MainButton::Edit, MainButton::Delete],
            State::Locked(..) => &[MainButton::Edit, MainButton::Delete, MainButton::Reload],
            State::Unreadable(_) => &[MainButton::Reload],
        }
    }

    /// The registered destination, if its secret can be opened.
    #[must_use]
    pub fn destination(&self) -> Option<&Destination> {
        match &self.state {
            State::Open(destination) => Some(destination),
            _ => None,
        }
    }

    /// Whether a save or a removal is under way.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        match &self.popup {
            Some(Popup::Form(form)) => form.saving.is_some(),
            Some(Popup::Delete { removing, .. }) => removing.is_some(),
            Some(Popup::Clear { clearing, .. }) => clearing.is_some(),
            _ => false,
        }
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
        Theme::new(self.environment.colourless, self.environment.ascii)
    }

    /// Sets the line above the keys.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.status = Some(Status::new(tone, text));
    }
}
