//! Catches a secret that is given as an argument before anything else looks at it.

use std::ffi::OsString;

use crate::cli::failure::Failure;
use crate::domain::auth;
use crate::domain::field::{Field, Kind};
use crate::domain::problem::Problem;

/// The field that people mean by a flag that would give a secret, and that flag.
fn secret_flag(flag: &str) -> Option<(&'static str, Field)> {
    auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).find_map(|field| match field.kind {
        Kind::Secret(secret) => secret.refused_flags.iter().find(|known| **known == flag).map(|known| (*known, *field)),
        Kind::Text | Kind::Choice(_) => None,
    })
}

/// Refuses arguments with a secret among them; the secret is not looked at, nor said.
pub fn refuse_secrets(args: &[OsString]) -> Result<(), Failure> {
    for arg in args.iter().take_while(|arg| *arg != "--") {
        let text = arg.to_string_lossy();
        let flag = text.split('=').next().unwrap_or_default().replace('_', "-").to_ascii_lowercase();
        if let Some((flag, field)) = secret_flag(&flag) {
            return Err(Failure::fields(vec![Problem::new(
                field,
                format!("{flag} is not accepted: a secret is never passed as an argument"),
                "Every user of this machine can read arguments, and the shell stores them in its history.",
                "Use --secret-stdin, --secret-file PATH or --secret-env NAME, or leave it out and enter it when asked.",
            )]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(args: &[&str]) -> bool {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        refuse_secrets(&args).is_err()
    }

    #[test]
    fn in_every_spelling() {
        for args in [
            ["--password", "x"].as_slice(),
            &["register", "--token=x"],
            &["--signing_secret", "x"],
            &["--API-KEY=x"],
            &["edit", "--json", "--value", "x"],
        ] {
            assert!(refused(args), "{args:?}");
        }
    }

    #[test]
    fn what_is_no_secret_passes() {
        for args in [["--secret-stdin"].as_slice(), &["--secret-file", "--x"], &["secret"], &["--", "--token"], &["--key", "k"]] {
            assert!(!refused(args), "{args:?}");
        }
    }
}
