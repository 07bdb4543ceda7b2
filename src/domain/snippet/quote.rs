//! Literals: a text as each language writes it, in printable ASCII alone, so that nothing in a name can end the literal, run
//! as code, or look like something else.

use std::fmt::Write as _;

/// JavaScript: `\u{…}` for what is not ASCII.
pub fn node(text: &str) -> String {
    quoted(text, "\"\\", |out, c| write!(out, "\\u{{{:x}}}", u32::from(c)))
}

/// Python and Go: `\U` and eight digits.
pub fn python_or_go(text: &str) -> String {
    quoted(text, "\"\\", |out, c| write!(out, "\\U{:08x}", u32::from(c)))
}

/// PHP, in double quotes: a dollar would begin a variable.
pub fn php(text: &str) -> String {
    quoted(text, "\"\\$", |out, c| write!(out, "\\u{{{:x}}}", u32::from(c)))
}

fn quoted(text: &str, escaped: &str, other: impl Fn(&mut String, char) -> std::fmt::Result) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if escaped.contains(c) {
            out.push('\\');
            out.push(c);
        } else if c == ' ' || c.is_ascii_graphic() {
            out.push(c);
        } else {
            // Writing to a text cannot fail.
            let _ = other(&mut out, c);
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_literal() {
        let text = "a\"'\\$`é\u{202e}\u{1f980}";
        assert_eq!(node(text), r#""a\"'\\$`\u{e9}\u{202e}\u{1f980}""#);
        assert_eq!(python_or_go(text), r#""a\"'\\$`\U000000e9\U0000202e\U0001f980""#);
        assert_eq!(php(text), r#""a\"'\\\$`\u{e9}\u{202e}\u{1f980}""#);
    }
}
