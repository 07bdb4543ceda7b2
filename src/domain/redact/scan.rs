//! Finds forms of a secret in a text that may have been escaped up to three times.
//!
//! ```text
//! text ──► outer escapes ──► … ──► inner escapes ──► the bytes of a form
//! ```
//!
//! The text is read once, from its beginning to its end, with every reading at a time: a reading is how far it is in an escape of
//! each layer and in which form. Two readings that have come to the same are one from there on, of which the longer counts. So
//! the work is the length of the text times the number of readings, and there are never more of these than forms have bytes,
//! times the beginnings of escapes.

use std::cell::Cell;
use std::ops::Range;

use zeroize::Zeroizing;

use super::escape::{self, Pending};
use super::openings::Openings;
use super::stretch::End;

/// How often a text may have been escaped.
const LAYERS: usize = 3;

/// Forms of fewer bytes are masked only where they are a whole word: a password `at` would shred every sentence,
/// but a header that says just `at` gives it away.
pub(super) const WORD_BELOW: usize = 6;

/// The fewest bytes of a form that are masked where a text was cut off in the middle of it.
pub(super) const PREFIX_FROM: usize = 4;

thread_local! {
    /// Room for readings, empty: each answer has a dozen short texts, and making it anew for each was most of what they cost.
    static READINGS: Cell<(Vec<State>, Vec<State>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// What is looked for.
pub(super) struct Forms {
    all: Vec<Zeroizing<Vec<u8>>>,
    /// Which of them begin with a byte, in either case.
    by_first: Vec<Vec<u16>>,
    openings: Openings,
    fewest: usize,
    is_ascii: bool,
}

/// What was found in a text.
#[derive(Default)]
pub(super) struct Found {
    /// In no order; they may overlap.
    pub(super) ranges: Vec<Range<usize>>,
    /// How much work it was: the bytes that were read, and the readings that each of them continued.
    pub(super) steps: usize,
}

/// One way to read the text so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    layers: [Pending; LAYERS],
    /// The form, and how many of its bytes are read; `None` before the first.
    form: Option<(u16, usize)>,
    /// Where it began. Last, so that the earliest of equal states is the first.
    from: usize,
}

impl Forms {
    pub(super) fn new(all: Vec<Zeroizing<Vec<u8>>>) -> Self {
        let mut by_first = vec![Vec::new(); 256];
        for (form, index) in all.iter().zip(0_u16..) {
            for byte in 0..=u8::MAX {
                if form.first().is_some_and(|first| first.eq_ignore_ascii_case(&byte)) {
                    by_first[usize::from(byte)].push(index);
                }
            }
        }
        let openings = Openings::of(all.iter().map(|form| form.as_slice()));
        let fewest = all.iter().map(characters).min().unwrap_or(usize::MAX);
        let is_ascii = all.iter().all(|form| form.is_ascii());
        Self { all, by_first, openings, fewest, is_ascii }
    }

    pub(super) fn all(&self) -> &[Zeroizing<Vec<u8>>] {
        &self.all
    }

    pub(super) fn longest(&self) -> usize {
        self.all.iter().map(|form| form.len()).max().unwrap_or_default()
    }

    /// Whether all forms are ASCII.
    pub(super) const fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// The fewest bytes that a form can have in a text: one for each character, as in Latin-1. `usize::MAX` without any form.
    pub(super) const fn fewest(&self) -> usize {
        self.fewest
    }

    /// The same of a form that is masked inside of words, too.
    pub(super) fn shortest(&self) -> Option<usize> {
        self.all.iter().filter(|form| form.len() >= WORD_BELOW).map(characters).min()
    }

    /// Every place that a form has in a text.
    pub(super) fn find(&self, text: &[u8], end: End) -> Found {
        self.find_where(text, end, |first, second| self.openings.may_be(first, second))
    }

    fn find_where(&self, text: &[u8], end: End, may_begin: impl Fn(u8, u8) -> bool) -> Found {
        let (mut states, next) = READINGS.take();
        let mut scan = Scan { forms: self, text, at: 0, next, found: Found { steps: text.len(), ..Found::default() } };
        while scan.at < text.len() {
            let byte = text[scan.at];
            let begins = text.get(scan.at + 1).is_none_or(|&second| may_begin(byte, second));
            if begins {
                states.push(State { layers: [Pending::default(); LAYERS], form: None, from: scan.at });
            }
            if !states.is_empty() {
                scan.found.steps += states.len();
                for state in states.drain(..) {
                    scan.read(state, byte);
                }
                std::mem::swap(&mut states, &mut scan.next);
                if states.len() > 1 {
                    states.sort_unstable();
                    states.dedup_by(|later, first| State { from: first.from, ..*later } == *first);
                }
            }
            scan.at += 1;
        }
        if end == End::Cut {
            let begun = states.iter().filter(|state| state.form.is_some_and(|(_, done)| done >= PREFIX_FROM));
            scan.found.ranges.extend(begun.map(|state| state.from..text.len()));
        }
        states.clear();
        READINGS.set((states, scan.next));
        scan.found
    }

    /// The same without the first look.
    #[cfg(test)]
    pub(super) fn find_everywhere(&self, text: &[u8], end: End) -> Found {
        self.find_where(text, end, |_, _| true)
    }
}

struct Scan<'a> {
    forms: &'a Forms,
    text: &'a [u8],
    at: usize,
    next: Vec<State>,
    found: Found,
}

