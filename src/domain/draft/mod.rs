//! What is being entered, and its check: the one place where the rules for input are, for the form and for the flags.

mod headers;
mod sent_with;
mod unfilled;

use std::path::{Path, PathBuf};

use crate::domain::auth::{AuthType, Check, default, rules::no_control};
use crate::domain::destination::{Settings, TlsFiles};
use crate::domain::field::{AUTH, CLIENT_CERT, CLIENT_KEY, Field, HEADERS, Notice, OPTIONAL, TIMEOUT, TLS_FILES, URL, Values};
use crate::domain::header::{self, CustomHeader, HeaderEntry};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;

pub use sent_with::sent_with;

/// The range of the total time of an attempt, in seconds.
pub const TIMEOUT_S: std::ops::RangeInclusive<u16> = 1..=120;

/// An auth type, and what was entered for each field. What another auth type's fields have waits until that one is chosen
/// again, and is never saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    auth_type: AuthType,
    values: Values,
    /// In the order in which they are sent.
    headers: Vec<HeaderEntry>,
}

/// A valid draft: its settings, and the notices about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What the draft means.
    pub settings: Settings,
    /// In the order of the form.
    pub notices: Vec<Notice>,
}

impl Default for Draft {
    fn default() -> Self {
        Self::new(default::SPEC)
    }
}

impl Draft {
    /// A draft of that auth type with nothing entered.
    #[must_use]
    pub fn new(auth_type: AuthType) -> Self {
        Self { auth_type, values: Values::default(), headers: Vec::new() }
    }

