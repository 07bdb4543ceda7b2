//! How an attempt ended, and where.

/// A part of an attempt, in its order in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// A token is being fetched.
    Token,
    Dns,
    Connect,
    Tls,
    /// The request is being written.
    Write,
    /// Until the first byte of the answer.
    Wait,
    Read,
}

impl Phase {
    pub const ALL: [Self; 7] = [Self::Token, Self::Dns, Self::Connect, Self::Tls, Self::Write, Self::Wait, Self::Read];

    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Dns => "DNS",
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::Write => "write",
            Self::Wait => "wait",
            Self::Read => "read",
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Write => "write",
            Self::Wait => "wait",
            Self::Read => "read",
        }
    }
}

/// How an attempt, and with it a delivery, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A status of 2xx, with the text that was expected.
    Delivered,
    /// Any other answer, or no token: the token endpoint refused to issue one.
    Refused,
    /// No status.
    Failed,
    /// By the user.
    Stopped,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Refused, Self::Failed, Self::Stopped];

    /// Its name in JSON and in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// The outcome that a status means.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        if status >= 200 && status < 300 { Self::Delivered } else { Self::Refused }
    }
}
