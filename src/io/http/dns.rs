//! Resolves names, and refuses those with an address that is never connected to.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use futures_util::future::BoxFuture;

use super::trace::Trace;
use crate::domain::address::{Reach, reach};

/// Where addresses come from.
pub trait Lookup: Send + Sync {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver: hosts file, name servers and whatever else is configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// The addresses of a name. One that ends with a dot is complete: no search domain is added to it. The hosts file does not know
/// names by that form, so that the name without it is looked up next.
///
/// `localhost` and the names below it are this machine, and nobody is asked (RFC 6761 §6.3): a container may have no hosts file, a
/// resolver without a name server waits seconds for one, and no name server may say that another machine is this one.
async fn addresses(lookup: &dyn Lookup, host: &str) -> io::Result<Vec<IpAddr>> {
    let bare = host.strip_suffix('.').unwrap_or(host);
    if bare.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost")) {
        return Ok(LOOPBACK.to_vec());
    }
    if bare != host {
        match lookup.lookup(host).await {
            Ok(found) if !found.is_empty() => return Ok(found),
            _ => {}
        }
    }
    lookup.lookup(bare).await
}

const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Why there is no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// One of its addresses is forbidden. That refuses all of them: a name that points there is not one to trust.
    #[error("{0} is {1}")]
    Forbidden(IpAddr, &'static str),
    /// The name has no address.
    #[error("the name has no address")]
    NoAddress,
    /// The lookup failed.
    #[error("{0}")]
    Failed(io::Error),
}

/// The addresses of a destination's host, each of them checked and reported to the trace.
///
/// # Errors
/// [`ResolveError`].
pub(super) async fn of_destination(
    lookup: &dyn Lookup,
    host: &str,
    port: u16,
    trace: &Trace,
) -> Result<Vec<SocketAddr>, ResolveError> {
    let found = find(lookup, host, port).await?;
    trace.note(|observed| observed.addresses.clone_from(&found));
    for address in &found {
        if let Reach::Forbidden(what) = reach(address.ip()) {
            return Err(ResolveError::Forbidden(address.ip(), what));
        }
    }
    if found.is_empty() { Err(ResolveError::NoAddress) } else { Ok(found) }
}

/// The addresses of a proxy's host, which may be any.
///
/// # Errors
/// [`ResolveError`].
pub(super) async fn of_proxy(lookup: &dyn Lookup, host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    let found = find(lookup, host, port).await?;
    if found.is_empty() { Err(ResolveError::NoAddress) } else { Ok(found) }
}

async fn find(lookup: &dyn Lookup, host: &str, port: u16) -> Result<Vec<SocketAddr>, ResolveError> {
    let found = addresses(lookup, host).await.map_err(ResolveError::Failed)?;
    let mut unique: Vec<SocketAddr> = Vec::with_capacity(found.len());
    // The system names an address once for each kind of socket.
    for address in found.into_iter().map(|ip| SocketAddr::new(ip, port)) {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    Ok(unique)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Knows one name, and remembers what it was asked.
    struct Only(&'static str, Mutex<Vec<String>>);

    impl Lookup for Only {
        fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            self.1.lock().unwrap().push(host.to_owned());
            let found = if host == self.0 { Ok(vec![[192, 0, 2, 1].into()]) } else { Err(io::ErrorKind::NotFound.into()) };
            Box::pin(std::future::ready(found))
        }
    }

    #[tokio::test]
    async fn c02_a_final_dot_is_looked_up_and_names_of_the_hosts_file_are_found() {
        for (known, host, asked) in [
            ("h.example.", "h.example.", ["h.example."].as_slice()),
            ("h.example", "h.example.", &["h.example.", "h.example"]),
            ("h.example", "h.example", &["h.example"]),
        ] {
            let lookup = Only(known, Mutex::default());
            assert_eq!(addresses(&lookup, host).await.unwrap().len(), 1, "{host}");
            assert_eq!(*lookup.1.lock().unwrap(), asked);
        }
    }

    #[tokio::test]
    async fn h198_localhost_is_this_machine_and_no_resolver_is_asked() {
        for host in ["localhost", "localhost.", "LocalHost", "a.localhost", "b.a.localhost."] {
            // The resolver, if it were asked, would name another machine.
            let lookup = Only(host, Mutex::default());
            assert_eq!(addresses(&lookup, host).await.unwrap(), LOOPBACK, "{host}");
            assert!(lookup.1.lock().unwrap().is_empty(), "{host}");
        }
        let lookup = Only("h.example", Mutex::default());
        for host in ["notlocalhost", "localhost.example"] {
            addresses(&lookup, host).await.unwrap_err();
        }
        assert_eq!(*lookup.1.lock().unwrap(), ["notlocalhost", "localhost.example"]);
    }
}
