//! A bucket: keys with values, each changed by compare-and-swap and watched.

use async_nats::jetstream::kv::{CreateErrorKind, Operation, Store, UpdateErrorKind};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::time::Duration;
use tokio::sync::watch;

use super::connect::Nats;
use super::error::NatsError;
use super::stream;

/// How long to wait before a watch that ended is begun again.
const AGAIN: Duration = Duration::from_secs(1);

/// A value, and the revision by which a change of it is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub value: Bytes,
    pub revision: u64,
}

/// The newest entry of a key; `None`: there is none, or it is not known yet.
pub type Watch = watch::Receiver<Option<Entry>>;

#[derive(Clone, Debug)]
pub struct Bucket {
    nats: Nats,
    store: Store,
}

impl Bucket {
    /// The bucket `WAYPOST`: the destination, and the state of the gate. Created if there is none.
    ///
    /// # Errors
    /// [`NatsError`].
    pub async fn open(nats: &Nats) -> Result<Self, NatsError> {
        stream::provide(nats, &stream::bucket()).await?;
        let store =
            nats.heed(async { nats.jetstream().get_key_value(stream::BUCKET).await.map_err(|error| NatsError::of(&error)) });
        Ok(Self { store: store.await?, nats: nats.clone() })
    }

    pub(super) const fn nats(&self) -> &Nats {
        &self.nats
    }

    /// The entry of a key, if it has one.
    ///
    /// # Errors
    /// [`NatsError`].
    pub async fn get(&self, key: &str) -> Result<Option<Entry>, NatsError> {
        let (value, revision) = self.newest(key).await?;
        Ok(value.map(|value| Entry { value, revision }))
    }

    /// The value of a key, if it has one, and its newest revision, which a key that was removed has, too; 0 for one that never
    /// had a value.
    ///
    /// # Errors
    /// [`NatsError`].
    pub async fn newest(&self, key: &str) -> Result<(Option<Bytes>, u64), NatsError> {
        let asking = async { self.store.entry(key).await.map_err(|error| NatsError::of(&error)) };
        Ok(self.nats.heed(asking).await?.map_or((None, 0), |entry| {
            let is_there = entry.operation == Operation::Put;
            (is_there.then_some(entry.value), entry.revision)
        }))
    }

    /// Stores a value, if the entry is still of that revision; `None`: if there is none. The new revision.
    ///
    /// # Errors
    /// [`NatsError::Changed`] if it is not; any other leaves open whether it was stored.
    pub async fn put(&self, key: &str, value: Bytes, revision: Option<u64>) -> Result<u64, NatsError> {
        let most = self.nats.client().server_info().max_payload;
        if value.len() > most {
            return Err(NatsError::TooLarge { bytes: value.len(), most });
        }
        let asking = async {
            match revision {
                Some(revision) => self.store.update(key, value, revision).await.map_err(|error| match error.kind() {
                    UpdateErrorKind::WrongLastRevision => NatsError::Changed,
                    UpdateErrorKind::TimedOut => NatsError::NoAnswer,
                    _ => NatsError::of(&error),
                }),
                None => self.store.create(key, value).await.map_err(|error| match error.kind() {
                    CreateErrorKind::AlreadyExists => NatsError::Changed,
                    _ => NatsError::of(&error),
                }),
            }
        };
        self.nats.heed(asking).await
    }

    /// Removes an entry, if it is still of that revision.
    ///
    /// # Errors
    /// As of [`Bucket::put`].
    pub async fn remove(&self, key: &str, revision: u64) -> Result<(), NatsError> {
        let asking = async {
            self.store.delete_expect_revision(key, Some(revision)).await.map_err(|error| match error.kind() {
                UpdateErrorKind::WrongLastRevision => NatsError::Changed,
                UpdateErrorKind::TimedOut => NatsError::NoAnswer,
                _ => NatsError::of(&error),
            })
        };
        self.nats.heed(asking).await
    }

    /// Watches a key, for as long as the receiver is there, over lost connections and restarts of the server.
    #[must_use]
    pub fn watch(&self, key: &'static str) -> Watch {
        let (tell, told) = watch::channel(None);
        let store = self.store.clone();
        self.nats.spawn(async move {
            tokio::select! {
                () = tell.closed() => {}
                () = follow(&store, key, &tell) => {}
            }
        });
        told
    }
}

async fn follow(store: &Store, key: &str, tell: &watch::Sender<Option<Entry>>) {
    loop {
        match store.watch_with_history(key).await {
            Ok(mut entries) => {
                while let Some(Ok(entry)) = entries.next().await {
                    let new =
                        (entry.operation == Operation::Put).then_some(Entry { value: entry.value, revision: entry.revision });
                    tell.send_if_modified(|old| {
                        let is_new = *old != new;
                        *old = new;
                        is_new
                    });
                }
            }
            Err(error) => tracing::debug!(why = %error, key, "not watched"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}
