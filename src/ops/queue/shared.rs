//! The queue on NATS, as the one of this machine is shown and changed.

use jiff::Timestamp;

use crate::domain::delivery::gate::{Gate, State};
use crate::domain::delivery::schedule::is_due;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::db::queue::{Counts, Entry, EventState, Filter, FoundEvents, GateState, View};
use crate::io::nats::operate::{self, Letter, Waiting};
use crate::io::nats::{Bucket, Known, Nats, NatsError, QueuedEvent};
use crate::ops::relay::nats::gate::{self, KEY, StoredGate};

/// How many events are shown that an ambiguous name means.
const SHOWN: usize = 5;

/// The queue as it is now.
pub fn view(nats: &Nats, filter: Filter) -> Result<View, Problem> {
    let of_task = nats.clone();
    Ok(nats.wait(async move {
        let view = read(&of_task, filter).await?;
        Ok(View { relay_runs: operate::is_anyone_here(&of_task).await, ..view })
    })?)
}

async fn read(nats: &Nats, filter: Filter) -> Result<View, NatsError> {
    let numbers = operate::numbers(nats).await?;
    let stored = StoredGate::of(Bucket::open(nats).await?.get(KEY).await?.as_ref());
    let is_closed = *stored.gate.state() != State::Open;
    let mut counts = Counts { ready: numbers.ready, waiting: numbers.waiting, in_flight: numbers.in_flight, dead: numbers.dead };
    if is_closed {
        (counts.waiting, counts.ready) = (counts.waiting + counts.ready, 0);
    }
    let mut view = View { counts, oldest: numbers.oldest, bytes: numbers.bytes, gate: gate_state(stored), ..View::default() };
    if filter.limit == 0 {
        return Ok(view);
    }
    let Filter { state, mut skip, limit } = filter;
    if state != Some(EventState::Dead) {
        // A state is known only of what is looked at.
        let (looked_at, more) = match state {
            None => operate::waiting(nats, skip, limit).await?,
            Some(_) => operate::waiting(nats, 0, usize::MAX).await?,
        };
        let now = Timestamp::now();
        let entries = looked_at.into_iter().map(|found| waiting(found, is_closed, now));
        let entries: Vec<Entry> = entries.filter(|entry| state.is_none_or(|state| state == entry.state)).collect();
        if state.is_some() {
            view.more = entries.len() > skip + limit;
            view.events = entries.into_iter().skip(skip).take(limit).collect();
            return Ok(view);
        }
        view.events = entries;
        view.more = more;
        let alive = usize::try_from(counts.undelivered()).unwrap_or(usize::MAX);
        skip = skip.saturating_sub(alive);
    }
    let room = limit - view.events.len();
    if room > 0 && !view.more {
        let (letters, more) = operate::letters(nats, skip, room).await?;
        view.events.extend(letters.into_iter().map(dead));
        view.more = more;
    }
    Ok(view)
}

fn gate_state(stored: StoredGate) -> GateState {
    GateState { gate: stored.gate, destination: stored.destination, revision: 0 }
}

fn waiting(found: Waiting, is_closed: bool, now: Timestamp) -> Entry {
    let Waiting { event, known } = found;
    let due_at = known.as_ref().map_or(event.published, |known| known.due_at);
    let state = if is_closed || !is_due(due_at, now) { EventState::Waiting } else { EventState::Ready };
    let delivery = known.as_ref().and_then(Known::delivery).map(Box::new);
    Entry { attempts: known.map_or(0, |known| known.attempts.into()), delivery, due_at: Some(due_at), ..entry(&event, state) }
}

fn dead(letter: Letter) -> Entry {
    let Letter { event, since, attempts, reason, delivery } = letter;
    Entry {
        enqueued_at: since,
        attempts,
        delivery: delivery.map(Box::new),
        dead: Some(reason),
        due_at: None,
        ..entry(&event, EventState::Dead)
    }
}

fn entry(event: &QueuedEvent, state: EventState) -> Entry {
    Entry {
        id: event.id.clone(),
        event: event.event.clone(),
        state,
        enqueued_at: event.published,
        due_at: None,
        attempts: 0,
        bytes: event.body.len() as u64,
        delivery: None,
        dead: None,
    }
}

