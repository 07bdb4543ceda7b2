//! Numbers that only fall: what is wrong in a room still, until its list is empty.

use std::collections::BTreeMap;

/// Fails if a room has more of it than is known, or none at all where some is expected.
#[track_caller]
pub fn only_fewer(found: impl Iterator<Item = (String, String)>, known: &[(&str, usize)], what: &str) {
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (room, line) in found {
        rooms.entry(room).or_default().push(line);
    }
    for (room, lines) in &rooms {
        let limit = known.iter().find(|(known, _)| known == room).map_or(0, |(_, limit)| *limit);
        assert!(lines.len() <= limit, "{what}\n{room} has {}, and not {limit}:\n{}", lines.len(), lines.join("\n"));
    }
    for (room, _) in known {
        assert!(rooms.contains_key(*room), "{room} has none any more, take it from the list: {what}");
    }
}
