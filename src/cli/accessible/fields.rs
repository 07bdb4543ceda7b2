//! The form, field by field. An invalid answer is reported and asked for again before the next field.

use std::path::Path;

use super::headers;
use super::questions::{Back, Questions, error, say};
use crate::cli::failure::{Failure, fix_text};
use crate::cli::input::tls_files;
use crate::domain::auth::{self, hmac};
use crate::domain::convention::{self, Convention};
use crate::domain::destination::Settings;
use crate::domain::draft::{Checked, Draft};
use crate::domain::field::{AUTH, CLIENT_CERT, CLIENT_KEY, Choice, Field, Kind, OPTIONAL, TLS_FILES, URL};
use crate::domain::import::{from_curl, is_curl};
use crate::domain::path::expanded;
use crate::domain::problem::Problem;
use crate::domain::rotation::{DEFAULT_PERIOD, KeepOld, PERIODS, carries_two};
use crate::domain::secret::Secret;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;
use crate::ops::Waypost;
use crate::present::{self, Value};

/// The answer that removes an optional setting.
const NONE: &str = "-";

/// What was entered.
pub struct Entered {
    pub checked: Checked,
    /// What becomes of a secret that is replaced.
    pub keep: KeepOld,
    /// What a curl command sends.
    pub body: Option<Vec<u8>>,
}

/// Asks for every field; `registered` is what is edited. `None` when the person went back.
pub fn fill_in(
    questions: &mut Questions,
    waypost: &Waypost,
    draft: &mut Draft,
    registered: Option<&Settings>,
) -> Result<Option<Entered>, Failure> {
    let mut form = Form { questions, waypost, draft, registered, keep: KeepOld::IfPossible, body: None };
    loop {
        if form.ask_all()?.is_none() {
            return Ok(None);
        }
        match form.draft.check() {
            Ok(checked) => return Ok(Some(Entered { checked, keep: form.keep, body: form.body })),
            // An answer can be invalid because of a later one, such as a key that is also in the URL.
            Err(errors) => errors.iter().for_each(|wrong| error(&wrong.to_string())),
        }
    }
}

/// The settings, one per line. Dots would be read out one by one, so a secret is described.
pub fn print_settings(draft: &Draft) {
    for row in present::destination::settings(draft) {
        say(&format!("  {}: {}", row.label, visible(&value(row.value))));
    }
}

fn value(value: Value) -> String {
    match value {
        Value::Text(text) | Value::Url(text) | Value::Path(text) => text,
        Value::AuthType(auth_type) => auth_type.label.to_owned(),
        Value::Choice(choice) => choice.label.to_owned(),
        Value::Secret { is_set: false, .. } => "to be entered again".to_owned(),
        Value::Secret { hint: Some(end), .. } => format!("set, ends in {end}"),
        Value::Secret { hint: None, .. } => "set".to_owned(),
        Value::Header { name, value } => format!("{name}: {}", value.as_deref().unwrap_or("set, not shown")),
        Value::Timeout { seconds, .. } => format!("{seconds} seconds"),
        Value::Fix(fix) => fix_text(&fix),
    }
}

/// What can be entered, and what Enter alone means.
fn hint(draft: &Draft, field: Field) -> String {
    match (field.default)(draft.values()) {
        Some(default) => format!(" ({}; Enter takes {default})", field.about),
        None if field.placeholder.is_empty() || field == URL => format!(" ({})", field.about),
        None => format!(" ({}, such as {})", field.about, field.placeholder),
    }
}

struct Form<'a> {
    questions: &'a mut Questions,
    waypost: &'a Waypost,
    draft: &'a mut Draft,
    registered: Option<&'a Settings>,
    keep: KeepOld,
    body: Option<Vec<u8>>,
}

/// Without the whitespace around it, where the field does not want it.
fn trimmed(field: Field, answer: &str) -> &str {
    let trimmed = field.trimmed(answer);
    if trimmed.len() != answer.len() {
        say("note: leading and trailing whitespace was removed.");
    }
    trimmed
}

