//! Where in a JSON text a part stands, for messages. `serde_json`'s own errors know the place, but print the value there.

/// Line and column (in bytes), both from 1, of the value that `part` leads to through objects, or of the last one on the way
/// that is there.
///
/// `json` must be valid JSON; of a repeated key the last counts, as for `serde_json`.
pub(super) fn locate(json: &[u8], part: &[&str]) -> (usize, usize) {
    let mut at = blanks(json, 0);
    for key in part {
        match member(json, at, key) {
            Some(value) => at = value,
            None => break,
        }
    }
    line_and_column(json, at)
}

fn line_and_column(json: &[u8], at: usize) -> (usize, usize) {
    let before = &json[..at.min(json.len())];
    let line = before.split(|&b| b == b'\n').count();
    let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
    (line, column)
}

/// Where the value of that key begins, in the object that begins at `at`.
fn member(json: &[u8], at: usize, key: &str) -> Option<usize> {
    if json.get(at) != Some(&b'{') {
        return None;
    }
    let mut found = None;
    let mut at = blanks(json, at + 1);
    while json.get(at) == Some(&b'"') {
        let key_end = string_end(json, at);
        let matches = serde_json::from_slice::<String>(json.get(at..key_end)?).is_ok_and(|read| read == key);
        let value = blanks(json, blanks(json, key_end) + 1);
        if matches {
            found = Some(value);
        }
        at = blanks(json, value_end(json, value));
        if json.get(at) == Some(&b',') {
            at = blanks(json, at + 1);
        }
    }
    found
}

fn blanks(json: &[u8], mut at: usize) -> usize {
    while matches!(json.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Behind the closing quote of the string that begins at `at`.
fn string_end(json: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

fn value_end(json: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => at = string_end(json, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            b',' | b'}' | b']' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_parts() {
        let json =
            "{\n  \"a\": [1, {\"b\": \"}]\\\"\"}],\n  \"\\u0062\": {\"c\" : true, \"d\":{}}, \"n\": -1.5e3\n}\n".as_bytes();
        assert_eq!(locate(json, &[]), (1, 1));
        assert_eq!(locate(json, &["a"]), (2, 8));
        assert_eq!(locate(json, &["b"]), (3, 13));
        assert_eq!(locate(json, &["b", "c"]), (3, 20));
        assert_eq!(locate(json, &["b", "d"]), (3, 30));
        assert_eq!(locate(json, &["n"]), (3, 40));
    }

    #[test]
    fn an_absent_part_is_placed_at_what_should_hold_it() {
        let json = b"{\"a\": {\"b\": 1}, \"a\": {}}";
        assert_eq!(locate(json, &["a", "b"]), (1, 22));
        assert_eq!(locate(json, &["x", "y"]), (1, 1));
    }
}
