//! The last token that was fetched, sealed in the state directory: the next process need not fetch another.
//!
//! It is sealed for everything that it was fetched with and for where it goes; so after any change of these, the client's secret
//! included, it does not open, and another is fetched. It can be lost at any time: whatever is wrong with it, there is none.

use std::fs;
use std::io::{self, Write as _};

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::places::place_of;
use super::vault::{Key, Place};
use crate::domain::destination::Settings;
use crate::domain::secret::Secret;
use crate::domain::signature::hex;
use crate::io::fs::access::Readers;
use crate::io::fs::atomic;
use crate::io::fs::file::{Links, read_private};
use crate::io::fs::paths::Paths;

/// The largest such file, in bytes.
const MAX_BYTES: usize = 2 * 1024 * 1024;

const VERSION: u64 = 1;

/// A token that can be used until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedToken {
    pub token: Secret,
    pub until: Timestamp,
}

/// Where it is kept.
#[derive(Clone, Debug)]
pub struct TokenCache(Paths);

impl TokenCache {
    #[must_use]
    pub const fn new(paths: Paths) -> Self {
        Self(paths)
    }

    /// The token that was kept for those settings, whether or not it can still be used.
    #[must_use]
    pub fn load(&self, to: &Settings) -> Option<CachedToken> {
        let bytes = read_private(&self.0.token_file(), Links::Refuse, MAX_BYTES, Readers::Owner).ok()?;
        let kept: Value = serde_json::from_slice(&bytes).ok()?;
        if kept.get("schema_version").and_then(Value::as_u64) != Some(VERSION) {
            return None;
        }
        let until: Timestamp = kept.get("until")?.as_str()?.parse().ok()?;
        let token = Key::read(&self.0).ok()?.open(&place(to, until), kept.get("sealed")?.as_str()?).ok()?;
        Some(CachedToken { token, until })
    }

    /// Keeps a token. That it could not be kept is only logged.
    pub fn save(&self, to: &Settings, cached: &CachedToken) {
        if let Err(why) = self.try_save(to, cached) {
            tracing::warn!(why, "the token is not kept");
        }
    }

    fn try_save(&self, to: &Settings, cached: &CachedToken) -> Result<(), String> {
        // The secrets of the destination were opened with it, so there is one.
        let key = Key::read(&self.0).map_err(|error| error.to_string())?;
        self.0.create_state_dir().map_err(|error| error.to_string())?;
        let sealed = key.seal(&place(to, cached.until), &cached.token).map_err(|error| error.to_string())?;
        let kept = json!({ "schema_version": VERSION, "until": cached.until, "sealed": sealed });
        let path = self.0.token_file();
        let replaced = atomic::sweep(&path)
            .and_then(|()| atomic::replace(&path, |file| file.write_all(format!("{kept}\n").as_bytes())).map(drop));
        replaced.map_err(|error| error.to_string())
    }

    /// Removes the token, unless it was kept for those settings.
    pub fn forget_others(&self, to: &Settings) {
        if self.load(to).is_none() {
            self.forget();
        }
    }

    /// Removes the token, if there is one.
    pub fn forget(&self) {
        let path = self.0.token_file();
        let removed = atomic::sweep(&path).and_then(|()| fs::remove_file(&path));
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => tracing::warn!(why = %error, "the token is not removed"),
            _ => {}
        }
    }
}

fn place(to: &Settings, until: Timestamp) -> Place {
    let mut hash = Sha256::new();
    to.auth().each_value(&mut |field, value| {
        for part in [field.id, value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    });
    Place { name: format!("token {until} {}", hex(&hash.finalize())), ..place_of(to) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::domain::auth::oauth2;
    use crate::domain::draft::Draft;
    use crate::domain::field::{CA_CERT, URL};

    fn draft() -> Draft {
        Draft::new(oauth2::SPEC)
            .with(URL, "https://hooks.example.com/in")
            .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
            .with(oauth2::CLIENT_ID, "client")
            .with(oauth2::CLIENT_SECRET, "a-client-secret-0123456789")
    }

    fn settings(draft: &Draft) -> Settings {
        draft.check().unwrap().settings
    }

    fn cached() -> CachedToken {
        CachedToken { token: Secret::new("canary-t0ken-0123456789"), until: "2026-11-28T12:00:00Z".parse().unwrap() }
    }

    #[test]
    fn h119_a_token_is_sealed_for_all_that_it_was_fetched_with() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths { config_dir: dir.path().join("c"), state_dir: dir.path().join("s"), key_file_override: None };
        let cache = TokenCache::new(paths.clone());
        assert_eq!(cache.load(&settings(&draft())), None);
        cache.save(&settings(&draft()), &cached());
        assert!(!paths.token_file().exists(), "without a key");
        Key::read_or_create(&paths).unwrap();
        cache.save(&settings(&draft()), &cached());
        assert_eq!(cache.load(&settings(&draft())), Some(cached()));
        assert_eq!(fs::metadata(paths.token_file()).unwrap().permissions().mode() & 0o7777, 0o600);
        let text = fs::read_to_string(paths.token_file()).unwrap();
        assert!(!text.contains("canary") && !text.contains("a-client-secret"), "{text}");
        for other in [
            draft().with(URL, "https://hooks.example.com/im"),
            draft().with(oauth2::TOKEN_URL, "https://auth.example.com/other"),
            draft().with(oauth2::CLIENT_ID, "other"),
            draft().with(oauth2::CLIENT_SECRET, "another-client-secret-0123456789"),
            draft().with(oauth2::SCOPE, "a"),
            draft().with(oauth2::AUDIENCE, "a"),
            draft().with(oauth2::TOKEN_PARAMS, "a=1"),
            draft().with(oauth2::CLIENT_AUTH, "body"),
            draft().with(CA_CERT, "/ca.pem"),
        ] {
            assert_eq!(cache.load(&settings(&other)), None, "{other:?}");
        }
        // Its time is sealed, too.
        fs::write(paths.token_file(), text.replace("2026", "2027")).unwrap();
        assert_eq!(cache.load(&settings(&draft())), None);
        for damaged in ["", "{", "{}", "[1]", "{\"schema_version\":2}", "{\"schema_version\":1,\"until\":1}"] {
            fs::write(paths.token_file(), damaged).unwrap();
            assert_eq!(cache.load(&settings(&draft())), None, "{damaged}");
        }
        cache.save(&settings(&draft()), &cached());
        assert_eq!(cache.load(&settings(&draft())), Some(cached()));
        cache.forget_others(&settings(&draft()));
        assert_eq!(cache.load(&settings(&draft())), Some(cached()));
        cache.forget_others(&settings(&draft().with(oauth2::CLIENT_SECRET, "another-client-secret-0123456789")));
        assert!(!paths.token_file().exists());
        cache.save(&settings(&draft()), &cached());
        cache.forget();
        cache.forget();
        assert_eq!(cache.load(&settings(&draft())), None);
    }
}
