//! What differs when JSON is written again, as data. With all parts unset nothing does but the whitespace.

/// What differs from the JSON that came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrite {
    /// Whitespace between the tokens.
    pub spacing: Option<Spacing>,
    /// The keys of each object are sorted by their characters.
    pub sorted: bool,
    /// Characters outside ASCII.
    pub non_ascii: Option<NonAscii>,
    /// `/`, or `\/`.
    pub slashes: Option<Escaped>,
    /// `<`, `>` and `&`, or `\u003c` and so on.
    pub html: Option<Escaped>,
    pub numbers: Option<Numbers>,
    /// Every text encoded anew; the parts above that concern texts do nothing then.
    pub texts: Option<Texts>,
    /// A line feed follows at the end.
    pub newline: bool,
}

/// Whitespace between the tokens of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    Compact,
    /// A space after each comma and colon, as Python's `json.dumps` writes it.
    Spaced,
    /// On lines, indented by 2.
    Pretty2,
    /// On lines, indented by 4.
    Pretty4,
}

/// Whether a character is written as an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escaped {
    Yes,
    No,
}

/// How characters outside ASCII are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonAscii {
    /// `\u00e9`
    Escaped,
    /// `\u00E9`
    EscapedUpper,
    /// In UTF-8.
    Plain,
}

/// How a library encodes every text, whichever escapes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// Only what JSON needs, in lower case: `\u001B` is `\u001b`, `\u0041` is `A`.
    Minimal,
    /// The same with upper-case digits, as Jackson does.
    MinimalUpper,
    /// As .NET's `System.Text.Json` does by default: `\u003C`, `\u0027`, `\u002B`, and everything outside ASCII.
    DotNet,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// As JavaScript and Python both do: `1.50` is `1.5`.
    Alike,
    /// As JavaScript does: `1.0` is `1`, `1e3` is `1000`.
    JavaScript,
    /// As Python does: `1.50` is `1.5`, `1e3` is `1000.0`; integers as they are.
    Python,
    /// Each integer with `.0`.
    WithPoint,
}
