//! A delivery under way, known to the whole process: a panic anywhere still records it, as stopped.

use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::at_panic::{Left, is_ending};
use crate::domain::delivery::diagnosis;
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::destination::{Destination, Settings};
use crate::domain::request::Request;
use crate::io::db::DbError;
use crate::io::fs::paths::Paths;
use crate::io::db::history;
use crate::io::http;
use crate::ops::Problem;

/// A delivery from its first attempt until it is recorded. Behind a panic it goes no further: what was recorded then is the end
/// of it.
pub struct Flight {
    under_way: Arc<Mutex<UnderWay>>,
    paths: Paths,
    _at_panic: Left,
}

struct UnderWay {
    /// With the attempts that have ended. `None` when it is recorded.
    delivery: Option<Delivery>,
    /// The attempt that has not.
    now: Option<(Settings, Request, Timestamp)>,
}

impl Flight {
    /// Begins a delivery.
    pub fn begin(paths: &Paths, id: String, to: &Destination, event: String) -> Self {
        let delivery = Delivery { id, destination_id: to.id().clone(), event, attempts: Vec::new() };
        let under_way = Arc::new(Mutex::new(UnderWay { delivery: Some(delivery), now: None }));
        let (left, to) = (Arc::clone(&under_way), paths.clone());
        let at_panic = Left::to_do(move || {
            let mut under_way = lock(&left);
            if let Some((settings, request, started_at)) = under_way.now.take()
                && let Some(delivery) = &mut under_way.delivery
            {
                delivery.attempts.push(cut_off(&settings, &request, started_at));
            }
            // There is nobody left to tell.
            let _ = record(&mut under_way, &to);
        });
        Self { under_way, paths: paths.clone(), _at_panic: at_panic }
    }

    /// An attempt begins.
    pub async fn attempts(&self, to: &Settings, request: &Request, started_at: Timestamp) {
        let goes_on = {
            let mut under_way = lock(&self.under_way);
            let goes_on = under_way.delivery.is_some() && !is_ending();
            if goes_on {
                under_way.now = Some((to.clone(), request.clone(), started_at));
            }
            goes_on
        };
        if !goes_on {
            pending::<()>().await;
        }
    }

    /// The attempt is over.
    pub async fn attempted(&self, attempt: Attempt) {
        let goes_on = {
            let mut under_way = lock(&self.under_way);
            under_way.now = None;
            under_way.delivery.as_mut().map(|delivery| delivery.attempts.push(attempt)).is_some()
        };
        if !goes_on {
            pending::<()>().await;
        }
    }

    /// What is to be recorded in place of what there is.
    pub fn change(&self, delivery: Delivery) {
        let there_is = &mut lock(&self.under_way).delivery;
        if there_is.is_some() {
            *there_is = Some(delivery);
        }
    }

    /// Records the delivery, on a thread of its own: a slow disk must not hold up the keys. The problem, if there is one, undoes
    /// nothing of the delivery.
    pub async fn record(self) -> Option<Problem> {
        let task = tokio::task::spawn_blocking(move || record(&mut lock(&self.under_way), &self.paths));
        let problem = match task.await {
            Ok(Some(result)) => result.err().map(Problem::from),
            Ok(None) => pending().await,
            Err(error) => Some(Problem::unrecorded(&error.to_string())),
        };
        if let Some(problem) = &problem {
            tracing::warn!(why = %problem.what, "not recorded");
        }
        problem
    }
}

/// Under the lock until it is written: it is recorded once, here or at a panic. Nothing when that is done already.
fn record(under_way: &mut UnderWay, paths: &Paths) -> Option<Result<(), DbError>> {
    let delivery = under_way.delivery.take()?;
    Some(if delivery.attempts.is_empty() { Ok(()) } else { history::append(paths, &delivery) })
}

/// An attempt that a panic ended.
pub fn cut_off(to: &Settings, request: &Request, started_at: Timestamp) -> Attempt {
    let took = Timestamp::now().duration_since(started_at).max(SignedDuration::ZERO);
    Attempt {
        duration_ms: took.as_secs_f64() * 1000.0,
        diagnosis: diagnosis::of_panic(),
        ..http::stopped_before_sending(to, request, started_at)
    }
}

fn lock(under_way: &Mutex<UnderWay>) -> MutexGuard<'_, UnderWay> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}