impl Form<'_> {
    fn ask_all(&mut self) -> Result<Option<()>, Failure> {
        if self.text(URL)?.is_none() {
            return Ok(None);
        }
        let types = auth::ALL.map(|auth_type| auth_type.label.to_owned());
        let now = auth::ALL.iter().position(|&auth_type| auth_type == self.draft.auth_type());
        let Some(auth_type) = self.choice(AUTH, &types, now.unwrap_or(0))? else { return Ok(None) };
        self.draft.set_auth_type(auth::ALL[auth_type]);
        let fields = auth::ALL[auth_type].fields;
        if auth::ALL[auth_type] == hmac::SPEC && self.convention()?.is_none() {
            return Ok(None);
        }
        // Choices first: what may be entered into the others depends on them.
        for &field in fields.iter().filter(|field| field.is_choice()).chain(fields.iter().filter(|field| !field.is_choice())) {
            if !self.draft.applies(field) {
                continue;
            }
            let answered = match field.kind {
                Kind::Choice(_) => self.option(field)?,
                Kind::Secret(_) => self.secret(field)?,
                Kind::Text => self.text(field)?,
            };
            if answered.is_none() || field.is_secret() && self.keep_old()?.is_none() {
                return Ok(None);
            }
        }
        if headers::ask(self.questions, self.draft)?.is_none() {
            return Ok(None);
        }
        for field in OPTIONAL {
            if field == CLIENT_KEY && self.draft.text(CLIENT_CERT).is_empty() {
                self.draft.set(field, "");
                continue;
            }
            if self.text(field)?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// Whose receivers are sent to: fills in what they look for.
    fn convention(&mut self) -> Result<Option<()>, Failure> {
        let labels: Vec<String> =
            ["any"].into_iter().chain(convention::ALL.map(|convention| convention.label)).map(str::to_owned).collect();
        let now = Convention::of(self.draft).and_then(|own| convention::ALL.iter().position(|other| *other == own));
        let now = now.map_or(0, |at| at + 1);
        let title = "Receiver, which fills in format, header key and headers";
        let Some(at) = self.questions.choose(title, &labels, Some(now), Back::GoesBack)? else { return Ok(None) };
        if at != now && at > 0 {
            convention::ALL[at - 1].fill(self.draft);
        }
        Ok(Some(()))
    }

    /// How long a secret that was replaced stays valid, where requests can carry two signatures.
    fn keep_old(&mut self) -> Result<Option<()>, Failure> {
        self.keep = KeepOld::IfPossible;
        let Some(registered) = self.registered else { return Ok(Some(())) };
        let is_replaced = registered.auth().secret().is_some_and(|(field, old)| *self.draft.secret(field) != old);
        if self.draft.auth_type() != hmac::SPEC || !is_replaced || !carries_two(registered.auth(), self.draft.values()) {
            return Ok(Some(()));
        }
        let labels = PERIODS.map(|(_, label)| label.to_owned());
        let chosen = self.questions.choose("Old secret valid for", &labels, Some(DEFAULT_PERIOD), Back::GoesBack)?;
        Ok(chosen.map(|at| self.keep = KeepOld::For(PERIODS[at].0)))
    }

    /// Takes a curl command in place of the URL. Returns whether it was taken.
    fn command(&mut self, text: &str) -> bool {
        let imported = match from_curl(text) {
            Ok(imported) => imported,
            Err(refused) => {
                error(&format!("The curl command is not accepted. At {refused}. {}", refused.fix));
                return false;
            }
        };
        imported.fill(self.draft);
        say(&format!("From the curl command: {}.", imported.taken().join(", ")));
        for part in &imported.not_taken {
            say(&format!("note: not taken: {}: {}.", part.what, part.why));
        }
        self.body = imported.body;
        true
    }

    fn choice(&mut self, field: Field, labels: &[String], at: usize) -> Result<Option<usize>, Failure> {
        self.questions.choose(field.label, labels, Some(at), Back::GoesBack)
    }

    fn option(&mut self, field: Field) -> Result<Option<()>, Failure> {
        let label = |option: &Choice| match option.detail {
            "" => option.label.to_owned(),
            detail => format!("{}: {detail}", option.label),
        };
        let labels: Vec<_> = field.options().iter().map(label).collect();
        let chosen = self.choice(field, &labels, self.draft.choice(field))?;
        Ok(chosen.map(|at| self.draft.set(field, field.options()[at].name)))
    }

    fn text(&mut self, field: Field) -> Result<Option<()>, Failure> {
        let optional = OPTIONAL.contains(&field);
        loop {
            let before = self.draft.text(field).to_owned();
            let label = field.label;
            let question = if before.is_empty() {
                format!("{label}{}: ", hint(self.draft, field))
            } else {
                let none = if optional { format!(", {NONE} removes it") } else { String::new() };
                format!("{label}, now {}, Enter keeps it{none}: ", visible(&field.shown(&before)))
            };
            let Some(answer) = self.questions.line(&question)? else { return Ok(None) };
            let answer = trimmed(field, &answer);
            if field == URL && is_curl(answer) {
                if self.command(answer) && self.wrong(field).is_none() {
                    return Ok(Some(()));
                }
                continue;
            }
            let home = std::env::var("HOME").ok();
            // What is relative is completed when the file is looked at.
            let path = TLS_FILES.contains(&field).then(|| expanded(answer, home.as_deref(), ""));
            let answer = path.as_deref().unwrap_or(answer);
            if optional && answer == NONE {
                self.draft.set(field, "");
            } else if !answer.is_empty() {
                self.draft.set(field, answer);
            }
            match self.wrong(field) {
                None => return Ok(Some(())),
                Some(wrong) => {
                    error(&wrong.to_string());
                    self.draft.set(field, before);
                }
            }
        }
    }

    fn secret(&mut self, field: Field) -> Result<Option<()>, Failure> {
        let host =
            EndpointUrl::parse(self.draft.text(URL)).map(|url| format!(" for {}", visible(&url.authority()))).unwrap_or_default();
        loop {
            let before = self.draft.secret(field).clone();
            let entered = if field.can_be_generated() {
                self.generated_or_typed(field, &host, &before)?
            } else {
                let keep = if before.is_empty() { "" } else { ", Enter keeps the current one" };
                self.typed(&format!("{}{host} (not shown{keep}): ", field.label), field)?
            };
            let Some(entered) = entered else { return Ok(None) };
            if !entered.is_empty() {
                self.draft.set(field, entered);
            }
            match self.wrong(field) {
                None => return Ok(Some(())),
                Some(wrong) => {
                    error(&wrong.to_string());
                    self.draft.set(field, before);
                }
            }
        }
    }

    /// Generated or typed; empty to keep the current one.
    fn generated_or_typed(&mut self, field: Field, host: &str, before: &Secret) -> Result<Option<Secret>, Failure> {
        let label = field.label;
        let mut ways = vec!["Generate one".to_owned(), "Type the one the receiver has".to_owned()];
        if !before.is_empty() {
            ways.push("Keep the current one".to_owned());
        }
        // The default changes nothing, where there is something to keep.
        match self.choice(field, &ways, if before.is_empty() { 0 } else { 2 })? {
            Some(0) => {
                let random = self.waypost.random()?;
                let secret = field.generated(self.draft.values(), &random).unwrap_or_default();
                let mut with = self.draft.clone();
                with.set(field, &secret);
                match with.public_key() {
                    Some(key) => {
                        say("Give this public key to the receiver:");
                        say(&key);
                    }
                    None => {
                        say("Give this signing secret to the receiver:");
                        say(secret.expose());
                    }
                }
                Ok(Some(secret))
            }
            Some(1) => self.typed(&format!("{label}{host} (not shown): "), field),
            Some(_) => Ok(Some(Secret::default())),
            None => Ok(None),
        }
    }

    fn typed(&mut self, question: &str, field: Field) -> Result<Option<Secret>, Failure> {
        let Some(typed) = self.questions.secret(question)? else { return Ok(None) };
        let secret = Secret::new(trimmed(field, typed.expose()));
        match secret.chars() {
            0 => {}
            1 => say("1 character."),
            count => say(&format!("{count} characters.")),
        }
        Ok(Some(secret))
    }

    /// The error of a field; without one, the notices about it are printed.
    fn wrong(&mut self, field: Field) -> Option<Problem> {
        let found = self.draft.check().err().and_then(|errors| errors.into_iter().find(|wrong| wrong.field == Some(field)));
        if found.is_some() {
            return found;
        }
        if TLS_FILES.contains(&field) {
            match tls_files::for_draft(field, Path::new(self.draft.text(field))) {
                Ok(path) => self.draft.set(field, path),
                Err(wrong) => return Some(wrong),
            }
        }
        // With the key, all that belongs together is there.
        if field == CLIENT_KEY {
            match tls_files::check_client(self.draft) {
                Ok(notices) => notices.iter().for_each(|notice| say(&format!("note: {}.", visible(&notice.to_string())))),
                Err(wrong) => return Some(wrong),
            }
        }
        for notice in self.draft.notices().iter().filter(|notice| notice.field == field) {
            say(&format!("note: {}.", visible(&notice.to_string())));
        }
        None
    }
}
