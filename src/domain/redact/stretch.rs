//! A stretch of a text and what it means, of which each byte knows where it comes from.

use std::ops::Range;

use zeroize::Zeroizing;

/// The end of a text that is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing follows.
    Whole,
    /// What follows was cut off: a form that has begun is masked.
    Cut,
}

/// The fewest bytes that a stretch must mean.
#[derive(Clone, Copy)]
pub(super) struct Least {
    pub(super) whole: usize,
    /// Of a stretch that goes on to the text's end, where it may have been cut off.
    pub(super) last: usize,
    /// Whether all that is looked for is ASCII, so that nothing else is decoded.
    pub(super) is_ascii: bool,
}

impl Least {
    /// Whether a text of that length can mean so much: base64, which is the shortest, has a digit for 6 bits.
    pub(super) const fn fits(self, length: usize) -> bool {
        length * 6 >= self.last * 8
    }

    pub(super) const fn of(self, is_last: bool) -> usize {
        if is_last { self.last } else { self.whole }
    }
}

/// What a stretch of a text means.
#[derive(Default)]
pub(super) struct Decoded {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Where each of its bytes is written.
    places: Vec<Range<usize>>,
    /// Whether the stretch goes on to the text's end.
    pub(super) is_last: bool,
}

impl Decoded {
    pub(super) fn new(is_last: bool) -> Self {
        Self { is_last, ..Self::default() }
    }

    pub(super) fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    pub(super) fn push_all(&mut self, text: &[u8], range: Range<usize>) {
        self.bytes.extend_from_slice(&text[range.clone()]);
        self.places.extend(range.map(|at| at..at + 1));
    }

    pub(super) fn push_char(&mut self, c: char, place: &Range<usize>) {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            self.push(byte, place.clone());
        }
    }

    /// What follows its last byte belongs to it, up to that place.
    pub(super) fn extend_last(&mut self, end: usize) {
        if let Some(last) = self.places.last_mut() {
            last.end = end;
        }
    }

    /// Where a stretch of its bytes is written, what is between them included.
    pub(super) fn place(&self, bytes: &Range<usize>) -> Range<usize> {
        self.places[bytes.start].start..self.places[bytes.end - 1].end
    }
}
