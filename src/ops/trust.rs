//! Trusting the CA that a server presented: as ssh does at the first connection, once a person has compared its fingerprint.
//!
//! What is trusted is the certificate that the delivery recorded, byte for byte: not what the server would send now. Nothing secret
//! went out before, since the handshake had failed.

use std::io::Write as _;

use super::register::Saved;
use super::tls_files::check_files;
use super::waypost::{PAGE, Waypost};
use crate::domain::delivery::Attempt;
use crate::domain::field::CA_CERT;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::rotation::KeepOld;
use crate::domain::text::visible;
use crate::io::fs::atomic;
use crate::io::fs::{FileError, Operation};
use crate::io::http;

impl Waypost {
    /// The newest attempt at which the certificate of that fingerprint was presented, among the deliveries of a page.
    ///
    /// # Errors
    /// There is none, or the history cannot be read.
    pub fn attempt_that_presented(&self, fingerprint: &str) -> Result<Attempt, Problem> {
        let deliveries = self.newest(PAGE)?.deliveries;
        let named = |attempt: &Attempt| attempt.presented_ca().is_some_and(|ca| ca.is_named(fingerprint));
        deliveries.into_iter().flat_map(|delivery| delivery.attempts).find(named).ok_or_else(|| {
            Problem::new(
                CA_CERT,
                "No certificate with that SHA-256 was presented",
                format!("The last {PAGE} deliveries have none that could be trusted with it."),
                "Send a test delivery: it shows the SHA-256 of what the server presents.",
            )
        })
    }

    /// Keeps the certificate that was presented at an attempt in a file beside the registration, and makes that the CA file.
    /// `over` is the generation that the user saw.
    ///
    /// # Errors
    /// The attempt presented none or went to another URL, the destination was changed meanwhile, or a file could not be written.
    pub fn trust_ca(&self, over: Option<u64>, attempt: &Attempt) -> Result<Saved, Problem> {
        let ca = attempt
            .presented_ca()
            .filter(|ca| http::is_itself(ca))
            .ok_or_else(|| not_trusted("No certificate was presented", ""))?;
        let path = self.paths.config_dir.join(ca.file_name());
        let text = path.to_str().ok_or_else(|| not_trusted("The path of the configuration directory is not UTF-8", ""))?;
        self.edit(over, KeepOld::default(), |draft, locked| {
            if let Some(problem) = locked {
                return Err(problem);
            }
            let first = |errors: Vec<Problem>| errors.into_iter().next().unwrap_or_else(Problem::conflict);
            let registered = draft.check().map_err(first)?.settings;
            if !attempt.went_to(&registered) {
                return Err(not_trusted("The certificate is that of another URL", "The destination was changed since."));
            }
            // Whether its name is on the disk is seen when the registration is, which is in the same directory.
            let _durability = atomic::replace(&path, |file| file.write_all(ca.pem.as_bytes()))
                .map_err(|error| FileError::new(Operation::Write, &path, error))?;
            let settings = draft.with(CA_CERT, text).check().map_err(first)?.settings;
            check_files(&settings)?;
            Ok(settings)
        })
    }
}

fn not_trusted(what: &str, why: &str) -> Problem {
    Problem::of_kind(ProblemKind::Usage, visible(what).into_owned(), why, "Send a test delivery, and compare what it shows.")
}
