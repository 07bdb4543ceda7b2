//! `enqueue`: an event, or many, safe on the disk before it returns.

use std::future::Future;
use std::io::Read;
use std::pin::pin;
use std::thread;

use tokio::runtime::Handle;
use tokio::sync::mpsc::channel;

use super::sink::{Added, Sink};
use crate::domain::event::Event;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::db::queue::{Enqueued, NewEvent};
use crate::io::fs::reason;
use crate::ops::id::{IdGenerator, new_id};
use crate::ops::lines::{self, Entry, Input, InvalidLine, Line, MAX_INVALID, MAX_LINE};
use crate::ops::task::{blocking, refused};
use crate::ops::waypost::Waypost;

/// The number of batches by which the reader may be ahead.
const BATCHES: usize = 16;

/// The most lines, and bytes of lines, that are committed together: a commit waits for the disk.
const GROUP: usize = 1024;
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// How events are queued.
#[derive(Clone, Debug)]
pub struct EnqueueOptions {
    /// The events are called `NAME:LINE`.
    pub name: String,
    /// The most bytes that the queue may have.
    pub most: u64,
}

/// What became of the lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinesQueued {
    pub queued: u64,
    /// Not JSON, or too long: left out.
    pub invalid: u64,
    pub first_invalid: Vec<InvalidLine>,
    /// Every line up to this one is queued, or was left out; 0 for none.
    pub safe_to: u64,
    /// Whether that is the last line of the input.
    pub is_all: bool,
    /// Whether it ended because it was stopped.
    pub stopped: bool,
    /// Why it ended early, if it did.
    pub problem: Option<Problem>,
}

impl Waypost {
    /// Queues an event. With an `id` of the caller's it is queued once, however often it is asked for. Its id, which is the
    /// `webhook-id`. `slow` is called if the file system makes the queue slow.
    ///
    /// # Errors
    /// The queue is full, has another event of that id, or cannot be written; then the event is not in it.
    pub fn enqueue(
        &self,
        event: &Event,
        id: Option<&str>,
        most: u64,
        slow: impl FnOnce(),
    ) -> Result<(String, Enqueued), Problem> {
        let name = id.map_or_else(new_id, str::to_owned);
        let new = NewEvent { id: &name, is_named: id.is_some(), event: &event.name, body: &event.body };
        let mut queue = Sink::open(self)?;
        if queue.is_slow() {
            slow();
        }
        let added = queue.add(&[new], most)?;
        match (added.enqueued.first(), added.problem) {
            (Some(Enqueued::Conflict), _) => Err(conflict(&name)),
            (Some(enqueued), _) => Ok((name, *enqueued)),
            (None, problem) => Err(problem.unwrap_or_else(|| conflict(&name))),
        }
    }

    /// Queues each line of the input as an event, in groups, and calls `queued` with the ids of each group once it is on the disk.
    /// When `stop` is ready, no further group begins. `slow` is called first if the file system makes the queue slow.
    ///
    /// # Errors
    /// The queue cannot be opened; nothing was read then.
    pub async fn enqueue_lines(
        &self,
        input: impl Read + Send + 'static,
        how: &EnqueueOptions,
        mut queued: impl FnMut(&[String]) -> Result<(), Problem>,
        slow: impl FnOnce(),
        stop: impl Future<Output = ()>,
    ) -> Result<LinesQueued, Problem> {
        let waypost = self.clone();
        let mut queue = blocking(move || Sink::open(&waypost)).await?;
        if queue.is_slow() {
            slow();
        }
        let (to, mut batches) = channel(BATCHES);
        let runtime = Handle::current();
        let reader = thread::Builder::new().name("input".into()).spawn(move || lines::read(input, &to, &runtime));
        reader.map_err(|error| refused(&error))?;
        let mut ids = IdGenerator::new();
        let mut done = LinesQueued::default();
        let mut stop = pin!(stop);
        loop {
            let first = tokio::select! {
                biased;
                () = &mut stop => {
                    done.stopped = true;
                    return Ok(done);
                }
                first = batches.recv() => first,
            };
            let mut group = Group::default();
            let mut next = first.unwrap_or_else(|| Input::End(Err(std::io::Error::other("the thread that reads has panicked"))));
            loop {
                group.take(next, &how.name, &mut ids);
                if group.end.is_some() || group.lines.len() >= GROUP || group.bytes >= GROUP_BYTES {
                    break;
                }
                match batches.try_recv() {
                    Ok(more) => next = more,
                    Err(_) => break,
                }
            }
            let most = how.most;
            let (opened, committed, group) = blocking(move || {
                let new: Vec<_> = group
                    .lines
                    .iter()
                    .map(|(line, id, event)| NewEvent { id, is_named: false, event, body: line.as_ref() })
                    .collect();
                let committed = if new.is_empty() { Ok(Added::default()) } else { queue.add(&new, most) };
                drop(new);
                (queue, committed, group)
            })
            .await;
            queue = opened;
            if !done.add(committed, group, &mut queued) {
                return Ok(done);
            }
        }
    }
}

