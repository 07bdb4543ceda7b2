//! How the deliveries went: in numbers, and at a glance.

use jiff::Timestamp;

use super::waypost::Waypost;
use crate::domain::delivery::stats::Stats;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::DestinationId;
use crate::domain::problem::Problem;
use crate::io::db::history::{self, Row};

/// How many deliveries a glance shows.
const GLANCE: usize = 40;

/// How many of the slowest deliveries are named.
const SLOWEST: usize = 3;

/// How a destination is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Its newest deliveries, the newest first; probes are not among them.
    pub newest: Vec<Row>,
    /// Of those.
    pub stats: Stats,
    pub standing: Standing,
    pub last_probe: Option<Box<Delivery>>,
    /// When the certificate ends that was seen last.
    pub certificate_end: Option<Timestamp>,
}

/// Whether it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    NeverTested,
    /// The newest delivery was delivered, then.
    Works(Timestamp),
    /// Since the first failure after the last that was delivered.
    Failing(Timestamp),
}

impl Default for Health {
    /// Of a destination to which nothing was sent.
    fn default() -> Self {
        Self {
            newest: Vec::new(),
            stats: Stats::default(),
            standing: Standing::NeverTested,
            last_probe: None,
            certificate_end: None,
        }
    }
}

impl Waypost {
    /// The deliveries since a moment in numbers.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn stats(&self, since: Option<Timestamp>) -> Result<Stats, Problem> {
        let rows = history::rows_since(&self.paths, since)?;
        Ok(Stats::new(rows.iter().map(|row| (row.outcome, row.duration_ms))))
    }

    /// The deliveries since a moment that took longest, at most three; the longest first.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn slowest(&self, since: Option<Timestamp>) -> Result<Vec<Delivery>, Problem> {
        Ok(history::slowest(&self.paths, since, SLOWEST)?)
    }

    /// How a destination is doing, by its newest deliveries. Reads no bodies but those of the last probe.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn health(&self, of: &DestinationId) -> Result<Health, Problem> {
        let glance = history::glance(&self.paths, of, GLANCE)?;
        let works = glance.rows.iter().find(|row| row.outcome == Outcome::Delivered);
        let standing = match (glance.failing_since, works) {
            (Some(since), _) => Standing::Failing(since),
            (None, Some(row)) => Standing::Works(row.at),
            (None, None) => Standing::NeverTested,
        };
        Ok(Health {
            stats: Stats::new(glance.rows.iter().map(|row| (row.outcome, row.duration_ms))),
            newest: glance.rows,
            standing,
            last_probe: glance.probe,
            certificate_end: glance.certificate_end,
        })
    }
}
