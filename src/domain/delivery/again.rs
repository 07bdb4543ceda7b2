//! Which events of the history are sent again: those that are meant, and were not delivered since.

use std::collections::HashMap;

use super::outcome::Outcome;
use crate::domain::event::BuiltIn;

/// A delivery of the history, as far as it decides. They come in the order in which they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past<'a> {
    /// Its place in the history.
    pub seq: i64,
    pub id: &'a str,
    pub event: &'a str,
    /// `None` for a probe.
    pub outcome: Option<Outcome>,
    /// Whether the user means it.
    pub is_meant: bool,
    /// Whether an event of that id is in the queue, and not a dead letter.
    pub is_queued: bool,
}

/// An event that is sent again: the last of its deliveries that are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub seq: i64,
    pub id: String,
}

/// Why an event is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It was delivered after the delivery that is meant.
    DeliveredSince,
    /// It is on its way already.
    Queued,
    /// A test of waypost's own.
    Test,
    /// The history has only the beginning of its body.
    Cut,
    /// Its record cannot be read.
    Damaged,
    /// It was deleted from the history, to make room or by the user.
    Gone,
}

impl LeftOut {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeliveredSince => "delivered_since",
            Self::Queued => "queued",
            Self::Test => "test",
            Self::Cut => "cut",
            Self::Damaged => "damaged",
            Self::Gone => "gone",
        }
    }

    /// Whether the event was to be sent, and cannot be.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        matches!(self, Self::Cut | Self::Damaged | Self::Gone)
    }
}

/// Goes through a history from its beginning.
#[derive(Debug, Default)]
pub struct Choice {
    events: HashMap<String, State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// The place of its first delivery: events go out in this order.
    first: i64,
    found: Found,
}

#[derive(Clone, Copy, Debug)]
enum Found {
    NotMeant,
    Chosen(i64),
    LeftOut(LeftOut),
}

impl Choice {
    /// The next delivery.
    pub fn add(&mut self, past: Past) {
        let Some(outcome) = past.outcome else { return };
        if !self.events.contains_key(past.id) {
            self.events.insert(past.id.to_owned(), State { first: past.seq, found: Found::NotMeant });
        }
        let Some(state) = self.events.get_mut(past.id) else { return };
        state.found = match state.found {
            _ if past.is_meant && BuiltIn::from_name(past.event).is_some() => Found::LeftOut(LeftOut::Test),
            _ if past.is_meant && past.is_queued => Found::LeftOut(LeftOut::Queued),
            _ if past.is_meant => Found::Chosen(past.seq),
            Found::Chosen(_) if outcome == Outcome::Delivered => Found::LeftOut(LeftOut::DeliveredSince),
            found => found,
        };
    }

    /// What is sent again, the oldest first; and what is left out, with the reason.
    #[must_use]
    pub fn end(self) -> (Vec<Chosen>, Vec<(String, LeftOut)>) {
        let mut all: Vec<_> = self.events.into_iter().collect();
        all.sort_by_key(|(_, state)| state.first);
        let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
        for (id, state) in all {
            match state.found {
                Found::NotMeant => {}
                Found::Chosen(seq) => chosen.push(Chosen { seq, id }),
                Found::LeftOut(why) => left_out.push((id, why)),
            }
        }
        (chosen, left_out)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const FAILED: Option<Outcome> = Some(Outcome::Failed);
    const DELIVERED: Option<Outcome> = Some(Outcome::Delivered);

    fn choose<'a>(history: impl IntoIterator<Item = (&'a str, &'a str, Option<Outcome>, bool)>) -> Vec<(i64, String)> {
        let mut choice = Choice::default();
        for ((id, event, outcome, is_meant), seq) in history.into_iter().zip(1..) {
            choice.add(Past { seq, id, event, outcome, is_meant, is_queued: false });
        }
        choice.end().0.into_iter().map(|chosen| (chosen.seq, chosen.id)).collect()
    }

    #[test]
    fn what_was_delivered_since_is_left_out() {
        let chosen = choose([
            ("a", "order", FAILED, true),
            ("b", "order", FAILED, true),
            ("c", "order", FAILED, true),
            ("a", "order", DELIVERED, false),
            ("b", "order", FAILED, true),
            ("d", "ping", FAILED, true),
            ("e", "probe", None, true),
            ("f", "order", FAILED, false),
        ]);
        // The first of b came before that of c, and its last is sent.
        assert_eq!(chosen, [(5, "b".into()), (3, "c".into())]);
    }

    #[test]
    fn what_is_on_its_way_is_left_out() {
        let mut choice = Choice::default();
        choice.add(Past { seq: 1, id: "a", event: "order", outcome: FAILED, is_meant: true, is_queued: true });
        assert_eq!(choice.end(), (vec![], vec![("a".into(), LeftOut::Queued)]));
    }

    proptest! {
        #[test]
        fn h143_never_an_event_that_was_delivered_since(
            rows in prop::collection::vec((0_u8..6, 0_usize..5, any::<bool>(), any::<bool>()), 0..60),
        ) {
            let outcomes = [Some(Outcome::Delivered), Some(Outcome::Refused), FAILED, Some(Outcome::Stopped), None];
            let ids = ["a", "b", "c", "d", "e", "f"];
            let rows: Vec<_> = rows.into_iter().map(|(id, outcome, meant, test)| {
                (ids[usize::from(id)], if test { "ping" } else { "order" }, outcomes[outcome], meant)
            }).collect();
            let chosen = choose(rows.clone());
            let mut once = HashSet::new();
            for (seq, id) in &chosen {
                prop_assert!(once.insert(id.clone()), "{id} twice");
                let at = usize::try_from(*seq).unwrap() - 1;
                let (row, after) = (rows[at], &rows[at + 1..]);
                prop_assert!(row.0 == id && row.3 && row.1 == "order" && row.2.is_some());
                prop_assert!(!after.iter().any(|it| it.0 == id && it.2 == DELIVERED), "delivered since");
                prop_assert!(!after.iter().any(|it| it.0 == id && it.3 && it.2.is_some()), "not the last that is meant");
            }
            // None is forgotten: the last that is meant, no test, and not delivered since.
            for id in ids {
                let last = rows.iter().rposition(|it| it.0 == id && it.3 && it.2.is_some());
                let wanted = last.is_some_and(|at| rows[at].1 == "order"
                    && !rows[at + 1..].iter().any(|it| it.0 == id && it.2 == DELIVERED));
                prop_assert_eq!(wanted, chosen.iter().any(|(_, it)| it == id));
            }
            // The oldest first.
            let firsts: Vec<_> = chosen.iter().map(|(_, id)| rows.iter().position(|it| it.0 == id && it.2.is_some())).collect();
            prop_assert!(firsts.is_sorted());
        }
    }
}