impl Scan<'_> {
    /// Reads a byte of the text.
    fn read(&mut self, state: State, byte: u8) {
        self.layer(state, 0, byte, [&[]; LAYERS]);
    }

    /// Reads a byte in one of the layers.
    fn layer(&mut self, state: State, layer: usize, byte: u8, meant: [&[u8]; LAYERS]) {
        escape::each(state.layers[layer], byte, |pending, bytes| {
            let (mut state, mut meant) = (state, meant);
            state.layers[layer] = pending;
            meant[layer] = bytes;
            self.advance(state, meant);
        });
    }

    /// Goes on with what each layer has read and the next has not.
    fn advance(&mut self, state: State, mut meant: [&[u8]; LAYERS]) {
        for layer in (0..LAYERS).rev() {
            let Some((&byte, rest)) = meant[layer].split_first() else { continue };
            meant[layer] = rest;
            return if layer + 1 < LAYERS { self.layer(state, layer + 1, byte, meant) } else { self.form(state, byte, meant) };
        }
        // Without anything begun it is where every text is at its first byte.
        if state.form.is_some() || state.layers.iter().any(|pending| !pending.is_empty()) {
            self.next.push(state);
        }
    }

    /// Compares a byte with the next of the form.
    fn form(&mut self, state: State, byte: u8, meant: [&[u8]; LAYERS]) {
        let forms = self.forms;
        match state.form {
            Some((form, done)) => {
                if forms.all[usize::from(form)][done].eq_ignore_ascii_case(&byte) {
                    self.matched(State { form: Some((form, done + 1)), ..state }, meant);
                }
            }
            None => {
                for &form in &forms.by_first[usize::from(byte)] {
                    self.matched(State { form: Some((form, 1)), ..state }, meant);
                }
            }
        }
    }

    fn matched(&mut self, state: State, meant: [&[u8]; LAYERS]) {
        let Some((form, done)) = state.form else { return };
        let length = self.forms.all[usize::from(form)].len();
        if done < length {
            return self.advance(state, meant);
        }
        let range = state.from..self.at + 1;
        if length >= WORD_BELOW || is_word(self.text, &range) {
            self.found.ranges.push(range);
        }
    }
}

/// The number of characters of a form, if it is UTF-8.
fn characters(form: &Zeroizing<Vec<u8>>) -> usize {
    form.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count()
}

/// Whether a stretch is a whole word.
fn is_word(text: &[u8], range: &Range<usize>) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    !part(range.start.checked_sub(1).and_then(|before| text.get(before))) && !part(text.get(range.end))
}
