//! From options to a draft: which options belong together. The rules for a value are in the domain.

use std::path::Path;

use clap::ValueHint;
use clap::builder::PossibleValuesParser;

use crate::cli::failure::Failure;
use crate::cli::input::auth_flags::AuthFlags;
use crate::cli::input::headers::HeaderFlags;
use crate::cli::input::secret::{SecretInput, SecretSource};
use crate::cli::input::tls_files::{self, TlsFiles};
use crate::domain::auth::{self, AuthType, hmac};
use crate::domain::convention::{self, Convention};
use crate::domain::destination::Destination;
use crate::domain::draft::{Checked, Draft, sent_with};
use crate::domain::field::{AUTH, CA_CERT, Field, FieldSpec, HEADERS, Notice, TIMEOUT, URL};
use crate::domain::problem::Problem;

const SECRET_FIX: &str = "Use --secret-stdin, --secret-file or --secret-env";

/// The fields of a destination.
#[derive(Debug, Default, clap::Args)]
pub struct Fields {
    /// Where events are sent: https://…
    #[arg(long, value_hint = ValueHint::Url)]
    pub url: Option<String>,

    /// How requests are authenticated
    #[arg(long, value_name = "TYPE", value_parser = names(auth::ALL.map(|auth| auth.name)))]
    pub auth: Option<String>,

    /// Sign and send headers as that service does: implies --auth hmac, and fills in format, header key and headers; options beside
    /// it win
    #[arg(long, value_name = "SERVICE", value_parser = names(convention::ALL.map(|convention| convention.name)))]
    pub like: Option<String>,

    #[command(flatten)]
    pub of_auth: AuthFlags,

    #[command(flatten)]
    pub headers: HeaderFlags,

    #[command(flatten)]
    pub files: TlsFiles,

    /// The total time of an attempt, 1 to 120 [default: 15]; empty for the default
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub timeout: Option<String>,

    /// Where the secret comes from.
    #[command(flatten)]
    pub secret: SecretSource,
}

/// What is wrong with the flags.
#[derive(Clone, Debug)]
pub struct Problems {
    /// Every field that is wrong, in the order of the form; at most one error a field.
    pub errors: Vec<Problem>,
    /// The secret, where it is all that is missing: it can be asked for.
    pub to_ask: Option<Field>,
    /// Secrets are all that is missing: where they cannot be opened, that is the problem, not the flags.
    pub only_secrets: bool,
}

impl From<Problems> for Failure {
    fn from(wrong: Problems) -> Self {
        Self::Fields(wrong.errors)
    }
}

