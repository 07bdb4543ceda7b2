//! Which proxy a request goes through, by the environment variables that curl and others use as well.

use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::domain::delivery::Cause;

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
    pub(super) fn proxy_for(&self, destination: &http::Uri) -> Result<Option<Intercept>, Cause> {
        for (name, value) in [("HTTPS_PROXY", &self.https), ("ALL_PROXY", &self.all)] {
            if !value.is_empty() {
                check(name, value, destination)?;
            }
        }
        let matcher = Matcher::builder().https(self.https.clone()).all(self.all.clone()).no(self.no.clone()).build();
        Ok(matcher.intercept(destination))
    }
}

/// Asks the parser whether it can use a value. The error does not repeat it: it may contain a password.
fn check(name: &str, value: &str, destination: &http::Uri) -> Result<(), Cause> {
    let Some(proxy) = Matcher::builder().https(value).build().intercept(destination) else {
        return Err(Cause::BadProxy(format!("{name} is not the address of a proxy.")));
    };
    let uri = proxy.uri();
    if uri.scheme_str().is_some_and(|scheme| scheme.starts_with("socks")) {
        return Err(Cause::BadProxy(format!("{name} names a SOCKS proxy; waypost goes through HTTP proxies only.")));
    }
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    let after_host = authority.rfind(']').map_or(authority, |at| &authority[at..]);
    if uri.host().is_none_or(str::is_empty) || (after_host.contains(':') && uri.port_u16().is_none_or(|port| port == 0)) {
        return Err(Cause::BadProxy(format!("{name} has no host, or a port that does not exist.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy_for(https: &str, all: &str, no: &str) -> Result<Option<String>, Cause> {
        let destination = http::Uri::from_static("https://hooks.example.com/in");
        let env = ProxyEnv { https: https.into(), all: all.into(), no: no.into() };
        env.proxy_for(&destination).map(|proxy| proxy.map(|proxy| proxy.uri().to_string()))
    }

    #[test]
    fn as_the_environment_says() {
        assert_eq!(proxy_for("", "", ""), Ok(None));
        assert_eq!(proxy_for("http://proxy:3128", "", ""), Ok(Some("http://proxy:3128/".into())));
        assert_eq!(proxy_for("proxy:3128", "", ""), Ok(Some("http://proxy:3128/".into())));
        assert_eq!(proxy_for("", "http://user:pw@proxy:3128", ""), Ok(Some("http://proxy:3128/".into())));
        assert_eq!(proxy_for("http://proxy:3128", "", "example.com"), Ok(None));
        assert_eq!(proxy_for("http://proxy:3128", "", "*"), Ok(None));
        assert_eq!(proxy_for("http://[::1]:3128", "", ""), Ok(Some("http://[::1]:3128/".into())));
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
}
