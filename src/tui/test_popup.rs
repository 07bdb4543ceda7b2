//! The test delivery popup: choose the event, see the request, send, watch, read the answer. Pure.

use super::msg::Id;
use crate::domain::event::{BuiltIn, Event};
use crate::domain::outcome::{Delivery, Phase};
use crate::domain::request::Request;

/// Where the delivery is in its life.
#[derive(Clone, Debug, PartialEq)]
pub enum Life {
    /// Not sent yet.
    Idle,
    /// On its way.
    Flight(Flight),
    /// Ended.
    Answered(Box<Delivery>),
}

/// A delivery on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// Of the effect.
    pub id: Id,
    /// The phases that ended, with their milliseconds.
    pub done: Vec<(Phase, f64)>,
    /// The phase that it is in.
    pub phase: Option<Phase>,
    /// Milliseconds since it began.
    pub elapsed_ms: u64,
    /// The whole time it may take, in seconds.
    pub limit_s: u16,
    /// Stop was pressed.
    pub stopping: bool,
}

/// The tabs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What was answered.
    Response,
    /// What is or was sent.
    Request,
    /// Time per phase.
    Timing,
}

impl Tab {
    /// In order.
    pub const ALL: [Self; 3] = [Self::Response, Self::Request, Self::Timing];

    /// The words on it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Response => "Response",
            Self::Request => "Request",
            Self::Timing => "Timing",
        }
    }
}

/// The buttons at the popup's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestButton {
    /// `[ Send ]`
    Send,
    /// `[ Send again ]`
    SendAgain,
    /// `[ Stop ]`
    Stop,
    /// `[ Close ]`
    Close,
}

impl TestButton {
    /// The words on it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Send => "Send",
            Self::SendAgain => "Send again",
            Self::Stop => "Stop",
            Self::Close => "Close",
        }
    }
}

/// What has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFocus {
    /// The choice of the event.
    Event,
    /// The tabs and what is under them.
    Tabs,
    /// A button.
    Button(TestButton),
}

/// The popup's state.
#[derive(Clone, Debug, PartialEq)]
pub struct TestPopup {
    /// The chosen event; `None` when the event is that of a past delivery.
    pub choice: Option<BuiltIn>,
    /// What is sent.
    pub event: Event,
    /// What has the focus.
    pub focus: TestFocus,
    /// The tab in front.
    pub tab: Tab,
    /// The first line of the tab that is shown.
    pub scroll: usize,
    /// Where the delivery is in its life.
    pub life: Life,
    /// The request as it went out; gone with the popup.
    pub sent: Option<Box<Request>>,
    /// Whether the request's secret parts are shown.
    pub revealed: bool,
    /// Why the delivery was not recorded.
    pub unrecorded: Option<String>,
    /// Whether it shows a past delivery.
    pub past: bool,
}

impl TestPopup {
    /// The popup before anything was sent.
    #[must_use]
    pub fn new() -> Self {
        Self {
            choice: Some(BuiltIn::default()),
            event: BuiltIn::default().event(),
            focus: TestFocus::Button(TestButton::Send),
            tab: Tab::Request,
            scroll: 0,
            life: Life::Idle,
            sent: None,
            revealed: false,
            unrecorded: None,
            past: false,
        }
    }

    /// The popup of a past delivery.
    #[must_use]
    pub fn past(delivery: Delivery) -> Self {
        let body = delivery.last().map(|attempt| attempt.request.body.clone()).unwrap_or_default();
        Self {
            choice: None,
            event: Event { name: delivery.event.clone(), body },
            focus: TestFocus::Button(TestButton::SendAgain),
            tab: Tab::Response,
            life: Life::Answered(Box::new(delivery)),
            past: true,
            ..Self::new()
        }
    }

    /// The id of the delivery on its way.
    #[must_use]
    pub const fn in_flight(&self) -> Option<Id> {
        match &self.life {
            Life::Flight(flight) => Some(flight.id),
            _ => None,
        }
    }

    /// Whether the request as it went out has secret parts that could be shown.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.sent
            .as_ref()
            .is_some_and(|sent| sent.url.has_secret() || sent.headers.iter().any(|header| header.value.has_secret()))
    }

    /// The buttons on show, in order.
    #[must_use]
    pub const fn buttons(&self) -> &'static [TestButton] {
        match self.life {
            Life::Idle => &[TestButton::Send, TestButton::Close],
            Life::Flight(_) => &[TestButton::Stop],
            Life::Answered(_) => &[TestButton::SendAgain, TestButton::Close],
        }
    }

    /// Everything that can have the focus, in order.
    #[must_use]
    pub fn stops(&self) -> Vec<TestFocus> {
        let mut stops = Vec::new();
        if self.choice.is_some() && !matches!(self.life, Life::Flight(_)) {
            stops.push(TestFocus::Event);
        }
        stops.push(TestFocus::Tabs);
        stops.extend(self.buttons().iter().copied().map(TestFocus::Button));
        stops
    }

    /// Moves the focus by so many stops, around the ends.
    pub fn step(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|&stop| stop == self.focus).unwrap_or(0);
        self.focus = stops[(at.cast_signed() + by).rem_euclid(stops.len().cast_signed()).cast_unsigned()];
    }

    /// Moves the choice of the event by one, without wrapping: back to before anything was sent.
    pub fn choose(&mut self, by: isize) -> bool {
        let Some(choice) = self.choice else { return false };
        let at = BuiltIn::ALL.iter().position(|&event| event == choice).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(BuiltIn::ALL.len() - 1);
        if next == at {
            return false;
        }
        self.choice = Some(BuiltIn::ALL[next]);
        self.event = BuiltIn::ALL[next].event();
        self.life = Life::Idle;
        self.sent = None;
        self.show(Tab::Request);
        true
    }

    /// Moves the tab by one, without wrapping.
    pub fn turn(&mut self, by: isize) -> bool {
        let at = Tab::ALL.iter().position(|&tab| tab == self.tab).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(Tab::ALL.len() - 1);
        let moved = next != at;
        if moved {
            self.show(Tab::ALL[next]);
        }
        moved
    }

    /// Puts a tab in front.
    pub const fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.scroll = 0;
    }
}

impl Default for TestPopup {
    fn default() -> Self {
        Self::new()
    }
}
