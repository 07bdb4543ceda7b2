//! The form, field by field. A field that is wrong is told of and asked for again before the next one comes.

use std::path::Path;

use super::questions::{Back, Questions, error, say};
use crate::cli::failure::Failure;
use crate::cli::input::fields::ca_cert;
use crate::domain::auth::{AddTo, AuthType};
use crate::domain::destination::DEFAULT_TIMEOUT_S;
use crate::domain::draft::{Checked, Draft};
use crate::domain::field::{Field, FieldError};
use crate::domain::secret::Secret;
use crate::domain::signature::Format;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;
use crate::ops::Waypost;

/// What takes an optional setting away.
const NONE: &str = "-";

/// Asks for every field. `None` when the person went back.
pub fn fill_in(questions: &mut Questions, waypost: &Waypost, draft: &mut Draft) -> Result<Option<Checked>, Failure> {
    let mut form = Form { questions, waypost, draft };
    loop {
        if form.ask_all()?.is_none() {
            return Ok(None);
        }
        match form.draft.check() {
            Ok(checked) => return Ok(Some(checked)),
            // What was right by itself is wrong with another answer: such as a key that stands in the URL, too.
            Err(errors) => errors.iter().for_each(|wrong| error(&wrong.to_string())),
        }
    }
}

/// The fields and their values, a line each; of the secret, only how it ends.
pub fn tell(draft: &Draft) {
    say(&format!("  {}: {}", Field::Url.label(), visible(&draft.url)));
    say(&format!("  {}: {}", Field::AuthType.label(), draft.auth_type.label()));
    for &field in draft.auth_type.fields() {
        let value = match field {
            Field::Format => draft.format.label().to_owned(),
            Field::AddTo => draft.add_to.label().to_owned(),
            _ if field.is_secret() => secret_in_words(draft, field),
            Field::HeaderKey if draft.header_key.is_empty() => draft.format.default_header_key().unwrap_or_default().to_owned(),
            _ => text_of(draft, field).to_owned(),
        };
        say(&format!("  {}: {}", field.label(), visible(&value)));
    }
    if !draft.ca_cert.is_empty() {
        say(&format!("  {}: {}", Field::CaCert.label(), visible(&draft.ca_cert)));
    }
    let default = DEFAULT_TIMEOUT_S.to_string();
    let timeout = if draft.timeout_s.is_empty() { &default } else { &draft.timeout_s };
    say(&format!("  {}: {} seconds", Field::Timeout.label(), visible(timeout)));
}

fn secret_in_words(draft: &Draft, field: Field) -> String {
    let secret = secret_of(draft, field);
    match secret.hint() {
        _ if secret.is_empty() => "to be entered again".into(),
        Some(end) if field != Field::Password => format!("set, ends in {end}"),
        _ => "set".into(),
    }
}

fn secret_of(draft: &Draft, field: Field) -> &Secret {
    match field {
        Field::SigningSecret => &draft.signing_secret,
        Field::Password => &draft.password,
        Field::Token => &draft.token,
        _ => &draft.value,
    }
}

fn text_of(draft: &Draft, field: Field) -> &str {
    match field {
        Field::Url => &draft.url,
        Field::HeaderKey => &draft.header_key,
        Field::Username => &draft.username,
        Field::Key => &draft.key,
        Field::CaCert => &draft.ca_cert,
        _ => &draft.timeout_s,
    }
}

fn set_text(draft: &mut Draft, field: Field, text: String) {
    *match field {
        Field::Url => &mut draft.url,
        Field::HeaderKey => &mut draft.header_key,
        Field::Username => &mut draft.username,
        Field::Key => &mut draft.key,
        Field::CaCert => &mut draft.ca_cert,
        _ => &mut draft.timeout_s,
    } = text;
}

/// Asked for without a value: what may be entered, and what Enter alone means.
fn hint(draft: &Draft, field: Field) -> String {
    match field {
        Field::Url => " (begins with https://)".into(),
        Field::HeaderKey => match draft.format.default_header_key() {
            Some(default) => format!(" (the header of the signature; Enter takes {default})"),
            None => " (the header of the signature, such as X-Signature)".into(),
        },
        Field::Key => format!(" (the name of the {})", draft.add_to.label().to_lowercase()),
        Field::CaCert => " (a PEM file to trust; Enter for the system's)".into(),
        Field::Timeout => format!(" (seconds, 1 to 120; Enter for {DEFAULT_TIMEOUT_S})"),
        _ => String::new(),
    }
}

struct Form<'a> {
    questions: &'a mut Questions,
    waypost: &'a Waypost,
    draft: &'a mut Draft,
}

