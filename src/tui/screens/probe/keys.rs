//! The keys of the probe popup.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::{at_rest, in_flight};
use crate::tui::model::Model;
use crate::tui::msg::Press as P;
use crate::tui::screens::probe::layout::extent;

const PROBE: &[Context] = &[Context::Probe];

pub const KEYS: &[Binding] = &[
    bind(PROBE, &[(P::Esc, A::Back)], "Esc", "stop", "stop").when(in_flight),
    bind(PROBE, &[(P::Esc, A::Back), (P::Enter, A::Press)], "Esc", "close", "close").when(at_rest),
    bind(
        PROBE,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::PageUp, A::PageUp), (P::PageDown, A::PageDown)],
        "↑↓",
        "scroll",
        "scroll (also PgUp PgDn)",
    )
    .when(scrolls),
    bind(PROBE, &[(P::Char('?'), A::Help)], "?", "help", "show the keys"),
    bind(PROBE, &[(P::Char('q'), A::Back)], "q", "", "close").when(at_rest),
];

/// Whether the report does not fit into the popup.
fn scrolls(model: &Model) -> bool {
    let (lines, page) = extent(model);
    lines > page
}
