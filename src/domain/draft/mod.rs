//! What is being typed, and its check: the one place where the rules for input stand, for the form and for the flags.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::domain::auth::{AddTo, ApiKeyPlace, Auth, AuthType};
use crate::domain::destination::Settings;
use crate::domain::field::{Field, FieldError, Notice};
use crate::domain::header::{HeaderKey, HeaderUse};
use crate::domain::secret::Secret;
use crate::domain::signature::{Format, SigningSecret};
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;

/// The longest secret, user name or key accepted, in bytes: what servers take as one header is mostly no more.
pub const MAX_FIELD_BYTES: usize = 8 * 1024;

/// A signing secret of fewer bytes is worth a word: half the length of the digest (RFC 2104 §3 calls less discouraged).
const SHORT_KEY_BYTES: usize = 16;

/// The range of the total time of an attempt, in seconds.
pub const TIMEOUT_S: std::ops::RangeInclusive<u16> = 1..=120;

/// Everything that can be typed, for all auth types at once: what one type does not use waits until one comes back to it,
/// and is never saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Where events are sent.
    pub url: String,
    /// How requests are authenticated.
    pub auth_type: AuthType,
    /// HMAC.
    pub header_key: String,
    /// HMAC.
    pub signing_secret: Secret,
    /// HMAC.
    pub format: Format,
    /// Basic Auth.
    pub username: String,
    /// Basic Auth.
    pub password: Secret,
    /// Bearer Token.
    pub token: Secret,
    /// Api Key: its name.
    pub key: String,
    /// Api Key: the secret.
    pub value: Secret,
    /// Api Key.
    pub add_to: AddTo,
    /// A path; empty for none.
    pub ca_cert: String,
    /// Seconds; empty for the default.
    pub timeout_s: String,
}

/// A draft that holds: the settings it means, and what is worth knowing about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What the draft means.
    pub settings: Settings,
    /// In the order of the form.
    pub notices: Vec<Notice>,
}

