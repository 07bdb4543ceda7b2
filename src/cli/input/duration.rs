//! Durations as arguments.

/// The seconds of `30s`, `5m`, `24h`, `7d`, or a bare number of seconds.
pub fn seconds(text: &str) -> Result<i64, String> {
    let form = || "use a number with s, m, h or d, such as 30s, 5m, 24h or 7d".to_owned();
    let (number, unit) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 60 * 60),
        Some((at, 'd')) => (&text[..at], 24 * 60 * 60),
        _ => (text, 1),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(form());
    }
    number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(form)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, expected) in [("0", 0), ("90", 90), ("30s", 30), ("5m", 300), ("24h", 86_400), ("7d", 604_800), ("007", 7)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in
            ["", "s", "-1", "+1", "1.5h", "1 h", "h1", "1w", "1H", "1e9", "9999999999999999999", "99999999999999999d", "٣s"]
        {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