    /// The settings as they would be entered, secrets included.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let headers = settings.headers().iter().map(CustomHeader::entry).collect();
        let mut draft = Self { auth_type: settings.auth().auth_type(), values: settings.auth().values(), headers };
        draft.set(URL, settings.url().expose());
        for (field, path) in settings.files() {
            draft.set(field, path.map(Path::to_string_lossy).unwrap_or_default().as_ref());
        }
        draft.set(TIMEOUT, settings.timeout_s().map(|seconds| seconds.to_string()).unwrap_or_default());
        draft
    }

    /// How requests are authenticated.
    #[must_use]
    pub const fn auth_type(&self) -> AuthType {
        self.auth_type
    }

    /// Chooses an auth type; the values stay.
    pub const fn set_auth_type(&mut self, auth_type: AuthType) {
        self.auth_type = auth_type;
    }

    /// The same draft with another auth type.
    #[must_use]
    pub const fn with_auth(mut self, auth_type: AuthType) -> Self {
        self.auth_type = auth_type;
        self
    }

    /// The same draft with that value.
    #[must_use]
    pub fn with(mut self, field: Field, value: impl Into<Secret>) -> Self {
        self.values.set(field, value);
        self
    }

    /// Puts a value in.
    pub fn set(&mut self, field: Field, value: impl Into<Secret>) {
        self.values.set(field, value);
    }

    /// A value; empty where none was entered. Of a choice, the option's name; empty for the first.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.values.text(field)
    }

    /// The value of a secret field.
    #[must_use]
    pub fn secret(&self, field: Field) -> &Secret {
        self.values.secret(field)
    }

    /// The option that is chosen.
    #[must_use]
    pub fn choice(&self, field: Field) -> usize {
        self.values.choice(field)
    }

    /// Its fields, in the order of the form.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        [URL, AUTH].into_iter().chain(self.auth_type.fields.iter().copied()).chain([HEADERS]).chain(OPTIONAL)
    }

    /// Whether a field means anything, given the others.
    #[must_use]
    pub fn applies(&self, field: Field) -> bool {
        field.applies(&self.values)
    }

    /// The public key of a private key that was entered; `None` before what was entered holds.
    #[must_use]
    pub fn public_key(&self) -> Option<String> {
        let mut check = Check { values: &self.values, url: None, errors: Vec::new(), notices: Vec::new() };
        (self.auth_type.check)(&mut check)?.public_key()
    }

    /// All values.
    #[must_use]
    pub const fn values(&self) -> &Values {
        &self.values
    }

    /// Removes the secrets of the auth type and of the headers.
    pub fn forget_secrets(&mut self) {
        self.forget_header_secrets();
        for field in self.auth_type.secret_fields() {
            self.values.set(field, Secret::default());
        }
    }

    /// The same draft with the empty secrets of its auth type replaced by the registered ones, when those are of the same type:
    /// a secret that is left empty while editing stays as it is. So does a URL that is left masked.
    #[must_use]
    pub fn keeping(mut self, registered: &Settings) -> Self {
        self.keep_masked(registered);
        self.keep_headers(registered);
        if self.auth_type != registered.auth().auth_type() {
            return self;
        }
        let kept = registered.auth().values();
        for field in self.auth_type.secret_fields() {
            if self.secret(field).is_empty() {
                self.values.set(field, kept.secret(field));
            }
        }
        self
    }

    /// Puts a registered value in where the draft has it as it is shown, with dots for its credential. A URL that was changed
    /// around its dots is not completed, so the credential never goes elsewhere.
    pub fn keep_masked(&mut self, registered: &Settings) {
        for (field, whole, shown) in registered.masked_values() {
            if (field == URL || self.auth_type == registered.auth().auth_type()) && self.text(field) == shown {
                self.set(field, whole);
            }
        }
    }

    /// Checks everything at once.
    ///
    /// # Errors
    /// Every field that is wrong, in the order of the form; at most one error a field.
    pub fn check(&self) -> Result<Checked, Vec<Problem>> {
        match self.examine() {
            (Some(settings), _, notices) => Ok(Checked { settings, notices }),
            (None, errors, _) => Err(errors),
        }
    }

    /// The notices about the fields, whether or not others are wrong.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.examine().2
    }

    /// Those of its notices that were not given before: what they are about was changed, or they were not there.
    #[must_use]
    pub fn new_notices(&self, mut notices: Vec<Notice>, before: &Self) -> Vec<Notice> {
        let known = before.notices();
        notices.retain(|notice| self.text(notice.field) != before.text(notice.field) || !known.contains(notice));
        notices
    }

    /// Settings only where there is no error, and an error where there are none: [`Check::keep`] alone adds one.
    fn examine(&self) -> (Option<Settings>, Vec<Problem>, Vec<Notice>) {
        let mut errors = Vec::new();
        let url = EndpointUrl::parse(self.text(URL)).map_err(|error| errors.push(error)).ok();
        let notices = url.as_ref().map(EndpointUrl::notices).unwrap_or_default().into_iter().collect();
        let mut check = Check { values: &self.values, url: url.as_ref(), errors, notices };
        let auth = (self.auth_type.check)(&mut check);
        let taken = auth.as_ref().map(|auth| auth.credential().header_names()).unwrap_or_default();
        let headers = header::check(&self.headers, &taken, &mut check.notices);
        let headers = check.keep(headers);
        let files = self.files(&mut check);
        let timeout_s = check.keep(timeout(self.text(TIMEOUT)));
        let Check { errors, mut notices, .. } = check;
        notices.extend(unfilled::notices(self.auth_type, &self.values, url.as_ref()));
        notices.sort_by_key(|notice| self.fields().position(|field| field == notice.field));
        let settings = match (url, auth, headers, files, timeout_s) {
            (Some(url), Some(auth), Some(headers), Some(files), Some(timeout_s)) => {
                Some(Settings { url, auth, headers, files, timeout_s })
            }
            _ => None,
        };
        (settings, errors, notices)
    }

    /// `None` where one of them is wrong.
    fn files(&self, check: &mut Check<'_>) -> Option<TlsFiles> {
        let mut files = TlsFiles::default();
        let mut all = true;
        for (field, file) in TLS_FILES.into_iter().zip(&mut files) {
            match check.keep(path(field, self.text(field))) {
                Some(path) => *file = path,
                None => all = false,
            }
        }
        if all && !self.text(CLIENT_KEY).is_empty() && self.text(CLIENT_CERT).is_empty() {
            return check.keep(Err(Problem::new(
                CLIENT_CERT,
                "is required with a client key",
                "A key without its certificate says nothing to the receiver.",
                "Name the file of the certificate, or remove the client key.",
            )));
        }
        all.then_some(files)
    }
}

fn path(field: Field, text: &str) -> Result<Option<PathBuf>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    no_control(field, text)?;
    let path = Path::new(text);
    if !path.is_absolute() {
        return Err(Problem::new(
            field,
            format!("\"{}\" is not an absolute path", visible(text)),
            "It is read at every delivery, whatever the working directory is.",
            "Enter a path that starts with /.",
        ));
    }
    Ok(Some(path.to_owned()))
}

fn timeout(text: &str) -> Result<Option<u16>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u16>() {
        Ok(seconds) if TIMEOUT_S.contains(&seconds) && text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(seconds)),
        _ => Err(Problem::new(
            TIMEOUT,
            format!("\"{}\" is not a number of seconds from 1 to 120", visible(text)),
            "It limits the total time of an attempt.",
            "Enter a number from 1 to 120, or leave it empty for 15.",
        )),
    }
}

#[cfg(test)]
mod tests;
