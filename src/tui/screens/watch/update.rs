//! The life of a watch: asked, due, sent, answered, stopped.

use jiff::Timestamp;

use crate::domain::delivery::Delivery;
use crate::domain::event::BuiltIn;
use crate::domain::text::visible;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::{Id, Msg};
use crate::tui::navigation::{ask, load};
use crate::tui::screens::question::state::{Pending, Question};
use crate::tui::screens::test::send::listed;
use crate::tui::screens::watch::state::{Every, News, Proposal, Watch, end};
use crate::tui::status::Tone;
use crate::tui::widgets::fix::fix_text;

/// Stops the watch; where none runs, asks whether to start one, with the event of the test delivery that is open.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    if model.watch.is_some() {
        let (effects, summary) = stop(model);
        model.say(Tone::Done, format!("Stopped watching{summary}."));
        return effects;
    }
    let event = match &model.popup {
        Some(Popup::Test(test)) => test.event.clone(),
        _ => BuiltIn::default().event(),
    };
    ask(model, Pending::Watch(Proposal { event, every: Every::default() }));
    Vec::new()
}

/// Another interval, while it is asked for. Returns whether that is what the key means.
pub fn choose(question: &mut Question, action: Action) -> bool {
    let Pending::Watch(proposal) = &mut question.pending else { return false };
    if !matches!(action, Action::Up | Action::Down) {
        return false;
    }
    proposal.every = proposal.every.step(action == Action::Up);
    true
}

/// Starts to watch. The first delivery is due at once.
pub fn start(model: &mut Model, proposal: Proposal) -> Vec<Effect> {
    model.question = None;
    let Some(authority) = model.destination().map(|destination| destination.url().authority()) else { return Vec::new() };
    if matches!(model.popup, Some(Popup::Test(_))) {
        // What it sends is seen on the destination screen.
        model.popup = None;
    }
    model.status = None;
    let id = model.id();
    model.watch = Some(Watch::new(id, proposal, authority));
    vec![Effect::Due { id, after_s: 0 }]
}

/// Stops it, and the delivery on its way; with what it saw, in words.
fn stop(model: &mut Model) -> (Vec<Effect>, String) {
    let Some(watch) = model.watch.take() else { return Default::default() };
    let summary = match watch.ended {
        0 => String::new(),
        ended => format!(": {} of {ended} ok", watch.delivered),
    };
    (watch.in_flight.map(|id| Effect::Stop { id }).into_iter().collect(), summary)
}

/// A watch does not outlive what it was asked to watch.
pub fn follow(model: &mut Model) -> Vec<Effect> {
    let Some(watch) = &model.watch else { return Vec::new() };
    if model.destination().is_some_and(|destination| destination.url().authority() == watch.authority) {
        return Vec::new();
    }
    let (effects, summary) = stop(model);
    // A message about the change stays.
    if model.status.is_none() {
        model.say(Tone::Note, format!("Stopped watching, since the destination changed{summary}."));
    }
    model.changed = true;
    effects
}

/// The next delivery is due.
pub fn due(model: &mut Model, id: Id, at: Timestamp) -> Vec<Effect> {
    let flight = model.id();
    let generation = model.generation;
    let Some(watch) = model.watch.as_mut().filter(|watch| watch.id == id) else {
        model.changed = false;
        return Vec::new();
    };
    let mut effects = vec![Effect::Due { id, after_s: watch.every.seconds() }];
    // One that takes longer skips those that it runs over.
    if watch.due(at) {
        watch.in_flight = Some(flight);
        effects.push(Effect::SendWatched { id: flight, generation, event: watch.event.clone() });
    }
    effects
}

/// Takes what comes back from the delivery on its way, if it is that of the watch.
#[expect(clippy::result_large_err, reason = "a message is passed on, at each key")]
pub fn report(model: &mut Model, msg: Msg) -> Result<Vec<Effect>, Msg> {
    let in_flight = model.watch.as_ref().and_then(|watch| watch.in_flight);
    match msg {
        Msg::Delivered(id, delivery) if in_flight == Some(id) => Ok(ended(model, *delivery)),
        Msg::NotSent(id, problem) if in_flight == Some(id) => {
            if let Some(watch) = &mut model.watch {
                watch.in_flight = None;
            }
            model.say(Tone::Error, format!("Not sent: {}", problem.message()));
            Ok(vec![load(model)])
        }
        Msg::Sending(id, _) | Msg::Began(id, _) | Msg::Ended(id, ..) if in_flight == Some(id) => {
            model.changed = false;
            Ok(Vec::new())
        }
        msg => Err(msg),
    }
}

fn ended(model: &mut Model, delivery: Delivery) -> Vec<Effect> {
    let Some(watch) = &mut model.watch else { return Vec::new() };
    let news = watch.take(&delivery);
    if let Some(attempt) = delivery.last().filter(|_| news != News::None) {
        let (at, end) = (model.environment.clock.time(attempt.started_at), end(attempt));
        let end = visible(&end);
        match news {
            News::Recovered => model.say(Tone::Done, format!("Working again since {at}: {end}.")),
            _ => {
                let diagnosis = &attempt.diagnosis;
                let words = format!("Failing since {at}: {end}. {} {}", diagnosis.why, fix_text(&diagnosis.fix));
                model.say(Tone::Error, words.trim_end());
            }
        }
    }
    listed(model, delivery);
    if matches!(news, News::Broke | News::Recovered) { vec![Effect::Bell] } else { Vec::new() }
}
