//! The layer around the connector: where connecting begins and ends.

use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tower::{Layer, Service};

use super::trace::Current;
use crate::domain::outcome::Phase;

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
        Bracketed { inner, bracket: self.clone() }
    }
}

/// A connector with its [`Bracket`].
#[derive(Clone)]
pub struct Bracketed<S> {
    inner: S,
    bracket: Bracket,
}

impl<S, R> Service<R> for Bracketed<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let trace = self.bracket.current.trace();
        trace.begin(self.bracket.first);
        let connecting = self.inner.call(request);
        Box::pin(async move {
            let connection = connecting.await?;
            trace.begin(Phase::Send);
            trace.begin(trace.on_ready);
            Ok(connection)
        })
    }
}
