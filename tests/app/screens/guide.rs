//! The demo's guide: the line at each step and place, for every auth type, to the end; and that it is in nobody's way.

use proptest::prelude::*;
use waypost::domain::auth::{Auth, AuthType};
use waypost::domain::auth::{api_key, basic, bearer, default, hmac};
use waypost::domain::delivery::{Delivery, Phase};
use waypost::domain::destination::Destination;
use waypost::domain::destination::DestinationId;
use waypost::domain::secret::Secret;
use waypost::ops::demo::Step;
use waypost::ops::{Removed, Saved, Witness};
use waypost::tui::effect::Effect;
use waypost::tui::guide::line;
use waypost::tui::model::{Environment, Model, Popup};
use waypost::tui::msg::{Msg, Press};
use waypost::tui::update::update;

use super::driver::{presses, screen};
use super::scenes;

const URL: &str = "https://localhost:12345/in";

/// The demo, with the world around it: files that are saved, and a receiver that has the credentials of its first request.
struct Walk {
    model: Model,
    given: Option<Destination>,
    saves: i64,
}

impl Walk {
    fn begin() -> Self {
        let environment = Environment { demo: Some(URL.into()), ..Environment::default() };
        Self { model: Model::new((80, 24), environment, scenes::nothing()), given: None, saves: 0 }
    }

    /// Presses keys, and lets happen what comes of them.
    fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace().flat_map(presses) {
            for effect in update(&mut self.model, Msg::Key(key)) {
                self.perform(effect);
            }
        }
    }

    fn update(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        assert_eq!(effects, []);
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Save { id, settings, .. } => {
                self.saves += 1;
                let now = jiff::Timestamp::from_second(1_795_511_642 + self.saves).unwrap();
                let created_at = self.model.destination().map_or(now, Destination::created_at);
                let destination = Destination::new(DestinationId::new("dst_1"), *settings, created_at, now);
                let saved = Saved { destination, generation: self.saves.cast_unsigned(), changed: true, warning: None };
                for effect in update(&mut self.model, Msg::Saved(id, Ok(Box::new(saved)))) {
                    self.perform(effect);
                }
            }
            Effect::Remove { id, generation } => {
                self.update(Msg::Removed(id, Ok(Removed { generation: generation + 1, warning: None })));
            }
            Effect::Generate => self.update(Msg::Generated(Ok(Secret::new(scenes::SECRET)))),
            Effect::Send { id, destination, .. } => {
                self.update(Msg::Began(id, Phase::Wait));
                assert_eq!(line(&self.model).unwrap().long, "On its way: each phase is shown as it ends. Esc stops it.");
                let accepted = self.accepts(&destination);
                let delivery = if accepted { scenes::delivered() } else { scenes::refused() };
                self.update(Msg::Witnessed(Witness {
                    id: Some(delivery.id.clone()),
                    accepted,
                    text: "The receiver saw it.".into(),
                    given: self.given.clone().map(Box::new),
                }));
                self.update(Msg::Delivered(id, Box::new(delivery)));
            }
            _ => {}
        }
    }

    /// As the demo's receiver does, which has its own tests.
    fn accepts(&mut self, now: &Destination) -> bool {
        let given = match self.given.take() {
            Some(given) if given.created_at() == now.created_at() => given,
            _ => now.clone(),
        };
        let given = self.given.insert(given);
        let there = now.url().as_str().split('?').next() == Some(URL);
        there && (given.auth() == now.auth() || matches!(given.auth(), Auth::Default))
    }

    fn step(&self) -> Step {
        self.model.guide.as_ref().unwrap().step()
    }

    /// The line is that, and stands on the screen.
    #[track_caller]
    fn says(&self, text: &str) {
        let line = line(&self.model).unwrap();
        assert_eq!(line.long, text, "{}", screen(&self.model));
        assert_eq!(screen(&self.model).lines().next(), Some(&*format!(" {}  {text}", line.place)));
    }

    /// Keys, and what is said then: with the step in front.
    #[track_caller]
    fn walk(&mut self, way: &[(&str, &str)]) {
        for (keys, expected) in way {
            self.press(keys);
            let line = line(&self.model).unwrap();
            assert_eq!(format!("{} {}", line.place, line.long), *expected, "after {keys}:\n{}", screen(&self.model));
            self.says(&line.long);
        }
    }
}

