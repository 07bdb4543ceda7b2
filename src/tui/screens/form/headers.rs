//! The list of headers in the form: one is opened, entered, and closed when the focus leaves it.

use crate::domain::field::HEADERS;
use crate::domain::header::CustomHeader;
use crate::tui::screens::form::focus::{Focus, HeaderPart};
use crate::tui::screens::form::state::{Form, Purpose};
use crate::tui::widgets::text_field::TextField;

impl Form {
    /// What of the list can have the focus, in order.
    pub(super) fn header_stops(&self) -> Vec<Focus> {
        let of =
            |at: usize| -> &[HeaderPart] { if self.open_header == Some(at) { &HeaderPart::INPUTS } else { &[HeaderPart::Line] } };
        let headers = (0..self.inputs.headers().len()).flat_map(|at| of(at).iter().map(move |&part| Focus::Header(at, part)));
        headers.chain([Focus::AddHeader]).collect()
    }

    /// Shows the inputs of a header, and goes to its name.
    pub fn open_header(&mut self, at: usize) {
        self.open_header = Some(at);
        self.go(Focus::Header(at, HeaderPart::Name));
    }

    /// Adds a header, and goes to its name.
    pub fn add_header(&mut self) {
        let at = self.inputs.add_header();
        self.open_header(at);
    }

    /// Removes the header whose line has the focus.
    pub fn remove_header(&mut self) -> bool {
        let Focus::Header(at, HeaderPart::Line) = self.focus else { return false };
        self.inputs.headers_mut().remove(at);
        self.touched(HEADERS);
        let left = self.inputs.headers().len();
        self.focus = if left == 0 { Focus::AddHeader } else { Focus::Header(at.min(left - 1), HeaderPart::Line) };
        true
    }

    /// Once the focus is elsewhere, a header is a line again; one into which nothing was entered is gone.
    pub(super) fn close_header(&mut self) {
        let Some(at) = self.open_header else { return };
        if matches!(self.focus, Focus::Header(own, part) if own == at && part != HeaderPart::Line) {
            return;
        }
        self.open_header = None;
        if self.inputs.headers().get(at).is_some_and(|header| header.is_empty() && !header.is_secret) {
            self.inputs.headers_mut().remove(at);
            if let Focus::Header(own, part) = self.focus
                && own > at
            {
                self.focus = Focus::Header(own - 1, part);
            }
        }
    }

    pub(super) fn focused_header_text(&mut self) -> Option<&mut TextField> {
        let Focus::Header(at, part) = self.focus else { return None };
        let header = self.inputs.headers_mut().get_mut(at)?;
        match part {
            HeaderPart::Name => Some(&mut header.name),
            HeaderPart::Value => Some(&mut header.value),
            HeaderPart::Line | HeaderPart::Secret => None,
        }
    }

    /// Moves the choice whether the focused header is a secret, without wrapping. Returns whether it moved.
    pub(super) fn choose_secrecy(&mut self, by: isize) -> bool {
        let Focus::Header(at, HeaderPart::Secret) = self.focus else { return false };
        let Some(header) = self.inputs.headers_mut().get_mut(at) else { return false };
        let secret = by > 0;
        if header.is_secret == secret {
            return false;
        }
        header.is_secret = secret;
        self.touched(HEADERS);
        true
    }

    /// Whether the value of that header, left empty, stays as it is.
    #[must_use]
    pub fn is_unchanged_header(&self, at: usize) -> bool {
        let Purpose::Edit { registered: Some(settings), .. } = &self.purpose else { return false };
        self.inputs.headers().get(at).is_some_and(|header| {
            let name = header.name.text().trim();
            let is_kept = |own: &CustomHeader| own.secret().is_some() && own.key().as_str().eq_ignore_ascii_case(name);
            header.is_secret && header.value.text().is_empty() && settings.headers().iter().any(is_kept)
        })
    }

    /// Opens the first header that is wrong.
    pub(super) fn open_wrong_header(&mut self) {
        let whole = self.complete();
        let wrong = (1..=whole.headers().len()).find(|&count| {
            let mut part = whole.clone();
            part.set_headers(whole.headers()[..count].to_vec());
            part.check().is_err_and(|errors| errors.iter().any(|error| error.field == Some(HEADERS)))
        });
        // What is empty is not in the draft.
        let mut entered = (0..self.inputs.headers().len()).filter(|&at| !self.inputs.headers()[at].is_empty());
        match wrong.and_then(|count| entered.nth(count - 1)) {
            Some(at) => self.open_header(at),
            None => self.go(Focus::AddHeader),
        }
    }
}
