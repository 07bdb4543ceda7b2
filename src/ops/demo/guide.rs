//! The guide of the demo: what is to be done next, which each front end says in its own words. Pure.
//!
//! ```text
//! Register → Prove (a delivery) → Refuse (see one refused) → Mend (a delivery again) → Done
//! ```
//!
//! A step is left when what is there shows that it was done, whoever did it and in whatever way, and never comes back.

use super::change::Change;
use super::same_registration;
use crate::domain::auth::{ApiKeyPlace, Auth, AuthType};
use crate::domain::auth::{api_key, basic, bearer, hmac};
use crate::domain::delivery::Outcome;
use crate::domain::destination::{Destination, Settings};
use crate::domain::field;
use crate::domain::field::Field;
use crate::ops::{State, Witness};

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

    /// Of the receiver.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the receiver has, as far as it told.
    pub(super) fn given(&self) -> Option<&Destination> {
        self.given.as_deref()
    }

    /// The receiver told what it saw, and what it has.
    pub fn told(&mut self, witness: &Witness) {
        self.given.clone_from(&witness.given);
    }

    /// That is registered now.
    pub fn registered(&mut self, state: &State) {
        if let State::Open(destination) = state {
            self.step = self.step.max(Step::Prove);
            self.given.take_if(|given| !same_registration(given, destination));
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
            return Some(field::URL);
        }
        match (self.given()?.auth(), now.auth()) {
            (Auth::Hmac { header_key: had, secret: was }, Auth::Hmac { header_key, secret }) => first(&[
                (hmac::HEADER_KEY, had.wire() == header_key.wire()),
                (hmac::FORMAT, was.format() == secret.format()),
                (hmac::SIGNING_SECRET, was.secret() == secret.secret()),
            ]),
            (Auth::Basic { username: had, password: was }, Auth::Basic { username, password }) => {
                first(&[(basic::USERNAME, had == username), (basic::PASSWORD, was == password)])
            }
            (Auth::Bearer { token: was }, Auth::Bearer { token }) => first(&[(bearer::TOKEN, was == token)]),
            (Auth::ApiKey { place: had, value: was }, Auth::ApiKey { place, value }) => first(&[
                (api_key::ADD_TO, had.add_to() == place.add_to()),
                (api_key::KEY, same_key(had, place)),
                (api_key::VALUE, was == value),
            ]),
            // It asks for nothing, whatever comes.
            (Auth::Default, _) => None,
            _ => Some(field::AUTH),
        }
    }

    /// What to change so that the receiver refuses, which checks by that auth type if it has nothing yet.
    #[must_use]
    pub fn slip(&self, now: AuthType) -> Change {
        Change::of(self.given().map_or(now, |given| given.auth().auth_type()))
    }

    /// Whether a URL is the receiver's, whatever its query.
    #[must_use]
    pub fn leads_to_receiver(&self, url: &str) -> bool {
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