/// From the beginning to the choice of the auth type.
const BEGIN: [(&str, &str); 3] = [
    ("", "1 of 4 Press Enter to register where events go."),
    ("enter", "1 of 4 This is the URL of the demo's receiver. Enter goes on."),
    ("enter", "1 of 4 Choose an auth type with ↑↓, then Enter; or ^O (Ctrl-O) as it is."),
];

/// From the form that registers to the preview.
const REGISTERED: [(&str, &str); 2] = [
    ("ctrl-o", "2 of 4 Press t, then Enter, to send a test delivery."),
    ("t", "2 of 4 This is the request. Press Enter to send it."),
];

/// From the form in which something was broken to the refusal.
const BROKEN: [(&str, &str); 4] = [
    ("", "3 of 4 Changed here, but not at the receiver. ^O saves; then t and Enter."),
    ("ctrl-o", "3 of 4 The receiver still has it as it was. Press t, then Enter, and see."),
    ("t", "3 of 4 Press Enter to send, and see what the receiver says."),
    ("enter", "4 of 4 Refused. Why, Fix and Seen say what is wrong. Press e to mend it."),
];

/// From the form in which it was mended to the end.
const MENDED: [(&str, &str); 4] = [
    ("", "4 of 4 As the receiver has it. ^O saves; then t and Enter."),
    ("ctrl-o", "4 of 4 As the receiver has it. Press t, then Enter, to prove it."),
    ("t", "4 of 4 Press Enter to send: this time it agrees with the receiver."),
    ("enter", "Done That is all of it. q ends the demo; nothing of it is left behind."),
];

fn walked(ways: &[&[(&str, &str)]]) -> Walk {
    let mut walk = Walk::begin();
    for way in ways {
        walk.walk(way);
    }
    assert_eq!(walk.step(), Step::Done);
    assert_eq!(update(&mut walk.model, Msg::Key(Press::Char('q'))), [Effect::Quit(0)]);
    walk
}

#[test]
fn default() {
    let mut broken = BROKEN;
    broken[0].1 = "3 of 4 Nothing is at that path. ^O saves it; then t and Enter.";
    broken[1].1 = "3 of 4 The receiver has nothing at that path. Press t, then Enter, and see.";
    let delivered = [
        ("enter", "3 of 4 Delivered. Now see a refusal: press e, then change the URL's path."),
        ("e", "3 of 4 Type a letter more: the path is wrong then. ^O saves it."),
        ("tab", "3 of 4 Shift-Tab to the URL, and type a letter more. ^O saves it."),
        ("backtab x", broken[0].1),
    ];
    let mend = [
        ("esc", "4 of 4 Press e, and let the URL end in /in."),
        ("e", "4 of 4 Here, let it end in /in. Then ^O."),
        ("tab", "4 of 4 Shift-Tab to the URL, and let it end in /in."),
        ("backtab backspace", MENDED[0].1),
    ];
    walked(&[&BEGIN, &REGISTERED, &delivered, &broken, &mend, &MENDED]);
}

