//! What an auth type is: an [`AuthSpec`], its names and fields as data; and an [`AuthMethod`], what it does with its values.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Field, Notice, Values};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::received::Received;
use crate::domain::signature::{Format, SigningScheme};
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::url::EndpointUrl;

/// An auth type. Two are the same when their names are.
pub type AuthType = &'static AuthSpec;

/// Everything that the front ends and the state file need to know about an auth type.
pub struct AuthSpec {
    /// Its name in JSON and flags.
    pub name: &'static str,
    /// The words on its option.
    pub label: &'static str,
    /// The form's line of help, at most 40 columns.
    pub help: &'static str,
    /// In the order of the form.
    pub fields: &'static [Field],
    /// Fields that are saved with the others, and that no front end asks for.
    pub kept: &'static [Field],
    /// What it adds to a request, in words, given what was entered. Names no secret.
    pub sends: fn(&Values) -> String,
    /// Makes the auth of what was entered; `None` when anything in it is wrong.
    pub check: fn(&mut Check<'_>) -> Option<Auth>,
}

impl AuthSpec {
    /// The fields that are saved.
    pub fn saved_fields(&self) -> impl Iterator<Item = Field> + use<> {
        self.fields.iter().chain(self.kept).copied()
    }

    /// The secret fields that are entered.
    pub fn secret_fields(&self) -> impl Iterator<Item = Field> + use<> {
        self.fields.iter().copied().filter(|field| field.is_secret())
    }
}

impl PartialEq for AuthSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for AuthSpec {}

impl fmt::Debug for AuthSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What was entered for an auth type, and what the check found in it.
pub struct Check<'a> {
    /// What was entered.
    pub values: &'a Values,
    /// Where requests go; `None` when that is not a URL.
    pub url: Option<&'a EndpointUrl>,
    /// In the order in which they were found.
    pub errors: Vec<Problem>,
    /// In the order in which they were found.
    pub notices: Vec<Notice>,
}

impl Check<'_> {
    /// Notes an error, so that the other fields are checked all the same.
    pub fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// Adds a notice.
    pub fn notice(&mut self, field: Field, text: impl Into<String>) {
        self.notices.push(Notice::new(field, text));
    }
}

/// What an auth type does. No method has a default: the compiler asks a new auth type for each.
pub trait AuthMethod: fmt::Debug + Send + Sync {
    /// Its type.
    fn spec(&self) -> AuthType;

    /// Calls `visit` with each field and its value as it would be entered, secrets included, in the order of the form.
    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str));

    /// What it adds to a request.
    fn credential(&self) -> Credential;

    /// The secrets as they go over the wire, before any encoding of text: what must be masked in what comes back. Every secret
    /// is among them, and everything that is made of one and gives it away, such as `user:password`.
    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>>;

    /// Checks a request that was received at `now` (Unix seconds) as a receiver should: how it was recognised, or why not, as a
    /// sentence without a full stop. Never holds a secret, a part of one, or the signature that was expected.
    ///
    /// # Errors
    /// Why it is not valid.
    fn verify(&self, received: &Received<'_>, now: i64) -> Result<String, String>;

    /// The mistakes of a request that was rejected; empty when they are not known.
    fn explain(&self, received: &Received<'_>, now: i64) -> Vec<Mistake>;

    /// Authenticates a curl command.
    fn curl(&self, script: &mut Script<'_>);

    /// What a receiver has to check.
    fn receiver_check(&self) -> ReceiverCheck;

    /// The credentials as the user knows them, such as `the token`; `None` where there are none.
    fn in_words(&self) -> Option<String>;

    /// The same with the secret of `former` accepted as well, until then (Unix seconds); `None` where a request carries one secret.
    fn keeping(&self, former: &Auth, until: i64) -> Option<Auth>;

    /// Until when a former secret is accepted as well (Unix seconds).
    fn former_until(&self) -> Option<i64>;

    /// The same without a former secret.
    fn without_former(&self) -> Auth;

    /// The same with each secret replaced by a [stand-in](crate::domain::field::FieldSpec::stand_in): for what lives long, or is
    /// shown.
    fn without_secrets(&self) -> Auth;

    /// What a receiver checks requests with where that is no secret: the public key of a key pair.
    fn public_key(&self) -> Option<String>;
}

/// An auth type with its values. Made by an [`AuthSpec::check`] only, whose rules it therefore keeps. Clones share the secrets.
#[derive(Clone, Debug)]
pub struct Auth(Arc<dyn AuthMethod>);

impl Auth {
    pub(super) fn new(method: impl AuthMethod + 'static) -> Self {
        Self(Arc::new(method))
    }

    /// Its type.
    #[must_use]
    pub fn auth_type(&self) -> AuthType {
        self.0.spec()
    }

    /// The values as they would be entered, secrets included.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::default();
        self.each_value(&mut |field, value| values.set(field, value));
        values
    }

    /// The values that are not secret, in the order of the form.
    #[must_use]
    pub fn plain_values(&self) -> Vec<(Field, &str)> {
        let mut values = Vec::new();
        self.each_value(&mut |field, value| {
            if !field.is_secret() {
                values.push((field, value));
            }
        });
        values
    }

    /// The first secret, and the field that it belongs to.
    #[must_use]
    pub fn secret(&self) -> Option<(Field, Secret)> {
        let mut secret = None;
        self.each_value(&mut |field, value| {
            if field.is_secret() && secret.is_none() {
                secret = Some((field, value));
            }
        });
        secret.map(|(field, value)| (field, Secret::new(value)))
    }

    /// The last four characters of the first secret, where they may be shown.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let mut hint = None;
        self.each_value(&mut |field, value| hint = hint.take().or_else(|| field.hint(value)));
        hint
    }

    /// The signature's format, where there is a signature.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        self.scheme().map(|scheme| scheme.format())
    }

    /// What is signed and how, where there is a signature.
    #[must_use]
    pub fn scheme(&self) -> Option<SigningScheme> {
        match self.receiver_check() {
            ReceiverCheck::Signature(_, scheme) => Some(scheme),
            ReceiverCheck::Nothing
            | ReceiverCheck::Basic(_)
            | ReceiverCheck::Bearer
            | ReceiverCheck::AccessToken
            | ReceiverCheck::Header(_)
            | ReceiverCheck::Query(_) => None,
        }
    }
}

impl Deref for Auth {
    type Target = dyn AuthMethod;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for Auth {
    /// The secrets in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.auth_type() == other.auth_type() && self.values() == other.values()
    }
}

impl Eq for Auth {}
