//! The keys of the receiver.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::can_test;
use crate::tui::msg::Press as P;

const RECEIVER: &[Context] = &[Context::Receiver];

pub const KEYS: &[Binding] = &[
    bind(
        RECEIVER,
        &[(P::Char('t'), A::SendTest)],
        "t",
        "test",
        "send a test delivery, with the receiver beside it on a wide screen",
    )
    .when(can_test),
    bind(
        RECEIVER,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Char('k'), A::Up), (P::Char('j'), A::Down)],
        "↑↓",
        "requests",
        "select a request (also k j)",
    ),
    bind(RECEIVER, &[(P::Home, A::Home), (P::Char('g'), A::Home)], "g", "", "to the newest request (also Home)"),
    bind(RECEIVER, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "scroll", "scroll the request"),
    bind(RECEIVER, &[(P::Char('x'), A::Clear)], "x", "stop", "stop the receiver"),
    bind(RECEIVER, &[(P::Esc, A::Back), (P::Char('q'), A::Back)], "Esc", "close", "close; the receiver keeps running (also q)"),
];
