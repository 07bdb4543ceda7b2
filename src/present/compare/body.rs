//! Two bodies beside each other: JSON field by field, other text line by line.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::pair::{Pair, pair};
use crate::domain::json;

/// The most fields or lines of a body that are compared.
const MOST: usize = 2_000;

/// What two bodies have in each place, and whether there is more than was compared.
pub(super) fn pairs(before: &[u8], after: &[u8]) -> (Vec<Pair>, bool) {
    let (Ok(old), Ok(new)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        let size = |bytes: &[u8]| Some(format!("{} bytes", bytes.len()));
        return (vec![Pair { label: "Body".into(), before: size(before), after: size(after), differs: before != after }], false);
    };
    match (json::members(old), json::members(new)) {
        (Some(old), Some(new)) => {
            let cut = old.len() > MOST || new.len() > MOST;
            (fields(old, new), cut)
        }
        _ => lines(old, new),
    }
}

fn fields(old: Vec<(String, String)>, new: Vec<(String, String)>) -> Vec<Pair> {
    let mut after: HashMap<(String, usize), String> = HashMap::new();
    let mut order = Vec::new();
    for (key, value) in numbered(new) {
        order.push(key.clone());
        after.insert(key, value);
    }
    let mut pairs: Vec<Pair> = numbered(old).map(|(key, value)| pair(key.0.clone(), Some(value), after.remove(&key))).collect();
    pairs.extend(order.into_iter().filter_map(|key| {
        let added = after.remove(&key)?;
        Some(pair(key.0, None, Some(added)))
    }));
    pairs
}

/// The members, each with how often its path came before: a key may come twice.
fn numbered(members: Vec<(String, String)>) -> impl Iterator<Item = ((String, usize), String)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    members.into_iter().take(MOST).map(move |(path, value)| {
        let count = seen.entry(path.clone()).or_insert(0);
        *count += 1;
        ((path, *count), value)
    })
}

fn lines(old: &str, new: &str) -> (Vec<Pair>, bool) {
    let cut = old.lines().nth(MOST).is_some() || new.lines().nth(MOST).is_some();
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().take(MOST).collect(), new.lines().take(MOST).collect());
    let mut pairs = Vec::new();
    for change in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (_, before, after) = change.as_tag_tuple();
        let is_equal = matches!(change, DiffOp::Equal { .. });
        for at in 0..before.len().max(after.len()) {
            let line = |lines: &[&str]| lines.get(at).map(|&line| line.to_owned());
            let (before_line, after_line) = (line(&old[before.clone()]), line(&new[after.clone()]));
            let number = if at < before.len() { before.start + at } else { after.start + at } + 1;
            let label = format!("line {number}");
            pairs.push(Pair { label, before: before_line, after: after_line, differs: !is_equal });
        }
    }
    (pairs, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differing(before: &str, after: &str) -> Vec<String> {
        let (pairs, _) = pairs(before.as_bytes(), after.as_bytes());
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let differing = pairs.iter().filter(|pair| pair.differs);
        differing.map(|pair| format!("{}: {} {}", pair.label, text(&pair.before), text(&pair.after))).collect()
    }

    #[test]
    fn json_is_compared_by_field_whatever_its_order_and_spacing() {
        assert!(differing(r#"{"a":1,"b":[true]}"#, "{\"b\": [true],\n\"a\": 1}").is_empty());
        let changes = differing(r#"{"a":1,"b":2,"k":1,"k":2}"#, r#"{"a":"1","k":1,"k":3,"c":{}}"#);
        assert_eq!(changes, ["a: 1 \"1\"", "b: 2 -", "k: 2 3", "c: - {}"]);
    }

    #[test]
    fn other_text_is_compared_by_line() {
        assert_eq!(differing("a\nb\nc", "a\nx\nb\nc"), ["line 2: - x"]);
        assert_eq!(differing("a\nb", "a\n{}"), ["line 2: b {}"]);
        assert_eq!(differing("{}", "not JSON"), ["line 1: {} not JSON"]);
        assert_eq!(differing("", ""), Vec::<String>::new());
    }

    #[test]
    fn bytes_are_compared_as_a_whole_and_much_is_cut() {
        let (pairs, cut) = super::pairs(b"\xff\x00", b"\xff\x01");
        assert!(!cut && pairs[0].differs && pairs[0].before.as_deref() == Some("2 bytes"));
        let long = "x\n".repeat(MOST + 1);
        let (pairs, cut) = super::pairs(long.as_bytes(), b"x");
        assert!(cut && pairs.len() == MOST);
        let list = format!("[{}1]", "1,".repeat(MOST));
        let (pairs, cut) = super::pairs(list.as_bytes(), list.as_bytes());
        assert!(cut && pairs.len() == MOST && pairs.iter().all(|pair| !pair.differs));
    }
}