impl Form<'_> {
    fn ask_all(&mut self) -> Result<Option<()>, Failure> {
        if self.text(Field::Url)?.is_none() {
            return Ok(None);
        }
        let types = AuthType::ALL.map(|auth_type| auth_type.label().to_owned());
        let Some(auth_type) = self.choice(Field::AuthType, &types, place(&AuthType::ALL, self.draft.auth_type))? else {
            return Ok(None);
        };
        self.draft.auth_type = AuthType::ALL[auth_type];
        let fields = self.draft.auth_type.fields();
        // Choices first: what may be entered into the others hangs on them.
        let is_choice = |field: &&Field| matches!(field, Field::Format | Field::AddTo);
        for &field in fields.iter().filter(is_choice).chain(fields.iter().filter(|field| !is_choice(field))) {
            let answered = match field {
                Field::Format => self.format()?,
                Field::AddTo => self.add_to()?,
                _ if field.is_secret() => self.secret(field)?,
                _ => self.text(field)?,
            };
            if answered.is_none() {
                return Ok(None);
            }
        }
        match self.text(Field::CaCert)? {
            Some(()) => self.text(Field::Timeout),
            None => Ok(None),
        }
    }

    fn choice(&mut self, field: Field, labels: &[String], at: usize) -> Result<Option<usize>, Failure> {
        self.questions.choose(field.label(), labels, Some(at), Back::GoesBack)
    }

    fn format(&mut self) -> Result<Option<()>, Failure> {
        let labels = Format::ALL.map(|format| format!("{}: {}", format.label(), format.shape()));
        let chosen = self.choice(Field::Format, &labels, place(&Format::ALL, self.draft.format))?;
        Ok(chosen.map(|at| self.draft.format = Format::ALL[at]))
    }

    fn add_to(&mut self) -> Result<Option<()>, Failure> {
        let labels = AddTo::ALL.map(|place| place.label().to_owned());
        let chosen = self.choice(Field::AddTo, &labels, place(&AddTo::ALL, self.draft.add_to))?;
        Ok(chosen.map(|at| self.draft.add_to = AddTo::ALL[at]))
    }

    fn text(&mut self, field: Field) -> Result<Option<()>, Failure> {
        let optional = matches!(field, Field::CaCert | Field::Timeout);
        loop {
            let before = text_of(self.draft, field).to_owned();
            let label = field.label();
            let question = if before.is_empty() {
                format!("{label}{}: ", hint(self.draft, field))
            } else {
                let none = if optional { format!(", {NONE} takes it away") } else { String::new() };
                format!("{label}, now {}, Enter keeps it{none}: ", visible(&before))
            };
            let Some(mut answer) = self.questions.line(&question)? else { return Ok(None) };
            // A user name may have them.
            if field != Field::Username && answer.trim() != answer {
                answer = answer.trim().into();
                say("note: blanks at the ends were taken off.");
            }
            if optional && answer == NONE {
                set_text(self.draft, field, String::new());
            } else if !answer.is_empty() {
                set_text(self.draft, field, answer);
            }
            match self.wrong(field) {
                None => return Ok(Some(())),
                Some(wrong) => {
                    error(&wrong.to_string());
                    set_text(self.draft, field, before);
                }
            }
        }
    }

    fn secret(&mut self, field: Field) -> Result<Option<()>, Failure> {
        let host =
            EndpointUrl::parse(&self.draft.url).map(|url| format!(" for {}", visible(&url.authority()))).unwrap_or_default();
        loop {
            let before = secret_of(self.draft, field).clone();
            let entered = if field == Field::SigningSecret {
                self.signing_secret(&host, &before)?
            } else {
                let keep = if before.is_empty() { "" } else { ", Enter keeps the one there is" };
                self.typed(&format!("{}{host} (not shown{keep}): ", field.label()), field)?
            };
            let Some(entered) = entered else { return Ok(None) };
            if !entered.is_empty() {
                self.set_secret(field, entered);
            }
            match self.wrong(field) {
                None => return Ok(Some(())),
                Some(wrong) => {
                    error(&wrong.to_string());
                    self.set_secret(field, before);
                }
            }
        }
    }

    /// Generated, typed, or (empty) as it is.
    fn signing_secret(&mut self, host: &str, before: &Secret) -> Result<Option<Secret>, Failure> {
        let label = Field::SigningSecret.label();
        let mut ways = vec!["Generate one".to_owned(), "Type the one that the receiver has".to_owned()];
        if !before.is_empty() {
            ways.push("Keep the one there is".to_owned());
        }
        // The last is the one that changes nothing.
        match self.choice(Field::SigningSecret, &ways, if before.is_empty() { 0 } else { 2 })? {
            Some(0) => {
                let secret = self.waypost.generate()?;
                say("The receiver needs this signing secret:");
                say(secret.expose());
                Ok(Some(secret))
            }
            Some(1) => self.typed(&format!("{label}{host} (not shown): "), Field::SigningSecret),
            Some(_) => Ok(Some(Secret::default())),
            None => Ok(None),
        }
    }

    fn typed(&mut self, question: &str, field: Field) -> Result<Option<Secret>, Failure> {
        let Some(mut secret) = self.questions.secret(question)? else { return Ok(None) };
        let trimmed = secret.expose().trim();
        if matches!(field, Field::Token | Field::Value) && trimmed != secret.expose() {
            secret = Secret::new(trimmed);
            say("note: blanks at the ends were taken off.");
        }
        match secret.chars() {
            0 => {}
            1 => say("1 character."),
            count => say(&format!("{count} characters.")),
        }
        Ok(Some(secret))
    }

    fn set_secret(&mut self, field: Field, secret: Secret) {
        if let Some(own) = self.draft.secret_mut(field) {
            *own = secret;
        }
    }

    /// What is wrong with a field; where nothing is, says what is worth knowing about it.
    fn wrong(&mut self, field: Field) -> Option<FieldError> {
        let found = self.draft.check().err().and_then(|errors| errors.into_iter().find(|wrong| wrong.field == Some(field)));
        if found.is_some() {
            return found;
        }
        if field == Field::CaCert && !self.draft.ca_cert.is_empty() {
            match ca_cert(Path::new(&self.draft.ca_cert)) {
                Ok(path) => self.draft.ca_cert = path,
                Err(wrong) => return Some(wrong),
            }
        }
        for notice in self.draft.notices().iter().filter(|notice| notice.field == field) {
            say(&format!("note: {}.", visible(&notice.to_string())));
        }
        None
    }
}

fn place<T: Copy + PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|each| *each == one).unwrap_or(0)
}
