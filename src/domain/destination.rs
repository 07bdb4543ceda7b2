//! The one registered endpoint.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::auth::Auth;
use super::delivery::SentWith;
use super::field::{CA_CERT, Field, TLS_FILES, URL};
use super::header::CustomHeader;
use super::secret::Secret;
use super::url::EndpointUrl;

/// The total time of an attempt when none is set, in seconds.
pub const DEFAULT_TIMEOUT_S: u16 = 15;

/// The paths of the [`TLS_FILES`], in their order.
pub(super) type TlsFiles = [Option<PathBuf>; TLS_FILES.len()];

/// Where events are sent and how requests are authenticated: what a person decides. [`Destination`] adds the times.
///
/// Made by [`super::draft::Draft::check`] only, which is what makes it valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub(super) url: EndpointUrl,
    pub(super) auth: Auth,
    pub(super) headers: Vec<CustomHeader>,
    pub(super) files: TlsFiles,
    pub(super) timeout_s: Option<u16>,
}

impl Settings {
    /// Where events are sent.
    #[must_use]
    pub const fn url(&self) -> &EndpointUrl {
        &self.url
    }

    /// How requests are authenticated.
    #[must_use]
    pub const fn auth(&self) -> &Auth {
        &self.auth
    }

    /// The headers that it adds to each request, in the order in which they are sent.
    #[must_use]
    pub fn headers(&self) -> &[CustomHeader] {
        &self.headers
    }

    /// An absolute path of a PEM file with the CA certificates to trust for this destination, in place of the system's.
    #[must_use]
    pub fn ca_cert(&self) -> Option<&Path> {
        self.file(CA_CERT)
    }

    /// The absolute path of one of the [`TLS_FILES`].
    #[must_use]
    pub fn file(&self, field: Field) -> Option<&Path> {
        self.files().find(|(own, _)| *own == field).and_then(|(_, path)| path)
    }

    /// The paths of the [`TLS_FILES`].
    pub fn files(&self) -> impl Iterator<Item = (Field, Option<&Path>)> {
        TLS_FILES.into_iter().zip(self.files.iter().map(Option::as_deref))
    }

    /// The same with stand-ins for the secrets and the URL's credential: for what lives long, or is shown.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let headers = self.headers.iter().map(CustomHeader::without_secret).collect();
        Self { auth: self.auth.without_secrets(), url: self.url.without_credential(), headers, ..self.clone() }
    }

    /// Whether anything in them is a secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.auth.secret().is_some() || self.url.has_credential() || self.headers.iter().any(|header| header.secret().is_some())
    }

    /// The values of which a part is a credential, without those that are secret as a whole: the field, the value, and what is shown
    /// of it.
    #[must_use]
    pub fn masked_values(&self) -> Vec<(Field, Secret, String)> {
        let url = self.url.has_credential().then(|| (URL, self.url.expose().into(), self.url.shown()));
        let of_auth = self.auth.plain_values().into_iter().filter_map(|(field, value)| match field.shown(value) {
            Cow::Borrowed(_) => None,
            Cow::Owned(shown) => Some((field, value.into(), shown)),
        });
        url.into_iter().chain(of_auth).collect()
    }

    /// The total time of an attempt as it was set, in seconds (1–120).
    #[must_use]
    pub const fn timeout_s(&self) -> Option<u16> {
        self.timeout_s
    }

    /// The secrets, and the URL's parts that are a credential, as they go over the wire: what must be masked in what comes back.
    pub(super) fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let mut forms = self.auth.wire_forms();
        forms.extend(self.url.wire_forms());
        forms.extend(self.headers.iter().flat_map(CustomHeader::wire_forms));
        forms
    }

    /// Identifies these settings, without their secrets: 16 hex digits, which differ after an edit.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let timeout = self.timeout_s.unwrap_or(DEFAULT_TIMEOUT_S).to_string();
        let url = self.url.shown();
        let fixed = [url.as_str(), self.auth.auth_type().name, &timeout];
        let mut hash = Sha256::new();
        let files = self.files().map(|(_, path)| path.map(Path::as_os_str).unwrap_or_default().as_encoded_bytes());
        let of_auth: Vec<_> = self.auth.plain_values().into_iter().map(|(field, value)| field.shown(value)).collect();
        let of_auth = of_auth.iter().map(|value| value.as_bytes());
        for part in fixed.into_iter().map(str::as_bytes).chain(files).chain(of_auth) {
            // After its length, so that no two lists of parts give the same bytes.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        for header in &self.headers {
            for part in [header.key().wire().as_str(), header.plain().unwrap_or_default()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash.update([u8::from(header.secret().is_some())]);
        }
        hash.update(self.url.mark());
        let hash: [u8; 32] = hash.finalize().into();
        hash[..8].iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}

/// Names a destination from its registration to its removal; editing keeps it. Every delivery has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationId(Arc<str>);

