//! A request body that is handed over in chunks, so that the end of the writing is observed.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::trace::Trace;
use crate::domain::delivery::Phase;

/// The size of a chunk, in bytes: small enough to notice, while writing, a receiver that does not read.
const PIECE: usize = 16 * 1024;

/// Bytes of a known length.
pub struct TracedBody {
    rest: Bytes,
    trace: Arc<Trace>,
}

impl TracedBody {
    pub const fn new(bytes: Bytes, trace: Arc<Trace>) -> Self {
        Self { rest: bytes, trace }
    }
}

impl Body for TracedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        // On a connection that was kept nothing comes before the writing.
        self.trace.begin(Phase::Write);
        let piece = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(piece);
        if self.rest.is_empty() {
            self.trace.begin(Phase::Wait);
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
