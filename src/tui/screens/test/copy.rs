//! Copying what is under the tabs, and the request as a curl command.

use crate::domain::curl;
use crate::domain::request::Request;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::screens::test::access::{popup, say};
use crate::tui::screens::test::layout;
use crate::tui::screens::test::tabs::Tab;
use crate::tui::status::Tone;

/// What is under the tab: a body byte for byte, the timing as it is shown.
pub fn copy(model: &mut Model) -> Vec<Effect> {
    let (lines, _) = layout::content(model);
    let Some(test) = popup(model) else { return Vec::new() };
    let text = match test.body() {
        Some(body) => match std::str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                say(model, Tone::Error, "Not copied: the body is not text. s writes it to a file.");
                return Vec::new();
            }
        },
        None if test.tabs.front == Tab::Timing && test.delivery().is_some() => lines.join("\n"),
        None => {
            say(model, Tone::Note, "There is nothing to copy here.");
            return Vec::new();
        }
    };
    vec![Effect::Copy(text)]
}

/// The same request for a shell, with references in the place of secrets.
pub fn copy_as_curl(model: &mut Model) -> Vec<Effect> {
    let Some(settings) = model.destination().map(|destination| destination.settings().clone()) else {
        say(model, Tone::Error, "The destination's secret must be entered again first.");
        return Vec::new();
    };
    let Some(test) = popup(model) else { return Vec::new() };
    let Some(delivery) = test.delivery() else { return Vec::new() };
    let Some(attempt) = delivery.last() else { return Vec::new() };
    if !attempt.request.is_whole() {
        say(model, Tone::Error, "It cannot be copied: only the beginning of its body was stored.");
        return Vec::new();
    }
    let (now, then) = (Request::preview(&settings, "", b"").url.masked(), attempt.request.url.clone());
    let command = curl::command(&settings, &delivery.id, &test.event, false);
    let looks_alike = settings.url().has_credential() && settings.fingerprint() != *delivery.settings_fingerprint;
    if now == then && looks_alike {
        say(model, Tone::Note, "The command is for the current settings; they have changed since.");
    }
    if now != then {
        say(model, Tone::Note, format!("The command is for the current destination; this went to {then}."));
    }
    vec![Effect::Copy(command)]
}
