//! A connection that is made when it is first needed, and the bucket that it leads to.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::bucket::Bucket;
use super::connect::Nats;
use super::error::NatsError;
use crate::domain::nats::NatsSettings;
use crate::io::sync::lock;

/// How long all that is asked of the bucket at once may take.
const WITHIN: Duration = Duration::from_secs(8);

/// How long to wait before a server that was not reached is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// A connection, once it is needed.
#[derive(Debug)]
pub struct Shared {
    settings: NatsSettings,
    connected: Mutex<Option<Nats>>,
}

/// Says when a key may have changed, or whether it can be read.
pub type Changes = watch::Receiver<()>;

impl Shared {
    #[must_use]
    pub const fn new(settings: NatsSettings) -> Self {
        Self { settings, connected: Mutex::new(None) }
    }

    #[must_use]
    pub const fn settings(&self) -> &NatsSettings {
        &self.settings
    }

    /// The connection, which is waited for, the first time.
    ///
    /// # Errors
    /// There is none.
    pub fn connect(&self) -> Result<Nats, NatsError> {
        let mut connected = lock(&self.connected);
        if let Some(nats) = &*connected {
            return Ok(nats.clone());
        }
        let nats = Nats::connect(&self.settings)?;
        *connected = Some(nats.clone());
        Ok(nats)
    }

    /// Does something with the bucket, and waits for it, for a bounded time.
    ///
    /// # Errors
    /// There is no connection, or no answer in time; or what `work` says.
    pub fn with_bucket<T, F>(&self, work: impl FnOnce(Bucket) -> F + Send + 'static) -> Result<T, NatsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, NatsError>> + Send + 'static,
    {
        let nats = self.connect()?;
        let of_work = nats.clone();
        nats.wait(async move {
            let done = timeout(WITHIN, async { work(Bucket::open(&of_work).await?).await }).await;
            done.unwrap_or(Err(NatsError::NoAnswer))
        })
    }

    /// Watches a key for as long as the receiver is there, also while no server is reached.
    #[must_use]
    pub fn watch(self: &Arc<Self>, key: &'static str) -> Changes {
        let (tell, told) = watch::channel(());
        let shared = Arc::clone(self);
        // Without the thread nothing is reported.
        let _ = thread::Builder::new().name("nats-watch".into()).spawn(move || {
            let mut known = None;
            while !tell.is_closed() {
                match shared.with_bucket(|bucket| async move { Ok(bucket) }) {
                    Ok(bucket) => return bucket.nats().spawn(follow(bucket.clone(), key, tell)),
                    Err(error) if known.as_ref() == Some(&error) => {}
                    // Reading it reports why.
                    Err(error) => {
                        tracing::info!(why = %error, "not watched yet");
                        tell.send_replace(());
                        known = Some(error);
                    }
                }
                thread::sleep(AGAIN);
            }
        });
        told
    }
}

async fn follow(bucket: Bucket, key: &'static str, tell: watch::Sender<()>) {
    let (mut entry, mut heard) = (bucket.watch(key), bucket.nats().heard());
    let mut was_away = false;
    // It was not read before, or could not be.
    tell.send_replace(());
    loop {
        let is_there = tokio::select! {
            () = tell.closed() => return,
            changed = entry.changed() => changed.is_ok(),
            changed = heard.changed() => {
                let is_away = heard.borrow_and_update().is_away;
                if std::mem::replace(&mut was_away, is_away) == is_away {
                    continue;
                }
                changed.is_ok()
            }
        };
        if !is_there {
            return;
        }
        tell.send_replace(());
    }
}
