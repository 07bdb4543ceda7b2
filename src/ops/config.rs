//! The user's `config.json`.

use jiff::tz::TimeZone;

use crate::domain::config::{self, Config, Trouble};
use crate::io::fs::file::{self, Links};
use crate::io::fs::paths::CONFIG_FILE;
use crate::io::time_zone;
use crate::ops::Waypost;

/// The most bytes of the file.
const LIMIT: usize = 64 * 1024;

impl Waypost {
    /// What the user's `config.json` says, and what is wrong with it: a sentence each, without a full stop. It never keeps anything
    /// from working.
    #[must_use]
    pub fn config(&self) -> (Config, Vec<String>) {
        match self.read_config() {
            Ok((config, troubles)) => (config, troubles.iter().map(sentence).collect()),
            Err(unreadable) => (Config::default(), vec![unreadable]),
        }
    }

    /// The zone that times are shown and read in: the one that the file names, else that of this machine or of `TZ`; and what is
    /// wrong with the file, if that may be why it names none.
    #[must_use]
    pub fn time_zone(&self) -> (TimeZone, Option<String>) {
        match self.read_config() {
            Ok((config, troubles)) => {
                let hiding = troubles.iter().find(|trouble| trouble.hides("time_zone")).map(sentence);
                (time_zone(&config), hiding)
            }
            Err(unreadable) => (time_zone(&Config::default()), Some(unreadable)),
        }
    }

    fn read_config(&self) -> Result<(Config, Vec<Trouble>), String> {
        match file::read(&self.paths.config_file(), Links::Follow, LIMIT) {
            Ok(text) => Ok(config::parse(&text, |name| TimeZone::get(name).ok())),
            Err(error) if error.is_not_found() => Ok((Config::default(), Vec::new())),
            Err(error) => Err(format!("{}. {}", error.what(), error.why().trim_end_matches('.'))),
        }
    }
}

/// The zone that times are shown and read in: the one that the file names, else that of this machine or of `TZ`.
#[must_use]
pub fn time_zone(config: &Config) -> TimeZone {
    config.time_zone.clone().unwrap_or_else(time_zone::local)
}

fn sentence(trouble: &Trouble) -> String {
    format!("{CONFIG_FILE}: {trouble}")
}
