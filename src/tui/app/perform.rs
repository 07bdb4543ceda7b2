//! Performing effects that touch the disk: on threads of their own, so that a slow disk never holds up the keys.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use crate::domain::delivery::filter::Filter;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::event::Event;
use crate::domain::field::Notice;
use crate::domain::rotation::KeepOld;
use crate::domain::signature::explain::Explanation;
use crate::ops::verify::{self, ReceivedRequest};
use crate::ops::{self, Copied, PAGE, Page, Problem, Saved, Start, Waypost};
use crate::tui::effect::{Body, Effect, Query};
use crate::tui::msg::Msg;

/// Performs an effect, and sends its result.
pub fn perform(effect: Effect, waypost: Arc<Waypost>, results: UnboundedSender<Msg>) {
    tokio::task::spawn_blocking(move || {
        let msg = match effect {
            Effect::Save { id, draft, keeps_secrets, over } => {
                Msg::Saved(id, save(&waypost, *draft, keeps_secrets, over).map(Box::new))
            }
            Effect::Remove { id, generation } => Msg::Removed(id, waypost.remove(Some(generation))),
            Effect::TrustCa { id, generation, attempt } => {
                Msg::Trusted(id, waypost.trust_ca(Some(generation), &attempt).map(Box::new))
            }
            Effect::Restore { id, former } => Msg::Restored(id, waypost.restore(&former).map(|()| Box::new(waypost.snapshot()))),
            Effect::Load { id } => Msg::Loaded(id, Box::new(waypost.snapshot())),
            Effect::List { id, query, skip } => Msg::Listed(id, list(&waypost, query.as_ref(), skip).map(Box::new)),
            Effect::ClearHistory { id } => Msg::Cleared(id, waypost.clear_history()),
            Effect::Copy(text) => Msg::Copied(copy(&text)),
            Effect::Write { path, bytes, part } => {
                let part = if part { ", only the stored part of it" } else { "" };
                Msg::Wrote(waypost.write_new(Path::new(&path), &bytes).map(|()| format!("{path}{part}")))
            }
            Effect::Keep { name, body } => {
                let kept = waypost.keep_event(&name, &body);
                Msg::Kept(kept.map(|_| (Event { name, body }, waypost.own_events())))
            }
            Effect::Explain { id, target, headers, body } => {
                Msg::Explained(id, explain(&waypost, target.as_deref(), &headers, body).map(Box::new))
            }
            Effect::Generate { field, choices } => {
                let random = waypost.random();
                Msg::Generated(random.map(|random| field.generated(&choices, &random).unwrap_or_default()))
            }
            // The loop performs them itself.
            Effect::Send { .. }
            | Effect::Probe { .. }
            | Effect::Stop { .. }
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

fn list(waypost: &Waypost, query: Option<&Query>, skip: usize) -> Result<Page, Problem> {
    let filter = query.map(|query| Filter::parse(&query.text, Timestamp::now(), &query.zone)).transpose();
    // It was read before it was asked for, by the same rules.
    waypost.page(&filter.ok().flatten().unwrap_or_default(), Start::Skipping(skip), PAGE)
}

fn save(waypost: &Waypost, draft: Draft, keeps_secrets: bool, over: Option<u64>) -> Result<Saved, Problem> {
    let mut about_files = Vec::new();
    let mut saved = match over {
        None => waypost.register(checked(&draft, &mut about_files)?),
        over => waypost.edit(over, KeepOld::default(), |registered, _| match registered.check() {
            Ok(registered) if keeps_secrets => checked(&draft.keeping(&registered.settings), &mut about_files),
            _ => checked(&draft, &mut about_files),
        }),
    }?;
    saved.notices.extend(about_files);
    Ok(saved)
}

fn checked(draft: &Draft, about_files: &mut Vec<Notice>) -> Result<Settings, Problem> {
    let settings = draft.check().map_err(|errors| errors.into_iter().next().unwrap_or_else(Problem::conflict))?.settings;
    // The same look at the files as the command line takes.
    *about_files = ops::check_files(&settings)?;
    Ok(settings)
}

fn explain(waypost: &Waypost, target: Option<&str>, headers: &[(String, String)], body: Body) -> Result<Explanation, String> {
    let body = match body {
        Body::Bytes(bytes) => bytes,
        Body::File(path) => verify::body_file(Path::new(&path))?,
    };
    let destination = waypost.destination().map_err(|problem| problem.to_string())?;
    let request = ReceivedRequest { target, ..ReceivedRequest::new(headers, &body) };
    Ok(verify::verify(destination.settings(), &request, false).explanation)
}

fn copy(text: &str) -> Result<String, Problem> {
    match ops::copy(text) {
        Ok(Copied::Tmux) => Ok("sent to tmux".to_owned()),
        Ok(Copied::Terminal) => Ok("sent to the terminal".to_owned()),
        Err(problem) => Err(Problem { fix: "w writes it to a file.".into(), ..problem }),
    }
}