impl Draft {
    /// The settings as they would be typed; secrets included.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let mut draft = Self {
            url: settings.url().as_str().to_owned(),
            auth_type: settings.auth().auth_type(),
            ca_cert: settings.ca_cert().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
            timeout_s: settings.timeout_s().map(|s| s.to_string()).unwrap_or_default(),
            ..Self::default()
        };
        match settings.auth() {
            Auth::Default => {}
            Auth::Hmac { header_key, secret } => {
                header_key.as_str().clone_into(&mut draft.header_key);
                draft.signing_secret = secret.secret().clone();
                draft.format = secret.format();
            }
            Auth::Basic { username, password } => {
                draft.username.clone_from(username);
                draft.password = password.clone();
            }
            Auth::Bearer { token } => draft.token = token.clone(),
            Auth::ApiKey { place, value } => {
                place.key().clone_into(&mut draft.key);
                draft.add_to = place.add_to();
                draft.value = value.clone();
            }
        }
        draft
    }

    /// The same draft with an empty secret of its auth type replaced by the one registered, when that is of the same type: a
    /// secret that is left empty while editing stays as it is.
    #[must_use]
    pub fn keeping(mut self, registered: &Settings) -> Self {
        if self.auth_type != registered.auth().auth_type() {
            return self;
        }
        if let Some((field, secret)) = registered.auth().secret()
            && let Some(own) = self.secret_mut(field)
            && own.is_empty()
        {
            *own = secret.clone();
        }
        self
    }

    /// The secret of that field.
    pub const fn secret_mut(&mut self, field: Field) -> Option<&mut Secret> {
        match field {
            Field::SigningSecret => Some(&mut self.signing_secret),
            Field::Password => Some(&mut self.password),
            Field::Token => Some(&mut self.token),
            Field::Value => Some(&mut self.value),
            _ => None,
        }
    }

    /// Checks everything at once.
    ///
    /// # Errors
    /// Every field that is wrong, in the order of the form; at most one error a field.
    pub fn check(&self) -> Result<Checked, Vec<FieldError>> {
        match self.examine() {
            (Some(settings), _, notices) => Ok(Checked { settings, notices }),
            (None, errors, _) => Err(errors),
        }
    }

    /// What is worth knowing about the fields as they stand, whether or not others are wrong.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.examine().2
    }

    /// Settings only where there is no error, and an error where there are none: [`keep`] alone adds one.
    fn examine(&self) -> (Option<Settings>, Vec<FieldError>, Vec<Notice>) {
        let mut errors = Vec::new();
        let mut notices = Vec::new();
        let url = keep(EndpointUrl::parse(&self.url), &mut errors);
        if let Some(url) = &url {
            notices.extend(url.notices());
        }
        let auth = self.check_auth(url.as_ref(), &mut errors, &mut notices);
        let ca_cert = keep(ca_cert(&self.ca_cert), &mut errors);
        let timeout_s = keep(timeout(&self.timeout_s), &mut errors);
        let settings = match (url, auth, ca_cert, timeout_s) {
            (Some(url), Some(auth), Some(ca_cert), Some(timeout_s)) => Some(Settings { url, auth, ca_cert, timeout_s }),
            _ => None,
        };
        (settings, errors, notices)
    }

    fn check_auth(&self, url: Option<&EndpointUrl>, errors: &mut Vec<FieldError>, notices: &mut Vec<Notice>) -> Option<Auth> {
        match self.auth_type {
            AuthType::Default => Some(Auth::Default),
            AuthType::Hmac => {
                let header_key = keep(self.check_header_key(), errors);
                if let (Some(key), Some(default)) = (&header_key, self.format.default_header_key())
                    && key.wire() != default
                {
                    notices.push(Notice::new(Field::HeaderKey, format!("receivers of that format look for {default}")));
                }
                let secret = keep(signing_secret(&self.signing_secret, self.format, notices), errors);
                Some(Auth::Hmac { header_key: header_key?, secret: secret? })
            }
            AuthType::Basic => {
                let username = keep(username(&self.username), errors);
                let password = keep(password(&self.password, notices), errors);
                Some(Auth::Basic { username: username?, password: password? })
            }
            AuthType::Bearer => Some(Auth::Bearer { token: keep(token(&self.token, notices), errors)? }),
            AuthType::ApiKey => {
                let place = keep(self.check_key(url), errors);
                let value = keep(value(&self.value, self.add_to), errors);
                Some(Auth::ApiKey { place: place?, value: value? })
            }
        }
    }

    fn check_header_key(&self) -> Result<HeaderKey, FieldError> {
        let text = match self.format.default_header_key() {
            Some(default) if self.header_key.is_empty() => default,
            _ => &self.header_key,
        };
        HeaderKey::parse(text, HeaderUse::Signature)
    }

    fn check_key(&self, url: Option<&EndpointUrl>) -> Result<ApiKeyPlace, FieldError> {
        let key = &self.key;
        if self.add_to == AddTo::Header {
            return HeaderKey::parse(key, HeaderUse::ApiKey).map(ApiKeyPlace::Header);
        }
        let fix = "Enter a name such as api_key.";
        if key.is_empty() {
            return Err(FieldError::new(Field::Key, "is empty", "The receiver finds it by the parameter's name.", fix));
        }
        no_outer_blank(Field::Key, key)?;
        no_control(Field::Key, key)?;
        not_too_long(Field::Key, key)?;
        if url.and_then(EndpointUrl::query).is_some_and(|query| has_parameter(query, key)) {
            return Err(FieldError::new(
                Field::Key,
                format!("\"{}\" stands in the URL's query already", visible(key)),
                "Of two parameters with one name, receivers read one or the other.",
                "Take it out of the URL, or enter another name.",
            ));
        }
        Ok(ApiKeyPlace::Query(key.clone()))
    }
}

