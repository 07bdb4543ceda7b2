//! The keys that do the same in several places.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::at_rest;
use crate::tui::msg::Press as P;

/// Where `?` is not a letter. The form, the snippet and the probe have rows of their own for it.
const HELPED: &[Context] = &[
    Context::Main,
    Context::Deliveries,
    Context::Details,
    Context::Test,
    Context::Question,
    Context::Receiver,
    Context::Compare,
    Context::Queue,
];

/// Where `:` is not a letter.
const LETTERS: &[Context] = &[
    Context::Main,
    Context::Deliveries,
    Context::Details,
    Context::Test,
    Context::Snippet,
    Context::Probe,
    Context::Receiver,
    Context::Compare,
    Context::Queue,
];

/// Where it is one.
const TEXTS: &[Context] = &[Context::Form, Context::Verify, Context::Filter];

const MAIN: &[Context] = &[Context::Main, Context::Deliveries, Context::Details];

const EVERYWHERE: &[Context] = &[
    Context::Main,
    Context::Deliveries,
    Context::Details,
    Context::Form,
    Context::Question,
    Context::Test,
    Context::Prompt,
    Context::Editor,
    Context::Snippet,
    Context::Receiver,
    Context::Queue,
    Context::Verify,
    Context::Probe,
    Context::Compare,
    Context::Palette,
    Context::Filter,
    Context::Help,
];

pub const KEYS: &[Binding] = &[
    bind(LETTERS, &[(P::Char(':'), A::Palette), (P::Ctrl('p'), A::Palette)], ":", "commands", "list the commands (also ^P)"),
    bind(TEXTS, &[(P::Ctrl('p'), A::Palette)], "^P", "", "list the commands"),
    bind(HELPED, &[(P::Char('?'), A::Help)], "?", "help", "show the keys"),
    bind(MAIN, &[(P::Char('q'), A::Quit)], "q", "quit", "quit"),
    bind(&[Context::Test], &[(P::Char('q'), A::Back)], "q", "", "close").when(at_rest),
    bind(EVERYWHERE, &[(P::Ctrl('c'), A::Interrupt)], "^C", "", "stop the delivery in flight, else quit"),
    bind(EVERYWHERE, &[(P::Ctrl('z'), A::Suspend)], "^Z", "", "suspend; fg resumes"),
    bind(EVERYWHERE, &[(P::Ctrl('l'), A::Repaint)], "^L", "", "redraw the screen"),
];
