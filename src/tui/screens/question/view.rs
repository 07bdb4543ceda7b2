//! Questions as they are drawn.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::domain::url::EndpointUrl;
use crate::tui::model::Model;
use crate::tui::screens::main::layout::name_of;
use crate::tui::screens::question::state::{Pending, Question};
use crate::tui::theme::Theme;
use crate::tui::widgets::{confirm, text};

pub fn draw(model: &Model, question: &Question, theme: Theme, frame: &mut Frame, area: Rect) {
    let running = question.running.is_some();
    let (title, words, labels) = match &question.pending {
        Pending::Delete => ("Delete", if running { "Deleting…".to_owned() } else { delete(model) }, ["Keep", "Delete"]),
        Pending::ClearHistory => ("Clear", if running { "Clearing…".to_owned() } else { clear(model) }, ["Keep", "Clear"]),
        Pending::Probe => ("Probe", probe(model), ["Cancel", "Send"]),
        Pending::UseUrl(url) => ("Another host", use_url(model, url), ["Keep", "Use it"]),
        Pending::DiscardForm => ("Discard", "Discard your changes?".to_owned(), ["Keep editing", "Discard"]),
        Pending::DiscardBody(_) => {
            ("Discard", "Discard the edited body? k saves it as your own event.".to_owned(), ["Keep editing", "Discard"])
        }
    };
    confirm::draw(title, &words, labels, question.confirm, theme, frame, area);
}

fn delete(model: &Model) -> String {
    let name = name_of(&model.state).unwrap_or_default();
    format!("Delete the destination {}? Its secret is erased.", text::middle_cut(&name, 120))
}

fn clear(model: &Model) -> String {
    let history = &model.history;
    let all = match history.deliveries.len() {
        _ if history.more || history.filter.is_some() => "all deliveries, including those not shown".to_owned(),
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
    let to = model.destination().map(|destination| destination.url().authority()).unwrap_or_default();
    format!(
        "Does {} verify requests? This sends pings with missing, wrong and valid credentials. It may act on those \
         it accepts.",
        text::middle_cut(&to, 100)
    )
}
