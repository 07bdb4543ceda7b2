//! The keys of the help.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::msg::Press as P;

const HELP: &[Context] = &[Context::Help];

pub const KEYS: &[Binding] = &[
    bind(HELP, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "scroll", "scroll"),
    bind(HELP, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page"),
    bind(
        HELP,
        &[(P::Esc, A::Back), (P::Char('?'), A::Back), (P::Enter, A::Back), (P::Char('q'), A::Back)],
        "Esc",
        "close",
        "close",
    ),
];
