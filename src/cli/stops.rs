//! The first and the second signal, for a command that stops in good order at the first.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::cli::failure::Failure;
use crate::cli::signals::Signals;

/// The first and the second signal.
pub struct Stops {
    pub first: BoxFuture<'static, ()>,
    pub second: BoxFuture<'static, ()>,
    /// The exit code of the first; 0 before it arrives.
    pub code: Arc<AtomicU8>,
}

impl Stops {
    /// Catches them from now on. Only inside a runtime.
    pub fn catch() -> Result<Self, Failure> {
        let mut signals = Signals::catch()?;
        let (on_first, first) = oneshot::channel();
        let (on_second, second) = oneshot::channel();
        let code = Arc::new(AtomicU8::new(0));
        let set = Arc::clone(&code);
        tokio::spawn(async move {
            set.store(signals.next().await, Ordering::SeqCst);
            // The receiver is gone when the run has ended.
            let _ = on_first.send(());
            signals.next().await;
            let _ = on_second.send(());
        });
        Ok(Self { first: Box::pin(received(first)), second: Box::pin(received(second)), code })
    }
}

/// Ready when the channel delivers; a dropped sender is not a signal.
async fn received(by: oneshot::Receiver<()>) {
    if by.await.is_err() {
        pending::<()>().await;
    }
}
