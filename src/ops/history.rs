//! The deliveries that ended.

use serde_json::Value;

use super::waypost::Waypost;
use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::{Delivery, record};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::{ellipsis, visible};
use crate::io::db::history::{self, Found, Listing, Page, Position, Start};

impl Waypost {
    /// The newest `limit` deliveries.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn newest(&self, limit: usize) -> Result<Page, Problem> {
        self.page(&Filter::default(), Start::Newest, limit)
    }

    /// At most `limit` of the deliveries that a filter means, after the newest `skip`, each in its place.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn list(&self, filter: &Filter, skip: usize, limit: usize) -> Result<Listing, Problem> {
        Ok(history::list(&self.paths, filter, skip, limit)?)
    }

    /// At most `limit` of the deliveries that a filter means, the newest first.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn page(&self, filter: &Filter, from: Start, limit: usize) -> Result<Page, Problem> {
        Ok(history::page(&self.paths, filter, from, limit)?)
    }

    /// The number of deliveries that a filter means.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn count(&self, filter: &Filter) -> Result<u64, Problem> {
        Ok(history::count(&self.paths, filter)?)
    }

    /// Where the history ends: what is recorded from now on is after it.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn end_of_history(&self) -> Result<Position, Problem> {
        Ok(history::end(&self.paths)?)
    }

    /// Of each id the shortest beginning of at least `shortest` characters that names no other delivery.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn short_ids(&self, deliveries: &[Delivery], shortest: usize) -> Result<Vec<String>, Problem> {
        let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.id.as_str()).collect();
        Ok(history::unambiguous(&self.paths, &ids, shortest)?)
    }

    /// Removes every delivery from the history.
    ///
    /// # Errors
    /// The history cannot be removed.
    pub fn clear_history(&self) -> Result<(), Problem> {
        Ok(history::clear(&self.paths)?)
    }

    /// A delivery of the history, by its id or an unambiguous beginning of it; `last` is the newest.
    ///
    /// # Errors
    /// There is no such delivery, or more than one, or the history cannot be read.
    pub fn delivery(&self, id: &str) -> Result<Delivery, Problem> {
        let (what, why) = match history::find(&self.paths, id)? {
            Found::One(delivery) => return Ok(*delivery),
            Found::Nothing if id == history::LAST => ("The history is empty".to_owned(), String::new()),
            Found::Nothing => (
                format!("The history has no delivery {}", shown(id)),
                "It never existed, or was deleted to make room for newer ones.".into(),
            ),
            Found::Several(ids) => {
                let ids: Vec<_> = ids.iter().map(|id| shown(id)).collect();
                (format!("More than one ID begins with {}", shown(id)), format!("Among them: {}.", ids.join(", ")))
            }
        };
        Err(Problem::of_kind(ProblemKind::Usage, what, why, "List the history to find the ID."))
    }
}

/// A delivery as `test --json` prints it and the history stores it.
#[must_use]
pub fn delivery_json(delivery: &Delivery) -> Value {
    record::to_json(delivery)
}

fn shown(id: &str) -> String {
    ellipsis(&visible(id), 80).into_owned()
}
