//! Bodies on the disk: the user's own events, files for an editor, copies of what was sent.

use std::path::{Path, PathBuf};

use super::waypost::Waypost;
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::io::bodies;
use crate::io::scratch::{self, Scratch};

/// What the body of a curl command is called as an event.
pub const FROM_CURL: &str = "from-curl";

impl Waypost {
    #[must_use]
    pub fn own_events(&self) -> Vec<Event> {
        bodies::own_events(&self.paths)
    }

    /// Stores a body as an event of the user's own.
    ///
    /// # Errors
    /// The name is not valid, or the file cannot be written.
    pub fn keep_event(&self, name: &str, body: &[u8]) -> Result<PathBuf, Problem> {
        if !bodies::is_name(name) {
            return Err(Problem::event_name(name));
        }
        self.paths.create_config_dir()?;
        bodies::keep_event(&self.paths, name, body).map_err(|error| Problem::not_written(&self.paths.events_dir(), &error))
    }

    /// Stores a body as an event of the user's own, under the first free name of `stem`, `stem-2`, …. Returns the name; that of the
    /// event which has this body already, if there is one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_new_event(&self, stem: &str, body: &[u8]) -> Result<String, Problem> {
        let own = self.own_events();
        if let Some(same) = own.into_iter().find(|event| event.body == body) {
            return Ok(same.name);
        }
        let dir = self.paths.events_dir();
        let numbered = (2..u32::MAX).map(|number| format!("{stem}-{number}"));
        let mut names = std::iter::once(stem.to_owned()).chain(numbered);
        let name = names.find(|name| !dir.join(format!("{name}.json")).exists()).unwrap_or_else(|| stem.to_owned());
        self.keep_event(&name, body)?;
        Ok(name)
    }

    /// Writes bytes to a new file.
    ///
    /// # Errors
    /// The file exists already, or it cannot be written.
    pub fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
        bodies::write_new(path, bytes).map_err(|error| Problem::not_written(path, &error))
    }

    /// Writes a body to a temporary file for an editor.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn scratch(&self, body: &[u8]) -> Result<Scratch, Problem> {
        Scratch::new(&self.paths, body).map_err(|error| Problem::not_written(&self.paths.state_dir, &error))
    }

    /// Removes the temporary files that a process left which was killed.
    pub fn sweep_scratch(&self) {
        scratch::sweep(&self.paths);
    }
}
