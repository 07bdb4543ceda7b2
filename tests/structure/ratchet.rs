//! Numbers that only fall: what is wrong in a room still, until its list is empty.

use std::collections::BTreeMap;

/// Fails if a room has more of it than is known, or none at all where some is expected.
#[track_caller]
pub fn only_fewer(found: impl Iterator<Item = (String, String)>, known: &[(&str, usize)], what: &str) {
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (room, line) in found {
        rooms.entry(room).or_default().push(line);
    }
    let mut wrong = Vec::new();
    for (room, lines) in &rooms {
        let limit = known.iter().find(|(known, _)| known == room).map_or(0, |(_, limit)| *limit);
        println!("{room}: {}", lines.len());
        if lines.len() > limit {
            wrong.push(format!("{room} has {}, and not {limit}:\n{}", lines.len(), lines.join("\n")));
        }
    }
    for (room, _) in known.iter().filter(|(room, _)| !rooms.contains_key(*room)) {
        wrong.push(format!("{room} has none any more: take it from the list"));
    }
    assert!(wrong.is_empty(), "{what}\n{}", wrong.join("\n\n"));
}
