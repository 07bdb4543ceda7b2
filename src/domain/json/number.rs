//! Numbers of JSON, as other languages write them again.

use std::borrow::Cow;

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
pub(crate) fn rewritten(text: &str, numbers: Numbers) -> Cow<'_, str> {
    let is_whole = !text.contains(['.', 'e', 'E']);
    match numbers {
        Numbers::WithPoint if is_whole => Cow::Owned(format!("{text}.0")),
        Numbers::WithPoint => Cow::Borrowed(text),
        Numbers::Python | Numbers::Alike if is_whole => Cow::Borrowed(text),
        // Short whole numbers are exact in a double, and written as they are; only -0 is not.
        Numbers::JavaScript if is_whole && text.len() <= 15 && text != "-0" => Cow::Borrowed(text),
        Numbers::JavaScript | Numbers::Python | Numbers::Alike => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Cow::Owned(double(number, numbers)),
            _ => Cow::Borrowed(text),
        },
    }
}

/// The fewest digits that mean that double, laid out as ECMAScript's `Number::toString` (§6.1.6.1.20) or Python's `repr` do.
fn double(number: f64, numbers: Numbers) -> String {
    let python = numbers == Numbers::Python;
    if number == 0.0 {
        return match (python, number.is_sign_negative()) {
            (true, true) => "-0.0",
            (true, false) => "0.0",
            (false, _) => "0",
        }
        .to_owned();
    }
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    let plain = if python { (-4..16).contains(&exponent) } else { (-6..21).contains(&exponent) };
    if !plain {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        let size = exponent.unsigned_abs();
        return if python {
            format!("{sign}{first}{point}{rest}e{direction}{size:02}")
        } else {
            format!("{sign}{first}{point}{rest}e{direction}{size}")
        };
    }
    // The number of digits before the point; zero or negative for a number below 1.
    let before = exponent + 1;
    match usize::try_from(before) {
        Ok(before) if before >= digits.len() => {
            let zeros = "0".repeat(before - digits.len());
            format!("{sign}{digits}{zeros}{}", if python { ".0" } else { "" })
        }
        Ok(before) if before > 0 => format!("{sign}{}.{}", &digits[..before], &digits[before..]),
        _ => {
            let zeros = "0".repeat(usize::try_from(before.unsigned_abs()).unwrap_or_default());
            format!("{sign}0.{zeros}{digits}")
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
    fn what_is_a_number() {
        for text in ["0", "-0", "10", "1.5", "1e5", "1E+5", "-1.5e-5"] {
            assert!(is_json(text), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1.5.5", "--1", "1-1"] {
            assert!(!is_json(text), "{text}");
        }
    }
}
