//! Labels and values in two columns.

use super::{Out, Tone};
use crate::cli::failure::fix_text;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::present::{Row, Value};

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
        Value::Time(time) => time.to_string(),
        Value::Fix(fix) => fix_text(fix),
    }
}

pub fn table(rows: &[(&str, String)], out: Out) -> String {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let line = |(label, value): &(&str, String)| {
        let label = format!("{label:<width$}");
        format!("{}  {}\n", out.paint(&label, Tone::Label), visible(value))
    };
    rows.iter().map(line).collect()
}
