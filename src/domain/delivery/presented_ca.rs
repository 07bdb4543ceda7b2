//! The topmost certificate that a server sent, when nothing that is trusted issued it: what a person compares before it is
//! trusted, and the certificate itself, so that no other one is trusted instead.

use jiff::Timestamp;

/// Such a certificate. Its texts come from outside, and are safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedCa {
    pub subject: String,
    /// `None` where it is its own issuer, or names none.
    pub issuer: Option<String>,
    /// The SHA-256 of the certificate, in lower-case hex.
    pub sha256: String,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
    /// One certificate.
    pub pem: String,
}

impl PresentedCa {
    /// Whether a person means it by that text: the digits alone, or in pairs as openssl writes them.
    #[must_use]
    pub fn is_named(&self, fingerprint: &str) -> bool {
        let text = fingerprint.trim();
        let text = text.rsplit_once('=').map_or(text, |(_, digits)| digits);
        let is_separator = |c: char| c == ':' || c.is_ascii_whitespace();
        text.chars().filter(|c| !is_separator(*c)).map(|c| c.to_ascii_lowercase()).eq(self.sha256.chars())
    }

    /// The SHA-256 as openssl writes it: `8F:14:…`
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.sha256)
    }

    /// The name of the file that it is kept in, beside the registration.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("ca-{}.pem", self.sha256)
    }
}

/// A SHA-256 in hex as openssl writes it.
#[must_use]
pub fn fingerprint(sha256: &str) -> String {
    let digits = sha256.to_ascii_uppercase();
    digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_known_as_openssl_writes_it_too() {
        let sha256 = "0a1b".repeat(16);
        let (not_before, not_after) = (None, None);
        let ca = PresentedCa {
            subject: "CN=x".into(),
            issuer: None,
            sha256: sha256.clone(),
            not_before,
            not_after,
            pem: String::new(),
        };
        let pairs = ["0A:1B"; 16].join(":");
        for named in [sha256.clone(), sha256.to_uppercase(), pairs.clone(), format!("sha256 Fingerprint={pairs}\n")] {
            assert!(ca.is_named(&named), "{named}");
        }
        for other in ["", "0a1b", &sha256[1..], &format!("{sha256}0")] {
            assert!(!ca.is_named(other), "{other}");
        }
        assert_eq!(ca.fingerprint(), pairs);
        assert_eq!(ca.file_name(), format!("ca-{sha256}.pem"));
    }
}
