//! What happens at a key in the probe popup, and at what the probe reports.

use crate::ops::Problem;
use crate::ops::probe::{Case, Report};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::{ask, close};
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::main::health::measure;
use crate::tui::screens::probe::layout;
use crate::tui::screens::probe::state::ProbePopup;
use crate::tui::screens::question::state::Pending;
use crate::tui::status::Tone;
use crate::tui::widgets::scroll::scrolled;

pub fn open(model: &mut Model) {
    if model.destination().is_some_and(|destination| destination.auth().secret().is_none()) {
        model.say(Tone::Note, "There is nothing to probe: requests carry no credentials.");
        return;
    }
    ask(model, Pending::Probe);
}

/// Starts the probe that was asked about.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let id = model.id();
    let generation = model.generation;
    if model.destination().is_none() {
        return Vec::new();
    }
    model.popup = Some(Popup::Probe(ProbePopup::Running { id, case: None, stopping: false }));
    vec![Effect::Probe { id, generation }]
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = layout::extent(model);
    match (action, &mut model.popup) {
        (Action::Back | Action::Press, Some(Popup::Probe(ProbePopup::Running { .. }))) => return stop(model),
        (Action::Back | Action::Press, _) => {
            close(model);
            // What was sent is in the history.
            return deliveries::refresh(model);
        }
        (action, Some(Popup::Probe(ProbePopup::Done { scroll, .. }))) => {
            let to = scrolled(*scroll, action, page, lines.saturating_sub(page));
            model.changed = to != *scroll;
            *scroll = to;
        }
        _ => model.changed = false,
    }
    Vec::new()
}

pub fn stop(model: &mut Model) -> Vec<Effect> {
    match &mut model.popup {
        Some(Popup::Probe(ProbePopup::Running { id, stopping, .. })) if !*stopping => {
            *stopping = true;
            model.changed = true;
            vec![Effect::Stop { id: *id }]
        }
        _ => Vec::new(),
    }
}

pub fn probing(model: &mut Model, of: Id, now: Case) -> Vec<Effect> {
    match &mut model.popup {
        Some(Popup::Probe(ProbePopup::Running { id, case, .. })) if *id == of => *case = Some(now),
        _ => model.changed = false,
    }
    Vec::new()
}

pub fn probed(model: &mut Model, of: Id, result: Result<Box<Report>, Problem>) -> Vec<Effect> {
    if matches!(&model.popup, Some(Popup::Probe(ProbePopup::Running { id, .. })) if *id == of) {
        model.popup = Some(Popup::Probe(match result {
            Ok(report) => ProbePopup::Done { report, scroll: 0 },
            Err(problem) => ProbePopup::Failed(problem.to_string()),
        }));
        measure(model)
    } else {
        model.changed = false;
        Vec::new()
    }
}
