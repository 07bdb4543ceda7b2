//! A tower layer around the connector that reports when connecting begins and ends.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::trace::CurrentTrace;
use crate::domain::delivery::Phase;
use crate::io::sync::lock;

/// Reports to the current attempt when the connector is called and when its connection is ready for the request.
#[derive(Clone)]
pub struct ConnectTiming {
    pub current: CurrentTrace,
    /// What the connector does first: resolve a name, or connect to an address.
    pub first: Phase,
}

impl<S> Layer<S> for ConnectTiming {
    type Service = ConnectTimingService<S>;

    fn layer(&self, inner: S) -> ConnectTimingService<S> {
        ConnectTimingService { inner: Arc::new(Mutex::new(inner)), timing: self.clone() }
    }
}

/// A connector with its [`ConnectTiming`].
pub struct ConnectTimingService<S> {
    /// Cloned only when there is something to connect: the client clones its connector for each request, at six allocations
    /// each, and never calls it for a request over a kept connection.
    inner: Arc<Mutex<S>>,
    timing: ConnectTiming,
}

impl<S> Clone for ConnectTimingService<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), timing: self.timing.clone() }
    }
}

impl<S, R> Service<R> for ConnectTimingService<S>
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
        let trace = self.timing.current.trace();
        trace.begin(self.timing.first);
        let mut inner = lock(&self.inner).clone();
        Box::pin(async move {
            poll_fn(|context| inner.poll_ready(context)).await?;
            let connection = inner.call(request).await?;
            trace.begin(Phase::Write);
            trace.begin(trace.on_ready);
            Ok(connection)
        })
    }
}
