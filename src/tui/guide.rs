//! The guide of the demo: one line at a time that says what to do next. Pure.
//!
//! ```text
//! Register → Prove (a delivery) → Refuse (see one refused) → Mend (a delivery again) → Done
//! ```
//!
//! A step is left when what is there shows that it was done, whoever did it and in whatever way, and never comes back. The line
//! follows from the step and from where one is: who wanders off is told what is next there, and nothing is in the way.

mod change;
mod spoken;
mod words;

use super::model::{Model, Popup};
use crate::domain::auth::{ApiKeyPlace, Auth, AuthType};
use crate::domain::destination::{Destination, Settings};
use crate::domain::field::Field;
use crate::domain::outcome::{Delivery, Outcome};
use crate::ops::State;

pub use words::{Line, line};

/// What is to be done next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Register a destination.
    #[default]
    Register,
    /// Send a test delivery, and have it delivered.
    Prove,
    /// Break something, and have one refused.
    Refuse,
    /// Mend it, and have one delivered.
    Mend,
    /// Nothing: that was all.
    Done,
}

impl Step {
    /// Where in all of it one is.
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::Register => "1 of 4",
            Self::Prove => "2 of 4",
            Self::Refuse => "3 of 4",
            Self::Mend => "4 of 4",
            Self::Done => "Done",
        }
    }
}

/// How far one has come, and what the demo's receiver has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guide {
    step: Step,
    url: String,
    given: Option<Box<Destination>>,
}

impl Guide {
    /// At the beginning; `url` is the receiver's.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::default() }
    }

    /// What is to be done next.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// A request went to the receiver: it has the credentials of the first since the registration, as [`crate::ops::Demo`] says.
    pub fn asked(&mut self, destination: &Destination) {
        if self.given.as_ref().is_none_or(|given| given.created_at() != destination.created_at()) {
            self.given = Some(Box::new(destination.clone()));
        }
    }

    /// That is registered now.
    pub fn registered(&mut self, state: &State) {
        match state {
            State::Open(destination) => {
                self.step = self.step.max(Step::Prove);
                self.given.take_if(|given| given.created_at() != destination.created_at());
            }
            State::Empty => self.given = None,
            State::Locked(..) | State::Unreadable(_) => {}
        }
    }

    /// A test delivery is shown that ended so.
    pub const fn ended(&mut self, outcome: Outcome) {
        self.step = match (self.step, outcome) {
            (Step::Register | Step::Prove, Outcome::Delivered) => Step::Refuse,
            // Who begins with a refusal has seen one.
            (Step::Register | Step::Prove | Step::Refuse, Outcome::Refused) => Step::Mend,
            (Step::Mend, Outcome::Delivered) => Step::Done,
            (step, _) => step,
        };
    }

    /// The first field in which the receiver has something else than these settings.
    #[must_use]
    pub fn differs(&self, now: &Settings) -> Option<Field> {
        if !self.leads_to_receiver(now.url().as_str()) {
            return Some(Field::Url);
        }
        match (self.given.as_ref()?.auth(), now.auth()) {
            (Auth::Hmac { header_key: had, secret: was }, Auth::Hmac { header_key, secret }) => first(&[
                (Field::HeaderKey, had.wire() == header_key.wire()),
                (Field::Format, was.format() == secret.format()),
                (Field::SigningSecret, was.secret() == secret.secret()),
            ]),
            (Auth::Basic { username: had, password: was }, Auth::Basic { username, password }) => {
                first(&[(Field::Username, had == username), (Field::Password, was == password)])
            }
            (Auth::Bearer { token: was }, Auth::Bearer { token }) => first(&[(Field::Token, was == token)]),
            (Auth::ApiKey { place: had, value: was }, Auth::ApiKey { place, value }) => first(&[
                (Field::AddTo, had.add_to() == place.add_to()),
                (Field::Key, same_key(had, place)),
                (Field::Value, was == value),
            ]),
            // It asks for nothing, whatever comes.
            (Auth::Default, _) => None,
            _ => Some(Field::AuthType),
        }
    }

    /// The field to change so that the receiver refuses: one that is quickly changed, and put back without having to remember a
    /// secret. There is none of that kind for a token, which a person typed a moment ago.
    const fn slip(&self, now: AuthType) -> Field {
        let checked = match &self.given {
            Some(given) => given.auth().auth_type(),
            None => now,
        };
        match checked {
            AuthType::Default => Field::Url,
            AuthType::Hmac => Field::Format,
            AuthType::Basic => Field::Username,
            AuthType::Bearer => Field::Token,
            AuthType::ApiKey => Field::AddTo,
        }
    }

    /// Whether a URL is the receiver's, whatever its query.
    fn leads_to_receiver(&self, url: &str) -> bool {
        url.split('?').next() == Some(&*self.url)
    }
}

fn first(same: &[(Field, bool)]) -> Option<Field> {
    same.iter().find(|(_, same)| !same).map(|&(field, _)| field)
}

fn same_key(had: &ApiKeyPlace, now: &ApiKeyPlace) -> bool {
    match (had, now) {
        (ApiKeyPlace::Header(had), ApiKeyPlace::Header(now)) => had.wire() == now.wire(),
        (had, now) => had == now,
    }
}

/// Follows what the model shows. Called after each message.
pub fn follow(model: &mut Model) {
    let Model { guide: Some(guide), state, popup, changed, .. } = model else { return };
    let before = guide.step;
    guide.registered(state);
    if let Some(Popup::Test(test)) = popup
        && !test.past
        && let Some(delivery) = test.delivery()
    {
        guide.ended(Delivery::outcome(delivery));
    }
    *changed |= guide.step != before;
}

/// The receiver was asked, for what is registered now.
pub fn asked(model: &mut Model) {
    if let (Some(guide), State::Open(destination)) = (&mut model.guide, &model.state) {
        guide.asked(destination);
    }
}
