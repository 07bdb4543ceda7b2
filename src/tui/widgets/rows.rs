//! Rows of a destination, a delivery or a timing in lines.

use ratatui::text::Line;

use crate::domain::mask::DOTS;
use crate::present::{Row, Value};
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::fix_text;
use crate::tui::widgets::{message, text};

/// Each value after its label, in a column of its own.
pub fn lines(rows: &[Row], theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let label = rows.iter().map(|row| text::width(row.label)).max().unwrap_or(0) + 3;
    rows.iter().flat_map(|row| message::labelled_at(label, row.label, &value(&row.value), theme, columns)).collect()
}

/// A value in words.
pub fn value(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Url(text) | Value::Path(text) => text.clone(),
        Value::AuthType(auth_type) => auth_type.label.to_owned(),
        Value::Choice(choice) => choice.label.to_owned(),
        Value::Secret { hint, .. } => format!("{DOTS}{}", hint.as_deref().unwrap_or_default()),
        Value::Header { name, value } => format!("{name}: {}", value.as_deref().unwrap_or(DOTS)),
        Value::Timeout { seconds, .. } => format!("{seconds} s"),
        Value::Fix(fix) => fix_text(fix),
    }
}