fn keep<T>(result: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

/// Whether a query has a parameter that any receiver reads as that name: percent-decoded, with `+` as a blank (the form
/// encoding of the WHATWG URL standard) or as itself (RFC 3986).
fn has_parameter(query: &str, name: &str) -> bool {
    let as_uri = |pair: &str| percent_decode_str(pair.split('=').next().unwrap_or_default()).eq(name.bytes());
    url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name) || query.split('&').any(as_uri)
}

fn no_outer_blank(field: Field, text: &str) -> Result<(), FieldError> {
    if text.trim() == text {
        return Ok(());
    }
    Err(FieldError::new(
        field,
        "begins or ends with a blank",
        "It is nearly always left over from copying, and the receiver would not match it.",
        "Take the blanks off.",
    ))
}

/// Says where a control character stands, never what the text is.
fn no_control(field: Field, text: &str) -> Result<(), FieldError> {
    let Some(position) = text.chars().position(char::is_control) else { return Ok(()) };
    let what = format!("has a control character (a line break, tab or the like) at position {}", position + 1);
    Err(FieldError::new(field, what, "It could end the header early, or is left over from copying.", "Enter it without."))
}

fn not_too_long(field: Field, text: &str) -> Result<(), FieldError> {
    if text.len() <= MAX_FIELD_BYTES {
        return Ok(());
    }
    let what = format!("has {} bytes, more than {MAX_FIELD_BYTES}", text.len());
    Err(FieldError::new(field, what, "Servers refuse headers of that size.", "Enter a shorter one."))
}

fn not_empty(field: Field, secret: &Secret, fix: &str) -> Result<(), FieldError> {
    if !secret.is_empty() {
        return Ok(());
    }
    Err(FieldError::new(field, "is empty", "Without it the receiver cannot tell our requests from anyone's.", fix))
}

fn signing_secret(secret: &Secret, format: Format, notices: &mut Vec<Notice>) -> Result<SigningSecret, FieldError> {
    let field = Field::SigningSecret;
    not_empty(field, secret, "Enter the secret that the receiver has, or generate one.")?;
    no_control(field, secret.expose())?;
    not_too_long(field, secret.expose())?;
    let checked = SigningSecret::new(secret.clone(), format)?;
    let bytes = checked.key_bytes();
    // Standard Webhooks, "Signing secret": 24 to 64 bytes.
    if format == Format::Standard && !(24..=64).contains(&bytes) {
        notices.push(Notice::new(field, format!("the key has {bytes} bytes; Standard Webhooks asks for 24 to 64")));
    } else if bytes < SHORT_KEY_BYTES {
        notices.push(Notice::new(field, format!("has only {bytes} bytes; {SHORT_KEY_BYTES} and more are hard to guess")));
    }
    outer_blank_notice(field, secret, notices);
    Ok(checked)
}

fn outer_blank_notice(field: Field, secret: &Secret, notices: &mut Vec<Notice>) {
    if secret.expose().trim() != secret.expose() {
        notices.push(Notice::new(field, "begins or ends with a blank, which is kept as a part of it"));
    }
}

fn username(text: &str) -> Result<String, FieldError> {
    if text.contains(':') {
        return Err(FieldError::new(
            Field::Username,
            "has a colon in it",
            "Basic Auth parts the user name from the password at the first colon (RFC 7617).",
            "Enter the user name alone.",
        ));
    }
    no_control(Field::Username, text)?;
    not_too_long(Field::Username, text)?;
    Ok(text.to_owned())
}

fn password(secret: &Secret, notices: &mut Vec<Notice>) -> Result<Secret, FieldError> {
    let field = Field::Password;
    not_empty(field, secret, "Enter the password that the receiver has.")?;
    no_control(field, secret.expose())?;
    not_too_long(field, secret.expose())?;
    if let Some(advice) = password_advice(secret) {
        notices.push(Notice::new(field, advice));
    }
    outer_blank_notice(field, secret, notices);
    Ok(secret.clone())
}

