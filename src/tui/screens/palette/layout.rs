//! The actions of the palette, and where it lies.

use std::borrow::Cow;

use ratatui::layout::Rect;

use crate::domain::text::capitalised;
use crate::tui::action::Action;
use crate::tui::keys::{self, Group, group};
use crate::tui::model::Model;
use crate::tui::widgets::{boxes, text};

/// The widest that the palette gets.
const COLUMNS: u16 = 96;

/// An action that can be run.
pub struct Item {
    pub name: String,
    pub key: Cow<'static, str>,
    pub action: Action,
}

/// Every action of where one is that does anything now, as far as all words that were typed are in its name or key.
pub fn items(model: &Model, typed: &str) -> Vec<Item> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let mut items: Vec<Item> = Vec::new();
    for binding in keys::offered(model, keys::under_help(model)) {
        let Some(&(_, action)) = binding.keys.first() else { continue };
        let runs = matches!(group(action), Group::Action | Group::App) && !matches!(action, Action::Palette | Action::Press);
        // Of several bindings of one action the first is the one that counts.
        if !runs || items.iter().any(|item| item.action == action) {
            continue;
        }
        let (name, key) = (capitalised(binding.help), keys::label(model, binding));
        let found = |word: &String| name.to_lowercase().contains(word) || key.to_lowercase() == *word;
        if words.iter().all(found) {
            items.push(Item { name, key, action });
        }
    }
    items
}

/// As wide as it can be read, under the title, over what its actions are about.
pub fn place(area: Rect, items: usize) -> Rect {
    let columns = COLUMNS.min(if area.width < 80 { area.width } else { area.width - 8 });
    let rows = u16::try_from(items.max(1) + 4).unwrap_or(u16::MAX).min(area.height.saturating_sub(1));
    let x = area.x + (area.width - columns) / 2;
    let y = area.y + u16::from(rows + 2 < area.height);
    Rect { x, y, width: columns, height: rows }
}

/// How many actions are shown at a time.
pub const fn page(place: Rect) -> usize {
    place.height.saturating_sub(4) as usize
}

/// The first action that is shown.
pub const fn top(selected: usize, rows: usize) -> usize {
    (selected + 1).saturating_sub(rows)
}

/// A name in a column, and its key at the right.
pub fn row(item: &Item, columns: usize) -> String {
    let room = columns.saturating_sub(text::width(&item.key) + 2);
    format!("{}  {}", text::padded(&text::whole_words(&item.name, room), room), item.key)
}

/// What is inside of its box.
pub fn inside(place: Rect) -> Rect {
    boxes::inside(place)
}
