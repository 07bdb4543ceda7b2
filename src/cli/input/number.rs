//! Numbers as arguments.

use std::ops::RangeInclusive;

/// A parser for the numbers of a range. Whatever else is given, the error names the range: what is negative, or has too many digits for
/// the type, is out of it as well.
pub fn number(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("use a number from {} to {}", range.start(), range.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn what_is_out_of_range_is_told_the_range() {
        let parse = number(1..=256);
        assert_eq!((parse("1"), parse("256")), (Ok(1), Ok(256)));
        for text in ["0", "257", "-1", "", "x", "1.5", "4294967297", "99999999999999999999999"] {
            assert_eq!(parse(text).unwrap_err(), "use a number from 1 to 256", "{text}");
        }
    }
}
