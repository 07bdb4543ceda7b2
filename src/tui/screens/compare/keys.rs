//! The keys of the screen of two deliveries.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press as P;

const COMPARE: &[Context] = &[Context::Compare];

pub const KEYS: &[Binding] = &[
    bind(COMPARE, &[(P::Char('a'), A::ShowAll)], "a", "show all", "show also what is the same").when(only_differences),
    bind(COMPARE, &[(P::Char('a'), A::ShowAll)], "a", "differences", "show only what differs"),
    bind(
        COMPARE,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Char('k'), A::Up), (P::Char('j'), A::Down)],
        "↑↓",
        "scroll",
        "scroll (also k j)",
    ),
    bind(COMPARE, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page"),
    bind(
        COMPARE,
        &[(P::Home, A::Home), (P::End, A::End), (P::Char('g'), A::Home), (P::Char('G'), A::End)],
        "Home End",
        "",
        "to the start, to the end (also g G)",
    ),
    bind(COMPARE, &[(P::Esc, A::Back), (P::Enter, A::Back), (P::Char('q'), A::Back)], "Esc", "close", "close (also Enter, q)"),
];

fn only_differences(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Compare(popup)) if !popup.all)
}
