//! Polls a connection of the HTTP library together with what waits for it.
//!
//! The library leaves it to its user to poll the connection, which reads, writes and hands over. Its examples spawn a task for
//! that; here both are polled by the one who waits, so that an exchange is one task, and ends when it is dropped.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// A connection while it is polled.
pub(super) struct Driver<C> {
    /// `None` once it has ended: dropping it tells those who wait.
    connection: Option<Pin<Box<C>>>,
}

impl<C: Future> Driver<C> {
    pub fn new(connection: C) -> Self {
        Self { connection: Some(Box::pin(connection)) }
    }

    /// What comes of `work`. How the connection itself ends is reported to whatever waits for an answer of it.
    pub async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.poll_once(context);
            work.as_mut().poll(context)
        })
        .await
    }

    /// Lets it do what can be done without waiting, and says whether it is still open.
    pub async fn is_open(&mut self) -> bool {
        poll_fn(|context| {
            self.poll_once(context);
            Poll::Ready(self.connection.is_some())
        })
        .await
    }

    pub fn poll_once(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && connection.as_mut().poll(context).is_ready()
        {
            self.connection = None;
        }
    }
}