#[test]
fn hmac() {
    let fill_in = [
        ("down", "1 of 4 Choose an auth type with ↑↓. Enter goes on to its fields."),
        ("enter", "1 of 4 Type X-Signature, or any other header, then Enter."),
        ("X-Signature", "1 of 4 Enter goes on."),
        ("enter", "1 of 4 Press ^G for a new secret, or type one."),
        ("ctrl-g", "1 of 4 The receiver gets it by itself. ^O (Ctrl-O) registers."),
        ("enter", "1 of 4 Leave it, or choose with ←→. ^O registers."),
    ];
    let delivered = [
        ("enter", "3 of 4 Delivered. Now see a refusal: press e, then choose another Format."),
        ("esc", "3 of 4 Now see a refusal. Press e, then choose another Format."),
        ("e", "3 of 4 Tab to Format, and choose another. ^O saves it."),
        ("tab tab tab tab", "3 of 4 Choose another one with ←→. ^O saves it."),
        ("right", BROKEN[0].1),
        ("tab tab tab", "3 of 4 Press Enter: it saves, and sends one at once."),
        ("backtab backtab backtab", BROKEN[0].1),
    ];
    let mend = [
        ("e", "4 of 4 Tab to Format, and choose hex again."),
        ("tab tab tab tab", "4 of 4 Here, choose hex again. Then ^O."),
        ("right", "4 of 4 Here, choose hex again. Then ^O."),
        ("left left", MENDED[0].1),
    ];
    walked(&[&BEGIN, &fill_in, &REGISTERED, &delivered, &BROKEN, &mend, &MENDED]);
}

#[test]
fn basic() {
    let fill_in = [
        ("down down enter", "1 of 4 Type any name, then Enter."),
        ("Aladdin", "1 of 4 Enter goes on."),
        ("enter", "1 of 4 Type any password."),
        ("sesame", "1 of 4 The receiver gets it by itself. ^O (Ctrl-O) registers."),
    ];
    let delivered = [
        ("enter", "3 of 4 Delivered. Now see a refusal: press e, then change the Username."),
        ("e", "3 of 4 Tab to Username, and type a letter more. ^O saves it."),
        ("tab tab", "3 of 4 Type a letter more. ^O saves it."),
        ("x", BROKEN[0].1),
    ];
    let mend = [
        ("esc", "4 of 4 Press e, and let Username be Aladdin again."),
        ("t", "4 of 4 It would be refused. e: let Username be Aladdin again."),
        ("e", "4 of 4 Tab to Username, and let it be Aladdin again."),
        ("tab tab", "4 of 4 Here, let it be Aladdin again. Then ^O."),
        ("backspace", MENDED[0].1),
    ];
    walked(&[&BEGIN, &fill_in, &REGISTERED, &delivered, &BROKEN, &mend, &MENDED]);
}

#[test]
fn bearer() {
    let fill_in = [
        ("down down down enter", "1 of 4 Type any token; remember it for later."),
        ("right", "1 of 4 Type any token; remember it for later."),
        ("mF_9", "1 of 4 The receiver gets it by itself. ^O (Ctrl-O) registers."),
    ];
    let delivered = [
        ("enter", "3 of 4 Delivered. Now see a refusal: press e, then type another Token."),
        ("e", "3 of 4 Tab to Token, and type another. ^O saves it."),
        ("tab tab", "3 of 4 Type another token, such as wrong. ^O saves it."),
        ("wrong", BROKEN[0].1),
    ];
    let mend = [
        ("esc", "4 of 4 Press e, and type the first Token again. Or d: register anew."),
        ("e", "4 of 4 Tab to Token, and type the first again."),
        ("tab tab", "4 of 4 Here, type the first again. Then ^O."),
        ("mF_8", "4 of 4 Here, type the first again. Then ^O."),
        ("backspace 9", MENDED[0].1),
    ];
    walked(&[&BEGIN, &fill_in, &REGISTERED, &delivered, &BROKEN, &mend, &MENDED]);
}

#[test]
fn api_key() {
    let fill_in = [
        ("down down down down enter", "1 of 4 Type X-Api-Key, or any other header, then Enter."),
        ("tab tab down up", "1 of 4 Leave it, or choose with ↑↓. ^O registers."),
        ("down backtab backtab", "1 of 4 Type api_key, or any other parameter, then Enter."),
        ("tab tab up backtab backtab", "1 of 4 Type X-Api-Key, or any other header, then Enter."),
        ("X-Api-Key", "1 of 4 Enter goes on."),
        ("enter", "1 of 4 Type any value."),
        ("open", "1 of 4 The receiver gets it by itself. ^O (Ctrl-O) registers."),
    ];
    let delivered = [
        ("enter", "3 of 4 Delivered. Now see a refusal: press e, then change where the key goes."),
        ("e", "3 of 4 Tab to Add to, and choose the other. ^O saves it."),
        ("tab tab tab tab", "3 of 4 Choose the other one with ↑↓. ^O saves it."),
        ("down", BROKEN[0].1),
    ];
    let mend = [
        ("e", "4 of 4 Tab to Add to, and choose Header again."),
        ("tab tab tab tab", "4 of 4 Here, choose Header again. Then ^O."),
        ("left", MENDED[0].1),
    ];
    walked(&[&BEGIN, &fill_in, &REGISTERED, &delivered, &BROKEN, &mend, &MENDED]);
}

