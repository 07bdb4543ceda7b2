//! What holds after any keys, sizes and results.

use proptest::prelude::*;
use waypost::domain::auth::{self, api_key, hmac};
use waypost::domain::delivery::Phase;
use waypost::domain::event::Event;
use waypost::domain::request::Request;
use waypost::domain::secret::Secret;
use waypost::ops::{Removed, Saved, Snapshot};
use waypost::tui::keys;
use waypost::tui::keys::Context;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Msg, Pasted, Press};
use waypost::tui::screens::form::focus::Focus;
use waypost::tui::screens::main::state::MainFocus;
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;

fn holds(model: &Model) {
    match &model.popup {
        Some(Popup::Form(form)) => {
            assert!(form.stops().contains(&form.focus), "{:?}", form.focus);
            assert!(form.revealed.is_none() || form.focus == Focus::Field(form.revealed.unwrap()));
        }
        Some(Popup::Test(test)) => assert!(test.stops().contains(&test.focus), "{:?}", test.focus),
        Some(Popup::Snippet(_) | Popup::Receiver | Popup::Verify(_) | Popup::Probe(_) | Popup::Compare(_) | Popup::Queue(_))
        | None => {}
    }
    match model.main.focus {
        MainFocus::Button(at) => assert!(at < model.buttons().len()),
        MainFocus::Delivery(at) | MainFocus::Details(at) => {
            assert!(at < model.history.total || (at == 0 && model.history.is_listed()));
        }
    }
    if !model.is_saving() {
        assert!(model.early.is_empty(), "early keys outlive what they waited for");
    }
    let screen = screen(model);
    let (columns, rows) = model.size;
    let marked = !matches!(
        keys::context(model),
        Context::Prompt
            | Context::Editor
            | Context::Snippet
            | Context::Probe
            | Context::Compare
            | Context::Queue
            | Context::Help
            | Context::Palette
    );
    if columns >= 40 && rows >= 10 && marked && !model.is_saving() {
        let mark = ["│>", "│ >", "│●>", "> [", ">[", "> (", "> Details"].iter().any(|mark| screen.contains(mark));
        assert!(mark, "the focus is not on the screen of {columns}x{rows}:\n{screen}");
    }
    assert!(!screen.chars().any(|c| c != '\n' && waypost::domain::text::is_unsafe(c)), "{screen}");
    assert!(keys::offered(model, keys::context(model)).count() > 0);
}

fn snapshot(which: usize) -> Snapshot {
    match which {
        0 => scenes::nothing(),
        1 => scenes::registered(api_key::SPEC),
        2 => scenes::with_deliveries(),
        3 => scenes::unreadable(),
        _ => scenes::locked(),
    }
}

fn any_press() -> impl Strategy<Value = Press> {
    prop_oneof![
        6 => prop_oneof![Just('t'), Just('e'), Just('d'), Just('q'), Just('r'), Just('f'), Just('/'), Just('n'), Just('w'), Just('k'), Just('y'), Just('?'), Just(':'), Just(' '), Just('x'), Just('='), any::<char>()].prop_map(Press::Char),
        3 => prop_oneof![Just('g'), Just('e'), Just('r'), Just('o'), Just('c'), Just('w'), Just('u'), Just('k'), Just('l'), Just('z'), Just('p')].prop_map(Press::Ctrl),
        12 => prop_oneof![
            Just(Press::Enter), Just(Press::Tab), Just(Press::BackTab), Just(Press::Esc), Just(Press::Up), Just(Press::Down),
            Just(Press::Left), Just(Press::Right), Just(Press::Home), Just(Press::End), Just(Press::PageUp), Just(Press::PageDown),
            Just(Press::Backspace), Just(Press::Delete), Just(Press::WordLeft), Just(Press::WordRight)
        ],
    ]
}

