//! The URL of an endpoint: accepted only when every parser reads it as the same one.
//!
//! The `url` crate follows the WHATWG standard, which repairs what it is given (`ht\ntps://`, `https:h`, `0x7f.1`). Another
//! program may repair differently and so send a secret to another host. Hence nothing is repaired: the text must be what
//! the parser makes of it, and where it is not, the error shows the form to enter.
//!
//! ```text
//! rules        what is accepted, and what is said of the rest
//! credential   the parts of a URL that grant access: they are masked wherever it is shown
//!   services   where well-known services have them     names   what such parameters are called
//!   random     whether a text was made by a generator
//! ```

pub(crate) mod credential;
mod names;
mod random;
mod rules;
mod services;

pub use rules::MAX_BYTES;

use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::address::{Reach, reach};
use super::field::{Notice, URL};
use super::mask::Masked;
use super::secret::Secret;
use crate::domain::problem::Problem;
use rules::Read;

/// An `https` URL without user, fragment or anything that two parsers could read differently.
///
/// A part of it may be a credential: [`EndpointUrl::expose`] is for what sends or seals it, [`EndpointUrl::shown`] for all else.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl {
    text: Secret,
    host: String,
    ip: Option<IpAddr>,
    port: u16,
    query: Option<usize>,
    /// The parts of the text that are a credential.
    credential: Vec<Range<usize>>,
    /// Tells URLs apart that look the same, but for one in 65,536. More of a hash would let anyone who finds it try guesses of a
    /// short credential.
    mark: [u8; 2],
}

impl EndpointUrl {
    /// Checks a URL.
    ///
    /// # Errors
    /// What is wrong with it, and the form to enter where there is one.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let Read { url, ip, port } = rules::read(text)?;
        let text = url.as_str();
        let (query, credential) = (text.find('?'), credential::parts(text));
        let hash: [u8; 32] = Sha256::digest(text).into();
        let mark = [hash[0], hash[1]];
        Ok(Self { host: rules::host_of(&url), ip, port: port.unwrap_or(443), query, credential, mark, text: text.into() })
    }

    /// The whole URL: to be sent or sealed, or shown to a user who has asked to see it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// The URL with the parts marked that are a credential.
    #[must_use]
    pub fn masked(&self) -> Masked {
        let text = self.text.expose();
        let mut masked = Masked::default();
        let mut at = 0;
        for part in &self.credential {
            masked = masked.then(&text[at..part.start]).then_secret(&text[part.clone()]);
            at = part.end;
        }
        // One piece where there is nothing to mask.
        if at == text.len() { masked } else { masked.then(&text[at..]) }
    }

    /// The URL with dots for the parts that are a credential. Two URLs may look the same so.
    #[must_use]
    pub fn shown(&self) -> String {
        self.masked().masked()
    }

    /// Whether a part of it is a credential.
    #[must_use]
    pub const fn has_credential(&self) -> bool {
        !self.credential.is_empty()
    }

    /// What goes into a fingerprint besides what is shown. A stand-in has that of its URL.
    pub(super) fn mark(&self) -> &[u8] {
        if self.has_credential() { &self.mark } else { &[] }
    }

    /// The credential as an answer may have it: each part as it is sent, and decoded.
    pub(super) fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let mut forms = Vec::new();
        for part in &self.credential {
            let part = &self.text.expose()[part.clone()];
            let decoded = Zeroizing::new(percent_decode_str(part).collect::<Vec<u8>>());
            if decoded.as_slice() != part.as_bytes() {
                forms.push(decoded);
            }
            forms.push(Zeroizing::new(part.as_bytes().to_vec()));
        }
        forms
    }

    /// Whether a text has a part of the credential in it as it is sent.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.credential.iter().any(|part| text.contains(&self.text.expose()[part.clone()]))
    }

    /// The same URL with a stand-in for each part that is a credential: for what lives long, or is shown.
    pub(super) fn without_credential(&self) -> Self {
        let (out, credential) = credential::with_stand_ins(self.text.expose(), &self.credential);
        Self { query: out.find('?'), text: out.into(), credential, ..self.clone() }
    }

    /// The host: a lower-case name, or an address (an IPv6 one in brackets).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host without the dot that a complete name may end with: for texts, and for certificates, which never have it.
    #[must_use]
    pub fn bare_host(&self) -> &str {
        self.host.strip_suffix('.').unwrap_or(&self.host)
    }

    /// The host when it is an address.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The port; 443 when the URL names none.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The host, with the port when it is not 443: what the `host` header says (RFC 9110 §7.2).
    #[must_use]
    pub fn authority(&self) -> String {
        let mut authority = String::with_capacity(self.host.len() + 6);
        authority.push_str(&self.host);
        if self.port != 443 {
            let _ = write!(authority, ":{}", self.port);
        }
        authority
    }

    /// The path from its first slash on, without its query, as it is shown.
    pub(crate) fn shown_path(&self) -> String {
        let text = self.shown();
        let path = target_of(&text);
        path.split('?').next().unwrap_or(path).to_owned()
    }

    /// The path and the query, as they are sent.
    pub(crate) fn target(&self) -> &str {
        target_of(self.text.expose())
    }

    /// The query without its question mark, byte for byte as it is sent.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.map(|at| &self.text.expose()[at + 1..])
    }

    /// The notices about a URL that is accepted.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        let local_name = self.host == "localhost" || self.host.ends_with(".localhost");
        let from = if local_name || self.ip.is_some_and(|ip| ip.is_loopback()) {
            "machine"
        } else if self.ip.map(reach) == Some(Reach::Private) {
            "network"
        } else {
            return Vec::new();
        };
        vec![Notice::new(URL, format!("{} is reachable from this {from} only", self.host))]
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndpointUrl").field(&self.shown()).finish()
    }
}

/// The path and the query of the text of a URL.
fn target_of(text: &str) -> &str {
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    text[after_scheme..].find('/').map_or("/", |at| &text[after_scheme + at..])
}

#[cfg(test)]
mod tests;
