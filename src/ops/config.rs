//! The user's `config.json`.

use crate::domain::config::{self, Config};
use crate::io::fs::file::{self, Links};
use crate::io::fs::paths::CONFIG_FILE;
use crate::ops::Waypost;

/// The most bytes of the file.
const LIMIT: usize = 64 * 1024;

impl Waypost {
    /// What the user's `config.json` says, and what is wrong with it: a sentence each, without a full stop. It never keeps anything
    /// from working.
    #[must_use]
    pub fn config(&self) -> (Config, Vec<String>) {
        match file::read(&self.paths.config_file(), Links::Follow, LIMIT) {
            Ok(text) => {
                let (config, troubles) = config::parse(&text);
                (config, troubles.iter().map(|trouble| format!("{CONFIG_FILE}: {trouble}")).collect())
            }
            Err(error) if error.is_not_found() => (Config::default(), Vec::new()),
            Err(error) => (Config::default(), vec![format!("{} {}", error.what(), error.why())]),
        }
    }
}
