//! What is known of the history: a part of it, around what is shown.

use jiff::Timestamp;

use crate::domain::delivery::Delivery;
use crate::ops::{Damaged, Listing, PAGE, Problem};
use crate::tui::msg::Id;
use crate::tui::widgets::text_field::TextField;

/// The most deliveries that stay in memory.
const KEPT: usize = 400;

/// Shown for a record that cannot be read.
pub(crate) const DAMAGED: &str = "A damaged record cannot be read.";

/// A delivery, or a record that cannot be read.
type HistoryRow = Result<Delivery, Damaged>;

/// The rows that were read: consecutive ones, among all that pass the filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The place of the first of `rows`; that of the newest is 0.
    pub first: usize,
    /// The newest first.
    pub rows: Vec<HistoryRow>,
    /// How many pass the filter.
    pub total: usize,
    /// Those marked for a comparison, at most two; as they were then, whatever is listed now.
    pub marked: Vec<Delivery>,
    /// Why it cannot be read.
    pub problem: Option<Problem>,
    /// Only what this means is listed; empty for all.
    pub query: String,
    /// The line in which it is being typed.
    pub search: Option<TextField>,
    /// The page that is waited for.
    pub listing: Option<Id>,
    /// Whether that page replaces what was read.
    pub afresh: bool,
    /// Whether that page is the first of another query.
    pub narrowed: bool,
}

impl History {
    /// Whether the focus can go to the list. It can go to an empty one that is narrowed, so that this can be changed, and to one
    /// that is being read.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        self.total > 0 || !self.query.is_empty() || self.search.is_some() || self.listing.is_some()
    }

    /// The delivery at that place, if it was read.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Delivery> {
        self.row(at)?.as_ref().ok()
    }

    /// The same, or that its record is damaged.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<&HistoryRow> {
        self.rows.get(at.checked_sub(self.first)?)
    }

    /// Whether it is marked for a comparison.
    pub(crate) fn is_marked(&self, delivery: &Delivery) -> bool {
        self.marked.iter().any(|marked| key(marked) == key(delivery))
    }

    /// The place of a delivery, if it was read. Of what was sent again there are several under one id.
    pub(crate) fn place_of(&self, it: &Key) -> Option<usize> {
        let is_it = |row: &HistoryRow| row.as_ref().is_ok_and(|delivery| key(delivery) == *it);
        self.rows.iter().position(is_it).map(|at| self.first + at)
    }

    /// Whether that row was read.
    fn has(&self, row: &HistoryRow) -> bool {
        match row {
            Ok(delivery) => self.place_of(&key(delivery)).is_some(),
            Err(_) => self.rows.contains(row),
        }
    }

    /// The place after the last that was read.
    const fn end(&self) -> usize {
        self.first + self.rows.len()
    }

    /// How many to skip to read what is missing of the `rows` deliveries from `top` on; `None` where nothing is.
    pub(crate) fn missing(&self, top: usize, rows: usize) -> Option<usize> {
        let bottom = (top + rows).min(self.total);
        if top >= bottom || (self.first <= top && bottom <= self.end()) {
            return None;
        }
        Some(if self.first <= top && top <= self.end() {
            self.end()
        } else if top < self.first && self.first <= bottom {
            self.first.saturating_sub(PAGE)
        } else {
            top.saturating_sub(PAGE.saturating_sub(rows) / 2)
        })
    }

    /// Takes what was read next: beside the rest, or in its place.
    pub(crate) fn take(&mut self, listing: Listing) {
        let afresh = std::mem::take(&mut self.afresh);
        let Listing { skipped, mut rows, total } = listing;
        self.total = total;
        if afresh || skipped > self.end() || skipped + rows.len() < self.first {
            (self.first, self.rows) = (skipped, rows);
            return;
        }
        // New deliveries may have pushed some of it on. Where all that follows looks known, the records are copies of each other.
        if skipped != self.end() || rows.iter().any(|row| !self.has(row)) {
            rows.retain(|row| !self.has(row));
        }
        if skipped < self.first {
            self.first = self.first.saturating_sub(rows.len());
            rows.append(&mut self.rows);
            self.rows = rows;
            self.rows.truncate(KEPT);
        } else {
            self.rows.append(&mut rows);
            let before = self.rows.len().saturating_sub(KEPT);
            self.rows.drain(..before);
            self.first += before;
        }
    }

    /// Puts a delivery before all others.
    pub(crate) fn push(&mut self, delivery: Delivery) {
        self.total += 1;
        if self.first > 0 {
            self.first += 1;
            return;
        }
        self.rows.insert(0, Ok(delivery));
        self.rows.truncate(KEPT);
    }
}

