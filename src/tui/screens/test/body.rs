//! Editing the body: in an editor of our own, or back from the user's.

use crate::domain::event::{NotJson, check_json};
use crate::ops::Problem;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::screens::test::access::{popup, say};
use crate::tui::screens::test::state::{Editing, Mode};
use crate::tui::status::Tone;
use crate::tui::widgets::editor::{MAX_BYTES, Move};

/// Where a body ceases to be JSON, and why in words: by the rule of the command line, with the parser's own reason.
fn not_json(body: &[u8]) -> Option<(usize, usize, String)> {
    match check_json(body).err()? {
        NotJson::Syntax(line, column) => {
            let text = serde_json::from_slice::<serde::de::IgnoredAny>(body).err().map(|error| error.to_string());
            let reason = text.as_deref().and_then(|text| text.split(" at line ").next()).unwrap_or_default().to_owned();
            Some((line, column, reason))
        }
        other => Some((1, 1, format!("it {other}"))),
    }
}

fn editing(model: &mut Model) -> Option<&mut Editing> {
    match &mut popup(model)?.mode {
        Mode::Edit(editing) => Some(editing),
        Mode::Browse | Mode::Prompt(_) => None,
    }
}

pub fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    let Some(editing) = editing(model) else { return Vec::new() };
    insert(editing, c.encode_utf8(&mut [0; 4]));
    model.changed = true;
    Vec::new()
}

pub fn paste(model: &mut Model, text: &str) {
    let Some(editing) = editing(model) else { return };
    insert(editing, text);
}

fn insert(editing: &mut Editing, text: &str) {
    editing.warned = None;
    let fits = editing.editor.insert(text);
    editing.refused = (!fits).then(|| format!("Not inserted: the body would be longer than {} KiB.", MAX_BYTES / 1024));
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let page = usize::from(model.size.1 / 2);
    let Some(test) = popup(model) else { return Vec::new() };
    let Mode::Edit(editing) = &mut test.mode else { return Vec::new() };
    let editor = &mut editing.editor;
    match action {
        Action::Back => {
            let body = editor.text().into_bytes();
            match not_json(&body) {
                // Warned once; pressing again confirms it.
                Some((line, column, reason)) if editing.warned.is_none() => {
                    editing.warned =
                        Some(format!("Not JSON at line {line}, column {column}: {reason}. Esc again accepts it as it is."));
                    editing.editor.go_to(line, column);
                }
                _ => {
                    test.mode = Mode::Browse;
                    test.take_body(body);
                }
            }
            return Vec::new();
        }
        Action::Press => editor.newline(),
        Action::Up => editor.go(Move::Up),
        Action::Down => editor.go(Move::Down),
        Action::CursorLeft => editor.go(Move::Left),
        Action::CursorRight => editor.go(Move::Right),
        Action::PageUp => editor.go(Move::PageUp(page)),
        Action::PageDown => editor.go(Move::PageDown(page)),
        Action::Home => editor.go(Move::Home),
        Action::End => editor.go(Move::End),
        Action::EraseBack => editor.erase_back(),
        Action::EraseForward => editor.erase_forward(),
        Action::EraseToEnd => editor.erase_to_end(),
        Action::Next => {
            editor.insert("  ");
        }
        _ => {}
    }
    if !matches!(action, Action::Up | Action::Down | Action::CursorLeft | Action::CursorRight) {
        editing.warned = None;
        editing.refused = None;
    }
    Vec::new()
}

/// What the user's editor gave back.
pub fn edited_outside(model: &mut Model, result: Result<Vec<u8>, Problem>) -> Vec<Effect> {
    match result {
        Ok(mut body) => {
            let Some(test) = popup(model) else { return vec![Effect::Repaint] };
            // Editors end a file with a newline; the body had none and is meant to have none.
            if body.last() == Some(&b'\n') && test.event.body.last() != Some(&b'\n') {
                body.pop();
            }
            let complaint = not_json(&body);
            test.take_body(body);
            if let Some((line, column, reason)) = complaint {
                say(
                    model,
                    Tone::Note,
                    format!("The body is not JSON (line {line}, column {column}: {reason}). It can still be sent."),
                );
            }
        }
        Err(problem) => say(model, Tone::Error, problem.to_string()),
    }
    vec![Effect::Repaint]
}
