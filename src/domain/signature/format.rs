//! The names of the signature formats.

/// How a signature is written, and over what. What each one means is a [`SigningScheme`](super::SigningScheme).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lower-case hex.
    #[default]
    Hex,
    /// Standard base64 with padding.
    Base64,
    /// `sha256=` and lower-case hex.
    Sha256Hex,
    /// `t=TS,v1=` and lower-case hex over `TS.body`.
    Timestamped,
    /// `v1,` and base64 over `ID.TS.body`.
    Standard,
    /// `v1a,` and base64 over `ID.TS.body`, signed with a private key.
    StandardEd25519,
    /// As two templates say.
    Template,
}

impl Format {
    /// In the order of the form.
    pub const ALL: [Self; 7] =
        [Self::Hex, Self::Base64, Self::Sha256Hex, Self::Timestamped, Self::Standard, Self::StandardEd25519, Self::Template];

    /// The words in the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Sha256Hex => "sha256=hex",
            Self::Timestamped => "t=,v1=hex",
            Self::Standard => "Standard Webhooks",
            Self::StandardEd25519 => "Standard Webhooks, ed25519",
            Self::Template => "template",
        }
    }

    /// Its name in JSON and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Sha256Hex => "sha256-hex",
            Self::Timestamped => "timestamped",
            Self::Standard => "standard",
            Self::StandardEd25519 => "standard-ed25519",
            Self::Template => "template",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What a value of it looks like, in words.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Hex => "64 hex digits",
            Self::Base64 => "44 base64 characters",
            Self::Sha256Hex => "sha256= and 64 hex digits",
            Self::Timestamped => "t=SECONDS,v1= and 64 hex digits",
            Self::Standard => "v1, and 44 base64 characters",
            Self::StandardEd25519 => "v1a, and 88 base64 characters",
            Self::Template => "as the template says",
        }
    }

    /// What a signature of it covers, in words.
    #[must_use]
    pub const fn covers(self) -> &'static str {
        match self {
            Self::Hex | Self::Base64 | Self::Sha256Hex => "the body",
            Self::Timestamped => "SECONDS.BODY",
            Self::Standard | Self::StandardEd25519 => "ID.SECONDS.BODY",
            Self::Template => "what the template says",
        }
    }

    /// The header key that is meant when none is given: the one that its receivers usually look for.
    #[must_use]
    pub const fn default_header_key(self) -> &'static str {
        match self {
            Self::Sha256Hex => "X-Hub-Signature-256",
            Self::Timestamped => "Stripe-Signature",
            Self::Standard | Self::StandardEd25519 => "webhook-signature",
            Self::Hex | Self::Base64 | Self::Template => "X-Signature",
        }
    }

    /// Whether its specification names the header.
    #[must_use]
    pub const fn fixes_header_key(self) -> bool {
        matches!(self, Self::Standard | Self::StandardEd25519)
    }
}