impl DestinationId {
    /// The id with that text, such as `dst_5e9f…`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DestinationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The registered endpoint: its id and settings, and when they were made and last changed.
///
/// Two are the same whatever is remembered of how they are sent to, which follows from the settings.
#[derive(Clone, Debug)]
pub struct Destination {
    id: DestinationId,
    settings: Settings,
    created_at: Timestamp,
    updated_at: Timestamp,
    sent_with: Arc<SentWith>,
    fingerprint: OnceLock<Arc<str>>,
}

impl PartialEq for Destination {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, settings, created_at, updated_at, sent_with: _, fingerprint: _ } = self;
        *id == other.id && *settings == other.settings && *created_at == other.created_at && *updated_at == other.updated_at
    }
}

impl Eq for Destination {}

impl Destination {
    /// A destination as the state file has it.
    #[must_use]
    pub fn new(id: DestinationId, settings: Settings, created_at: Timestamp, updated_at: Timestamp) -> Self {
        Self { id, settings, created_at, updated_at, sent_with: Arc::default(), fingerprint: OnceLock::new() }
    }

    /// The same, with what its deliveries are to remember of the settings.
    #[must_use]
    pub fn remembered_as(self, sent_with: SentWith) -> Self {
        Self { sent_with: Arc::new(sent_with), ..self }
    }

    /// What its deliveries remember of the settings.
    #[must_use]
    pub const fn sent_with(&self) -> &Arc<SentWith> {
        &self.sent_with
    }

    /// The same destination with other settings.
    #[must_use]
    pub fn with_settings(&self, settings: Settings) -> Self {
        Self { settings, fingerprint: OnceLock::new(), ..self.clone() }
    }

    /// [`Settings::fingerprint`], made once.
    pub(super) fn fingerprint(&self) -> &Arc<str> {
        self.fingerprint.get_or_init(|| self.settings.fingerprint().into())
    }

    /// Names it in deliveries.
    #[must_use]
    pub const fn id(&self) -> &DestinationId {
        &self.id
    }

    /// What a person decided.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where events are sent.
    #[must_use]
    pub const fn url(&self) -> &EndpointUrl {
        &self.settings.url
    }

    /// How requests are authenticated.
    #[must_use]
    pub const fn auth(&self) -> &Auth {
        &self.settings.auth
    }

    /// The total time of an attempt in force, in seconds.
    #[must_use]
    pub fn timeout_s(&self) -> u16 {
        self.settings.timeout_s.unwrap_or(DEFAULT_TIMEOUT_S)
    }

    /// When it was registered.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it was last changed.
    #[must_use]
    pub const fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::auth::{bearer, hmac};
    use crate::domain::draft::Draft;
    use crate::domain::field::{TIMEOUT, URL};
    use crate::domain::secret::Secret;

    #[test]
    fn c21_a_fingerprint_knows_urls_apart_that_look_the_same() {
        let of = |url: &str| Draft::default().with(URL, url).check().unwrap().settings;
        let (one, two) = (of("https://h.example/in?token=one"), of("https://h.example/in?token=two"));
        assert_eq!(one.url().shown(), two.url().shown());
        assert_ne!(one.fingerprint(), two.fingerprint());
        let stand_in = one.without_secrets();
        assert_eq!((stand_in.url().shown(), stand_in.fingerprint()), (one.url().shown(), one.fingerprint()));
        assert!(!stand_in.url().expose().contains("one"), "{}", stand_in.url().expose());
    }

    #[test]
    fn a_fingerprint_differs_after_an_edit_and_knows_no_secret() {
        let bearer =
            |token: &str| Draft::new(bearer::SPEC).with(URL, "https://h.example/in").with(bearer::TOKEN, Secret::new(token));
        let of = |draft: Draft| draft.check().unwrap().settings.fingerprint();
        let before = of(bearer("a-token-of-some-length"));
        assert!(before.len() == 16 && before.bytes().all(|byte| byte.is_ascii_hexdigit()), "{before}");
        assert_eq!(of(bearer("another-token-of-some-length")), before);
        assert_eq!(of(bearer("a-token-of-some-length").with(TIMEOUT, "15")), before, "the default, written out");
        let hmac = |key: &str| {
            let draft = Draft::new(hmac::SPEC).with(URL, "https://h.example/in").with(hmac::HEADER_KEY, key);
            of(draft.with(hmac::SIGNING_SECRET, Secret::new("a-secret-of-some-length")))
        };
        let others = [
            of(bearer("a-token-of-some-length").with(URL, "https://h.example/im")),
            of(bearer("a-token-of-some-length").with(TIMEOUT, "16")),
            hmac("X-Signature"),
            hmac("X-Sig"),
        ];
        let all: std::collections::HashSet<_> = others.iter().chain([&before]).collect();
        assert_eq!(all.len(), 5, "{all:?}");
    }
}
