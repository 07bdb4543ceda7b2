//! Sizes as arguments.

/// The bytes of `500MB`, `64MiB`, `1GiB`, or a bare number of bytes.
pub fn bytes(text: &str) -> Result<u64, String> {
    let form = || "use a number of bytes, or one with kB, MB, GB, KiB, MiB or GiB, such as 500MB or 1GiB".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" | "K" => 1 << 10,
        "MiB" | "M" => 1 << 20,
        "GiB" | "G" => 1 << 30,
        "TiB" | "T" => 1 << 40,
        _ => return Err(form()),
    };
    // As far as the database can count.
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).filter(|bytes| *bytes <= 1 << 60).ok_or_else(form)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn a_size_is_a_number_and_a_unit() {
        let sizes = [("0", 0), ("512", 512), ("1kB", 1000), ("500MB", 500_000_000), ("2GB", 2_000_000_000), ("1K", 1024)];
        for (text, expected) in sizes.into_iter().chain([("64MiB", 64 << 20), ("1GiB", 1 << 30), ("1TiB", 1 << 40), ("7B", 7)]) {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "GiB", "-1", "+1", "1.5GiB", "1 GiB", "1gib", "1PB", "1e9", "99999999999999999999", "9999999TiB", "٣MB"]
        {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
