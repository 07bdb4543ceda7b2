//! The line for each step and place.

use crate::domain::auth::{api_key, basic, bearer, default, hmac};
use crate::domain::delivery::Outcome;
use crate::domain::field;
use crate::domain::field::Field;
use crate::ops::State;
use crate::ops::demo::{Called, Guide, Step};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::form::focus::{Focus, FormButton};
use crate::tui::screens::form::inputs::ADVANCED;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::probe::state::ProbePopup;
use crate::tui::screens::question::state::{Pending, Question};
use crate::tui::screens::test::life::Life;
use crate::tui::screens::test::state::{Mode, TestButton, TestFocus, TestPopup};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where in all of it one is.
    pub place: &'static str,
    /// For 80 columns.
    pub long: String,
    /// The same for 60.
    pub short: String,
}

/// A text for 80 columns, and one for 60.
type Words = (String, String);

fn both(long: impl Into<String>, short: impl Into<String>) -> Words {
    (long.into(), short.into())
}

fn same(text: impl Into<String>) -> Words {
    let text = text.into();
    (text.clone(), text)
}

/// What to do next, in the demo.
#[must_use]
pub fn line(model: &Model) -> Option<Line> {
    let guide = model.guide.as_ref()?;
    let (long, short) = words(guide, model);
    Some(Line { place: guide.step().place(), long, short })
}

fn words(guide: &Guide, model: &Model) -> Words {
    if model.help.is_some() {
        return same("These are the keys here. Esc closes them.");
    }
    match &model.question {
        Some(Question { pending: Pending::DiscardForm, .. }) => return same("Esc goes back to the form."),
        Some(Question { pending: Pending::DiscardBody(_), .. }) => return same("Esc goes back to the body."),
        Some(Question { pending: Pending::Probe, .. }) => return same("Send shows whether it checks. Esc goes back."),
        Some(_) => return same("Esc keeps all as it is."),
        None => {}
    }
    match &model.popup {
        None => on_screen(guide, model),
        Some(Popup::Form(form)) => in_form(guide, form),
        Some(Popup::Test(test)) => in_test(guide, model, test),
        Some(_) if guide.step() == Step::Done => {
            both("That is all of it. Esc goes back, then q ends the demo.", "That is all of it. Esc, then q ends the demo.")
        }
        Some(Popup::Snippet(_)) => same("The receiver's check, as code. Esc goes back."),
        Some(Popup::Verify(_)) => same("Was a request made with our secret? Esc goes back."),
        Some(Popup::Probe(ProbePopup::Running { .. })) => same("Pings, right and wrong ones. Esc stops them."),
        Some(Popup::Probe(_)) => same("Whether the receiver checks. Esc goes back."),
    }
}

fn all_of_it() -> Words {
    both("That is all of it. q ends the demo; nothing of it is left behind.", "That is all of it. q ends the demo.")
}

/// On the destination screen.
fn on_screen(guide: &Guide, model: &Model) -> Words {
    let step = guide.step();
    let destination = match &model.state {
        State::Open(destination) => destination,
        State::Empty if step == Step::Register => return same("Press Enter to register where events go."),
        State::Empty if step == Step::Done => return all_of_it(),
        State::Empty => return same("Nothing is registered now. Enter registers anew."),
        State::Locked(..) | State::Unreadable(_) => {
            return both(
                "The demo's files were changed from outside. q ends it; begin anew.",
                "The demo's files were changed. q; begin anew.",
            );
        }
    };
    match (step, guide.differs(destination.settings())) {
        (Step::Done, _) => all_of_it(),
        (Step::Refuse, None) => {
            let what = guide.slip(destination.auth().auth_type()).what;
            both(format!("Now see a refusal. Press e, then {what}."), format!("Now a refusal: e, then {what}."))
        }
        (Step::Refuse, Some(differs)) if differs == field::URL => both(
            "The receiver has nothing at that path. Press t, then Enter, and see.",
            "Nothing is at that path. t, then Enter, shows it.",
        ),
        (Step::Refuse, Some(_)) => both(
            "The receiver still has it as it was. Press t, then Enter, and see.",
            "The receiver has the old one. t, then Enter.",
        ),
        (Step::Prove, None) => same("Press t, then Enter, to send a test delivery."),
        (_, None) => {
            both("As the receiver has it. Press t, then Enter, to prove it.", "As the receiver has it. t, then Enter, proves it.")
        }
        (_, Some(field)) => {
            let what = guide.back(field, Called::ByName);
            // A secret may be forgotten by now: the receiver takes another only with another registration.
            let anew = if field.is_secret() { " Or d: register anew." } else { "" };
            both(format!("Press e, and {what}.{anew}"), format!("e: {what}."))
        }
    }
}