#[test]
fn whatever_else_is_changed_is_named_to_be_put_back() {
    for (auth_type, keys, expected) in [
        (hmac::SPEC, "tab tab x", "let Header key be X-Signature again"),
        (hmac::SPEC, "tab tab tab another", "type the first Signing secret again. Or d: register anew"),
        (basic::SPEC, "tab tab tab another", "type the first Password again. Or d: register anew"),
        (api_key::SPEC, "tab tab x", "let Key be X-Api-Key again"),
        (api_key::SPEC, "tab tab tab another", "type the first Value again. Or d: register anew"),
        (bearer::SPEC, "tab down tab X-Key tab another", "choose Bearer Token again"),
        (basic::SPEC, "tab up tab X-Key tab another", "choose Basic Auth again"),
        (api_key::SPEC, "backtab backtab", "choose nothing"),
    ] {
        let mut walk = Walk::begin();
        register(&mut walk, auth_type);
        walk.press("t enter esc e");
        walk.press(keys);
        walk.press("ctrl-o");
        if expected == "choose nothing" {
            // Nothing was changed: it would be delivered again.
            walk.says("Now see a refusal. Press e, then change where the key goes.");
            continue;
        }
        walk.says("The receiver still has it as it was. Press t, then Enter, and see.");
        walk.press("t enter");
        assert_eq!(walk.step(), Step::Mend, "{auth_type:?} {keys}");
        walk.press("esc");
        walk.says(&format!("Press e, and {expected}."));
    }
}

#[test]
fn a_receiver_that_asks_for_nothing_refuses_by_its_path_alone() {
    let mut walk = Walk::begin();
    register(&mut walk, default::SPEC);
    walk.press("t enter esc e tab down down down tab token ctrl-o");
    walk.says("Now see a refusal. Press e, then change the URL's path.");
    walk.press("t enter");
    walk.says("Delivered. Now see a refusal: press e, then change the URL's path.");
}

#[test]
fn who_begins_with_a_refusal_has_seen_one() {
    let mut walk = Walk::begin();
    walk.walk(&BEGIN[..2]);
    walk.press("x");
    walk.says("The receiver is at https://localhost:12345/in");
    walk.press("ctrl-o");
    walk.says("Press e, and let the URL end in /in.");
    walk.press("t enter");
    assert_eq!(walk.step(), Step::Mend);
    walk.press("e backspace ctrl-o t enter");
    assert_eq!(walk.step(), Step::Done);
}

/// Registers, from the beginning.
fn register(walk: &mut Walk, auth_type: AuthType) {
    let keys = match auth_type.name {
        "default" => "enter ctrl-o",
        "hmac" => "enter tab down tab X-Signature tab a-secret ctrl-o",
        "basic" => "enter tab down down tab Aladdin tab sesame ctrl-o",
        "bearer" => "enter tab down down down tab token ctrl-o",
        _ => "enter tab down down down down tab X-Api-Key tab open ctrl-o",
    };
    walk.press(keys);
    assert_eq!(walk.model.destination().map(|destination| destination.auth().auth_type()), Some(auth_type));
}

