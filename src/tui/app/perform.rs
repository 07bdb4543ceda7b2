//! Performing effects that touch the disk: on threads of their own, so that a slow disk never holds up the keys.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use crate::domain::delivery::filter::Filter;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::event::Event;
use crate::domain::field::{BODY, CA_CERT, Field, Notice, TLS_FILES};
use crate::domain::mangling::Correction;
use crate::domain::rotation::KeepOld;
use crate::domain::signature::explain::Explanation;
use crate::ops::queue;
use crate::ops::verify::{self, ReceivedRequest};
use crate::ops::{self, Copied, FROM_CURL, Listing, PAGE, Problem, Saved, Waypost};
use crate::tui::effect::{Body, Effect, Query, ToVerify};
use crate::tui::msg::{Msg, Pasted};
use crate::tui::screens::main::known::Measured;
use crate::tui::screens::queue::state::{Change, Reading, WINDOW};

/// Performs an effect, and sends its result.
pub fn perform(effect: Effect, waypost: Arc<Waypost>, results: UnboundedSender<Msg>) {
    tokio::task::spawn_blocking(move || {
        let msg = match effect {
            Effect::Save { id, draft, keeps_secrets, over, keep, event } => {
                let saved = save(&waypost, &draft, keeps_secrets, over, keep);
                Msg::Saved(id, saved.map(|saved| Box::new(with_event(&waypost, saved, event.as_ref()))))
            }
            Effect::CheckFile { id, field, files } => {
                let path = TLS_FILES.iter().position(|own| *own == field).and_then(|at| files[at].clone()).unwrap_or_default();
                Msg::FileChecked(id, field, path, check_file(field, &files))
            }
            Effect::CompletePath { id, field, text, path } => Msg::Completed(id, field, text, ops::names_for(&path)),
            Effect::Remove { id, generation } => Msg::Removed(id, waypost.remove(Some(generation))),
            Effect::TrustCa { id, generation, attempt } => {
                Msg::Trusted(id, waypost.trust_ca(Some(generation), &attempt).map(Box::new))
            }
            Effect::Undo { id, undo } => {
                let undone = waypost.undo(&undo);
                Msg::Undone(id, undone.map(|undone| Box::new((undone, waypost.snapshot()))))
            }
            Effect::Load { id } => Msg::Loaded(id, Box::new(waypost.snapshot())),
            Effect::List { id, query, skip } => Msg::Listed(id, list(&waypost, query.as_ref(), skip).map(Box::new)),
            Effect::ReadQueue { id, skip } => Msg::QueueRead(id, read_queue(&waypost, skip).map(Box::new)),
            Effect::ShowQueued { id, event } => Msg::QueuedShown(id, waypost.queued(&event).map(Box::new)),
            Effect::ChangeQueue(change) => {
                let result = match &change {
                    Change::Retry(id) => waypost.retry_queued(std::slice::from_ref(id)).map(|_| ()),
                    Change::Drop(id) => waypost.drop_queued(std::slice::from_ref(id)).map(|_| ()),
                    Change::Hold => waypost.hold_queue().map(|_| ()),
                    Change::Release => waypost.release_queue().map(|_| ()),
                };
                Msg::QueueChanged(change, result)
            }
            Effect::Measure { id, of } => {
                let health = of.as_ref().and_then(|of| waypost.health(of).ok());
                let queue = waypost.queue(queue::Filter { state: None, skip: 0, limit: 0 }).ok();
                Msg::Measured(id, Box::new(Measured { of, health, queue }))
            }
            Effect::ClearHistory { id } => Msg::Cleared(id, waypost.clear_history()),
            Effect::Copy(text) => Msg::Copied(copy(&text, "s writes it to a file.")),
            Effect::CopySecret(secret) => Msg::Copied(copy(secret.expose(), "Show it with ^R, and select it with the mouse.")),
            Effect::Write { path, bytes, part } => {
                let part = if part { ", only the stored part of it" } else { "" };
                Msg::Wrote(waypost.write_new(Path::new(&path), &bytes).map(|()| format!("{path}{part}")))
            }
            Effect::Keep { name, body } => {
                let kept = waypost.keep_event(&name, &body);
                Msg::Kept(kept.map(|_| (Event { name, body }, waypost.own_events())))
            }
            Effect::Explain { id, request } => Msg::Explained(id, explain(&waypost, request).map(Box::new)),
            Effect::CorrectSecret { id, request } => {
                let correction = corrected(&waypost, request).ok().flatten();
                Msg::Corrected(id, correction.map(|(field, correction)| (field, Box::new(correction))))
            }
            Effect::Generate { field, choices } => {
                let random = waypost.random();
                Msg::Generated(random.map(|random| field.generated(&choices, &random).unwrap_or_default()))
            }
            // The loop performs them itself.
            Effect::Send { .. }
            | Effect::SendWatched { .. }
            | Effect::Due { .. }
            | Effect::Bell
            | Effect::Probe { .. }
            | Effect::Stop { .. }
            | Effect::Listen { .. }
            | Effect::StopListening
            | Effect::EditOutside { .. }
            | Effect::Page { .. }
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Quit(_) => return,
        };
        // The receiver is gone when the app is ending.
        let _ = results.send(msg);
    });
}