/// What identifies a delivery: its id, and when it was sent.
pub(crate) type Key = (String, Timestamp);

pub(crate) fn key(delivery: &Delivery) -> Key {
    (delivery.id.clone(), delivery.at())
}

/// The first row that is shown: no other than before, if the focused one is in view then.
pub const fn shown_from(top: usize, at: usize, rows: usize, total: usize) -> usize {
    let last = total.saturating_sub(rows);
    let top = if top > last { last } else { top };
    if at < top {
        at
    } else if at >= top + rows {
        (at + 1).saturating_sub(rows)
    } else {
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::record::tests::delivery;
    use crate::ops::Position;

    fn part(skipped: usize, count: usize, total: usize) -> Listing {
        let rows = (skipped..skipped + count).map(|at| Ok(delivery(&format!("msg_{at}")))).collect();
        Listing { skipped, rows, total }
    }

    #[test]
    fn what_is_shown_is_read_and_joined() {
        let mut history = History::default();
        history.take(part(0, 50, 1000));
        assert_eq!((history.total, history.missing(0, 20), history.missing(40, 20)), (1000, None, Some(50)));
        history.take(part(50, 50, 1000));
        assert_eq!((history.first, history.rows.len()), (0, 100));
        // The oldest.
        let skip = history.missing(980, 20).unwrap();
        assert_eq!(skip, 965);
        history.take(part(skip, 35, 1000));
        assert_eq!((history.first, history.missing(980, 20)), (965, None));
        assert_eq!(history.get(999).unwrap().id, "msg_999");
        assert_eq!((history.get(0), history.missing(955, 20)), (None, Some(915)));
        history.take(part(915, 50, 1000));
        assert_eq!((history.first, history.rows.len()), (915, 85));
    }

    #[test]
    fn no_more_than_some_stay_in_memory() {
        let mut history = History::default();
        for skipped in (0..1000).step_by(50) {
            history.take(part(skipped, 50, 1000));
        }
        assert_eq!((history.first, history.rows.len()), (600, KEPT));
        for skipped in (0..600).step_by(50).rev() {
            history.take(part(skipped, 50, 1000));
        }
        assert_eq!((history.first, history.rows.len()), (0, KEPT));
    }

    /// However many there are, what is beyond them is reached, from both sides.
    #[test]
    fn h36_damaged_records_keep_their_places() {
        let damaged = |seq| Err(Damaged(Position(seq)));
        let part = |skipped: usize, count: usize| {
            let mut part = part(skipped, count, 1000);
            for (at, row) in (skipped..).zip(&mut part.rows).filter(|(at, _)| (40..440).contains(at) || *at == 990) {
                *row = damaged(1000 - i64::try_from(at).unwrap());
            }
            part
        };
        let mut history = History::default();
        history.take(part(0, 50));
        while history.end() < 450 {
            let skip = history.missing(history.end() - 10, 20).unwrap();
            assert_eq!(skip, history.end());
            history.take(part(skip, 50));
        }
        assert_eq!((history.row(439), &history.get(440).unwrap().id), (Some(&damaged(561)), &"msg_440".to_owned()));
        // Away, to the end, and back.
        history.take(part(history.missing(980, 20).unwrap(), 35));
        assert_eq!((history.row(990), &history.get(999).unwrap().id), (Some(&damaged(10)), &"msg_999".to_owned()));
        while history.first > 0 {
            let skip = history.missing(history.first.saturating_sub(10), 20).unwrap();
            history.take(part(skip, 50.min(1000 - skip)));
        }
        assert_eq!((history.get(39).unwrap().id.as_str(), history.row(40)), ("msg_39", Some(&damaged(960))));
        // One that came in the meantime pushes the others on.
        history.push(delivery("msg_new"));
        history.take(part(history.end() - 1, 50));
        assert_eq!((history.row(440), history.end()), (Some(&damaged(561)), 450));
    }
}