fn in_test(guide: &Guide, model: &Model, test: &TestPopup) -> Words {
    match test.mode {
        Mode::Prompt(_) => return same("Enter takes what is typed. Esc goes back."),
        Mode::Edit(_) => return same("Change the body as you like. Esc takes it."),
        Mode::Browse => {}
    }
    let step = guide.step();
    let send = match test.focus {
        TestFocus::Button(TestButton::Send | TestButton::SendAgain) => "Press Enter to send",
        _ => "Tab to Send, and press Enter",
    };
    match &test.life {
        Life::Flight(_) => return both("On its way: each phase is shown as it ends. Esc stops it.", "On its way. Esc stops it."),
        _ if step == Step::Done => return all_of_it(),
        Life::Past(_) => return same("This one is of before. Esc goes back."),
        Life::Answered(answer) => return answered(guide, model, answer.delivery.outcome()),
        Life::Idle => {}
    }
    let Some(destination) = model.destination() else { return same("Esc goes back.") };
    match (step, guide.differs(destination.settings())) {
        (Step::Prove, None) => both(format!("This is the request. {send} it."), format!("{send} this request.")),
        (Step::Refuse, None) => {
            both("This would be delivered again. For a refusal, press e first.", "For a refusal, press e first.")
        }
        (Step::Refuse, Some(_)) => both(format!("{send}, and see what the receiver says."), format!("{send}.")),
        (_, None) => both(format!("{send}: this time it agrees with the receiver."), format!("{send}.")),
        (_, Some(field)) => {
            let what = guide.back(field, Called::ByName);
            both(format!("It would be refused. e: {what}."), format!("e: {what}."))
        }
    }
}

/// Under an answer.
fn answered(guide: &Guide, model: &Model, outcome: Outcome) -> Words {
    let differs = model.destination().and_then(|destination| guide.differs(destination.settings()));
    match (guide.step(), outcome) {
        (_, Outcome::Failed) => {
            both("It did not get there: Why says what is wrong, Fix what to do.", "It did not get there. Read Why and Fix.")
        }
        (_, Outcome::Stopped) => {
            both("Stopped. Press Enter on Send again to send it once more.", "Stopped. Send again sends it anew.")
        }
        (_, Outcome::Refused) if differs.is_none() => {
            both("Refused; but now it is as the receiver has it. Send it again.", "Mended since. Send it again.")
        }
        (_, Outcome::Refused) => {
            both("Refused. Why, Fix and Seen say what is wrong. Press e to mend it.", "Refused: read Why, Fix, Seen. e mends it.")
        }
        (_, Outcome::Delivered) => {
            let now = model.destination().map_or(default::SPEC, |destination| destination.auth().auth_type());
            let what = guide.slip(now).what;
            both(format!("Delivered. Now see a refusal: press e, then {what}."), format!("Now a refusal: e, then {what}."))
        }
    }
}

fn in_form(guide: &Guide, form: &Form) -> Words {
    if form.saving.is_some() {
        return same("It is being saved.");
    }
    let go = if form.is_edit() { "^O saves" } else { "^O registers" };
    if is_wrong(form) {
        return both(format!("Mend what is said under the field, then {go}."), format!("Mend what is marked, then {go}."));
    }
    if form.problem.is_some() {
        return same(format!("Why it was not saved is said below. {go}."));
    }
    if !form.is_edit() {
        return in_register(guide, form);
    }
    if guide.step() == Step::Done {
        return both(
            "That is all of it. Esc closes the form, then q ends the demo.",
            "That is all of it. Esc, then q ends the demo.",
        );
    }
    let settings = form.complete().check().ok().map(|checked| checked.settings);
    let differs = settings.as_ref().and_then(|settings| guide.differs(settings));
    let at_once = form.focus == Focus::Button(FormButton::SaveAndTest);
    match (guide.step(), differs) {
        (Step::Refuse, Some(_)) | (Step::Mend, None) if at_once => same("Press Enter: it saves, and sends one at once."),
        (Step::Refuse, None) => {
            let slip = guide.slip(form.auth_type());
            let how = if form.focus == Focus::Field(slip.field) {
                slip.here.to_owned()
            } else {
                format!("{}, and {}", towards(slip.field), slip.named)
            };
            both(format!("{how}. ^O saves it."), format!("{how}."))
        }
        (Step::Refuse, Some(differs)) if differs == field::URL => {
            both("Nothing is at that path. ^O saves it; then t and Enter.", "Nothing is there. ^O saves; then t and Enter.")
        }
        (Step::Refuse, Some(_)) => {
            both("Changed here, but not at the receiver. ^O saves; then t and Enter.", "^O saves it; then t and Enter send one.")
        }
        (_, Some(field)) => {
            let back = guide.back(field, Called::It);
            if form.focus == Focus::Field(field) {
                same(format!("Here, {back}. Then ^O."))
            } else {
                let to = towards(field);
                both(format!("{to}, and {back}."), format!("{to}; {back}."))
            }
        }
        (_, None) => both("As the receiver has it. ^O saves; then t and Enter.", "As the receiver has it. ^O saves."),
    }
}

