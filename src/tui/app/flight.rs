//! A delivery or a probe on its way: a task, and how to stop it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::ops::{Step, Waypost};
use crate::tui::msg::{Id, Msg};

/// How long the end of the app waits for a stopped delivery to be recorded.
const LAST_RECORD: Duration = Duration::from_secs(1);

pub struct Flight {
    id: Id,
    begun: Instant,
    stop: Option<oneshot::Sender<()>>,
    /// Only the history is still being written.
    pub answered: bool,
    task: JoinHandle<()>,
}

impl Flight {
    /// The time since it began.
    pub fn tick(&self) -> Msg {
        Msg::Tick(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Takes notice of a message that ends it.
    pub fn notice(&mut self, msg: &Msg) {
        self.answered |= matches!(msg, Msg::Delivered(id, _) | Msg::NotSent(id, _) if self.id == *id);
    }

    /// Stops it, if it is the one of that effect.
    pub fn stop(&mut self, id: Id) {
        if self.id == id {
            self.stop_now();
        }
    }

    fn stop_now(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The other end is gone when the delivery has ended by itself.
            let _ = stop.send(());
        }
    }

    /// Stops it, and waits until it is recorded.
    pub async fn end(mut self) {
        self.stop_now();
        let _ = tokio::time::timeout(LAST_RECORD, self.task).await;
    }
}

/// Sends an event to what is registered, if the state file is still of that generation, and reports each step.
pub fn send(
    id: Id,
    generation: u64,
    (event, again): (Event, Option<String>),
    waypost: Arc<Waypost>,
    results: UnboundedSender<Msg>,
) -> Flight {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let live = results.clone();
        let step = move |step| {
            let _ = live.send(match step {
                Step::Sending(request) => Msg::Sending(id, request),
                Step::Began(phase) => Msg::Began(id, phase),
                Step::Ended(phase, ms) => Msg::Ended(id, phase, ms),
            });
        };
        let stop = requested(stopped);
        let destination = match waypost.destination_of(generation).await {
            Ok(destination) => destination,
            Err(problem) => {
                let _ = results.send(Msg::NotSent(id, problem));
                return;
            }
        };
        let report = |delivery: &Delivery| {
            let _ = results.send(Msg::Delivered(id, Box::new(delivery.clone())));
        };
        let tested = waypost.test_and_report(&destination, &event, again, step, report, stop).await;
        let _ = results.send(match tested.unrecorded {
            Some(problem) => Msg::Unrecorded(id, problem),
            None => Msg::Recorded,
        });
    });
    Flight { id, begun: Instant::now(), stop: Some(stop), answered: false, task }
}

/// Probes the registered endpoint, and reports each case.
pub fn probe(id: Id, generation: u64, waypost: Arc<Waypost>, results: UnboundedSender<Msg>) -> Flight {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let live = results.clone();
        let step = move |case| {
            let _ = live.send(Msg::Probing(id, case));
        };
        let report = match waypost.destination_of(generation).await {
            Ok(destination) => waypost.probe(&destination, step, requested(stopped)).await,
            Err(problem) => Err(problem),
        };
        let _ = results.send(Msg::Probed(id, report.map(Box::new)));
    });
    // No clock runs for it: what is on the screen changes with each ping.
    Flight { id, begun: Instant::now(), stop: Some(stop), answered: true, task }
}

/// Ready once a stop is requested; a dropped sender requests nothing.
pub async fn requested(stop: oneshot::Receiver<()>) {
    if stop.await.is_err() {
        std::future::pending::<()>().await;
    }
}
