//! The streams that waypost needs: created on first use, never altered when they exist.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType};

use serde_json::json;

use super::connect::Nats;
use super::error::NatsError;
use crate::domain::shell::quoted;

/// The stream of the events that are to be delivered.
pub const EVENTS: &str = "WAYPOST";

/// The subjects of its events: this and a name.
pub const EVENT_PREFIX: &str = "waypost.events.";

/// The bucket of the destination and of the gate.
pub const BUCKET: &str = "WAYPOST";

/// For how long an id is remembered, also after the event was delivered.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(10);

/// A stream as it is created, and what of that it must keep to.
pub struct Wanted {
    config: Config,
    /// How a person calls it.
    what: String,
}

/// The work queue.
pub fn events() -> Wanted {
    let config = Config {
        name: EVENTS.to_owned(),
        subjects: vec![format!("{EVENT_PREFIX}>")],
        retention: RetentionPolicy::WorkQueue,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        duplicate_window: DUPLICATE_WINDOW,
        description: Some("Events that waypost delivers".to_owned()),
        ..Config::default()
    };
    Wanted { config, what: format!("The stream {EVENTS}") }
}

/// The bucket. It is not read from a copy, which may be a moment behind.
pub fn bucket() -> Wanted {
    let config = Config {
        name: format!("KV_{BUCKET}"),
        subjects: vec![format!("$KV.{BUCKET}.>")],
        max_messages_per_subject: 5,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        deny_delete: true,
        description: Some("The destination of waypost, sealed, and its gate".to_owned()),
        ..Config::default()
    };
    Wanted { config, what: format!("The bucket {BUCKET}") }
}

/// The stream of the dead letters.
pub const DEAD: &str = "WAYPOST_DEAD";

/// Their subjects: this and the name of the event.
pub const DEAD_PREFIX: &str = "waypost.dead.";

/// The stream of what is known of events that were tried and wait.
pub const PROGRESS: &str = "WAYPOST_PROGRESS";

/// Its subjects: this and the sequence of the event.
pub const PROGRESS_PREFIX: &str = "waypost.progress.";

/// For how long a dead letter is kept, and what is known of an event after its last attempt.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// The dead letters, for the operator to look at.
pub fn dead() -> Wanted {
    let config = Config {
        name: DEAD.to_owned(),
        subjects: vec![format!("{DEAD_PREFIX}>")],
        storage: StorageType::File,
        max_age: KEPT,
        description: Some("Events that waypost gave up".to_owned()),
        ..Config::default()
    };
    Wanted { config, what: format!("The stream {DEAD}") }
}

/// What is known of each event that was tried and waits: one message each.
pub fn progress() -> Wanted {
    let config = Config {
        name: PROGRESS.to_owned(),
        subjects: vec![format!("{PROGRESS_PREFIX}*")],
        max_messages_per_subject: 1,
        storage: StorageType::File,
        max_age: KEPT,
        description: Some("Attempts of the events that wait in WAYPOST".to_owned()),
        ..Config::default()
    };
    Wanted { config, what: format!("The stream {PROGRESS}") }
}

/// Creates what a worker needs besides the bucket and the consumer, as far as it is missing.
///
/// # Errors
/// [`NatsError`].
pub async fn provide_all(nats: &Nats) -> Result<(), NatsError> {
    for wanted in [events(), dead(), progress()] {
        provide(nats, &wanted).await?;
    }
    Ok(())
}

/// Creates the stream if there is none.
pub async fn provide(nats: &Nats, wanted: &Wanted) -> Result<Info, NatsError> {
    let name = &wanted.config.name;
    match info(nats, name).await? {
        Some(info) => return checked(nats, wanted, info),
        None => tracing::info!(name, "creates a stream"),
    }
    let settings = nats.settings();
    let mut config = wanted.config.clone();
    config.num_replicas = settings.replicas.map_or(1, usize::from);
    if let (EVENTS, Some(bytes)) = (name.as_str(), settings.max_bytes) {
        config.max_bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    }
    match nats.ask(format!("STREAM.CREATE.{name}"), &config).await? {
        Ok(info) => Ok(info),
        // Another waypost was faster.
        Err(error) if error.error_code() == ErrorCode::STREAM_NAME_EXIST => match info(nats, name).await? {
            Some(info) => checked(nats, wanted, info),
            None => Err(NatsError::of_answer(&error)),
        },
        Err(error) => Err(NatsError::of_answer(&error)),
    }
}

/// What there is under a name.
pub async fn info(nats: &Nats, name: &str) -> Result<Option<Info>, NatsError> {
    match nats.ask(format!("STREAM.INFO.{name}"), &json!({})).await? {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
        Err(error) => Err(NatsError::of_answer(&error)),
    }
}

fn checked(nats: &Nats, wanted: &Wanted, info: Info) -> Result<Info, NatsError> {
    let differences = differences(&wanted.config, &info.config, nats.settings().replicas);
    if differences.is_empty() {
        return Ok(info);
    }
    let name = &wanted.config.name;
    let flags: Option<Vec<String>> = differences.iter().map(|difference| difference.flag.clone()).collect();
    Err(NatsError::Differs {
        name: wanted.what.clone(),
        differences: differences.iter().map(|difference| difference.text.as_str()).collect::<Vec<_>>().join("; "),
        fix: match flags {
            Some(flags) => format!("Change it: nats stream edit {name} {}", flags.join(" ")),
            None => format!(
                "That cannot be changed. Remove it once nothing in it is needed, and it is created again: nats stream rm {name}"
            ),
        },
    })
}

