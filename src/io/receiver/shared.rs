//! What a receiver is configured with, and what all its connections share.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;

use super::event::{NoRequest, ReceiverEvent};
use crate::domain::destination::Settings;

/// The path that `Receiver::url` names.
pub const PATH: &str = "/in";

/// The path at which it issues tokens, where the registered auth type fetches them.
pub const TOKEN_PATH: &str = "/token";

/// What is registered at this moment: with `None` everything is accepted unchecked; with the reason when that is not known,
/// everything is answered by 503.
pub type Registered = Arc<dyn Fn() -> Result<Option<Settings>, String> + Send + Sync>;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a receiver behaves.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub addr: SocketAddr,
    /// The host name or address that the certificate is for and the URL names.
    pub name: String,
    /// The status (200 to 599) with which a request that is accepted is answered; 200 when `None`.
    pub respond: Option<u16>,
    /// How long to wait before answering.
    pub delay: Duration,
    /// The share of accepted requests, 0 to 1, that are answered by 503 to preview failures.
    pub fail_rate: f64,
    /// PEM text with the CAs of client certificates: then a client has to present one.
    pub client_ca: Option<Vec<u8>>,
    /// Whether there is nothing at any other path than that of `Receiver::url` (404), as at a real endpoint; else every path
    /// is answered alike.
    pub one_path: bool,
    /// Asked at each request, so that a change counts at once.
    pub settings: Registered,
    /// Asked at each request, and for the certificate.
    pub clock: Clock,
}

/// What bounds a receiver.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The longest head of a request that is always read, in bytes; twice that never is (hyper looks after each read). All of it is
    /// searched for credentials.
    pub head: usize,
    /// The longest body, in bytes.
    pub body: usize,
    /// How many connections are served at once; more wait.
    pub connections: usize,
    /// How long a connection may take from accept to its end, beside the delay.
    pub time: Duration,
}

impl Limits {
    /// How long of that the handshake and the requests may take to come: the rest is for the last answer.
    pub fn reading(&self) -> Duration {
        self.time * 9 / 10
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: 32 * 1024, body: 1024 * 1024, connections: 64, time: Duration::from_secs(30) }
    }
}

/// What every connection needs.
pub(super) struct Shared {
    pub options: Options,
    pub limits: Limits,
    pub events: Sender<ReceiverEvent>,
    /// For evidence that is kept at the same time.
    pub places: Arc<Semaphore>,
}

impl Shared {
    pub async fn tell(&self, at: Timestamp, from: IpAddr, why: String) {
        let _ = self.events.send(ReceiverEvent::NoRequest(NoRequest { at, from, why })).await;
    }

    pub fn tell_if_there_is_room(&self, from: IpAddr, why: String) {
        let at = (self.options.clock)();
        let _ = self.events.try_send(ReceiverEvent::NoRequest(NoRequest { at, from, why }));
    }
}