#[test]
fn who_deletes_it_registers_anew_and_goes_on() {
    let mut walk = Walk::begin();
    register(&mut walk, bearer::SPEC);
    walk.press("t enter esc e tab tab other ctrl-o t enter");
    assert_eq!(walk.step(), Step::Mend);
    walk.press("d");
    walk.says("Esc keeps all as it is.");
    walk.press("right enter");
    walk.says("Nothing is registered now. Enter registers anew.");
    register(&mut walk, hmac::SPEC);
    walk.says("As the receiver has it. Press t, then Enter, to prove it.");
    walk.press("t enter");
    assert_eq!(walk.step(), Step::Done);
    walk.press("d right enter");
    walk.says("That is all of it. q ends the demo; nothing of it is left behind.");
}

#[test]
fn the_guide_follows_what_the_receiver_reported() {
    let mut walk = Walk::begin();
    register(&mut walk, basic::SPEC);
    // It arrived, was stopped, and was edited before the receiver told of it.
    walk.press("t");
    update(&mut walk.model, Msg::Key(Press::Enter));
    let id = walk.model.in_flight().unwrap();
    let given = walk.model.destination().cloned().map(Box::new);
    walk.update(Msg::Delivered(id, Box::new(scenes::stopped())));
    walk.press("esc e tab tab x ctrl-o");
    walk.says("Press t, then Enter, to send a test delivery.");
    let text = "The receiver saw it.".into();
    walk.update(Msg::Witnessed(Witness { id: None, accepted: true, text, given }));
    walk.says("Press e, and let Username be Aladdin again.");
    walk.press("e tab tab backspace ctrl-o");
    walk.says("Press t, then Enter, to send a test delivery.");
}

#[test]
fn off_the_way_the_line_says_the_way_back() {
    let mut walk = Walk::begin();
    walk.walk(&[
        ("?", "1 of 4 These are the keys here. Esc closes them."),
        ("esc", BEGIN[0].1),
        ("enter tab down esc", "1 of 4 Esc goes back to the form."),
        ("esc", "1 of 4 Choose an auth type with ↑↓. Enter goes on to its fields."),
        ("ctrl-o", "1 of 4 Type X-Signature, or any other header, then Enter."),
        ("Host ctrl-o", "1 of 4 Mend what is said under the field, then ^O registers."),
        ("backspace", "1 of 4 Enter goes on."),
        ("backspace backspace backspace X-Signature tab", "1 of 4 Press ^G for a new secret, or type one."),
        ("secret tab tab", "1 of 4 Not needed here. ^O registers."),
        ("tab", "1 of 4 Press Enter to register."),
        ("tab", "1 of 4 Press Enter: it registers, and sends one at once."),
        ("tab", "1 of 4 Not needed here. ^O registers."),
        ("backtab enter", "3 of 4 Delivered. Now see a refusal: press e, then choose another Format."),
        ("ctrl-e", "3 of 4 Change the body as you like. Esc takes it."),
        ("esc w", "3 of 4 Enter takes what is typed. Esc goes back."),
        ("esc esc", "3 of 4 Now see a refusal. Press e, then choose another Format."),
        ("c", "3 of 4 The receiver's check, as code. Esc goes back."),
        ("esc v", "3 of 4 Was a request made with our secret? Esc goes back."),
        ("esc p", "3 of 4 Send shows whether it checks. Esc goes back."),
        ("right enter", "3 of 4 Pings, right and wrong ones. Esc stops them."),
    ]);
    let id = walk.model.in_flight().unwrap();
    walk.update(Msg::Probed(id, Ok(Box::new(scenes::report()))));
    walk.walk(&[
        ("", "3 of 4 Whether the receiver checks. Esc goes back."),
        ("esc down", "3 of 4 Now see a refusal. Press e, then choose another Format."),
        ("enter", "3 of 4 This one is of before. Esc goes back."),
        ("esc x", "3 of 4 Esc keeps all as it is."),
        ("esc t", "3 of 4 This would be delivered again. For a refusal, press e first."),
        ("backtab", "3 of 4 This would be delivered again. For a refusal, press e first."),
    ]);
    // What is past does not count, nor what did not get there.
    walk.press("tab enter");
    let answers = [
        (scenes::failed(), "It did not get there: Why says what is wrong, Fix what to do."),
        (scenes::stopped(), "Stopped. Press Enter on Send again to send it once more."),
    ];
    for (delivery, expected) in answers {
        again(&mut walk, delivery);
        walk.says(expected);
        assert_eq!(walk.step(), Step::Refuse);
    }
}

