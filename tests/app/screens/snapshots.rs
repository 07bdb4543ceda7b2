//! Every screen and popup with its styles, at the sizes that the layout differs at.

use std::fmt::Write as _;
use waypost::domain::auth::{self, hmac};
use waypost::domain::field;

use unicode_width::UnicodeWidthStr as _;
use waypost::domain::delivery::{Delivery, Phase};
use waypost::domain::signature::explain::explain;
use waypost::domain::signature::verify::Received;
use waypost::ops::probe::Case;
use waypost::ops::{Problem, Witness};
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Msg, Pasted};
use waypost::tui::screens::verify::state::Checked;
use waypost::tui::update::update;

use super::colours::assert_readable;
use super::driver::{app, press, screen, styled, type_text};
use super::scenes;

/// The usual sizes first; then very wide, low, and the smallest that is drawn.
const SIZES: [(u16, u16); 5] = [(80, 24), (120, 40), (200, 60), (60, 16), (40, 10)];

/// What the model shows at the two usual sizes.
pub fn shot(name: &str, model: &Model) {
    shot_at(name, model, &SIZES[..2]);
}

/// What the model shows at every size: for the main screen and the form, whose layout depends on it most.
pub fn shot_at_every_size(name: &str, model: &Model) {
    shot_at(name, model, &SIZES);
}

fn shot_at(name: &str, model: &Model, sizes: &[(u16, u16)]) {
    let mut out = String::new();
    for (columns, rows) in SIZES {
        let mut model = model.clone();
        update(&mut model, Msg::Resize(columns, rows));
        let styled = styled(&model);
        if sizes.contains(&(columns, rows)) {
            writeln!(out, "{columns}x{rows}\n{styled}").unwrap();
        }
        // On a lower screen a text may be scrolled, and its mark be above.
        if rows >= 24 {
            assert_readable(&model);
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, out);
    });
}

/// The delivery in flight ends so.
fn answer(model: &mut Model, delivery: Delivery) {
    let id = model.in_flight().unwrap();
    update(model, Msg::Delivered(id, Box::new(delivery)));
    model.known.health = scenes::health(&model.state, &model.history.rows);
}

#[test]
fn destination_screen() {
    shot_at_every_size("nothing_registered", &app(scenes::nothing()));
    for auth in auth::ALL {
        let shot = if auth == hmac::SPEC { shot_at_every_size } else { shot };
        shot(&format!("registered_{}", auth.name), &app(scenes::registered(auth)));
    }
    shot("unreadable", &app(scenes::unreadable()));
    shot("locked", &app(scenes::locked()));
}

#[test]
fn palette() {
    let mut model = app(scenes::with_deliveries());
    press(&mut model, ":");
    shot("palette", &model);
    type_text(&mut model, "re");
    shot("palette_narrowed", &model);
}

#[test]
fn deliveries() {
    let mut model = app(scenes::with_deliveries());
    shot_at_every_size("deliveries", &model);
    press(&mut model, "down down");
    shot_at_every_size("deliveries_focused", &model);
    press(&mut model, "enter");
    shot("past_delivery", &model);
}

#[test]
fn form_by_auth_type() {
    for (at, auth) in auth::ALL.into_iter().enumerate() {
        let mut model = app(scenes::nothing());
        press(&mut model, "enter tab");
        press(&mut model, &"down ".repeat(at));
        press(&mut model, "space");
        shot(&format!("form_{}", auth.name), &model);
    }
}

#[test]
fn form_with_every_error() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    type_text(&mut model, "http://hooks.example.com/in");
    press(&mut model, "tab down enter tab tab");
    type_text(&mut model, "X Signature");
    press(&mut model, "ctrl-o");
    shot_at_every_size("form_errors", &model);
}

#[test]
fn form_with_a_generated_secret() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down enter ctrl-g");
    update(&mut model, Msg::Generated(Ok(waypost::domain::secret::Secret::new(scenes::SECRET))));
    shot("form_generated", &model);
    press(&mut model, "ctrl-r");
    shot("form_hidden", &model);
}

#[test]
fn form_more_by_auth_type() {
    for (at, auth) in auth::ALL.into_iter().enumerate() {
        let mut model = app(scenes::nothing());
        press(&mut model, "enter tab");
        press(&mut model, &"down ".repeat(at));
        press(&mut model, "space");
        let shown = auth.fields.iter().filter(|field| field.applies(&field::Values::default())).count();
        press(&mut model, &"tab ".repeat(shown + 1 + usize::from(auth == hmac::SPEC)));
        press(&mut model, "enter tab tab tab tab");
        type_text(&mut model, "900");
        press(&mut model, "ctrl-o tab backtab");
        shot(&format!("form_more_{}", auth.name), &model);
    }
}