impl Fields {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        !self.secret.is_given()
            && self.url.is_none()
            && self.auth.is_none()
            && self.like.is_none()
            && self.of_auth.given().next().is_none()
            && self.headers.is_empty()
            && self.files.is_empty()
            && self.timeout.is_none()
    }

    /// The auth type that is asked for.
    pub fn auth_type(&self) -> Option<AuthType> {
        self.auth.as_deref().and_then(auth::named).or_else(|| self.convention().map(|_| hmac::SPEC))
    }

    fn convention(&self) -> Option<&'static Convention> {
        self.like.as_deref().and_then(convention::named)
    }

    /// What `draft` becomes with these flags and that secret, checked.
    pub fn check(&self, mut draft: Draft, given: Option<&SecretInput>) -> Result<Checked, Problems> {
        let mut errors = Vec::new();
        if let Some(auth_type) = self.auth_type() {
            draft.set_auth_type(auth_type);
        }
        match self.convention() {
            // What is given beside it is filled in after it.
            Some(convention) if draft.auth_type() == hmac::SPEC => convention.fill(&mut draft),
            Some(convention) => errors.push(Problem::new(
                AUTH,
                format!("{} signs its requests: --like {} implies --auth hmac", convention.label, convention.name),
                "Another auth type would not be accepted.",
                "Leave one of them out.",
            )),
            None => {}
        }
        self.misplaced(draft.auth_type(), given, &mut errors);
        let about_files = self.fill(&mut draft, &mut errors);
        self.without_effect(&draft, &mut errors);
        let mut missing = None;
        // One secret can be given: it is the first of the auth type.
        if let Some(field) = draft.auth_type().secret_fields().next() {
            match given {
                Some(given) => {
                    let generated = given.random.as_ref().and_then(|random| field.generated(draft.values(), random));
                    draft.set(field, generated.unwrap_or_else(|| given.secret.clone()));
                }
                None => missing = draft.secret(field).is_empty().then_some(field),
            }
        }
        match draft.check() {
            Ok(mut checked) if errors.is_empty() => {
                checked.notices.extend(about_files);
                return Ok(checked);
            }
            Ok(_) => {}
            Err(found) => errors.extend(
                found
                    .into_iter()
                    .map(|error| if missing.is_some() && error.field == missing { how_to_give(error) } else { error })
                    .map(how_to_give_header),
            ),
        }
        let order = |field: Option<Field>| draft.fields().position(|own| Some(own) == field);
        errors.sort_by_key(|error| order(error.field).unwrap_or(usize::MAX));
        errors.dedup_by_key(|error| error.field);
        let to_ask = missing.filter(|&field| errors.iter().all(|error| error.field == Some(field)));
        let header_missing = draft.headers().iter().any(|header| header.is_secret && header.value.is_empty());
        let is_secret = |field: Option<Field>| field == missing || (header_missing && field == Some(HEADERS));
        let only_secrets = errors.iter().all(|error| is_secret(error.field));
        Err(Problems { errors, to_ask, only_secrets })
    }

    /// Gives the notices about files.
    fn fill(&self, draft: &mut Draft, errors: &mut Vec<Problem>) -> Vec<Notice> {
        for (field, given) in [(URL, &self.url), (TIMEOUT, &self.timeout)] {
            if let Some(given) = given {
                draft.set(field, given);
            }
        }
        for (field, given) in self.of_auth.given() {
            draft.set(field, given);
        }
        errors.extend(self.headers.fill(draft).err());
        self.files.fill(draft, errors)
    }

    /// A flag that means nothing with the other values.
    fn without_effect(&self, draft: &Draft, errors: &mut Vec<Problem>) {
        for (field, _) in self.of_auth.given().filter(|(field, _)| !draft.applies(field)) {
            let Some((choice, option)) = field.only_with else { continue };
            let flag = choice.flag.unwrap_or(choice.label);
            errors.push(Problem::new(
                field,
                format!("belongs to {flag} {option}"),
                "It would have no effect.",
                format!("Leave it out, or choose {flag} {option}."),
            ));
        }
    }

    /// A flag of another auth type would be without effect, which is never what was meant.
    fn misplaced(&self, auth_type: AuthType, given: Option<&SecretInput>, errors: &mut Vec<Problem>) {
        let name = auth_type.name;
        for (field, _) in self.of_auth.given().filter(|(field, _)| !auth_type.fields.contains(field)) {
            let owner = auth::ALL.into_iter().find(|other| other.fields.contains(&field)).unwrap_or(auth_type);
            errors.push(Problem::new(
                field,
                format!("does not apply to the auth type {name}"),
                "It would have no effect.",
                format!("Leave it out, or choose --auth {}.", owner.name),
            ));
        }
        match (given, auth_type.secret_fields().next()) {
            (Some(_), None) => errors.push(Problem::new(
                AUTH,
                format!("the auth type {name} has no secret, but one was given"),
                "It would have no effect.",
                "Leave the secret out, or choose the --auth that it is for.",
            )),
            (Some(SecretInput { random: Some(_), .. }), Some(field)) if !field.can_be_generated() => {
                errors.push(Problem::new(field, "cannot be generated", "The receiver issues it.", format!("{SECRET_FIX}.")));
            }
            _ => {}
        }
    }
}

/// The destination with the timeout and the CA of this run.
pub fn with_overrides(destination: Destination, timeout: Option<&str>, ca: Option<&Path>) -> Result<Destination, Failure> {
    if timeout.is_none() && ca.is_none() {
        return Ok(destination);
    }
    let mut draft = Draft::of(destination.settings());
    let mut errors = Vec::new();
    if let Some(timeout) = timeout {
        draft.set(TIMEOUT, timeout);
    }
    if let Some(path) = ca {
        match tls_files::for_draft(CA_CERT, path) {
            Ok(path) => draft.set(CA_CERT, path),
            Err(error) => errors.push(error),
        }
    }
    match draft.check() {
        Ok(checked) if errors.is_empty() => {
            let mark = |field: &str, _: &str| destination.sent_with().setting(field).and_then(|setting| setting.mark.clone());
            let sent_with = sent_with(&checked.settings, mark);
            let (created_at, updated_at) = (destination.created_at(), destination.updated_at());
            Ok(Destination::new(destination.id().clone(), checked.settings, created_at, updated_at).remembered_as(sent_with))
        }
        Ok(_) => Err(Failure::fields(errors)),
        Err(found) => {
            errors.extend(found);
            Err(Failure::fields(errors))
        }
    }
}

fn names<const N: usize>(names: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(names)
}

/// A secret that is empty because none was given: says how to give one.
fn how_to_give(mut error: Problem) -> Problem {
    let generate = if error.field.is_some_and(FieldSpec::can_be_generated) { ", or --generate-secret to create one" } else { "" };
    error.what = "is required".into();
    error.fix = format!("{SECRET_FIX}{generate}.").into();
    error
}

/// The same for the value of a secret header.
fn how_to_give_header(mut error: Problem) -> Problem {
    if error.field == Some(HEADERS) && error.what.starts_with("the secret value of") {
        error.fix = "Use --secret-header NAME=@FILE or NAME=env:VARIABLE, or remove it with --remove-header NAME.".into();
    }
    error
}
