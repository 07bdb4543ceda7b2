//! Where the shared engine is: servers of NATS, and what they are shown to be let in.

use std::fmt;
use std::path::PathBuf;

use url::Url;

use super::secret::Secret;
use super::text::visible;

/// The port of a server that names none.
const PORT: u16 = 4222;

/// The largest number of copies that a server keeps.
pub const MAX_REPLICAS: u8 = 5;

/// Everything that is needed to connect, and to create what is missing.
#[derive(Clone, Debug)]
pub struct NatsSettings {
    pub servers: Servers,
    pub login: Login,
    pub tls: Tls,
    /// How many servers are to keep a copy of what is created; 1 unless the user says otherwise.
    pub replicas: Option<u8>,
    /// The most bytes of the stream of events, if it is created.
    pub max_bytes: Option<u64>,
}

/// Who connects.
#[derive(Clone, Debug)]
pub enum Login {
    /// Anyone: the server asks for nothing, or for a client certificate.
    Nobody,
    /// A file with a JWT and the seed of its key, as `nsc` writes it.
    Credentials(PathBuf),
    Password {
        user: String,
        password: Secret,
    },
}

/// How the connection is secured; with any of these files, only over TLS.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    pub ca: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
}

impl Tls {
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.ca.is_some() || self.certificate.is_some()
    }
}

/// Servers of one cluster; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers(Vec<Url>);

impl Servers {
    /// Reads `nats://HOST:PORT` or `tls://HOST:PORT`, several with commas between them; scheme and port may be left out.
    ///
    /// # Errors
    /// What is wrong with it, as a clause. It says nothing of a password in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let servers: Vec<_> =
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(server).collect::<Result<_, _>>()?;
        if servers.is_empty() { Err("it is empty".to_owned()) } else { Ok(Self(servers)) }
    }

    /// Each as a URL with its port.
    pub fn urls(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(shown)
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.urls().collect::<Vec<_>>().join(","))
    }
}

fn shown(url: &Url) -> String {
    format!("{}://{}:{}", url.scheme(), url.host_str().unwrap_or_default(), url.port().unwrap_or(PORT))
}

fn server(text: &str) -> Result<Url, String> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("nats://{text}") };
    // What cannot be read is not quoted: it may contain a password.
    let url = Url::parse(&whole).map_err(|error| format!("it is not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains a user or a password, which have their own options".to_owned());
    }
    match url.scheme() {
        "nats" | "tls" => {}
        scheme => return Err(format!("{}:// is not a NATS scheme; use nats:// or tls://", visible(scheme))),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host".to_owned());
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("it has a path, which NATS servers do not have".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_urls_with_a_port() {
        for (text, shown) in [
            ("nats://a", "nats://a:4222"),
            ("tls://a.example:4443", "tls://a.example:4443"),
            ("10.0.0.1", "nats://10.0.0.1:4222"),
            ("localhost:5000", "nats://localhost:5000"),
            ("[::1]:5000", "nats://[::1]:5000"),
            (" nats://a , tls://b:1/,", "nats://a:4222,tls://b:1"),
        ] {
            assert_eq!(Servers::parse(text).map(|servers| servers.to_string()).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_no_password() {
        for (text, why) in [
            ("", "empty"),
            (",", "empty"),
            ("http://a", "http:// is not a NATS scheme"),
            ("nats://", "no host"),
            ("nats://a/path", "a path"),
            ("nats://a?x", "a path"),
            ("nats://a:99999", "not a URL"),
            ("nats://user:hunter2@a", "a password"),
            ("nats://hunter2@a", "a password"),
            ("nats://user:hunter2@a:99999", "not a URL"),
        ] {
            let error = Servers::parse(text).unwrap_err();
            assert!(error.contains(why) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
