//! The list of headers in the form: added, edited, removed; its secrets hidden.

use waypost::domain::draft::Draft;
use waypost::domain::header::HeaderEntry;
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Popup};
use waypost::tui::screens::form::state::Form;

use super::driver::{app, press, screen, type_text};
use super::scenes;

fn form(model: &Model) -> &Form {
    match &model.popup {
        Some(Popup::Form(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

fn shown(model: &Model) -> Vec<String> {
    form(model).draft().headers().iter().map(HeaderEntry::shown).collect()
}

/// A form with a URL, its rarely used fields shown, the focus on the button that adds a header.
fn opened() -> Model {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    type_text(&mut model, "https://hooks.example.com/in");
    press(&mut model, "tab tab enter");
    assert!(screen(&model).contains("> Headers              [ Add a header ]"), "{}", screen(&model));
    model
}

fn saved(effects: &[Effect]) -> &Draft {
    match effects {
        [Effect::Save { draft, .. }] => draft,
        other => panic!("{other:?}"),
    }
}

#[test]
fn headers_are_added_edited_and_removed() {
    let mut model = opened();
    press(&mut model, "enter X-GitHub-Event tab {event} tab");
    let text = screen(&model);
    for part in ["Header name *        X-GitHub-Event", "Header value *       {event}", "> Secret               ‹ no ›"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    press(&mut model, "tab enter X-Env-Token enter hunter2 enter right");
    let text = screen(&model);
    assert!(
        text.contains("Secret               ‹ yes ›")
            && text.contains("Header value *       •••••••")
            && !text.contains("hunter2"),
        "{text}"
    );
    press(&mut model, "left");
    assert!(screen(&model).contains("‹ no ›"), "the arrows move the choice");
    press(&mut model, "right tab enter X-Third tab 3 tab tab");
    assert_eq!(shown(&model), ["X-GitHub-Event: {event}", "X-Env-Token: ••••••••", "X-Third: 3"]);
    // Its line: opened by Enter, removed by x.
    press(&mut model, "backtab x backtab");
    assert_eq!(shown(&model), ["X-GitHub-Event: {event}", "X-Env-Token: ••••••••"]);
    assert!(screen(&model).contains("> Headers              X-GitHub-Event: {event}"), "{}", screen(&model));
    press(&mut model, "enter tab -2");
    let effects = press(&mut model, "ctrl-o");
    let headers: Vec<_> = saved(&effects).headers().iter().map(|header| (header.name.as_str(), header.value.expose())).collect();
    assert_eq!(headers, [("X-GitHub-Event", "{event}-2"), ("X-Env-Token", "hunter2")]);
}

#[test]
fn a_header_into_which_nothing_was_entered_is_gone() {
    let mut model = opened();
    press(&mut model, "enter tab tab tab");
    assert_eq!((shown(&model).len(), form(&model).inputs.headers().len()), (0, 0));
    assert!(screen(&model).contains("[ Add a header ]"), "{}", screen(&model));
    press(&mut model, "enter backtab");
    assert_eq!(form(&model).inputs.headers().len(), 0);
    press(&mut model, "esc");
    assert!(model.question.is_some(), "the URL would be lost");
}

#[test]
fn what_is_wrong_with_a_header_is_said_at_its_inputs() {
    let mut model = opened();
    press(&mut model, "enter X-One tab 1 tab tab enter Host tab 2 ctrl-o");
    let text = screen(&model);
    assert!(text.contains("> Header name *        Host") && text.contains("✗ \"Host\" is reserved"), "{text}");
    press(&mut model, "ctrl-u Authorization ctrl-o");
    assert!(screen(&model).contains("✗ Authorization is a matter of the auth type"), "{}", screen(&model));
    press(&mut model, "ctrl-u X-two");
    assert!(!screen(&model).contains('✗'), "{}", screen(&model));
    assert_eq!(saved(&press(&mut model, "ctrl-o")).headers().len(), 2);
}

#[test]
fn a_registered_secret_stays_unless_it_is_entered_or_renamed() {
    let with = scenes::draft(waypost::domain::auth::default::SPEC).with_header(HeaderEntry::secret("X-Env-Token", "hunter2"));
    let settings = with.check().unwrap().settings;
    let stand_in = settings.without_secrets();
    let mut model = app(scenes::nothing());
    model.popup = Some(Popup::Form(Box::new(Form::edit(1, Some(stand_in.clone()), Draft::of(&stand_in)))));
    let text = screen(&model);
    assert!(text.contains("Headers              X-Env-Token: ••••••••") && text.contains("▾"), "{text}");
    assert!(!form(&model).is_dirty());
    press(&mut model, "tab tab tab enter tab");
    assert!(screen(&model).contains("> Header value *       unchanged"), "{}", screen(&model));
    let draft = saved(&press(&mut model, "ctrl-o")).clone();
    assert_eq!(draft.keeping(&settings).check().unwrap().settings, settings);
    let Some(Popup::Form(form)) = &mut model.popup else { panic!() };
    form.saving = None;
    press(&mut model, "backtab -2 ctrl-o");
    assert!(screen(&model).contains("✗ The secret value of X-Env-Token-2 is required"), "{}", screen(&model));
    press(&mut model, "tab hunter3");
    assert!(!screen(&model).contains("hunter3"));
    press(&mut model, "ctrl-r");
    assert!(screen(&model).contains("> Header value *       hunter3"), "{}", screen(&model));
    let draft = saved(&press(&mut model, "ctrl-o")).clone();
    assert_eq!(draft.keeping(&settings).headers()[0], HeaderEntry::secret("X-Env-Token-2", "hunter3"));
}