#[test]
fn form_edit_more_saving_failed_discard() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "e");
    shot_at_every_size("edit", &model);
    press(&mut model, "tab tab tab tab tab tab enter tab tab tab");
    shot_at_every_size("edit_more", &model);
    press(&mut model, "ctrl-o");
    shot("edit_saving", &model);
    update(&mut model, Msg::Saved(1, Err(scenes::problem())));
    shot("edit_not_saved", &model);
    type_text(&mut model, "/etc/ca.pem");
    press(&mut model, "esc");
    shot("discard", &model);
}

#[test]
fn delete() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "d");
    shot("delete", &model);
    press(&mut model, "right enter");
    shot("deleting", &model);
    let Some(id) = model.question.as_ref().and_then(|question| question.running) else { panic!("nothing is being removed") };
    update(&mut model, Msg::Removed(id, Err(Problem::conflict())));
    shot("not_deleted", &model);
}

#[test]
fn test_delivery() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t");
    shot("test_idle", &model);
    press(&mut model, "enter");
    let id = model.in_flight().unwrap();
    update(&mut model, Msg::Sending(id, Box::new(scenes::request())));
    update(&mut model, Msg::Began(id, Phase::Dns));
    update(&mut model, Msg::Ended(id, Phase::Dns, 3.2));
    update(&mut model, Msg::Began(id, Phase::Connect));
    update(&mut model, Msg::Tick(4_230));
    shot("test_in_flight", &model);
    for (phase, ms) in [(Phase::Connect, 11.0), (Phase::Tls, 24.5), (Phase::Write, 0.1)] {
        update(&mut model, Msg::Ended(id, phase, ms));
    }
    update(&mut model, Msg::Began(id, Phase::Wait));
    shot("test_in_flight_waiting", &model);
    update(&mut model, Msg::Delivered(id, Box::new(scenes::refused())));
    shot("test_refused", &model);
    press(&mut model, "backtab right");
    shot("test_refused_request", &model);
    press(&mut model, "right");
    shot("test_refused_timing", &model);
}

#[test]
fn test_delivery_outcomes() {
    for (name, delivery) in [("delivered", scenes::delivered()), ("failed", scenes::failed()), ("stopped", scenes::stopped())] {
        let mut model = app(scenes::registered(hmac::SPEC));
        press(&mut model, "t enter");
        answer(&mut model, delivery);
        shot(&format!("test_{name}"), &model);
    }
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    let id = model.in_flight().unwrap();
    answer(&mut model, scenes::delivered());
    update(&mut model, Msg::Unrecorded(id, scenes::problem()));
    let text = "The receiver got POST /in, 67 bytes, and accepted it: the signature in x-signature is valid.".into();
    update(&mut model, Msg::Witnessed(Witness { id: Some(scenes::stamp().id), accepted: true, text }));
    shot("test_witnessed_unrecorded", &model);
}

#[test]
fn wide_and_combining_characters_keep_the_borders_straight() {
    let page = scenes::listing(vec![scenes::foreign(), scenes::delivered()]);
    let mut list = app(waypost::ops::Snapshot { history: Ok(page), ..scenes::registered(hmac::SPEC) });
    press(&mut list, "down");
    let mut details = list.clone();
    press(&mut details, "enter");
    for (name, model) in [("wide_characters_list", list), ("wide_characters", details)] {
        shot(name, &model);
        for (columns, rows) in SIZES {
            let mut model = model.clone();
            update(&mut model, Msg::Resize(columns, rows));
            for row in screen(&model).lines().filter(|row| row.starts_with('│')) {
                assert!(row.ends_with('│') && row.width() == usize::from(columns), "{columns}x{rows}: {row}");
            }
        }
    }
}

#[test]
fn a_redirect_offers_its_target() {
    for (name, location) in [("same", "/v2/in"), ("other", "https://elsewhere.example.com/in")] {
        let mut model = app(scenes::registered(hmac::SPEC));
        press(&mut model, "t enter");
        answer(&mut model, scenes::redirected(location));
        if name == "same" {
            shot("redirect", &model);
        }
        press(&mut model, "f");
        shot(&format!("redirect_{name}_host"), &model);
    }
}

