//! The headers of a draft: a list, where every other field has one value.

use super::Draft;
use crate::domain::destination::Settings;
use crate::domain::header::{CustomHeader, HeaderEntry};
use crate::domain::secret::Secret;

impl Draft {
    /// The headers, in the order in which they are sent.
    #[must_use]
    pub fn headers(&self) -> &[HeaderEntry] {
        &self.headers
    }

    /// Puts other headers in place of all.
    pub fn set_headers(&mut self, headers: Vec<HeaderEntry>) {
        self.headers = headers;
    }

    /// Adds a header, or puts it in the place of the one of that name.
    pub fn put_header(&mut self, header: HeaderEntry) {
        match self.headers.iter_mut().find(|other| other.is_named(&header.name)) {
            Some(other) => *other = header,
            None => self.headers.push(header),
        }
    }

    /// The same draft with that header.
    #[must_use]
    pub fn with_header(mut self, header: HeaderEntry) -> Self {
        self.put_header(header);
        self
    }

    /// Removes the header of that name. Returns whether there was one.
    pub fn remove_header(&mut self, name: &str) -> bool {
        let before = self.headers.len();
        self.headers.retain(|header| !header.is_named(name));
        self.headers.len() != before
    }

    pub(super) fn forget_header_secrets(&mut self) {
        for header in self.headers.iter_mut().filter(|header| header.is_secret) {
            header.value = Secret::default();
        }
    }

    /// Fills in the secret values that were left empty, where a secret of that name is registered.
    pub(super) fn keep_headers(&mut self, registered: &Settings) {
        for header in self.headers.iter_mut().filter(|header| header.is_secret && header.value.is_empty()) {
            let kept = registered.headers().iter().find(|own| header.is_named(own.key().as_str()));
            if let Some(secret) = kept.and_then(CustomHeader::secret) {
                header.value = secret.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::URL;

    fn draft() -> Draft {
        Draft::default()
            .with(URL, "https://h.example/in")
            .with_header(HeaderEntry::plain("X-Env", "test"))
            .with_header(HeaderEntry::secret("X-Env-Token", "hunter2"))
    }

    #[test]
    fn put_by_name_in_any_case_and_removed_by_it() {
        let mut draft = draft().with_header(HeaderEntry::plain("x-ENV", "live"));
        let shown = |draft: &Draft| draft.headers().iter().map(HeaderEntry::shown).collect::<Vec<_>>();
        assert_eq!(shown(&draft), ["x-ENV: live", "X-Env-Token: ••••••••"]);
        assert!(draft.remove_header("X-env-TOKEN") && !draft.remove_header("x-other"));
        assert_eq!(shown(&draft), ["x-ENV: live"]);
    }

    #[test]
    fn a_secret_that_is_left_empty_is_kept_for_its_own_name_only() {
        let registered = draft().check().unwrap().settings;
        assert_eq!(Draft::of(&registered), draft());
        let mut edited = draft();
        edited.forget_secrets();
        assert!(edited.check().is_err());
        assert_eq!(edited.clone().keeping(&registered).check().unwrap().settings, registered);
        for other in [HeaderEntry::secret("X-Other", ""), HeaderEntry::secret("X-Env", ""), HeaderEntry::plain("X-Env-Token", "")]
        {
            let edited = Draft::default().with(URL, "https://h.example/in").with_header(other);
            assert!(edited.keeping(&registered).check().is_err());
        }
    }

    #[test]
    fn a_fingerprint_knows_headers_and_not_their_secrets() {
        let of = |draft: Draft| draft.check().unwrap().settings.fingerprint();
        let other_secret = draft().with_header(HeaderEntry::secret("X-Env-Token", "hunter3"));
        assert_eq!(of(draft()), of(other_secret));
        for other in [
            draft().with_header(HeaderEntry::plain("X-Env", "live")),
            draft().with_header(HeaderEntry::plain("X-More", "1")),
            draft().with_header(HeaderEntry::plain("X-Env-Token", "hunter2")),
        ] {
            assert_ne!(of(draft()), of(other));
        }
        let settings = draft().check().unwrap().settings;
        let stand_in = settings.without_secrets();
        assert_eq!(stand_in.fingerprint(), settings.fingerprint());
        assert!(stand_in.headers()[1].secret().is_some_and(|secret| secret.expose() != "hunter2"));
    }
}