fn list(waypost: &Waypost, query: Option<&Query>, skip: usize) -> Result<Listing, Problem> {
    let filter = query.map(|query| Filter::parse(&query.text, Timestamp::now(), &query.zone)).transpose();
    // It was read before it was asked for, by the same rules.
    waypost.list(&filter.ok().flatten().unwrap_or_default(), skip, PAGE)
}

fn read_queue(waypost: &Waypost, skip: usize) -> Result<Reading, Problem> {
    let at = Timestamp::now();
    let view = waypost.queue(queue::Filter { state: None, skip, limit: WINDOW })?;
    let minute_ago = at.checked_sub(Duration::from_mins(1)).unwrap_or(at);
    let delivered = waypost.stats(Some(minute_ago))?.delivered;
    Ok(Reading { at, skipped: skip, view, delivered })
}

fn save(waypost: &Waypost, draft: &Draft, keeps_secrets: bool, over: Option<u64>, keep: KeepOld) -> Result<Saved, Problem> {
    let mut about_files = Vec::new();
    let mut saved = match over {
        None => waypost.register(checked(draft, &mut about_files)?),
        over => waypost.edit(over, keep, |registered, _| match registered.check() {
            Ok(registered) if keeps_secrets => checked(&draft.clone().keeping(&registered.settings), &mut about_files),
            _ => checked(draft, &mut about_files),
        }),
    }?;
    saved.notices.extend(about_files);
    Ok(saved)
}

/// Keeps the body of a pasted command as an own event, and says so.
fn with_event(waypost: &Waypost, mut saved: Saved, body: Option<&Pasted>) -> Saved {
    match body.map(|body| waypost.keep_new_event(FROM_CURL, body.text().as_bytes())) {
        None => {}
        Some(Ok(name)) => saved.notices.push(Notice::new(BODY, format!("what the command sends is the event {name} now"))),
        Some(Err(problem)) => saved.warning = saved.warning.or(Some(problem)),
    }
    saved
}

fn check_file(field: Field, files: &[Option<String>; 3]) -> Result<Vec<Notice>, Problem> {
    let [ca, certificate, key] = files.each_ref().map(|path| path.as_deref().map(Path::new));
    match (field == CA_CERT, ca, certificate) {
        (true, Some(ca), _) => ops::tls_file(CA_CERT, ca).map(|_| Vec::new()),
        (false, _, Some(certificate)) => ops::client_certificate(certificate, key),
        _ => Ok(Vec::new()),
    }
}

fn checked(draft: &Draft, about_files: &mut Vec<Notice>) -> Result<Settings, Problem> {
    let settings = draft.check().map_err(|errors| errors.into_iter().next().unwrap_or_else(Problem::conflict))?.settings;
    // The same look at the files as the command line takes.
    *about_files = ops::check_files(&settings)?;
    Ok(settings)
}

fn explain(waypost: &Waypost, request: ToVerify) -> Result<Explanation, String> {
    let ToVerify { target, headers, body } = request;
    let body = bytes(body)?;
    let destination = waypost.destination().map_err(|problem| problem.to_string())?;
    let request = ReceivedRequest { target: target.as_deref(), ..ReceivedRequest::new(&headers, &body) };
    Ok(verify::verify(destination.settings(), &request, false).explanation)
}

fn corrected(waypost: &Waypost, request: Option<ToVerify>) -> Result<Option<(Field, Correction)>, String> {
    let said = |problem: Problem| problem.to_string();
    let Some(ToVerify { target, headers, body }) = request else { return waypost.corrected_secret(None).map_err(said) };
    let body = bytes(body)?;
    let request = ReceivedRequest { target: target.as_deref(), ..ReceivedRequest::new(&headers, &body) };
    waypost.corrected_secret(Some(&request)).map_err(said)
}

fn bytes(body: Body) -> Result<Vec<u8>, String> {
    match body {
        Body::Bytes(bytes) => Ok(bytes),
        Body::File(path) => verify::body_file(Path::new(&path)),
    }
}

fn copy(text: &str, instead: &str) -> Result<String, Problem> {
    match ops::copy(text) {
        Ok(Copied::Tmux) => Ok("sent to tmux".to_owned()),
        Ok(Copied::Terminal) => Ok("sent to the terminal".to_owned()),
        Err(problem) => Err(Problem { fix: instead.into(), ..problem }),
    }
}
