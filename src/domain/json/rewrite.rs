//! What differs when JSON is written again, as data. With all parts unset nothing does but the whitespace.

/// What differs from the JSON that came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself: any of them may occur with any other")]
pub struct Rewrite {
    /// Whitespace between the tokens.
    pub spacing: Option<Spacing>,
    /// The keys of each object are sorted by their characters.
    pub sorted: bool,
    /// The keys of each object that are whole numbers come first, in their order, as JavaScript has them.
    pub integers_first: bool,
    /// Of members with the same key, one is left.
    pub duplicates: Option<Duplicates>,
    /// Characters outside ASCII.
    pub non_ascii: Option<NonAscii>,
    /// `/`, or `\/`.
    pub slashes: Option<Escaped>,
    /// `<`, `>` and `&`, or `\u003c` and so on.
    pub html: Option<Escaped>,
    pub numbers: Option<Numbers>,
    /// Every text encoded anew; the parts above that concern texts do nothing then.
    pub texts: Option<Texts>,
    /// `{}` is `[]`, as PHP has it once it was an array.
    pub empty_as_array: bool,
    /// A line feed follows at the end.
    pub newline: bool,
}

/// Which of the members of an object that have the same key is left, at the place of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    First,
    Last,
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
    /// On lines, indented by tabs.
    Tabs,
    /// On lines that end with CR LF, indented by 2, as .NET has it on Windows.
    Windows,
    /// As Jackson's pretty printer has it: members on lines, `"a" : 1`, `[ 1, 2 ]`, `{ }`.
    Jackson,
    /// On lines, indented by 1.
    Pretty1,
    /// On lines, indented by 3.
    Pretty3,
    /// A space after each comma alone.
    AfterCommas,
    /// A space after each colon alone.
    AfterColons,
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
    /// As Python does by default: everything outside ASCII as `\u00e9`.
    Ascii,
    /// As PHP does by default: the same, and `\/`.
    AsciiSlashes,
    /// As PHP does with `JSON_HEX_TAG`, `JSON_HEX_AMP`, `JSON_HEX_APOS` and `JSON_HEX_QUOT`: `\u003C`, `\u0026`, `\u0027`, `\u0022`.
    PhpHex,
    /// The same without `\/`, as Laravel does.
    Laravel,
    /// As Gson does by default: `\u003c`, `\u003e`, `\u0026`, `\u003d`, `\u0027`, U+2028 and U+2029.
    Gson,
    /// As Go and Rails do by default: `\u003c`, `\u003e`, `\u0026`, U+2028 and U+2029.
    Html,
    /// As Go does without the escapes for HTML: U+2028 and U+2029 alone.
    LineSeparators,
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
    /// As Java does: `1e7` is `1.0E7`.
    Java,
    /// As .NET does: `1.0` is `1`, `1e15` is `1E+15`.
    DotNet,
    /// As Ruby does: `1e16` is `1.0e+16`.
    Ruby,
    /// As Rust's `serde_json` does: `1e5` is `100000.0`, `1e16` is `1e16`.
    Rust,
    /// As PHP does: `1.0` is `1`, `1e25` is `1.0e+25`.
    Php,
    /// Each integer with `.0`.
    WithPoint,
}
