//! What is known of the receiver and of what it got.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::domain::destination::Destination;
use crate::ops::Listen;
use crate::tui::msg::Id;
use crate::tui::screens::receiver::arrived::Arrived;

/// The most requests that are kept, the newest ones.
pub const KEPT: usize = 50;

/// The port where the destination names none on this machine, as of `waypost listen`.
const PORT: u16 = 8443;

/// A receiver that is starting or running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Of the effect that started it.
    pub id: Id,
    /// `None` until it listens.
    pub url: Option<String>,
    /// The newest first.
    pub requests: Vec<Arrived>,
    pub selected: usize,
    /// The first line of the selected request that is shown.
    pub scroll: usize,
}

impl Receiver {
    #[must_use]
    pub const fn new(id: Id) -> Self {
        Self { id, url: None, requests: Vec::new(), selected: 0, scroll: 0 }
    }

    /// Takes a request. The newest is selected, unless an older one is looked at.
    pub fn take(&mut self, arrived: Arrived) {
        self.requests.insert(0, arrived);
        self.requests.truncate(KEPT);
        if self.selected > 0 {
            self.selected = (self.selected + 1).min(self.requests.len() - 1);
        }
    }

    #[must_use]
    pub fn selected(&self) -> Option<&Arrived> {
        self.requests.get(self.selected)
    }
}

/// Where to listen: where the destination sends to, if that is this machine.
#[must_use]
pub fn options(destination: &Destination) -> Listen {
    let url = destination.url();
    let ip = url.ip().or_else(|| (url.bare_host() == "localhost").then_some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    let (ip, name, port) = match ip.filter(IpAddr::is_loopback) {
        Some(ip) => (ip, url.host().to_owned(), url.port()),
        None => (IpAddr::V4(Ipv4Addr::LOCALHOST), "localhost".to_owned(), PORT),
    };
    Listen { name, ..Listen::at(SocketAddr::new(ip, port)) }
}