#[test]
fn history_filter_clear() {
    let mut model = app(scenes::with_deliveries());
    press(&mut model, "/");
    type_text(&mut model, "outcome:delivered");
    let id = model.history.listing.unwrap();
    let page = scenes::listing(vec![scenes::delivered()]);
    update(&mut model, Msg::Listed(id, Ok(Box::new(page))));
    shot("history_filtered", &model);
    press(&mut model, "enter x");
    shot("history_clear", &model);
    let mut model = app(waypost::ops::Snapshot { history: Err(scenes::problem()), ..scenes::registered(hmac::SPEC) });
    shot("history_unreadable", &model);
    press(&mut model, "tab");
}

#[test]
fn find_write_keep_edit() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    answer(&mut model, scenes::delivered());
    press(&mut model, "/ i t e m s");
    shot("find_prompt", &model);
    press(&mut model, "enter");
    shot("found", &model);
    press(&mut model, "s");
    shot("write_prompt", &model);
    press(&mut model, "esc ctrl-e");
    shot("editor", &model);
    press(&mut model, "delete esc");
    shot("editor_not_json", &model);
    press(&mut model, "esc");
    shot("edited", &model);
}

#[test]
fn receiver_code_and_verify() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "c right");
    shot_at_every_size("snippet", &model);
    press(&mut model, "esc v");
    shot("verify_empty", &model);
    update(&mut model, Msg::Paste(Pasted::new("X-Signature: sha256=00\rHost: h".into())));
    press(&mut model, "tab");
    type_text(&mut model, "{}");
    press(&mut model, "ctrl-o");
    let settings = scenes::settings(hmac::SPEC);
    let headers = vec![("X-Signature".to_owned(), settings.auth().format().unwrap().shape().to_owned())];
    let received = Received { method: "POST", target: "/in", headers: &headers, body: b"{}" };
    let explanation = explain(&settings, &received, 0);
    let Some(Popup::Verify(popup)) = &model.popup else { panic!("no popup") };
    let Checked::Waiting(id) = popup.checked else { panic!("{:?}", popup.checked) };
    update(&mut model, Msg::Explained(id, Ok(Box::new(explanation))));
    shot_at_every_size("verify_not_ours", &model);
    press(&mut model, "esc v");
    shot("verify_kept", &model);
}

#[test]
fn probe() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "p");
    shot("probe_asks", &model);
    press(&mut model, "right enter");
    let id = model.in_flight().unwrap();
    update(&mut model, Msg::Probing(id, Case::WrongSecret));
    shot("probe_running", &model);
    update(&mut model, Msg::Probed(id, Ok(Box::new(scenes::report()))));
    shot("probe_done", &model);
}

#[test]
fn help() {
    for (name, keys) in [("main", "?"), ("test", "t ?"), ("form", "e tab ?")] {
        let mut model = app(scenes::registered(hmac::SPEC));
        press(&mut model, keys);
        shot(&format!("help_{name}"), &model);
    }
}

#[test]
fn ascii_and_colourless() {
    let mut model = app(scenes::with_deliveries());
    model.environment.ascii = true;
    model.environment.colourless = true;
    shot("ascii_deliveries", &model);
    assert!(screen(&model).is_ascii());
    press(&mut model, "e tab");
    shot("ascii_form", &model);
    assert!(screen(&model).is_ascii());
    press(&mut model, "esc t enter");
    answer(&mut model, scenes::delivered());
    assert!(screen(&model).is_ascii(), "{}", screen(&model));
}

#[test]
fn too_small() {
    let mut model = app(scenes::nothing());
    update(&mut model, Msg::Resize(38, 9));
    assert_eq!(screen(&model).trim_end(), "Terminal too small: 38x9, needs 40x10");
    for (name, keys) in [("too_small", ""), ("too_small_form", "enter")] {
        let mut model = app(scenes::nothing());
        press(&mut model, keys);
        let mut out = String::new();
        for (columns, rows) in [(39, 10), (40, 9), (39, 9), (20, 3), (1, 1)] {
            update(&mut model, Msg::Resize(columns, rows));
            writeln!(out, "{columns}x{rows}\n{}", styled(&model)).unwrap();
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, out);
        });
    }
    for (columns, rows) in [(40, 10), (41, 11)] {
        update(&mut model, Msg::Resize(columns, rows));
        assert!(screen(&model).contains("Register"), "{}", screen(&model));
    }
}