fn any_msg() -> impl Strategy<Value = Msg> {
    prop_oneof![
        20 => any_press().prop_map(Msg::Key),
        2 => any::<String>().prop_map(|text| Msg::Paste(Pasted::new(text))),
        2 => (0_u16..140, 0_u16..50).prop_map(|(columns, rows)| Msg::Resize(columns, rows)),
        1 => any::<u32>().prop_map(|ms| Msg::Tick(ms.into())),
        2 => (1_u64..6, 0_usize..4).prop_map(|(id, which)| {
            let delivery = [scenes::delivered(), scenes::refused(), scenes::failed(), scenes::stopped()][which].clone();
            Msg::Delivered(id, Box::new(delivery))
        }),
        1 => (1_u64..6).prop_map(|id| Msg::Sending(id, Box::new(scenes::request()))),
        1 => (1_u64..6, 0_usize..6).prop_map(|(id, phase)| Msg::Began(id, Phase::ALL[phase])),
        2 => (1_u64..9, any::<bool>(), 0_usize..5).prop_map(|(id, well, auth)| {
            let destination = scenes::destination(auth::ALL[auth]);
            let saved = Saved { destination, generation: id, changed: true, warning: None, notices: Vec::new(), undo: None };
            Msg::Saved(id, if well { Ok(Box::new(saved)) } else { Err(scenes::problem()) })
        }),
        1 => (1_u64..9, any::<bool>()).prop_map(|(id, well)| {
            Msg::Removed(id, if well { Ok(Removed { generation: id, warning: None, undo: None }) } else { Err(scenes::problem()) })
        }),
        1 => (1_u64..6, 0_usize..6).prop_map(|(id, phase)| Msg::Ended(id, Phase::ALL[phase], 1.0)),
        1 => prop_oneof![
            any::<String>().prop_map(|text| Msg::EditedOutside(Ok(text.into_bytes()))),
            any::<String>().prop_map(|text| Msg::Copied(Ok(text))),
            Just(Msg::Kept(Ok((Event { name: "mine".into(), body: b"{}".to_vec() }, vec![Event { name: "mine".into(), body: b"{}".to_vec() }])))),
        ],
        2 => (1_u64..9, 0_usize..5).prop_map(|(id, which)| Msg::Loaded(id, Box::new(snapshot(which)))),
        1 => (1_u64..9, any::<bool>()).prop_map(|(id, well)| {
            let page = scenes::listing(vec![scenes::failed()]);
            Msg::Listed(id, if well { Ok(Box::new(page)) } else { Err(scenes::problem()) })
        }),
        1 => (1_u64..9).prop_map(|id| Msg::Cleared(id, Ok(()))),
        1 => (1_u64..9).prop_map(|id| Msg::Probed(id, Ok(Box::new(scenes::report())))),
        1 => Just(Msg::Generated(Ok(Secret::new(scenes::SECRET)))),
        1 => Just(Msg::Resumed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn after_anything(start in 0_usize..5, messages in proptest::collection::vec(any_msg(), 0..60)) {
        let mut model = app(snapshot(start));
        for msg in messages {
            let mut again = model.clone();
            let effects = update(&mut model, msg.clone());
            prop_assert_eq!(update(&mut again, msg), effects, "the same message on the same model gives the same effects");
            prop_assert_eq!(&again, &model);
            holds(&model);
        }
    }
}

#[test]
fn an_unbound_key_changes_nothing() {
    for keys in ["", "t", "e tab", "d", "?"] {
        let mut model = app(scenes::registered(hmac::SPEC));
        press(&mut model, keys);
        let before = model.clone();
        assert_eq!(update(&mut model, Msg::Key(Press::Char('Z'))), []);
        assert!(!model.changed, "{keys}");
        model.changed = before.changed;
        assert_eq!(model, before);
    }
}

#[test]
fn a_secret_is_in_no_debug_and_on_no_screen() {
    for auth in auth::ALL {
        let secret = scenes::settings(auth).auth().secret().map(|(_, secret)| secret.expose().to_owned());
        let seen = |model: &Model, effects: &dyn std::fmt::Debug, at: &str| {
            if let Some(secret) = &secret {
                let all = format!("{model:?}{effects:?}{}", screen(model));
                assert!(!all.contains(secret.as_str()), "{auth:?} {at}");
            }
        };
        for keys in ["", "e ctrl-o", "t", "t enter"] {
            let mut model = app(scenes::registered(auth));
            let kept =
                model.destination().and_then(|destination| destination.auth().secret()).map(|(_, kept)| kept.expose().to_owned());
            assert!(secret.is_none() || kept.as_deref() != secret.as_deref(), "{auth:?}: the model has the secret");
            let effects = press(&mut model, keys);
            seen(&model, &effects, keys);
            if let Some(id) = model.in_flight() {
                let request =
                    Request::build(&scenes::settings(auth), b"{}", &scenes::stamp(), &scenes::settings(auth).auth().credential());
                let msg = Msg::Sending(id, Box::new(request));
                seen(&model, &msg, "sending");
                update(&mut model, msg);
                seen(&model, &(), "sent");
                update(&mut model, Msg::Delivered(id, Box::new(scenes::refused())));
                seen(&model, &press(&mut model.clone(), "backtab right"), "answered");
            }
        }
        // Typed and pasted, hidden, into a new form.
        if let Some(secret) = &secret {
            let mut model = app(scenes::nothing());
            press(&mut model, "enter tab");
            let at = auth::ALL.iter().position(|&other| other == auth).unwrap();
            press(&mut model, &"down ".repeat(at));
            press(&mut model, "space");
            let field = auth.fields.iter().position(|field| field.is_secret()).unwrap();
            press(&mut model, &"tab ".repeat(field + 1 + usize::from(auth == hmac::SPEC)));
            let msg = Msg::Paste(Pasted::new(secret.clone()));
            seen(&model, &msg, "pasting");
            update(&mut model, msg);
            seen(&model, &(), "pasted");
        }
    }
}
