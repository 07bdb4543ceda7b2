//! Questions in words.

use std::fmt::Write as _;

use crate::domain::delivery::Attempt;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;
use crate::ops::probe::Case;
use crate::present;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::main::layout::name_of;
use crate::tui::screens::question::state::{Pending, Question};
use crate::tui::screens::watch::state::Proposal;
use crate::tui::theme::Theme;
use crate::tui::widgets::{rows, text};

/// Its title, its words and its buttons.
pub fn asked(model: &Model, question: &Question, theme: Theme) -> (&'static str, String, [&'static str; 2]) {
    let running = question.running.is_some();
    match &question.pending {
        Pending::Delete => ("Delete", if running { "Deleting…".to_owned() } else { delete(model) }, ["Keep", "Delete"]),
        Pending::ClearHistory => ("Clear", if running { "Clearing…".to_owned() } else { clear(model) }, ["Keep", "Clear"]),
        Pending::Probe => ("Probe", probe(model), ["Cancel", "Probe"]),
        Pending::Watch(proposal) => ("Watch", watch(model, proposal, theme), ["Cancel", "Watch"]),
        Pending::Resend => ("Send again", resend(model), ["Cancel", "Send again"]),
        Pending::TrustCa(attempt) => ("Trust", trust(model, attempt), ["Cancel", "Trust"]),
        Pending::DropQueued { event, .. } => ("Drop", drop_queued(event), ["Keep", "Drop"]),
        Pending::UseUrl(url) => ("Another host", use_url(model, url), ["Keep", "Use it"]),
        Pending::DiscardForm => ("Discard", "Discard your changes?".to_owned(), ["Keep editing", "Discard"]),
        Pending::DiscardBody(_) => {
            ("Discard", "Discard the edited body? k saves it as your own event.".to_owned(), ["Keep editing", "Discard"])
        }
    }
}

fn delete(model: &Model) -> String {
    let name = name_of(&model.state).unwrap_or_default();
    format!("Delete the destination {}? Its secret is erased. The history stays.", text::middle_cut(&name, 120))
}

fn clear(model: &Model) -> String {
    let history = &model.history;
    let all = match history.total {
        _ if !history.query.is_empty() => "all deliveries, including those not shown".to_owned(),
        1 => "the one delivery".to_owned(),
        count => format!("all {count} deliveries"),
    };
    format!("Delete {all}? The destination is kept.")
}

fn use_url(model: &Model, url: &EndpointUrl) -> String {
    let now = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    let again = if model.destination().is_some_and(|destination| destination.auth().secret().is_some()) {
        " Its secret must be entered again."
    } else {
        ""
    };
    format!("Send events to another host, {}, instead of {now}?{again}", text::middle_cut(&url.authority(), 100))
}

fn probe(model: &Model) -> String {
    let Some(destination) = model.destination() else { return String::new() };
    let count = Case::all_of(destination.auth()).len();
    let to = text::middle_cut(&destination.url().authority(), 100);
    format!("Send {count} requests to {to}, {} of them forged? It may act on those that it accepts.", count.saturating_sub(1))
}

/// `Send ping to hooks.example.com every ‹ 10 s ›, until you stop it?`
fn watch(model: &Model, proposal: &Proposal, theme: Theme) -> String {
    let to = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    let (left, right) = theme.glyphs.choice;
    let event = text::middle_cut(&visible(&proposal.event.name), 60);
    let every = proposal.every.label();
    format!("Send {event} to {} every {left} {every} {right}, until you stop it?", text::middle_cut(&to, 100))
}

fn trust(model: &Model, attempt: &Attempt) -> String {
    let Some(destination) = model.destination() else { return String::new() };
    let mut words = format!("Trust this CA for {}?\n", text::middle_cut(&destination.url().authority(), 40));
    let clock = &model.environment.clock;
    for row in attempt.presented_ca().into_iter().flat_map(|ca| present::delivery::presented(ca, clock)) {
        let value = rows::value(&row.value);
        match value.split_at_checked(16 * 3) {
            // Half of a fingerprint fits into a line.
            Some((first, rest)) if row.label == "SHA-256" => _ = write!(words, "\n{}\n{first}\n{rest}", row.label),
            _ => _ = write!(words, "\n{}{value}", text::padded(row.label, 11)),
        }
    }
    if let Some(file) = destination.settings().ca_cert() {
        let _ = write!(words, "\nIt replaces {}.", visible(&file.to_string_lossy()));
    }
    words + "\n\nCompare the SHA-256 with that of the CA before you trust it."
}

fn drop_queued(event: &str) -> String {
    let event = text::middle_cut(&visible(event), 60);
    format!("Drop {event} from the queue? It is deleted and will not be delivered, unless it is already in flight.")
}

fn resend(model: &Model) -> String {
    let event = match (&model.popup, model.main.focus) {
        (Some(Popup::Test(test)), _) => test.event.name.clone(),
        (_, focus) => model.history.get(focus.delivery()).map(|delivery| delivery.event.clone()).unwrap_or_default(),
    };
    let to = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    let event = text::middle_cut(&visible(&event), 60);
    format!("Send {event} again to {}? It is a real event.", text::middle_cut(&to, 100))
}