/// Advice on a password's strength, never a refusal. Length is what counts (NIST SP 800-63B §3.1.1.2).
#[must_use]
pub fn password_advice(secret: &Secret) -> Option<String> {
    let count = secret.chars();
    let mut seen: Vec<char> = secret.expose().chars().collect();
    seen.sort_unstable();
    seen.dedup();
    let distinct = seen.len();
    seen.fill('\0');
    if count < 15 {
        return Some(format!("has {count} characters; 15 and more are hard to guess"));
    }
    (distinct < 6).then(|| format!("has only {distinct} different characters and is easy to guess"))
}

/// A token without the "Bearer " (or "authorization: bearer ") that was copied along, and whether there was one.
///
/// However often it stands there: what is left never begins with one, so that a registered token stays the same when it is
/// checked again.
#[must_use]
pub fn without_bearer(token: &str) -> (&str, bool) {
    let mut rest = token;
    while let Some(behind) = ["authorization:", "bearer "].iter().find_map(|prefix| without_prefix(rest.trim_start(), prefix)) {
        rest = behind.trim_start();
    }
    (rest, rest.len() != token.len())
}

/// What stands behind a prefix that is written in any case.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn token(secret: &Secret, notices: &mut Vec<Notice>) -> Result<Secret, FieldError> {
    let field = Field::Token;
    not_empty(field, secret, "Enter the token that the receiver gave you.")?;
    let (text, taken) = without_bearer(secret.expose());
    if taken {
        notices.push(Notice::new(field, "the leading \"Bearer \" was taken off; it is added when sending"));
    }
    let text = Secret::new(text);
    not_empty(field, &text, "Enter the token itself, behind \"Bearer \".")?;
    no_outer_blank(field, text.expose())?;
    no_control(field, text.expose())?;
    not_too_long(field, text.expose())?;
    if let Some(position) = text.expose().chars().position(|c| !c.is_ascii_graphic()) {
        let what = format!("has a character at position {} that a token cannot have", position + 1);
        return Err(FieldError::new(
            field,
            what,
            "A token is made of visible ASCII characters, without blanks.",
            "Paste it again, alone.",
        ));
    }
    if !is_b64token(text.expose()) {
        notices.push(Notice::new(field, "has characters outside RFC 6750's token syntax; some servers refuse it"));
    }
    Ok(text)
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

fn value(secret: &Secret, add_to: AddTo) -> Result<Secret, FieldError> {
    let field = Field::Value;
    not_empty(field, secret, "Enter the key that the receiver gave you.")?;
    no_outer_blank(field, secret.expose())?;
    no_control(field, secret.expose())?;
    not_too_long(field, secret.expose())?;
    if add_to == AddTo::Header
        && let Some(position) = secret.expose().chars().position(|c| !c.is_ascii())
    {
        let what = format!("has a character at position {} that is not ASCII", position + 1);
        return Err(FieldError::new(
            field,
            what,
            "Servers read other characters in a header differently (RFC 9110 §5.5).",
            "Paste it again, alone.",
        ));
    }
    Ok(secret.clone())
}

fn ca_cert(text: &str) -> Result<Option<PathBuf>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    no_control(Field::CaCert, text)?;
    let path = Path::new(text);
    if !path.is_absolute() {
        return Err(FieldError::new(
            Field::CaCert,
            format!("\"{}\" is not an absolute path", visible(text)),
            "It is read at every delivery, from wherever waypost is started.",
            "Enter the path from / on.",
        ));
    }
    Ok(Some(path.to_owned()))
}

fn timeout(text: &str) -> Result<Option<u16>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u16>() {
        Ok(seconds) if TIMEOUT_S.contains(&seconds) && text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(seconds)),
        _ => Err(FieldError::new(
            Field::Timeout,
            format!("\"{}\" is not a number of seconds from 1 to 120", visible(text)),
            "It limits the whole of an attempt.",
            "Enter a number from 1 to 120, or leave it empty for 15.",
        )),
    }
}

#[cfg(test)]
mod tests;
