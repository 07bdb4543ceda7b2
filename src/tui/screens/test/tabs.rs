//! The tabs of the test popup.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Response,
    /// What is or was sent.
    Request,
    Timing,
}

impl Tab {
    pub const ALL: [Self; 3] = [Self::Response, Self::Request, Self::Timing];

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Response => "Response",
            Self::Request => "Request",
            Self::Timing => "Timing",
        }
    }
}

/// The tabs, and what is shown under them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tabs {
    pub front: Tab,
    /// The first line that is shown.
    pub scroll: usize,
    /// Whether the request's secret parts are shown.
    pub revealed: bool,
    /// Whether what is nested in JSON is folded.
    pub folded: bool,
    /// What was searched for last.
    pub query: String,
    /// The line in which it was found.
    pub found: Option<usize>,
}

impl Tabs {
    #[must_use]
    pub const fn new(front: Tab) -> Self {
        Self { front, scroll: 0, revealed: false, folded: false, query: String::new(), found: None }
    }

    /// Puts a tab in front.
    pub const fn show(&mut self, tab: Tab) {
        self.front = tab;
        self.scroll = 0;
        self.found = None;
        self.revealed = false;
    }

    /// Moves to the tab beside, without wrapping. Returns whether it moved.
    pub fn turn(&mut self, by: isize) -> bool {
        let at = Tab::ALL.iter().position(|&tab| tab == self.front).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(Tab::ALL.len() - 1);
        let moved = next != at;
        if moved {
            self.show(Tab::ALL[next]);
        }
        moved
    }
}
