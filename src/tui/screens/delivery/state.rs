//! What is known of the history: a part of it, around what is shown.

use jiff::Timestamp;

use crate::domain::delivery::Delivery;
use crate::ops::{PAGE, Page, Problem};
use crate::tui::msg::Id;
use crate::tui::widgets::text_field::TextField;

/// The most deliveries that stay in memory.
const KEPT: usize = 400;

/// The deliveries that were read: consecutive ones, among all that pass the filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The place of the first of `deliveries`; that of the newest is 0.
    pub first: usize,
    /// The newest first.
    pub deliveries: Vec<Delivery>,
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
        self.deliveries.get(at.checked_sub(self.first)?)
    }

    /// Whether it is marked for a comparison.
    pub(crate) fn is_marked(&self, delivery: &Delivery) -> bool {
        self.marked.iter().any(|marked| key(marked) == key(delivery))
    }

    /// The place of a delivery, if it was read. Of what was sent again there are several under one id.
    pub(crate) fn place_of(&self, it: &Key) -> Option<usize> {
        self.deliveries.iter().position(|delivery| key(delivery) == *it).map(|at| self.first + at)
    }

    /// The place after the last that was read.
    const fn end(&self) -> usize {
        self.first + self.deliveries.len()
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

    /// Takes a page: beside what was read, or in its place.
    pub(crate) fn take(&mut self, page: Page) {
        let afresh = std::mem::take(&mut self.afresh);
        let Page { mut deliveries, skipped, more, total, .. } = page;
        let known = skipped + deliveries.len();
        // Records that cannot be read count in the history, and are not in the list.
        self.total = if more { usize::try_from(total).unwrap_or(usize::MAX).max(known + 1) } else { known };
        if afresh || skipped > self.end() || known < self.first {
            (self.first, self.deliveries) = (skipped, deliveries);
            return;
        }
        // New deliveries may have pushed some of it on.
        deliveries.retain(|delivery| self.place_of(&key(delivery)).is_none());
        if skipped < self.first {
            self.first = self.first.saturating_sub(deliveries.len());
            deliveries.append(&mut self.deliveries);
            self.deliveries = deliveries;
            self.deliveries.truncate(KEPT);
        } else {
            self.deliveries.append(&mut deliveries);
            let before = self.deliveries.len().saturating_sub(KEPT);
            self.deliveries.drain(..before);
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
        self.deliveries.insert(0, delivery);
        self.deliveries.truncate(KEPT);
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

    fn page(skipped: usize, count: usize, total: usize) -> Page {
        let deliveries = (skipped..skipped + count).map(|at| delivery(&format!("msg_{at}"))).collect();
        Page { deliveries, skipped, more: skipped + count < total, total: total as u64, ..Page::default() }
    }

    #[test]
    fn what_is_shown_is_read_and_joined() {
        let mut history = History::default();
        history.take(page(0, 50, 1000));
        assert_eq!((history.total, history.missing(0, 20), history.missing(40, 20)), (1000, None, Some(50)));
        history.take(page(50, 50, 1000));
        assert_eq!((history.first, history.deliveries.len()), (0, 100));
        // The oldest.
        let skip = history.missing(980, 20).unwrap();
        assert_eq!(skip, 965);
        history.take(page(skip, 35, 1000));
        assert_eq!((history.first, history.missing(980, 20)), (965, None));
        assert_eq!(history.get(999).unwrap().id, "msg_999");
        assert_eq!((history.get(0), history.missing(955, 20)), (None, Some(915)));
        history.take(page(915, 50, 1000));
        assert_eq!((history.first, history.deliveries.len()), (915, 85));
    }

    #[test]
    fn no_more_than_some_stay_in_memory() {
        let mut history = History::default();
        for skipped in (0..1000).step_by(50) {
            history.take(page(skipped, 50, 1000));
        }
        assert_eq!((history.first, history.deliveries.len()), (600, KEPT));
        for skipped in (0..600).step_by(50).rev() {
            history.take(page(skipped, 50, 1000));
        }
        assert_eq!((history.first, history.deliveries.len()), (0, KEPT));
    }
}