/// A setting that is not as it must be, and what changes it, if anything does.
struct Difference {
    text: String,
    flag: Option<String>,
}

fn differences(wanted: &Config, found: &Config, replicas: Option<u8>) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut note = |is_so: bool, text: String, flag: Option<String>| {
        if !is_so {
            out.push(Difference { text, flag });
        }
    };
    note(
        found.retention == wanted.retention,
        format!("its retention is {:?}, not {:?}", found.retention, wanted.retention),
        None,
    );
    note(found.storage == wanted.storage, format!("its storage is {:?}, not {:?}", found.storage, wanted.storage), None);
    note(!found.sealed, "it is sealed".to_owned(), None);
    note(found.mirror.is_none(), "it is a mirror".to_owned(), None);
    for subject in &wanted.subjects {
        note(
            found.subjects.contains(subject),
            format!("it does not have the subject {subject}"),
            Some(format!(
                "--subjects {}",
                quoted([found.subjects.join(","), subject.clone()].join(",").trim_matches(',').as_bytes())
            )),
        );
    }
    note(
        found.discard == DiscardPolicy::New || wanted.discard == DiscardPolicy::Old,
        "it discards old messages when it is full".to_owned(),
        Some("--discard new".to_owned()),
    );
    note(
        found.max_age.is_zero() || (!wanted.max_age.is_zero() && found.max_age >= wanted.max_age),
        format!("it deletes messages older than {} s", found.max_age.as_secs()),
        Some(format!("--max-age {}s", wanted.max_age.as_secs())),
    );
    note(
        found.max_message_size <= 0,
        format!("its maximum message size is {} bytes", found.max_message_size),
        Some("--max-msg-size=-1".to_owned()),
    );
    note(
        found.max_messages_per_subject <= 0 || wanted.max_messages_per_subject > 0,
        format!("its maximum number of messages per subject is {}", found.max_messages_per_subject),
        Some("--max-msgs-per-subject=-1".to_owned()),
    );
    note(!found.no_ack, "it does not acknowledge messages".to_owned(), Some("--ack".to_owned()));
    let window = wanted.duplicate_window;
    note(
        found.duplicate_window >= window,
        format!("its duplicate window is {} s, and {} s are needed", found.duplicate_window.as_secs(), window.as_secs()),
        Some(format!("--dupe-window {}s", window.as_secs())),
    );
    if let Some(replicas) = replicas {
        note(
            found.num_replicas == usize::from(replicas),
            format!("it has {} replicas, and --nats-replicas is {replicas}", found.num_replicas),
            Some(format!("--replicas {replicas}")),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(found: &Config, replicas: Option<u8>) -> Vec<(String, Option<String>)> {
        differences(&events().config, found, replicas).into_iter().map(|found| (found.text, found.flag)).collect()
    }

    #[test]
    fn a_stream_may_be_larger_and_may_not_lose_events() {
        let mut found = events().config;
        found.duplicate_window *= 2;
        found.max_bytes = 1;
        found.num_replicas = 3;
        found.subjects.push("other.>".to_owned());
        assert_eq!(said(&found, None), []);
        found.max_age = Duration::from_mins(1);
        found.discard = DiscardPolicy::Old;
        assert_eq!(
            said(&found, Some(1)),
            [
                ("it discards old messages when it is full".to_owned(), Some("--discard new".to_owned())),
                ("it deletes messages older than 60 s".to_owned(), Some("--max-age 0s".to_owned())),
                ("it has 3 replicas, and --nats-replicas is 1".to_owned(), Some("--replicas 1".to_owned())),
            ]
        );
        found = Config { max_messages_per_subject: 1, max_message_size: 300, ..events().config };
        assert_eq!(
            said(&found, None),
            [
                ("its maximum message size is 300 bytes".to_owned(), Some("--max-msg-size=-1".to_owned())),
                ("its maximum number of messages per subject is 1".to_owned(), Some("--max-msgs-per-subject=-1".to_owned())),
            ]
        );
        // Dead letters are no work to be done: it may refuse more, or let go of the oldest.
        found = Config { discard: DiscardPolicy::New, ..dead().config };
        assert!(differences(&dead().config, &found, None).is_empty());
        found = Config { retention: RetentionPolicy::Limits, ..events().config };
        assert_eq!(said(&found, None), [("its retention is Limits, not WorkQueue".to_owned(), None)]);
        found = Config { subjects: vec!["orders".to_owned()], ..events().config };
        assert_eq!(
            said(&found, None),
            [(
                "it does not have the subject waypost.events.>".to_owned(),
                Some("--subjects 'orders,waypost.events.>'".to_owned())
            )]
        );
    }

    #[test]
    fn a37_no_subject_of_a_stream_is_run_where_the_command_is_pasted() {
        for (subject, flag) in [
            ("a';reboot;'b", r"--subjects 'a'\'';reboot;'\''b,waypost.events.>'"),
            ("$(reboot)`reboot`", "--subjects '$(reboot)`reboot`,waypost.events.>'"),
            ("a\u{1b}[2J", r#"--subjects "$(printf 'a\033[2J,waypost.events.>')""#),
        ] {
            let found = Config { subjects: vec![subject.to_owned()], ..events().config };
            assert_eq!(said(&found, None)[0].1.as_deref(), Some(flag));
        }
    }
}
