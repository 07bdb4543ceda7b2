//! The keys of the palette.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::msg::Press as P;

const PALETTE: &[Context] = &[Context::Palette];

pub const KEYS: &[Binding] = &[
    bind(PALETTE, &[(P::Enter, A::Press)], "Enter", "run", "run the selected action"),
    bind(PALETTE, &[(P::Esc, A::Back), (P::Ctrl('p'), A::Back)], "Esc", "close", "close"),
    bind(
        PALETTE,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::BackTab, A::Up), (P::Tab, A::Down)],
        "↑↓",
        "select",
        "select another action (also Tab)",
    ),
    bind(PALETTE, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "a page up or down"),
];
