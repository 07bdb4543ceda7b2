//! Which proxy a request goes through, by the environment variables that curl and others use as well.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;

use super::no_proxy::NoProxy;
use crate::domain::delivery::Cause;
use crate::domain::mask::DOTS;
use crate::domain::url::EndpointUrl;

/// The proxy variables of the environment; empty if not set.
#[derive(Clone, Default)]
pub struct ProxyEnv {
    /// `HTTPS_PROXY` or `https_proxy`.
    pub https: String,
    /// `ALL_PROXY` or `all_proxy`.
    pub all: String,
    /// `NO_PROXY` or `no_proxy`.
    pub no: String,
}

/// A proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    /// A name or an address, an IPv6 one in brackets.
    pub host: String,
    pub port: u16,
    /// Whether it is spoken to by TLS.
    pub tls: bool,
    /// What `proxy-authorization` says.
    pub authorization: Option<HeaderValue>,
    /// The user name and the password, as they are written in the variable and as they are meant.
    pub secrets: Vec<String>,
    /// The entries of `NO_PROXY` that are not understood.
    pub not_understood: Vec<String>,
}

impl Proxy {
    /// `http://••••••••@proxy.example.com:3128`
    pub fn masked(&self) -> String {
        let user = if self.authorization.is_some() { format!("{DOTS}@") } else { String::new() };
        format!("http{}://{user}{}:{}", if self.tls { "s" } else { "" }, self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl ProxyEnv {
    #[must_use]
    pub fn from_env() -> Self {
        let first = |names: [&str; 2]| {
            names.iter().filter_map(std::env::var_os).find(|value| !value.is_empty()).map_or_else(String::new, |value| {
                // What is not UTF-8 stays wrong, and is refused as such.
                value.to_string_lossy().into_owned()
            })
        };
        Self {
            https: first(["HTTPS_PROXY", "https_proxy"]),
            all: first(["ALL_PROXY", "all_proxy"]),
            no: first(["NO_PROXY", "no_proxy"]),
        }
    }

    /// The proxy for a destination, if there is one.
    ///
    /// # Errors
    /// A proxy variable that cannot be used: silently bypassing the proxy could send events where they must not go.
    pub(super) fn proxy_for(&self, destination: &EndpointUrl) -> Result<Option<Proxy>, Cause> {
        let read = |name, value: &str| if value.is_empty() { Ok(None) } else { proxy(name, value).map(Some) };
        let (https, all) = (read("HTTPS_PROXY", &self.https)?, read("ALL_PROXY", &self.all)?);
        let no = NoProxy::parse(&self.no);
        if no.contains(destination.host(), destination.port()) {
            return Ok(None);
        }
        let Some(proxy) = https.or(all) else { return Ok(None) };
        if !no.not_understood.is_empty() {
            tracing::warn!(entries = ?no.not_understood, "not understood in NO_PROXY");
        }
        Ok(Some(Proxy { not_understood: no.not_understood, ..proxy }))
    }
}

/// Reads a value. The error does not repeat it: it may contain a password.
fn proxy(name: &str, value: &str) -> Result<Proxy, Cause> {
    let bad = |what: &str| Err(Cause::BadProxy(format!("{name} {what}.")));
    let Ok(uri) = value.parse::<http::Uri>() else { return bad("is not the address of a proxy") };
    let tls = match uri.scheme_str() {
        None | Some("http") => false,
        Some("https") => true,
        Some(scheme) if scheme.starts_with("socks") => {
            return bad("names a SOCKS proxy; waypost goes through HTTP proxies only");
        }
        Some(_) => return bad("is not the address of a proxy"),
    };
    let Some(authority) = uri.authority().map(http::uri::Authority::as_str) else { return bad("is not the address of a proxy") };
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let after_host = host.rfind(']').map_or(host, |at| &host[at..]);
    let port = match after_host.rsplit_once(':') {
        Some((_, port)) => port.parse::<u16>().ok().filter(|port| *port > 0),
        None => Some(if tls { 443 } else { 80 }),
    };
    let host = uri.host().unwrap_or_default();
    let (Some(port), false) = (port, host.is_empty()) else { return bad("has no host, or a port that does not exist") };
    let mut proxy =
        Proxy { host: host.to_owned(), port, tls, authorization: None, secrets: Vec::new(), not_understood: Vec::new() };
    if let Some(user) = user {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let decoded = [user, password].map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
        let [user_name, word] = &decoded;
        let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(format!("{user_name}:{word}"))))
            .map_err(|_| Cause::BadProxy(format!("The user name in {name} cannot be sent.")))?;
        value.set_sensitive(true);
        proxy.authorization = Some(value);
        let [user_name, word] = decoded;
        let pair = format!("{user_name}:{word}");
        proxy.secrets = vec![user.to_owned(), password.to_owned(), user_name, word, pair];
    }
    Ok(proxy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_for(https: &str, all: &str, no: &str) -> Result<Option<Proxy>, Cause> {
        let destination = EndpointUrl::parse("https://hooks.example.com/in").unwrap();
        ProxyEnv { https: https.into(), all: all.into(), no: no.into() }.proxy_for(&destination)
    }

    fn address(https: &str, all: &str, no: &str) -> Option<String> {
        proxy_for(https, all, no).unwrap().map(|proxy| proxy.masked())
    }

    #[test]
    fn as_the_environment_says() {
        assert_eq!(address("", "", ""), None);
        assert_eq!(address("http://proxy:3128", "", "").unwrap(), "http://proxy:3128");
        assert_eq!(address("proxy:3128", "", "").unwrap(), "http://proxy:3128");
        assert_eq!(address("", "http://user:pw@proxy:3128", "").unwrap(), "http://••••••••@proxy:3128");
        assert_eq!(address("https://proxy", "http://other", "").unwrap(), "https://proxy:443");
        assert_eq!(address("http://proxy:3128", "", "example.com"), None);
        assert_eq!(address("http://proxy:3128", "", "*"), None);
        assert_eq!(address("http://[::1]:3128", "", "").unwrap(), "http://[::1]:3128");
        let with_user = proxy_for("http://me:p%40ss@proxy", "", "").unwrap().unwrap();
        assert_eq!(with_user.authorization.unwrap(), format!("Basic {}", STANDARD.encode("me:p@ss")));
    }

    #[test]
    fn malformed_is_refused_and_not_repeated() {
        for value in [
            "http://",
            "http://a b",
            "ftp://proxy",
            "socks5://proxy:1080",
            "http://us:s3cret@:",
            "://",
            "http://proxy:99999",
            "http://[::1",
        ] {
            for (https, all, no) in [(value, "", ""), ("", value, ""), (value, "http://fine:1", ""), (value, "", "*")] {
                let Err(Cause::BadProxy(text)) = proxy_for(https, all, no) else { panic!("{value} was taken") };
                assert!(!text.contains("s3cret"), "{text}");
            }
        }
    }

    #[test]
    fn c04_the_destination_decides() {
        assert_eq!(address("http://proxy:3128", "", "*.example.com"), None);
        assert_eq!(address("http://proxy:3128", "", "hooks.example.com:8443").unwrap(), "http://proxy:3128");
        let proxy = proxy_for("http://proxy:3128", "", "http://hooks.example.com, x").unwrap().unwrap();
        assert_eq!(proxy.not_understood, ["http://hooks.example.com"]);
    }
}
