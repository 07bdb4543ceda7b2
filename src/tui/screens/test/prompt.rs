//! The line at the popup's end that asks for a text to find, a file or a name; and the search.

use ratatui::text::Line;
use tui_input::InputRequest;

use crate::domain::delivery::Delivery;
use crate::domain::event::check_json;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::screens::test::access::{popup, say};
use crate::tui::screens::test::layout;
use crate::tui::screens::test::state::{Asked, Mode, Prompt, TestPopup};
use crate::tui::screens::test::tabs::{Tab, Tabs};
use crate::tui::status::Tone;
use crate::tui::widgets::text_field::{Refusal, TextField};

pub fn open(test: &mut TestPopup, asked: Asked) {
    let text = match asked {
        Asked::Find => test.tabs.query.clone(),
        Asked::Write => suggested_file(test),
        Asked::Keep => String::new(),
    };
    let before = (test.tabs.scroll, test.tabs.query.clone(), test.tabs.found);
    test.mode = Mode::Prompt(Prompt { asked, input: TextField::new(&text), suggested: !text.is_empty(), before });
}

/// `waypost-response-a1b2c3d4.json`
fn suggested_file(test: &TestPopup) -> String {
    let what = if test.tabs.front == Tab::Request { "request" } else { "response" };
    let id = test.delivery().map(|delivery| delivery.id.trim_start_matches("msg_").chars().take(8).collect::<String>());
    let json = test.body().is_some_and(|body| check_json(body).is_ok());
    format!("waypost-{what}{}.{}", id.map(|id| format!("-{id}")).unwrap_or_default(), if json { "json" } else { "txt" })
}

fn prompt(model: &mut Model) -> Option<&mut Prompt> {
    match &mut popup(model)?.mode {
        Mode::Prompt(prompt) => Some(prompt),
        Mode::Browse | Mode::Edit(_) => None,
    }
}

pub fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    let Some(Prompt { input, suggested, .. }) = prompt(model) else { return Vec::new() };
    if !c.is_control() {
        if std::mem::take(suggested) {
            input.clear();
        }
        model.changed = input.insert(c).is_ok();
        follow(model);
    }
    Vec::new()
}

/// Goes to the first place that has what is typed, while it is typed.
fn follow(model: &mut Model) {
    let Some(Prompt { asked: Asked::Find, input, .. }) = prompt(model) else { return };
    let query = input.text().to_owned();
    let Some(test) = popup(model) else { return };
    test.tabs.query = query;
    test.tabs.found = None;
    look(model, true, true);
}

pub fn paste(model: &mut Model, text: &str) {
    let Some(Prompt { input, suggested, .. }) = prompt(model) else { return };
    if std::mem::take(suggested) {
        input.clear();
    }
    match input.paste(text.trim()) {
        Ok(()) => follow(model),
        Err(Refusal(why)) => say(model, Tone::Error, why),
    }
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(test) = popup(model) else { return Vec::new() };
    let Mode::Prompt(Prompt { asked, input, suggested, before }) = &mut test.mode else { return Vec::new() };
    // Moving in it keeps it.
    *suggested = false;
    let request = match action {
        Action::Press => {
            let (asked, text) = (*asked, input.text().to_owned());
            test.mode = Mode::Browse;
            return answer(model, asked, text);
        }
        Action::Back => {
            if *asked == Asked::Find {
                (test.tabs.scroll, test.tabs.query, test.tabs.found) = before.clone();
            }
            test.mode = Mode::Browse;
            return Vec::new();
        }
        Action::CursorLeft => InputRequest::GoToPrevChar,
        Action::CursorRight => InputRequest::GoToNextChar,
        Action::WordLeft => InputRequest::GoToPrevWord,
        Action::WordRight => InputRequest::GoToNextWord,
        Action::Home => InputRequest::GoToStart,
        Action::End => InputRequest::GoToEnd,
        Action::EraseBack => InputRequest::DeletePrevChar,
        Action::EraseForward => InputRequest::DeleteNextChar,
        Action::EraseWord => InputRequest::DeletePrevWord,
        Action::EraseToStart => InputRequest::DeleteFromStart,
        Action::EraseToEnd => InputRequest::DeleteTillEnd,
        _ => return Vec::new(),
    };
    let before = input.text().len();
    let (changed, edited) = (input.request(request), input.text().len() != before);
    if edited {
        follow(model);
    }
    model.changed = changed;
    Vec::new()
}

fn answer(model: &mut Model, asked: Asked, text: String) -> Vec<Effect> {
    let Some(test) = popup(model) else { return Vec::new() };
    match asked {
        Asked::Find => {
            test.tabs.query = text;
            look(model, true, true);
            Vec::new()
        }
        _ if text.is_empty() => Vec::new(),
        Asked::Write => match test.body() {
            Some(body) => {
                let response = test.delivery().and_then(Delivery::last).and_then(|attempt| attempt.response.as_ref());
                let part = test.tabs.front == Tab::Response && response.is_some_and(|response| response.truncated);
                vec![Effect::Write { path: text, bytes: body.to_vec(), part }]
            }
            None => {
                say(model, Tone::Error, "There is no body to write.");
                Vec::new()
            }
        },
        Asked::Keep => vec![Effect::Keep { name: text, body: test.event.body.clone() }],
    }
}

/// Which of the lines that have what was searched for is in view, and of how many: `2 of 14`
pub fn place(lines: &[Line<'_>], tabs: &Tabs) -> Option<String> {
    if tabs.query.is_empty() {
        return None;
    }
    let hits = hits(lines.iter().map(ToString::to_string), &tabs.query);
    Some(match tabs.found.and_then(|found| hits.iter().position(|&hit| hit == found)) {
        Some(at) => format!("{} of {}", at + 1, hits.len()),
        None => "none".to_owned(),
    })
}

fn hits(lines: impl Iterator<Item = String>, query: &str) -> Vec<usize> {
    let wanted = query.to_lowercase();
    lines.enumerate().filter(|(_, line)| line.to_lowercase().contains(&wanted)).map(|(at, _)| at).collect()
}

/// To the next or the previous line that has what was searched for.
pub fn find(model: &mut Model, forward: bool) {
    look(model, forward, false);
}

fn look(model: &mut Model, forward: bool, here: bool) {
    let (lines, page) = layout::content(model);
    let count = lines.len();
    let Some(test) = popup(model) else { return };
    if test.tabs.query.is_empty() {
        return;
    }
    let hits = hits(lines.into_iter(), &test.tabs.query);
    let from = test.tabs.found.filter(|_| !here);
    let hit = match (forward, from) {
        (true, None) => hits.first(),
        (true, Some(at)) => hits.iter().find(|&&hit| hit > at).or_else(|| hits.first()),
        (false, None) => hits.last(),
        (false, Some(at)) => hits.iter().rev().find(|&&hit| hit < at).or_else(|| hits.last()),
    };
    match hit {
        Some(&hit) => {
            test.tabs.found = Some(hit);
            // The hit is in view, with a line before it where there is one.
            if !(test.tabs.scroll..test.tabs.scroll + page).contains(&hit) {
                test.tabs.scroll = hit.saturating_sub(1).min(count.saturating_sub(page));
            }
        }
        // The line that asks says so itself.
        None if matches!(test.mode, Mode::Prompt(_)) => test.tabs.found = None,
        None => {
            test.tabs.found = None;
            let text = format!("\"{}\" was not found.", crate::domain::text::visible(&test.tabs.query));
            say(model, Tone::Note, text);
        }
    }
}