#[test]
fn files_changed_from_outside_are_reported() {
    for situation in [scenes::locked(), scenes::unreadable()] {
        let environment = Environment { demo: Some(URL.into()), ..Environment::default() };
        let model = Model::new((80, 24), environment, situation);
        let line = line(&model).unwrap();
        assert_eq!((line.place, &*line.long), ("1 of 4", "The demo's files were changed from outside. q ends it; begin anew."));
        assert!(screen(&model).starts_with(" 1 of 4  The demo's files"));
    }
}

#[test]
fn what_the_receiver_was_given_is_in_no_debug() {
    let mut walk = Walk::begin();
    walk.press("enter tab down tab X-Signature tab ctrl-g ctrl-o t enter e tab tab tab other-secret ctrl-o t enter esc");
    assert_eq!(walk.step(), Step::Mend);
    let all = format!("{:?} {:?} {}", walk.model, line(&walk.model), screen(&walk.model));
    assert!(!all.contains(scenes::SECRET) && !all.contains("other-secret"), "{all}");
}

/// Sends again, with that answer.
fn again(walk: &mut Walk, delivery: Delivery) {
    update(&mut walk.model, Msg::Key(Press::Enter));
    let id = walk.model.in_flight().unwrap();
    walk.update(Msg::Delivered(id, Box::new(delivery)));
}

#[test]
fn outside_the_demo_there_is_no_guide() {
    let mut model = super::driver::app(scenes::nothing());
    let before = screen(&model);
    assert_eq!(line(&model), None);
    assert!(before.starts_with(" waypost "), "{before}");
    super::driver::press(&mut model, "enter ctrl-o");
    assert_eq!((line(&model), &model.guide), (None, &None));
}

#[test]
fn it_has_a_row_of_its_own_at_every_size() {
    for (columns, rows) in [(40, 10), (41, 11), (60, 16), (80, 24), (120, 40)] {
        for keys in [
            "",
            "enter",
            "enter tab down tab",
            "enter ?",
            "enter tab down esc",
            "enter ctrl-o",
            "enter ctrl-o t",
            "enter ctrl-o d",
        ] {
            let mut walk = Walk::begin();
            walk.press(keys);
            walk.update_size(columns, rows);
            let shown = screen(&walk.model);
            assert!(shown.starts_with(&format!(" {}  ", line(&walk.model).unwrap().place)), "{shown}");
            assert!(!shown.lines().next().unwrap().contains(['│', '╭', '╮']), "{shown}");
            assert!(
                shown.contains('>') || keys.ends_with('?'),
                "the focus is on the screen at {columns}x{rows}, {keys}:\n{shown}"
            );
        }
    }
    let mut walk = Walk::begin();
    walk.update_size(39, 10);
    assert_eq!(screen(&walk.model).trim_end(), "Terminal too small: 39x10, needs 40x10");
}

impl Walk {
    fn update_size(&mut self, columns: u16, rows: u16) {
        update(&mut self.model, Msg::Resize(columns, rows));
    }
}

#[test]
fn on_a_narrow_and_high_screen_it_is_whole_on_two_rows() {
    for keys in ["", "enter", "enter enter", "enter ctrl-o", "enter ctrl-o t enter", "enter ctrl-o t enter esc"] {
        let mut walk = Walk::begin();
        walk.press(keys);
        walk.update_size(44, 24);
        let shown = screen(&walk.model);
        let rows: Vec<&str> = shown.lines().take(2).map(|row| row.get(9..).unwrap_or_default()).collect();
        assert_eq!(rows.join(" ").split_whitespace().collect::<Vec<_>>().join(" "), line(&walk.model).unwrap().short, "{shown}");
        assert!(shown.lines().nth(2).unwrap().contains(['╭', 'w']), "{shown}");
    }
}

