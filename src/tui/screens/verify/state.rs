//! What the verify popup knows.

use crate::domain::signature::explain::{Explanation, Mistake};
use crate::ops::verify::header_lines;
use crate::tui::effect::Body;
use crate::tui::msg::Id;
use crate::tui::widgets::editor::Editor;

/// What has the focus in the verify popup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyFocus {
    /// The headers, one a line.
    Headers,
    Body,
    /// `[ Check ]`
    Check,
    /// `[ Close ]`
    Close,
}

impl VerifyFocus {
    pub const ALL: [Self; 4] = [Self::Headers, Self::Body, Self::Check, Self::Close];
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Nothing was checked yet, or something was changed since.
    Not,
    Waiting(Id),
    /// It could not be checked, and why.
    Invalid(String),
    /// The verdict, with its reason.
    Explained(Box<Explanation>),
}

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Path and query, where the request line was given.
    pub target: Option<String>,
    pub headers: Vec<(String, String)>,
}

/// Was a request made with our secret?
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyPopup {
    pub focus: VerifyFocus,
    /// One a line, `Name: value`.
    pub headers: Editor,
    /// As it was received; `@` and a path names a file with the body.
    pub body: Editor,
    pub checked: Checked,
    /// The first line of the verdict that is shown.
    pub scroll: usize,
}

impl VerifyPopup {
    #[must_use]
    pub fn new() -> Self {
        Self { focus: VerifyFocus::Headers, headers: Editor::new(""), body: Editor::new(""), checked: Checked::Not, scroll: 0 }
    }

    /// The text that has the focus.
    pub const fn focused(&mut self) -> Option<&mut Editor> {
        match self.focus {
            VerifyFocus::Headers => Some(&mut self.headers),
            VerifyFocus::Body => Some(&mut self.body),
            VerifyFocus::Check | VerifyFocus::Close => None,
        }
    }

    /// The request line's target, where there is one, and the headers.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parsed_head(&self) -> Result<Head, String> {
        let mut lines: Vec<&str> = self.headers.lines().iter().map(String::as_str).collect();
        // `POST /in?key=value HTTP/1.1`, as it precedes the headers.
        let target = lines.first().and_then(|line| line.strip_suffix(" HTTP/1.1")).and_then(|line| line.split_once(' '));
        let target = target.map(|(_, target)| target.trim().to_owned());
        if target.is_some() {
            lines.remove(0);
        }
        let above = usize::from(target.is_some());
        let headers = header_lines(&lines.join("\n"))
            .map_err(|error| format!("Line {} of the headers is not of the form Name: value.", error.line + above))?;
        if headers.is_empty() {
            return Err("Paste the headers of the request, one per line.".to_owned());
        }
        Ok(Head { target, headers })
    }

    /// The file that has the body.
    #[must_use]
    pub fn body_file(&self) -> Option<&str> {
        match self.body.lines() {
            [line] => line.strip_prefix('@').map(str::trim).filter(|path| !path.is_empty()),
            _ => None,
        }
    }

    /// Whether the request was made with a secret that the registered one was mangled from.
    #[must_use]
    pub fn proposes_secret(&self) -> bool {
        matches!(&self.checked, Checked::Explained(explanation) if explanation.mistakes.iter().any(Mistake::is_of_registered_secret))
    }

    /// The file or the bytes of the body.
    #[must_use]
    pub fn given_body(&self) -> Body {
        match self.body_file() {
            Some(path) => Body::File(path.to_owned()),
            None => Body::Bytes(self.body.text().into_bytes()),
        }
    }

    /// Whether anything was typed that closing would lose.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        !self.headers.text().is_empty() || !self.body.text().is_empty()
    }
}

impl Default for VerifyPopup {
    fn default() -> Self {
        Self::new()
    }
}
