//! The life of a delivery in the test popup.
//!
//! ```text
//! Idle ── send ──▶ Flight ── answer ──▶ Answered ── send again ──▶ Flight
//!                                           Past ── send again ──▶ Flight
//! ```

use crate::domain::delivery::{Delivery, Phase, diagnosis};
use crate::domain::destination::Settings;
use crate::domain::request::Request;
use crate::domain::url::EndpointUrl;
use crate::tui::msg::Id;

/// Where the delivery is in its life.
#[derive(Clone, Debug, PartialEq)]
pub enum Life {
    Idle,
    Flight(Flight),
    Answered(Answered),
    /// A delivery from the history.
    Past(Past),
}

/// A delivery on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// Of the effect.
    pub id: Id,
    /// The request as it goes out, once it is made.
    pub sent: Option<Box<Request>>,
    /// Whether it repeats an earlier delivery, under the same id.
    pub repeats: bool,
    /// The phases that ended, with their milliseconds.
    pub done: Vec<(Phase, f64)>,
    /// The phase that it is in.
    pub phase: Option<Phase>,
    /// Milliseconds since it began.
    pub elapsed_ms: u64,
    /// The whole time it may take, in seconds.
    pub limit_s: u16,
    pub stopping: bool,
}

/// A delivery that was sent from this popup and has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Of the effect.
    pub id: Id,
    /// The request as it went out; gone with the popup.
    pub sent: Option<Box<Request>>,
    pub delivery: Box<Delivery>,
    /// Where a redirect leads, when that could be registered.
    pub offer: Option<EndpointUrl>,
}

/// A delivery from the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub delivery: Box<Delivery>,
    /// Where a redirect leads, when that could be registered.
    pub offer: Option<EndpointUrl>,
}

/// Where a redirect leads, if it answered the destination as it is now.
pub(crate) fn redirect_target(settings: &Settings, delivery: &Delivery) -> Option<EndpointUrl> {
    let attempt = delivery.last()?;
    let same = attempt.request.url == Request::preview(settings, "", b"").url.masked();
    diagnosis::redirect_target(settings, attempt.response.as_ref()?).filter(|_| same)
}

impl Life {
    #[must_use]
    pub const fn delivery(&self) -> Option<&Delivery> {
        match self {
            Self::Answered(Answered { delivery, .. }) | Self::Past(Past { delivery, .. }) => Some(delivery),
            Self::Idle | Self::Flight(_) => None,
        }
    }

    /// The request as it went out, while it is known with its secret parts.
    #[must_use]
    pub fn sent(&self) -> Option<&Request> {
        match self {
            Self::Flight(Flight { sent, .. }) | Self::Answered(Answered { sent, .. }) => sent.as_deref(),
            Self::Idle | Self::Past(_) => None,
        }
    }

    /// Where a redirect leads, when that could be registered.
    #[must_use]
    pub const fn offer(&self) -> Option<&EndpointUrl> {
        match self {
            Self::Answered(Answered { offer, .. }) | Self::Past(Past { offer, .. }) => offer.as_ref(),
            Self::Idle | Self::Flight(_) => None,
        }
    }
}
