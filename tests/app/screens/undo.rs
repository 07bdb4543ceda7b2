//! `U`: undoing an edit, as `update` decides.

use waypost::domain::auth::{bearer, hmac};
use waypost::domain::draft::Draft;
use waypost::domain::field::URL;
use waypost::domain::rotation::KeepOld;
use waypost::io::fs::paths::Paths;
use waypost::ops::{Changed, Saved, Snapshot, Undo, Undone, Waypost};
use waypost::tui::effect::Effect;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;

/// What a real edit of a file gives back, and what undoes it.
fn edited() -> (Saved, Undo) {
    let home = tempfile::tempdir().unwrap();
    let at = |name| home.path().join(name);
    let waypost = Waypost::new(Paths { config_dir: at("config"), state_dir: at("state"), key_file_override: None }, None);
    let draft = Draft::new(bearer::SPEC).with(URL, "https://a.example/in").with(bearer::TOKEN, "a-token-0123456789");
    let registered = waypost.register(draft.check().unwrap().settings).unwrap();
    assert_eq!(registered.undo, None);
    let to_b = |draft: Draft| draft.with(URL, "https://b.example/in").check().unwrap().settings;
    let saved = waypost.edit(None, KeepOld::default(), |draft, _| Ok(to_b(draft))).unwrap();
    let undo = saved.undo.clone().unwrap();
    (saved, undo)
}

/// An app that has saved that edit, by `keys` in the form.
fn saved_by(keys: &str) -> (Model, Undo) {
    let (saved, undo) = edited();
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "e x");
    let effects = press(&mut model, keys);
    let [Effect::Save { id, .. }] = effects[..] else { panic!("{effects:?}") };
    update(&mut model, Msg::Saved(id, Ok(Box::new(saved))));
    (model, undo)
}

/// What is on the screen, however it is wrapped.
fn words(model: &Model) -> String {
    screen(model).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_edit_says_how_to_undo_it_and_which_host_gets_the_secret() {
    let (model, _) = saved_by("ctrl-o");
    let said = words(&model);
    assert!(said.contains("Saved. Press t to send a test delivery. U undoes the edit until you quit."), "{said}");
    assert!(said.contains("Note: b.example now gets the secret of a.example."), "{said}");
    assert!(said.contains("q quit"), "{said}");
    // Where a test follows at once, the host is named, too.
    let (model, _) = saved_by("ctrl-t");
    assert!(words(&model).contains("b.example now gets the secret of a.example."), "{}", screen(&model));
}

#[test]
fn it_is_undone_once_and_then_the_other_way_round() {
    let (mut model, undo) = saved_by("ctrl-o");
    let effects = press(&mut model, "U");
    let [Effect::Undo { id, undo: of }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*of, undo);
    assert_eq!(press(&mut model, "U"), [], "it is under way");
    let undone = Undone { redo: Some(undo.clone()), warning: None };
    let before = Snapshot { generation: undo.generation(), ..scenes::registered(hmac::SPEC) };
    update(&mut model, Msg::Undone(*id, Ok(Box::new((undone, before)))));
    assert!(screen(&model).contains("The previous settings are back. U undoes that."), "{}", screen(&model));
    assert!(matches!(press(&mut model, "U")[..], [Effect::Undo { .. }]));
}

#[test]
fn what_cannot_be_undone_is_reported_and_read_again() {
    let (mut model, _) = saved_by("ctrl-o");
    let effects = press(&mut model, "U");
    let [Effect::Undo { id, .. }] = effects[..] else { panic!("{effects:?}") };
    let effects = update(&mut model, Msg::Undone(id, Err(scenes::problem())));
    assert!(matches!(effects[..], [Effect::Load { .. }]), "{effects:?}");
    assert!(screen(&model).contains("Not restored: "), "{}", screen(&model));
}

#[test]
fn what_somebody_else_changes_takes_back_what_was_said_and_nothing_is_left_to_undo() {
    let (mut model, undo) = saved_by("ctrl-o");
    let effects = update(&mut model, Msg::Changed(Changed { registration: true, history: false }));
    let [Effect::Load { id }] = effects[..] else { panic!("{effects:?}") };
    let other = Snapshot { generation: undo.generation() + 1, ..scenes::registered(hmac::SPEC) };
    update(&mut model, Msg::Loaded(id, Box::new(other)));
    assert!(!screen(&model).contains("Saved"), "{}", screen(&model));
    assert_eq!(press(&mut model, "U"), []);
}

#[test]
fn another_generation_or_readonly_leaves_nothing_to_undo() {
    let (mut model, undo) = saved_by("ctrl-o");
    model.environment.readonly = true;
    assert_eq!(press(&mut model, "U"), []);
    model.environment.readonly = false;
    model.generation = undo.generation() + 1;
    assert_eq!(press(&mut model, "U"), []);
    model.generation = undo.generation();
    assert_eq!(press(&mut model, "U").len(), 1);
}
