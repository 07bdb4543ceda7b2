//! Labels and values in two columns.

use unicode_width::UnicodeWidthStr as _;

use super::{Out, Tone};
use crate::cli::failure::fix_text;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::present::{Row, Value};

/// The fewest columns that a text is broken into.
const LEAST: usize = 20;

pub fn text(rows: &[Row], out: Out) -> String {
    table(&rows.iter().map(|row| (row.label, value(&row.value))).collect::<Vec<_>>(), out)
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Url(text) | Value::Path(text) => text.clone(),
        Value::AuthType(auth_type) => format!("{} ({})", auth_type.label, auth_type.name),
        Value::Choice(choice) => choice.name.to_owned(),
        Value::Secret { hint, .. } => format!("{DOTS}{}", hint.as_deref().unwrap_or_default()),
        Value::Header { name, value } => format!("{name}: {}", value.as_deref().unwrap_or(DOTS)),
        Value::Timeout { seconds, .. } => format!("{seconds} s"),
        Value::Fix(fix) => fix_text(fix),
    }
}

pub fn table(rows: &[(&str, String)], out: Out) -> String {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let line = |(label, value): &(&str, String)| {
        let label = format!("{label:<width$}");
        let room = out.columns.map_or(usize::MAX, |columns| columns.saturating_sub(width + 2));
        let gap = format!("\n{}", " ".repeat(width + 2));
        format!("{}  {}\n", out.paint(&label, Tone::Label), lines(&visible(value), room).join(&gap))
    };
    rows.iter().map(line).collect()
}

/// Lines of at most that many columns, broken at spaces only: a long word can be copied as a whole. On a terminal with hardly any
/// columns nothing is gained.
fn lines(text: &str, room: usize) -> Vec<String> {
    if room < LEAST || text.width() <= room {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_broken_at_spaces_and_goes_on_below_itself() {
        assert_eq!(lines("what is short", 20), ["what is short"]);
        assert_eq!(lines("one two three four five six", 20), ["one two three four", "five six"]);
        let url = "https://hooks.example.com/a/long/path";
        assert_eq!(lines(&format!("see {url} for more"), 20), ["see", url, "for more"]);
        assert_eq!(lines("one two three four five six", 3), ["one two three four five six"]);
    }
}
