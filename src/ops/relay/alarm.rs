//! One point in time that is waited for, and may change.

use std::future::pending;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::ops::send::Options;

#[derive(Default)]
pub struct Alarm(Option<(Timestamp, BoxFuture<'static, ()>)>);

impl Alarm {
    /// Sets it to that time, or off.
    pub fn set(&mut self, at: Option<Timestamp>, options: &Options) {
        if self.0.as_ref().map(|(at, _)| *at) == at {
            return;
        }
        self.0 = at.map(|at| {
            let left = Duration::try_from(at.duration_since((options.now)())).unwrap_or_default();
            (at, (options.pause)(left))
        });
    }

    /// Ready once when the time has come; never while it is off. Cancel-safe.
    pub async fn rang(&mut self) {
        match &mut self.0 {
            Some((_, pause)) => pause.await,
            None => pending().await,
        }
        self.0 = None;
    }
}
