//! The keys of a question.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::model::Model;
use crate::tui::msg::Press as P;
use crate::tui::screens::question::state::Pending;

const QUESTION: &[Context] = &[Context::Question];

pub const KEYS: &[Binding] = &[
    bind(QUESTION, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "press", "press the focused button"),
    bind(QUESTION, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "interval", "a longer interval, a shorter one").when(is_watch),
    bind(QUESTION, &[(P::Up, A::Left), (P::Down, A::Right)], "↑↓", "", "move between the buttons"),
    bind(
        QUESTION,
        &[(P::Left, A::Left), (P::Right, A::Right), (P::Tab, A::Next), (P::BackTab, A::Next)],
        "←→",
        "choose",
        "move between the buttons (also Tab)",
    ),
    bind(QUESTION, &[(P::Char('y'), A::Yes), (P::Char('n'), A::No)], "y n", "yes, no", "answer yes, answer no"),
    bind(QUESTION, &[(P::Esc, A::Back)], "Esc", "back", "back; nothing changes"),
];

fn is_watch(model: &Model) -> bool {
    matches!(&model.question, Some(question) if matches!(question.pending, Pending::Watch(_)))
}