/// How to get to a field of the form.
fn towards(field: Field) -> String {
    if field == field::URL { "Shift-Tab to the URL".to_owned() } else { format!("Tab to {}", field.label) }
}

/// Whether the focused field has an error that is to be read. Of one that is still empty the usual line says more.
fn is_wrong(form: &Form) -> bool {
    let Focus::Field(field) = form.focus else { return false };
    let empty = form.inputs.text(field).is_some_and(|text| text.text().is_empty());
    form.error(field).is_some() && (form.is_edit() || !empty)
}

/// In the form that registers.
fn in_register(guide: &Guide, form: &Form) -> Words {
    let typed = |field| form.inputs.text(field).is_some_and(|text| !text.text().is_empty());
    match form.focus {
        Focus::Field(field)
            if field == field::URL && form.inputs.text(field::URL).is_none_or(|url| !guide.leads_to_receiver(url.text())) =>
        {
            same(format!("The receiver is at {}", guide.url()))
        }
        Focus::Field(field) if field == field::URL => {
            both("This is the URL of the demo's receiver. Enter goes on.", "The URL of the demo's receiver. Enter goes on.")
        }
        Focus::Field(field) if field == field::AUTH && form.auth_type() == default::SPEC => both(
            "Choose an auth type with ↑↓, then Enter; or ^O (Ctrl-O) as it is.",
            "Choose with ↑↓, then Enter; or ^O as it is.",
        ),
        Focus::Field(field) if field == field::AUTH => {
            both("Choose an auth type with ↑↓. Enter goes on to its fields.", "Choose with ↑↓. Enter goes on.")
        }
        Focus::Field(field) if field == hmac::HEADER_KEY && !typed(hmac::HEADER_KEY) => {
            same("Type X-Signature, or any other header, then Enter.")
        }
        Focus::Field(field) if field == hmac::SIGNING_SECRET && !typed(hmac::SIGNING_SECRET) => {
            same("Press ^G for a new secret, or type one.")
        }
        Focus::Field(field) if field == basic::USERNAME && !typed(basic::USERNAME) => same("Type any name, then Enter."),
        Focus::Field(field) if field == basic::PASSWORD && !typed(basic::PASSWORD) => same("Type any password."),
        Focus::Field(field) if field == bearer::TOKEN && !typed(bearer::TOKEN) => same("Type any token; remember it for later."),
        Focus::Field(field) if field == api_key::KEY && !typed(api_key::KEY) && form.inputs.chosen(api_key::ADD_TO) == 1 => {
            same("Type api_key, or any other parameter, then Enter.")
        }
        Focus::Field(field) if field == api_key::KEY && !typed(api_key::KEY) => {
            same("Type X-Api-Key, or any other header, then Enter.")
        }
        Focus::Field(field) if field == api_key::VALUE && !typed(api_key::VALUE) => same("Type any value."),
        Focus::Field(field) if field.is_secret() => {
            both("The receiver gets it by itself. ^O (Ctrl-O) registers.", "The receiver gets it by itself. ^O registers.")
        }
        Focus::Field(field) if [hmac::HEADER_KEY, basic::USERNAME, api_key::KEY].contains(&field) => same("Enter goes on."),
        Focus::Field(field) if field == hmac::FORMAT => same("Leave it, or choose with ←→. ^O registers."),
        Focus::Field(field) if field == api_key::ADD_TO => same("Leave it, or choose with ↑↓. ^O registers."),
        Focus::Field(field) if ADVANCED.contains(&field) => same("Not needed here. ^O registers."),
        Focus::Button(FormButton::Save) => same("Press Enter to register."),
        Focus::Button(FormButton::SaveAndTest) => same("Press Enter: it registers, and sends one at once."),
        Focus::Field(_) | Focus::Advanced | Focus::Button(FormButton::Cancel) => same("Not needed here. ^O registers."),
    }
}