#[test]
fn in_ascii_and_without_colour() {
    let mut walk = Walk::begin();
    walk.model.environment.ascii = true;
    walk.model.environment.colourless = true;
    walk.press("enter tab");
    let shown = screen(&walk.model);
    assert!(shown.is_ascii() && shown.starts_with(" 1 of 4  Choose an auth type with Up/Down, then Enter; or"), "{shown}");
}

fn any_auth() -> impl Strategy<Value = AuthType> {
    prop_oneof![Just(default::SPEC), Just(hmac::SPEC), Just(basic::SPEC), Just(bearer::SPEC), Just(api_key::SPEC)]
}

fn any_keys() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "enter",
        "enter",
        "tab",
        "backtab",
        "esc",
        "esc",
        "up",
        "down",
        "left",
        "right",
        "ctrl-o",
        "ctrl-o",
        "ctrl-g",
        "t",
        "t",
        "e",
        "e",
        "d",
        "c",
        "v",
        "p",
        "f",
        "x",
        "r",
        "w",
        "?",
        "ctrl-e",
        "backspace",
        "wrong",
        "漢字",
        "ctrl-r",
        "esc esc esc t enter",
        "esc esc esc e tab tab x ctrl-o t enter",
        "esc esc esc e tab tab backspace ctrl-o t enter",
        "esc esc esc d right enter enter ctrl-o",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whatever is pressed: steps only go forward, and the line fits, is of one piece and names no secret.
    #[test]
    fn after_any_keys(
        auth_type in any_auth(),
        keys in prop::collection::vec(any_keys(), 0..30),
        (columns, rows) in (40_u16..90, 10_u16..30),
    ) {
        let mut walk = Walk::begin();
        register(&mut walk, auth_type);
        walk.update_size(columns, rows);
        let mut step = walk.step();
        for key in keys {
            walk.press(key);
            let line = line(&walk.model).unwrap();
            let shown = screen(&walk.model);
            let first = shown.lines().next().unwrap_or_default();
            prop_assert!(first.starts_with(&format!(" {}  ", line.place)) && !first.contains(['│', '╭', '╮']), "{}", shown);
            prop_assert!(walk.step() >= step);
            step = walk.step();
            prop_assert_eq!(line.place, step.place());
            for (text, room) in [(&line.long, 70), (&line.short, 50)] {
                // A name of wide characters is cut on the screen.
                prop_assert!(text.contains('漢') || text.chars().count() <= room, "{} is too long", text);
                prop_assert!(!text.contains("  ") && !text.contains("..") && !text.contains("sesame"), "{}", text);
                prop_assert!(text.ends_with('.') || text.ends_with("/in"), "{}", text);
            }
            // Where one is told to press a key, it does something there.
            let waits = walk.model.popup.is_none() && walk.model.help.is_none();
            if waits && line.long.starts_with("Press e") {
                let mut model = walk.model.clone();
                update(&mut model, Msg::Key(Press::Char('e')));
                prop_assert!(matches!(model.popup, Some(Popup::Form(_))));
            }
        }
    }
}

/// What the model shows where the line is tightest, and where it is usual.
fn shot(name: &str, walk: &Walk) {
    super::snapshots::shot(&format!("guide_{name}"), &walk.model);
}

#[test]
fn screens() {
    let mut walk = Walk::begin();
    for (name, keys) in [
        ("1_begin", ""),
        ("1_url", "enter"),
        ("1_secret", "enter down enter X-Signature enter ctrl-g"),
        ("2_registered", "ctrl-o"),
        ("2_request", "t"),
        ("3_delivered", "enter"),
        ("3_changed", "e tab tab tab tab right"),
        ("3_saved", "ctrl-o"),
        ("4_refused", "t enter"),
        ("4_mend", "e tab tab tab tab"),
        ("done", "left ctrl-o t enter"),
        ("done_help", "?"),
    ] {
        walk.press(keys);
        shot(name, &walk);
    }
}
