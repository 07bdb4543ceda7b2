//! A filter as SQL. The words are looked for by a function that SQLite calls for what the other terms leave.

use std::sync::Arc;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql};

use crate::domain::delivery::filter::{EventIs, Filter, ResultIs, contains};
use crate::io::db::record::from_record;

/// A condition with its values, for a `WHERE`.
pub(super) struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    /// What a filter means. Words need [`add_functions`].
    pub fn of(filter: &Filter) -> Self {
        let mut all = Self { sql: "TRUE".to_owned(), values: Vec::new() };
        all.any(&filter.results, |it, any| match it {
            ResultIs::Outcome(outcome) => any.term("outcome = ?", [outcome.name().to_owned()]),
            ResultIs::Probe => any.term("verdict IS NOT NULL", [0; 0]),
        });
        all.any(&filter.statuses, |it, any| any.term("status BETWEEN ? AND ?", [i64::from(it.from), i64::from(it.to)]));
        all.any(&filter.events, |it, any| match it {
            EventIs::Exactly(name) => any.term("event = ?", [name.clone()]),
            EventIs::Begins(start) => any.term("substr(event, 1, length(?)) = ?", [start.clone(), start.clone()]),
        });
        let mut at = |sql: &str, at: Option<jiff::Timestamp>| {
            if let Some(at) = at {
                all.and(sql, [Value::from(at.as_millisecond())]);
            }
        };
        at("started_at >= ?", filter.since);
        at("started_at < ?", filter.until);
        if !filter.words.is_empty() {
            // The last: SQLite asks it only for rows that the others leave.
            all.and("has_words(record)", []);
        }
        all
    }

    /// The same, and that as well.
    pub fn and(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.values.extend(values);
    }

    fn any<T>(&mut self, terms: &[T], term: impl Fn(&T, &mut Any)) {
        if terms.is_empty() {
            return;
        }
        let mut any = Any::default();
        for it in terms {
            term(it, &mut any);
        }
        self.and(&format!("({})", any.sql.join(" OR ")), any.values);
    }

    pub fn sql(&self) -> &str {
        &self.sql
    }

    pub fn values(&self) -> Vec<&dyn ToSql> {
        self.values.iter().map(|value| value as &dyn ToSql).collect()
    }
}

#[derive(Default)]
struct Any {
    sql: Vec<&'static str>,
    values: Vec<Value>,
}

impl Any {
    fn term<V: Into<Value>>(&mut self, sql: &'static str, values: impl IntoIterator<Item = V>) {
        self.sql.push(sql);
        self.values.extend(values.into_iter().map(Into::into));
    }
}

/// Makes `has_words(record)` mean: every word of the filter is in it.
pub(super) fn add_functions(connection: &Connection, filter: &Filter) -> rusqlite::Result<()> {
    if filter.words.is_empty() {
        return Ok(());
    }
    // In the record a status is apart from its reason phrase: a phrase is looked for part by part.
    let parts: Vec<_> = filter.words.iter().flat_map(|word| word.split_whitespace()).map(escaped).collect();
    let filter = Arc::new(filter.clone());
    connection.create_scalar_function("has_words", 1, FunctionFlags::SQLITE_DETERMINISTIC, move |context| {
        let record = context.get_raw(0).as_bytes().unwrap_or_default();
        // Only what has the words anywhere is read: that is the expensive part.
        Ok(parts.iter().all(|part| contains(record, part)) && from_record(record).is_some_and(|it| filter.has_words(&it)))
    })
}

/// A word as written in a string of a JSON document. The status is not a string, and a number is in both the same.
fn escaped(word: &str) -> Vec<u8> {
    let quoted = serde_json::to_string(word).unwrap_or_default();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(word).into()
}
