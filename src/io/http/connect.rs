//! The layer around the connector: where connecting begins and ends.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::trace::Current;
use crate::domain::delivery::Phase;

/// Tells the current attempt when the connector is called, and when its connection is ready to be written to.
#[derive(Clone)]
pub struct Bracket {
    /// Whose connection it is.
    pub current: Current,
    /// What the connector does first: look a name up, or connect to an address.
    pub first: Phase,
}

impl<S> Layer<S> for Bracket {
    type Service = Bracketed<S>;

    fn layer(&self, inner: S) -> Bracketed<S> {
        Bracketed { inner: Arc::new(Mutex::new(inner)), bracket: self.clone() }
    }
}

/// A connector with its [`Bracket`].
pub struct Bracketed<S> {
    /// Cloned where there is something to connect. The client clones its connector for each request, six allocations more, and
    /// of those over a kept connection none is ever called.
    inner: Arc<Mutex<S>>,
    bracket: Bracket,
}

impl<S> Clone for Bracketed<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), bracket: self.bracket.clone() }
    }
}

impl<S, R> Service<R> for Bracketed<S>
where
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        let trace = self.bracket.current.trace();
        trace.begin(self.bracket.first);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(async move {
            poll_fn(|context| inner.poll_ready(context)).await?;
            let connection = inner.call(request).await?;
            trace.begin(Phase::Write);
            trace.begin(trace.on_ready);
            Ok(connection)
        })
    }
}
