//! Numbers of JSON, as other languages write them again.

use std::borrow::Cow;
use std::ops::Range;

use super::rewrite::Numbers;

/// Whether a text is a number by RFC 8259 §6.
pub(super) fn is_json(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// A number written again. One that a double cannot hold stays as it is.
pub(super) fn rewritten(text: &str, numbers: Numbers) -> Cow<'_, str> {
    let is_whole = !text.contains(['.', 'e', 'E']);
    let layout = match numbers {
        Numbers::WithPoint if is_whole => return Cow::Owned(format!("{text}.0")),
        Numbers::WithPoint => return Cow::Borrowed(text),
        Numbers::JavaScript | Numbers::Alike => &JAVASCRIPT,
        Numbers::Python => &PYTHON,
        Numbers::Java => &JAVA,
        Numbers::DotNet => &DOT_NET,
        Numbers::Ruby => &RUBY,
        Numbers::Rust => &RUST,
        Numbers::Php => &PHP,
    };
    // Where whole numbers are doubles, short ones are exact all the same, and written as they are; only -0 is not.
    if is_whole && (numbers != Numbers::JavaScript || (text.len() <= 15 && text != "-0")) {
        return Cow::Borrowed(text);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Cow::Owned(layout.write(number)),
        _ => Cow::Borrowed(text),
    }
}

/// How a language writes a double, after the fewest digits that mean it.
struct Layout {
    /// The decimal exponents that are written without an exponent.
    plain: Range<i32>,
    zero: &'static str,
    negative_zero: &'static str,
    /// After a whole number.
    whole: &'static str,
    /// After a single digit before an exponent.
    single: &'static str,
    exponent: char,
    plus: &'static str,
    /// The fewest digits of an exponent.
    width: usize,
}

/// ECMAScript's `Number::toString` (§6.1.6.1.20); Go's `encoding/json` does the same.
const JAVASCRIPT: Layout =
    Layout { plain: -6..21, zero: "0", negative_zero: "0", whole: "", single: "", exponent: 'e', plus: "+", width: 1 };

/// Python's `repr`.
const PYTHON: Layout = Layout { plain: -4..16, zero: "0.0", negative_zero: "-0.0", whole: ".0", width: 2, ..JAVASCRIPT };

/// Java's `Double.toString`.
const JAVA: Layout = Layout { plain: -3..7, single: ".0", exponent: 'E', plus: "", width: 1, ..PYTHON };

/// .NET's shortest form.
const DOT_NET: Layout = Layout { plain: -4..15, negative_zero: "-0", exponent: 'E', width: 2, ..JAVASCRIPT };

/// Ruby's `Float#to_s`.
const RUBY: Layout = Layout { single: ".0", ..PYTHON };

/// Rust's `serde_json`.
const RUST: Layout = Layout { plain: -5..16, plus: "", width: 1, ..PYTHON };

/// PHP's `json_encode`, without `JSON_PRESERVE_ZERO_FRACTION`.
const PHP: Layout = Layout { plain: -4..17, negative_zero: "-0.0", single: ".0", ..JAVASCRIPT };

impl Layout {
    fn write(&self, number: f64) -> String {
        if number == 0.0 {
            return if number.is_sign_negative() { self.negative_zero } else { self.zero }.to_owned();
        }
        let shortest = format!("{number:e}");
        let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
        let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
        if !self.plain.contains(&exponent) {
            let mantissa = if digits.len() == 1 { [mantissa, self.single].concat() } else { mantissa.to_owned() };
            let direction = if exponent < 0 { "-" } else { self.plus };
            let (letter, size, width) = (self.exponent, exponent.unsigned_abs(), self.width);
            return format!("{sign}{mantissa}{letter}{direction}{size:0width$}");
        }
        // How many digits stand before the point; none or fewer for a number below 1.
        let before = exponent + 1;
        match usize::try_from(before) {
            Ok(before) if before >= digits.len() => {
                let zeros = "0".repeat(before - digits.len());
                format!("{sign}{digits}{zeros}{}", self.whole)
            }
            Ok(before) if before > 0 => format!("{sign}{}.{}", &digits[..before], &digits[before..]),
            _ => {
                let zeros = "0".repeat(usize::try_from(before.unsigned_abs()).unwrap_or_default());
                format!("{sign}0.{zeros}{digits}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_javascript_and_python_write_them() {
        for (text, javascript, python) in [
            ("1.0", "1", "1.0"),
            ("1", "1", "1"),
            ("-0", "0", "-0"),
            ("-0.0", "0", "-0.0"),
            ("1.50", "1.5", "1.5"),
            ("1e3", "1000", "1000.0"),
            ("1E-7", "1e-7", "1e-07"),
            ("0.00001", "0.00001", "1e-05"),
            ("0.0001", "0.0001", "0.0001"),
            ("1e16", "10000000000000000", "1e+16"),
            ("1.5e21", "1.5e+21", "1.5e+21"),
            ("123456789012345678901", "123456789012345680000", "123456789012345678901"),
            ("-1284.50", "-1284.5", "-1284.5"),
            ("1e999", "1e999", "1e999"),
        ] {
            assert_eq!(rewritten(text, Numbers::JavaScript), javascript, "{text}");
            assert_eq!(rewritten(text, Numbers::Python), python, "{text}");
        }
        assert_eq!(rewritten("7", Numbers::WithPoint), "7.0");
        assert_eq!(rewritten("7.5", Numbers::WithPoint), "7.5");
    }

    #[test]
    fn c25_as_other_languages_write_them() {
        for (text, numbers, expected) in [
            ("1.0", Numbers::Java, "1.0"),
            ("1e5", Numbers::Java, "100000.0"),
            ("1e7", Numbers::Java, "1.0E7"),
            ("0.0001", Numbers::Java, "1.0E-4"),
            ("1.5e-9", Numbers::Java, "1.5E-9"),
            ("1.0", Numbers::DotNet, "1"),
            ("1e15", Numbers::DotNet, "1E+15"),
            ("0.00001", Numbers::DotNet, "1E-05"),
            ("1e5", Numbers::Ruby, "100000.0"),
            ("1e16", Numbers::Ruby, "1.0e+16"),
            ("1E-5", Numbers::Ruby, "1.0e-05"),
            ("1e5", Numbers::Rust, "100000.0"),
            ("1e16", Numbers::Rust, "1e16"),
            ("1e-7", Numbers::Rust, "1e-7"),
            ("-0.0", Numbers::Rust, "-0.0"),
            ("1.0", Numbers::Php, "1"),
            ("1e25", Numbers::Php, "1.0e+25"),
            ("1e-7", Numbers::Php, "1.0e-7"),
            ("19.90", Numbers::Php, "19.9"),
            ("12345678901234567890", Numbers::Java, "12345678901234567890"),
        ] {
            assert_eq!(rewritten(text, numbers), expected, "{text}, {numbers:?}");
        }
    }

    #[test]
    fn what_is_a_number() {
        for text in ["0", "-0", "10", "1.5", "1e5", "1E+5", "-1.5e-5"] {
            assert!(is_json(text), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1.5.5", "--1", "1-1"] {
            assert!(!is_json(text), "{text}");
        }
    }
}
