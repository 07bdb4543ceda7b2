//! The keys of the snippet popup.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::msg::Press as P;

const SNIPPET: &[Context] = &[Context::Snippet];

pub const KEYS: &[Binding] = &[
    bind(SNIPPET, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "language", "choose the language"),
    bind(SNIPPET, &[(P::Char('y'), A::Copy), (P::Enter, A::Press)], "y", "copy", "copy the code (also Enter)"),
    bind(SNIPPET, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "scroll", "scroll"),
    bind(SNIPPET, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page"),
    bind(SNIPPET, &[(P::Home, A::Home), (P::End, A::End)], "Home End", "", "to the start, to the end"),
    bind(SNIPPET, &[(P::Esc, A::Back), (P::Char('q'), A::Back)], "Esc", "close", "close (also q)"),
    bind(SNIPPET, &[(P::Char('?'), A::Help)], "?", "help", "show the keys"),
];
