//! Catches a secret that is given as an argument before anything else looks at it.

use std::ffi::OsString;

use crate::cli::failure::Failure;
use crate::domain::field::{Field, FieldError};

/// Flags by which people would give a secret, and the field they mean.
const SECRET_FLAGS: [(&str, Field); 15] = [
    ("--password", Field::Password),
    ("--passwd", Field::Password),
    ("--pass", Field::Password),
    ("--token", Field::Token),
    ("--bearer", Field::Token),
    ("--bearer-token", Field::Token),
    ("--secret", Field::SigningSecret),
    ("--signing-secret", Field::SigningSecret),
    ("--hmac-secret", Field::SigningSecret),
    ("--webhook-secret", Field::SigningSecret),
    ("--signing-key", Field::SigningSecret),
    ("--value", Field::Value),
    ("--api-key", Field::Value),
    ("--apikey", Field::Value),
    ("--key-value", Field::Value),
];

/// Refuses arguments with a secret among them; the secret is not looked at, nor said.
///
/// # Errors
/// There is one.
pub fn refuse_secrets(args: &[OsString]) -> Result<(), Failure> {
    for arg in args.iter().take_while(|arg| *arg != "--") {
        let text = arg.to_string_lossy();
        let flag = text.split('=').next().unwrap_or_default().replace('_', "-").to_ascii_lowercase();
        if let Some(&(flag, field)) = SECRET_FLAGS.iter().find(|(known, _)| *known == flag) {
            return Err(Failure::fields(vec![FieldError::new(
                field,
                format!("{flag} is not taken: a secret never comes as an argument"),
                "Every user of this machine can read arguments, and the shell keeps them in its history.",
                "Use --secret-stdin, --secret-file PATH or --secret-env NAME, or let it be asked for; waypost secret prints it.",
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