/// What is done to an event, and the stream that it is in.
type Found = (&'static str, QueuedEvent);

/// Finds the events of those ids, or unambiguous beginnings of ids; `Err`: what the names mean otherwise.
async fn find(nats: &Nats, names: &[String]) -> Result<Result<Vec<Found>, FoundEvents>, NatsError> {
    let mut found = Vec::new();
    let mut others = FoundEvents::default();
    for name in names {
        let mut matching: Vec<Found> = Vec::new();
        for stream in operate::STREAMS {
            let events = if name.is_empty() { Vec::new() } else { operate::named(nats, stream, name, SHOWN).await? };
            matching.extend(events.into_iter().map(|event| (stream, event)));
        }
        match matching.iter().position(|(_, event)| event.id == *name) {
            Some(exact) => found.push(matching.swap_remove(exact)),
            None if matching.len() == 1 => found.append(&mut matching),
            None if matching.is_empty() => others.unknown.push(name.clone()),
            None => others.ambiguous.push((name.clone(), matching.into_iter().map(|(_, event)| event.id).collect())),
        }
    }
    Ok(if others.unknown.is_empty() && others.ambiguous.is_empty() { Ok(found) } else { Err(others) })
}

/// An event with its body.
pub fn show(nats: &Nats, name: &str) -> Result<Result<(Entry, Vec<u8>), FoundEvents>, Problem> {
    let (of_task, names) = (nats.clone(), [name.to_owned()]);
    Ok(nats.wait(async move {
        let mut found = match find(&of_task, &names).await? {
            Ok(found) => found,
            Err(others) => return Ok(Err(others)),
        };
        let Some((stream, event)) = found.pop() else { return Ok(Err(FoundEvents::default())) };
        let body = event.body.to_vec();
        let stored = StoredGate::of(Bucket::open(&of_task).await?.get(KEY).await?.as_ref());
        let is_closed = *stored.gate.state() != State::Open;
        let entry = match operate::whole(&of_task, stream, event).await? {
            Ok(found) => waiting(found, is_closed, Timestamp::now()),
            Err(letter) => dead(letter),
        };
        Ok(Ok((entry, body)))
    })?)
}

/// Queues dead letters anew; their ids.
pub fn retry(nats: &Nats, names: &[String]) -> Result<Result<Vec<String>, FoundEvents>, Problem> {
    let (of_task, names) = (nats.clone(), names.to_vec());
    let done = nats.wait(async move {
        let found = match find(&of_task, &names).await? {
            Ok(found) => found,
            Err(others) => return Ok(Err(others)),
        };
        if let Some((_, alive)) = found.iter().find(|(stream, _)| *stream != operate::STREAMS[0]) {
            return Ok(Ok(Err(alive.id.clone())));
        }
        for (_, letter) in &found {
            operate::retry(&of_task, letter).await?;
        }
        Ok(Ok(Ok(found.into_iter().map(|(_, letter)| letter.id).collect())))
    })?;
    match done {
        Err(others) => Ok(Err(others)),
        Ok(Ok(ids)) => Ok(Ok(ids)),
        Ok(Err(alive)) => Err(Problem::of_kind(
            ProblemKind::Usage,
            format!("{alive} is not a dead letter"),
            "An event that waits on NATS goes out at its own time, which is less than two minutes away, or when the gate opens.",
            "Open the gate if it is closed.",
        )),
    }
}

/// Queues all dead letters anew; how many.
pub fn retry_dead(nats: &Nats) -> Result<usize, Problem> {
    let of_task = nats.clone();
    Ok(nats.wait(async move {
        let (letters, _) = operate::letters(&of_task, 0, usize::MAX).await?;
        for letter in &letters {
            operate::retry(&of_task, &letter.event).await?;
        }
        Ok(letters.len())
    })?)
}

/// Deletes events; their ids.
pub fn delete(nats: &Nats, names: &[String]) -> Result<Result<Vec<String>, FoundEvents>, Problem> {
    let (of_task, names) = (nats.clone(), names.to_vec());
    Ok(nats.wait(async move {
        let found = match find(&of_task, &names).await? {
            Ok(found) => found,
            Err(others) => return Ok(Err(others)),
        };
        for (stream, event) in &found {
            operate::delete(&of_task, stream, event).await?;
        }
        Ok(Ok(found.into_iter().map(|(_, event)| event.id).collect()))
    })?)
}

/// Changes the gate, for all workers.
pub fn change_gate(nats: &Nats, change: fn(&mut Gate)) -> Result<GateState, Problem> {
    let of_task = nats.clone();
    let changed = nats.wait(async move {
        let bucket = Bucket::open(&of_task).await?;
        gate::operate(&bucket, |stored| change(&mut stored.gate)).await
    });
    Ok(gate_state(changed?))
}

/// Whether a worker runs, wherever.
pub fn is_worked_on(nats: &Nats) -> bool {
    let of_task = nats.clone();
    nats.wait(async move { Ok(operate::is_anyone_here(&of_task).await) }).unwrap_or(false)
}