/// Lines that are committed together.
#[derive(Default)]
struct Group {
    /// Each with its id and the name of its event.
    lines: Vec<(Line, String, String)>,
    bytes: usize,
    invalid: Vec<InvalidLine>,
    /// The number of the last line that was read.
    last: u64,
    /// The end of the input, or why it could not be read further.
    end: Option<Result<(), String>>,
}

impl Group {
    fn take(&mut self, input: Input, name: &str, ids: &mut IdGenerator) {
        match input {
            Input::Batch(entries) => entries.into_iter().for_each(|entry| match entry {
                Entry::Line(line) => {
                    self.last = line.number;
                    self.bytes += line.bytes.len();
                    let event = format!("{name}:{}", line.number);
                    self.lines.push((line, ids.next(), event));
                }
                Entry::Invalid(line, why) => self.refuse(line.number, why),
                Entry::TooLong(line) => self.refuse(line, format!("it is longer than {} MiB", MAX_LINE / (1024 * 1024))),
            }),
            Input::End(end) => self.end = Some(end.map_err(|error| reason(&error))),
        }
    }

    fn refuse(&mut self, line: u64, why: String) {
        self.last = line;
        self.invalid.push(InvalidLine { line, why });
    }
}

impl LinesQueued {
    /// Counts a group; whether another one may follow.
    fn add(
        &mut self,
        committed: Result<Added, Problem>,
        group: Group,
        queued: &mut impl FnMut(&[String]) -> Result<(), Problem>,
    ) -> bool {
        let committed = match committed {
            Ok(committed) => committed,
            Err(problem) => {
                self.problem = Some(problem);
                return false;
            }
        };
        let count = committed.enqueued.len();
        // Where the queue is full, those are safe that fitted.
        let first_left = group.lines.get(count).map(|(line, ..)| line.number);
        self.queued += count as u64;
        for invalid in group.invalid.into_iter().filter(|invalid| first_left.is_none_or(|left| invalid.line < left)) {
            self.invalid += 1;
            if self.first_invalid.len() < MAX_INVALID {
                self.first_invalid.push(invalid);
            }
        }
        self.safe_to = first_left.map_or(group.last.max(self.safe_to), |left| left - 1);
        let ids: Vec<String> = group.lines.into_iter().take(count).map(|(_, id, _)| id).collect();
        self.problem = queued(&ids).err();
        if let Some(problem) = committed.problem {
            self.problem.get_or_insert(problem);
            return false;
        }
        match group.end {
            Some(Ok(())) => self.is_all = true,
            Some(Err(why)) => {
                self.problem.get_or_insert_with(|| {
                    let fix = "Queue the rest when it can be read.";
                    Problem::of_kind(ProblemKind::Disk, "The input cannot be read to its end", format!("{why}."), fix)
                });
            }
            None => return self.problem.is_none(),
        }
        false
    }
}

fn conflict(id: &str) -> Problem {
    Problem::of_kind(
        ProblemKind::Usage,
        format!("There is another event with the ID {id}"),
        "Its body differs: under one ID, a receiver accepts only one.",
        "Use another ID, or leave --id out.",
    )
}
