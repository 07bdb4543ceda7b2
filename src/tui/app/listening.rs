//! The receiver in the app: a task that starts it and passes on what it gets.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedSender, channel};
use tokio::task::AbortHandle;

use crate::domain::signature::verify::Verdict;
use crate::ops::{Explainer, Listen, ReceiverEvent, RequestEvent, Waypost};
use crate::tui::msg::{Id, Msg};
use crate::tui::screens::receiver::arrived::Arrived;

/// How many requests may wait to be shown; more wait for their answers.
const WAITING: usize = 16;

/// A running receiver, which ends when this is dropped.
pub struct Listening(AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts a receiver for what is registered, and reports that and each request.
pub fn listen(id: Id, how: Listen, waypost: Arc<Waypost>, results: UnboundedSender<Msg>) -> Listening {
    let task = tokio::spawn(async move {
        let (to_us, mut events) = channel(WAITING);
        let listener = match waypost.listen(how, to_us).await {
            Ok(listener) => listener,
            Err(problem) => {
                let _ = results.send(Msg::Listening(id, Err(problem)));
                return;
            }
        };
        let _ = results.send(Msg::Listening(id, Ok(listener.url().to_owned())));
        let mut explainer = Explainer::default();
        while let Some(event) = events.recv().await {
            let ReceiverEvent::Request(seen) = event else { continue };
            // An explanation takes some hundred hashes of the body.
            let explained = tokio::task::spawn_blocking(move || {
                let arrived = arrived(&seen, &mut explainer);
                (arrived, explainer)
            });
            let Ok((arrived, back)) = explained.await else { return };
            explainer = back;
            if results.send(Msg::Arrived(id, Box::new(arrived))).is_err() {
                return;
            }
        }
    });
    Listening(task.abort_handle())
}

fn arrived(seen: &RequestEvent, explainer: &mut Explainer) -> Arrived {
    let reason = match explainer.explain(seen, Instant::now()) {
        Some(found) => format!("{}. {}", found.reason, found.fix),
        None => seen.verdict.as_ref().map_or_else(String::new, |verdict| verdict.reason().to_owned()),
    };
    Arrived {
        at: seen.at,
        accepted: seen.verdict.as_ref().is_some_and(Verdict::is_accepted),
        status: seen.status,
        method: seen.method.clone(),
        target: seen.target.clone(),
        headers: seen.headers.clone(),
        body: seen.body.as_ref().map(|body| body.bytes.clone()).unwrap_or_default(),
        body_bytes: seen.body_bytes,
        reason: reason.trim_end().to_owned(),
    }
}
