//! The keys of the destination screen, of the list on it and of the details beside that.

use crate::ops::State;
use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::{can_edit, can_test, is_open, is_watching, may_change};
use crate::tui::layout::main_overflow;
use crate::tui::model::Model;
use crate::tui::msg::Press as P;
use crate::tui::screens::main::layout::WIDE;

const MAIN: &[Context] = &[Context::Main];
const DELIVERIES: &[Context] = &[Context::Deliveries];
const DETAILS: &[Context] = &[Context::Details];
const FILTER: &[Context] = &[Context::Filter];
const SELECTED: &[Context] = &[Context::Deliveries, Context::Details];
const ALL: &[Context] = &[Context::Main, Context::Deliveries, Context::Details];

pub const KEYS: &[Binding] = &[
    bind(MAIN, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "register", "press the focused button").when(is_empty),
    bind(MAIN, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "", "press the focused button").when(is_not_empty),
    bind(SELECTED, &[(P::Enter, A::Press)], "Enter", "open", "open the delivery"),
    bind(SELECTED, &[(P::Char('='), A::Compare)], "=", "compare", "compare the two marked deliveries").when(two_are_marked),
    bind(ALL, &[(P::Char('t'), A::SendTest)], "t", "test", "send a test delivery").when(can_test),
    bind(ALL, &[(P::Char('e'), A::Edit)], "e", "edit", "edit the destination").when(can_edit),
    bind(ALL, &[(P::Char('p'), A::Probe)], "p", "probe", "probe whether the endpoint verifies requests; asks first")
        .when(can_test),
    bind(MAIN, &[(P::Char('w'), A::Watch), (P::Esc, A::Watch)], "w", "stop watching", "stop watching (also Esc)")
        .when(is_watching),
    bind(SELECTED, &[(P::Char('w'), A::Watch)], "w", "stop watching", "stop watching").when(is_watching),
    bind(ALL, &[(P::Char('w'), A::Watch)], "w", "", "watch: test again and again; the bell rings on a change").when(can_test),
    bind(ALL, &[(P::Char('v'), A::Verify)], "v", "verify", "verify a request that a receiver got: is it yours, and if not, why")
        .when(is_open),
    bind(ALL, &[(P::Char('c'), A::Snippet)], "c", "code", "receiver code: the check, in five languages").when(is_open),
    bind(ALL, &[(P::Char('l'), A::Listen)], "l", "", "listen: a receiver on this machine, each request with its verdict")
        .when(is_open),
    bind(ALL, &[(P::Char('u'), A::Queue)], "u", "", "queue: what waits to be delivered, the gate, dead letters"),
    bind(
        ALL,
        &[(P::Char('/'), A::Find)],
        "/",
        "find",
        "find deliveries as you type: words, outcome:refused, status:5xx, event:order.*, since:1h",
    )
    .when(has_deliveries),
    bind(FILTER, &[(P::Enter, A::Press), (P::Down, A::Down)], "Enter", "to the list", "go on in the list"),
    bind(FILTER, &[(P::Esc, A::Back)], "Esc", "list all", "list all again"),
    bind(MAIN, &[(P::Char('d'), A::Delete)], "d", "", "delete the destination; asks first").when(can_edit),
    bind(ALL, &[(P::Char('U'), A::Undo)], "U", "", "undo the last delete or edit").when(can_undo),
    bind(ALL, &[(P::Char('y'), A::Copy)], "y", "", "copy the public key").when(has_public_key),
    bind(SELECTED, &[(P::Char('r'), A::Resend)], "r", "", "resend: same event, body and id; asks first for a real event")
        .when(can_test),
    bind(SELECTED, &[(P::Char(' '), A::Mark)], "Space", "", "mark the delivery to compare it, or unmark it"),
    bind(SELECTED, &[(P::Char('='), A::Compare)], "=", "", "compare two deliveries that are marked"),
    bind(DELIVERIES, &[(P::Char('x'), A::Clear)], "x", "", "delete all deliveries; asks first").when(may_change),
    bind(MAIN, &[(P::Down, A::Down)], "↓", "", "to the deliveries").when(has_deliveries),
    bind(MAIN, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "scroll", "scroll the destination")
        .when(scrolls),
    bind(MAIN, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons"),
    bind(MAIN, &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "", "move the focus"),
    bind(
        DELIVERIES,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Char('k'), A::Up), (P::Char('j'), A::Down)],
        "↑↓",
        "",
        "move through the deliveries (also k j)",
    ),
    bind(
        DETAILS,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Char('k'), A::Up), (P::Char('j'), A::Down)],
        "↑↓",
        "scroll",
        "scroll the details (also k j)",
    ),
    bind(
        DELIVERIES,
        &[(P::Home, A::Home), (P::End, A::End), (P::Char('g'), A::Home), (P::Char('G'), A::End)],
        "Home End",
        "",
        "to the newest, to the oldest (also g G)",
    ),
    bind(
        DETAILS,
        &[(P::Home, A::Home), (P::End, A::End), (P::Char('g'), A::Home), (P::Char('G'), A::End)],
        "Home End",
        "",
        "to the start, to the end (also g G)",
    ),
    bind(SELECTED, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "a page up or down"),
    bind(DELIVERIES, &[(P::Right, A::Right), (P::Tab, A::Next)], "→", "", "into the details (also Tab)").when(has_details),
    bind(
        DETAILS,
        &[(P::Left, A::Left), (P::BackTab, A::Previous), (P::Esc, A::Left)],
        "←",
        "list",
        "back to the list (also Esc)",
    ),
    bind(DETAILS, &[(P::Tab, A::Next)], "Tab", "", "to the buttons"),
    bind(
        DELIVERIES,
        &[(P::Tab, A::Next), (P::BackTab, A::Previous), (P::Esc, A::Back)],
        "Esc",
        "",
        "list all again, then back to the buttons",
    ),
];

const fn two_are_marked(model: &Model) -> bool {
    model.history.marked.len() == 2
}

fn has_public_key(model: &Model) -> bool {
    matches!(&model.state, State::Open(destination) if destination.auth().public_key().is_some())
}

const fn can_undo(model: &Model) -> bool {
    may_change(model) && model.undoing.is_none() && matches!(&model.undo, Some(undo) if undo.generation() == model.generation)
}

const fn is_empty(model: &Model) -> bool {
    matches!(model.state, State::Empty)
}

const fn is_not_empty(model: &Model) -> bool {
    !is_empty(model)
}

const fn has_deliveries(model: &Model) -> bool {
    model.history.is_listed()
}

const fn has_details(model: &Model) -> bool {
    model.size.0 >= WIDE && model.history.total > 0
}

/// Whether the destination's box does not hold all of it. On a terminal of a usual size, with nothing unusual to show, it does,
/// and need not be measured at every key.
fn scrolls(model: &Model) -> bool {
    let (columns, rows) = model.size;
    let usual = columns >= 80
        && rows >= 24
        && model.guide.is_none()
        && model.status.is_none()
        && matches!(model.state, State::Empty | State::Open(_));
    !usual && main_overflow(model) > 0
}
