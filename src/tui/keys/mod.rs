//! The keys, declared once, by screen: dispatch, the footer and the help come from the same rows.

pub(crate) mod binding;
mod everywhere;
mod group;
mod text;
pub(crate) mod when;

use std::borrow::Cow;

use crate::tui::action::Action;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::test::state::Mode;
use crate::tui::screens::{compare, form, help, main, palette, probe, question, queue, receiver, snippet, test, verify};

pub use binding::{Binding, Context};
pub(crate) use group::{Group, group};

/// All keys. Of several bindings of one key in one context, the first whose condition holds counts.
pub fn all() -> impl Iterator<Item = &'static Binding> {
    [
        main::keys::KEYS,
        form::keys::KEYS,
        text::KEYS,
        question::keys::KEYS,
        test::keys::KEYS,
        snippet::keys::KEYS,
        receiver::keys::KEYS,
        verify::keys::KEYS,
        probe::keys::KEYS,
        compare::keys::KEYS,
        queue::keys::KEYS,
        palette::keys::KEYS,
        help::keys::KEYS,
        everywhere::KEYS,
    ]
    .into_iter()
    .flatten()
}

#[must_use]
pub fn context(model: &Model) -> Context {
    if model.help.is_some() {
        Context::Help
    } else if model.palette.is_some() {
        Context::Palette
    } else {
        under_help(model)
    }
}

/// Where keys go when the help and the palette are closed: what those are about.
#[must_use]
pub fn under_help(model: &Model) -> Context {
    if model.question.is_some() {
        return Context::Question;
    }
    match &model.popup {
        Some(Popup::Form(_)) => Context::Form,
        Some(Popup::Test(test)) => match test.mode {
            Mode::Browse => Context::Test,
            Mode::Prompt(_) => Context::Prompt,
            Mode::Edit(_) => Context::Editor,
        },
        Some(Popup::Snippet(_)) => Context::Snippet,
        Some(Popup::Receiver) => Context::Receiver,
        Some(Popup::Verify(_)) => Context::Verify,
        Some(Popup::Probe(_)) => Context::Probe,
        Some(Popup::Compare(_)) => Context::Compare,
        Some(Popup::Queue(_)) => Context::Queue,
        None if model.history.search.is_some() => Context::Filter,
        None => match model.main.focus {
            MainFocus::Button(_) => Context::Main,
            MainFocus::Delivery(_) => Context::Deliveries,
            MainFocus::Details(_) => Context::Details,
        },
    }
}

/// The bindings that do anything now, in the order of the table.
pub fn offered(model: &Model, context: Context) -> impl Iterator<Item = &'static Binding> {
    all().filter(move |binding| binding.contexts.contains(&context) && (binding.when)(model))
}

/// The bindings that the line of keys names: how each is called, and a word or two about it.
#[must_use]
pub fn named(model: &Model) -> Vec<(Cow<'static, str>, &'static str)> {
    let mut named: Vec<(&Binding, &str)> = Vec::new();
    for binding in offered(model, context(model)) {
        // Of several bindings of one key the first is the one that counts.
        if !named.iter().any(|(other, _)| other.label == binding.label) {
            named.push((binding, binding.short));
        }
    }
    named.retain(|(_, short)| !short.is_empty());
    named.into_iter().map(|(binding, short)| (label(model, binding), short)).collect()
}

/// The key that a pressed one stands for, as the user chose. What is typed as text is itself, and so are the answers to questions.
#[must_use]
pub fn meant(model: &Model, press: Press) -> Press {
    let is_itself = matches!(
        (context(model), press),
        (Context::Question, _)
            | (
                Context::Form | Context::Prompt | Context::Editor | Context::Verify | Context::Palette | Context::Filter,
                Press::Char(_)
            )
    );
    let chosen = model.environment.keys.iter().find(|(key, _)| *key == press && !is_itself);
    chosen.map_or(press, |&(_, meaning)| meaning)
}

/// What a key is called: as the user chose, where they gave its meaning to another.
#[must_use]
pub fn label(model: &Model, binding: &Binding) -> Cow<'static, str> {
    let chosen = model.environment.keys.iter().find(|(_, meaning)| binding.keys.len() == 1 && binding.keys[0].0 == *meaning);
    match chosen {
        Some((Press::Char(c), _)) => Cow::Owned(c.to_string()),
        Some((Press::Ctrl(c), _)) => Cow::Owned(format!("^{}", c.to_ascii_uppercase())),
        _ => Cow::Borrowed(binding.label),
    }
}

/// What a key does now.
#[must_use]
pub fn action(model: &Model, press: Press) -> Option<Action> {
    offered(model, context(model))
        .find_map(|binding| binding.keys.iter().find(|(key, _)| *key == press).map(|&(_, action)| action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::msg::Press as P;

    #[test]
    fn keys_that_terminals_keep_for_themselves_are_not_bound() {
        for binding in all() {
            for (press, _) in binding.keys {
                assert!(
                    !matches!(press, P::Ctrl('s' | 'q' | 'b' | 'a' | 'h' | 'i' | 'j' | 'm' | '\\' | ']') | P::Char('~')),
                    "{}",
                    binding.help
                );
            }
        }
    }

    #[test]
    fn every_binding_has_help() {
        for binding in all() {
            assert!(!binding.help.is_empty() && !binding.label.is_empty());
        }
    }
}
