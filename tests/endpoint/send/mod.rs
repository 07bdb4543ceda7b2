//! Real events, against a receiver that shares nothing with the product: retries, many lines, stops, files that fail.

mod clock;
mod endpoint;
mod lines;
mod load;
mod one;
mod pace;
mod pacers;
mod panic;
mod probe;
mod process;

use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waypost::domain::auth::hmac;
use waypost::domain::destination::DestinationId;
use waypost::domain::field;

use self::clock::Clock;
use crate::support::Home;
use jiff::Timestamp;
use waypost::domain::auth::AuthType;
use waypost::domain::destination::Destination;
use waypost::domain::draft::Draft;
use waypost::io::fs::paths::Paths;
use waypost::ops::Waypost;
use waypost::ops::relay::Options;

const SECRET: &str = "canary-signing-secret";

/// A waypost with a home of its own, and how it waits.
struct Place {
    home: Home,
    waypost: Waypost,
    pauses: Arc<Mutex<Vec<Duration>>>,
    /// What time it is for waits.
    clock: Clock,
}

impl Place {
    fn new() -> Self {
        let home = Home::new();
        let paths = Paths { config_dir: home.config_dir(), state_dir: home.state_dir(), key_file_override: None };
        Self { home, waypost: Waypost::new(paths, None), pauses: Arc::default(), clock: Clock::new() }
    }

    /// Waits are written down, and over at once: the clock goes on by what was waited for.
    fn options(&self) -> Options {
        let pauses = Arc::clone(&self.pauses);
        let (clock, waits) = (self.clock.clone(), self.clock.clone());
        Options {
            now: Arc::new(move || clock.now()),
            pause: Arc::new(move |time| {
                pauses.lock().unwrap().push(time);
                Box::pin(waits.pause(time))
            }),
            ..Options::default()
        }
    }

    fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }

    fn history(&self) -> Vec<waypost::domain::delivery::Delivery> {
        self.waypost.newest(usize::MAX).unwrap().deliveries
    }
}

/// A destination that signs.
fn destination(url: &str, ca: &Path) -> Destination {
    with_auth(hmac::SPEC, url, ca)
}

fn with_auth(auth_type: AuthType, url: &str, ca: &Path) -> Destination {
    let draft = Draft::new(auth_type).with(hmac::HEADER_KEY, "X-Signature").with(hmac::SIGNING_SECRET, SECRET);
    with_draft(draft, url, ca)
}

fn with_draft(draft: Draft, url: &str, ca: &Path) -> Destination {
    let draft = draft.with(field::URL, url).with(field::CA_CERT, ca.to_str().unwrap());
    let now = Timestamp::UNIX_EPOCH;
    Destination::new(DestinationId::new("dst_1"), draft.check().unwrap().settings, now, now)
}

/// A stop on demand, even before anything waits for it.
#[derive(Clone, Default)]
struct Stopper(Arc<tokio::sync::Notify>);

impl Stopper {
    fn stop(&self) {
        self.0.notify_one();
    }

    fn stopped(&self) -> impl Future<Output = ()> + use<> {
        let notify = Arc::clone(&self.0);
        async move { notify.notified().await }
    }
}
