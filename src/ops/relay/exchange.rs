//! One attempt of an event on its way.

use std::future::pending;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::job::Job;
use super::source::Stop;
use crate::domain::credential::Credential;
use crate::domain::delivery::Outcome;
use crate::domain::destination::Settings;
use crate::domain::request::{Request, Stamp};
use crate::io::db::history;
use crate::io::http::Connection;

/// Makes one attempt over that connection.
pub async fn attempt<T: AsRef<[u8]>>(
    mut connection: Connection,
    mut job: Job<T>,
    (to, credential): &(Arc<Settings>, Credential),
    timeout: Duration,
    mut stop: watch::Receiver<Stop>,
) -> (Connection, Job<T>) {
    let started_at = Timestamp::now();
    let delivery = job.delivery.delivery();
    let stamp = Stamp { id: delivery.id.clone(), event: delivery.event.clone(), timestamp: started_at.as_second() };
    let request = Arc::new(Request::build(to, job.item.as_ref(), &stamp, credential));
    job.delivery.begin(to, &request, started_at);
    if job.delivery.delivery().outcome() == Outcome::Failed {
        // What failed over a kept connection must not meet another one of the same age.
        connection.close();
    }
    let mut attempt = connection.attempt(&request, started_at, timeout, stopped(&mut stop, Stop::All)).await;
    // An event that waits holds no more than the history stores.
    history::shorten_bodies(slice::from_mut(&mut attempt));
    job.delivery.end(attempt);
    (connection, job)
}

/// Ready once stopped to that level.
pub async fn stopped(stop: &mut watch::Receiver<Stop>, at_least: Stop) {
    if stop.wait_for(|level| *level >= at_least).await.is_err() {
        // The run has ended, and nothing polls this any more.
        pending::<()>().await;
    }
}
