//! What the test delivery popup knows: the event, the request, and where the delivery is in its life.

use crate::domain::delivery::Delivery;
use crate::domain::event::{BuiltIn, Event};
use crate::domain::url::EndpointUrl;
use crate::tui::msg::Id;
use crate::tui::screens::test::life::{Life, Past};
use crate::tui::screens::test::tabs::{Tab, Tabs};
use crate::tui::status::Status;
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::text_field::TextField;

/// The buttons at the popup's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestButton {
    /// `[ Send ]`
    Send,
    /// `[ Send again ]`
    SendAgain,
    /// `[ Copy as curl ]`
    CopyAsCurl,
    /// `[ Close ]`
    Close,
}

impl TestButton {
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Send => "Send",
            Self::SendAgain => "Send again",
            Self::CopyAsCurl => "Copy as curl",
            Self::Close => "Close",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFocus {
    /// The choice of the event.
    Event,
    /// The tabs and what is under them.
    Tabs,
    Button(TestButton),
}

/// What a line at the popup's end asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A text to find under the tabs.
    Find,
    /// A file to write the body to.
    Write,
    /// A name to keep the body under, as an own event.
    Keep,
}

/// A line that asks for something.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    pub asked: Asked,
    pub input: TextField,
    /// Where one was, if that is left without an answer: the line, what had been searched for, and where that was found.
    pub before: (usize, String, Option<usize>),
    /// It is still what was suggested: the first letter typed replaces it.
    pub suggested: bool,
}

/// The body in an editor of our own.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    pub editor: Editor,
    /// The warning that the body is not JSON, once shown. Pressing again accepts it.
    pub warned: Option<String>,
    /// Why nothing was typed or pasted.
    pub refused: Option<String>,
}

/// What the keys do in the popup.
#[derive(Clone, Debug, PartialEq)]
pub enum Mode {
    Browse,
    /// They type into the line at its end.
    Prompt(Prompt),
    Edit(Editing),
}

#[derive(Clone, Debug, PartialEq)]
pub struct TestPopup {
    /// The events to choose from; empty when it began with a past delivery.
    pub choices: Vec<Event>,
    pub choice: usize,
    pub event: Event,
    /// The body was changed since it was chosen.
    pub edited: bool,
    pub life: Life,
    pub tabs: Tabs,
    pub focus: TestFocus,
    pub mode: Mode,
    /// What was said last about this popup.
    pub said: Option<Status>,
}

impl TestPopup {
    /// The popup before anything was sent, with the user's own events after the built-in ones.
    #[must_use]
    pub fn new(own: &[Event]) -> Self {
        Self {
            choices: choices(own),
            choice: 0,
            event: BuiltIn::default().event(),
            edited: false,
            life: Life::Idle,
            tabs: Tabs::new(Tab::Request),
            focus: TestFocus::Button(TestButton::Send),
            mode: Mode::Browse,
            said: None,
        }
    }

    /// The popup of a past delivery.
    #[must_use]
    pub fn past(delivery: Delivery, offer: Option<EndpointUrl>) -> Self {
        let mut popup = Self::new(&[]);
        popup.choices = Vec::new();
        popup.event = delivery.event_again();
        popup.focus = TestFocus::Tabs;
        popup.tabs.front = Tab::Response;
        popup.life = Life::Past(Past { delivery: Box::new(delivery), offer });
        popup
    }

    /// The id of the delivery on its way.
    #[must_use]
    pub const fn in_flight(&self) -> Option<Id> {
        match &self.life {
            Life::Flight(flight) => Some(flight.id),
            _ => None,
        }
    }

    /// Whether it shows a delivery from the history.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        matches!(self.life, Life::Past(_))
    }

    #[must_use]
    pub const fn delivery(&self) -> Option<&Delivery> {
        self.life.delivery()
    }

    /// Whether the request as it went out has secret parts that could be shown.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.life.sent().is_some_and(|sent| sent.url.has_secret() || sent.headers.iter().any(|header| header.value.has_secret()))
    }

    /// Whether the body is known as a whole: of a long one in the history only the beginning is kept.
    #[must_use]
    pub fn is_body_whole(&self) -> bool {
        !self.is_past() || self.delivery().is_some_and(Delivery::is_whole)
    }

    /// Whether the body can be edited now.
    #[must_use]
    pub fn can_edit(&self) -> bool {
        self.in_flight().is_none() && self.is_body_whole()
    }

    /// Whether there is an edited body that is nowhere else.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        let editing = matches!(&self.mode, Mode::Edit(editing) if editing.editor.text().as_bytes() != self.event.body);
        // Once it was sent it is in the history, and can be sent again from there.
        editing || (self.edited && matches!(self.life, Life::Idle))
    }

    /// The body of what is under the tabs, to copy or to write; `None` where there is none.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        match (self.tabs.front, self.delivery().and_then(Delivery::last)) {
            (Tab::Request, _) => Some(&self.event.body),
            (Tab::Response, Some(attempt)) => attempt.response.as_ref().map(|response| response.body.as_slice()),
            _ => None,
        }
    }

    /// The buttons on show, in order.
    #[must_use]
    pub const fn buttons(&self) -> &'static [TestButton] {
        match &self.life {
            Life::Idle => &[TestButton::Send, TestButton::Close],
            Life::Flight(_) => &[],
            Life::Answered(_) | Life::Past(_) => &[TestButton::SendAgain, TestButton::CopyAsCurl, TestButton::Close],
        }
    }

    /// Everything that can have the focus, in order.
    #[must_use]
    pub fn stops(&self) -> Vec<TestFocus> {
        let mut stops = Vec::new();
        if !self.choices.is_empty() && self.in_flight().is_none() {
            stops.push(TestFocus::Event);
        }
        stops.push(TestFocus::Tabs);
        stops.extend(self.buttons().iter().copied().map(TestFocus::Button));
        stops
    }

    /// Moves the focus by that many stops, wrapping at the ends.
    pub fn step(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|&stop| stop == self.focus).unwrap_or(0);
        self.focus = stops[(at.cast_signed() + by).rem_euclid(stops.len().cast_signed()).cast_unsigned()];
    }

    /// Moves the choice of the event by one, without wrapping: back to before anything was sent.
    pub fn choose(&mut self, by: isize) -> bool {
        if self.choices.is_empty() {
            return false;
        }
        let next = self.choice.saturating_add_signed(by).min(self.choices.len() - 1);
        if next == self.choice {
            return false;
        }
        self.choice = next;
        self.edited = false;
        self.take(self.choices[next].clone());
        true
    }

    /// Takes another event: back to before anything was sent.
    pub fn take(&mut self, event: Event) {
        self.event = event;
        self.life = Life::Idle;
        self.said = None;
        if self.focus != TestFocus::Event {
            self.focus = TestFocus::Button(TestButton::Send);
        }
        self.tabs.show(Tab::Request);
    }

    pub fn take_body(&mut self, body: Vec<u8>) {
        // Nothing changed: the answer that is shown stays.
        if body == self.event.body {
            return;
        }
        self.edited = true;
        self.take(Event { name: self.event.name.clone(), body });
    }
}

/// The events to choose from.
pub(crate) fn choices(own: &[Event]) -> Vec<Event> {
    BuiltIn::ALL.into_iter().map(BuiltIn::event).chain(own.iter().cloned()).collect()
}
