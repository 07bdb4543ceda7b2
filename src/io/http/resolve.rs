//! Looking names up, and refusing those that stand for an address that is never connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::trace::Current;
use crate::domain::address::{Reach, reach};
use crate::domain::delivery::Phase;

/// Where addresses come from.
pub trait Lookup: Send + Sync {
    /// The addresses of a name.
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's own way: hosts file, name servers, and whatever else it is set up with.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Why a name gives no address to connect to.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// One of its addresses is forbidden, and so all are: which one is used is not ours to choose.
    #[error("{0} is {1}")]
    Forbidden(IpAddr, &'static str),
    /// It has none.
    #[error("the name has no address")]
    NoAddress,
    /// It could not be looked up.
    #[error("{0}")]
    Failed(io::Error),
}

/// A lookup with the check, telling a trace what it finds.
pub struct Guarded {
    /// Where addresses come from.
    pub lookup: Arc<dyn Lookup>,
    /// Whose attempt it is.
    pub current: Current,
    /// The host of the destination; any other name is a proxy's, which is the machine's own business.
    pub host: String,
    /// The port of the destination.
    pub port: u16,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = self.lookup.lookup(name.as_str());
        let trace = self.current.trace();
        let of_destination = name.as_str().eq_ignore_ascii_case(&self.host);
        let port = self.port;
        Box::pin(async move {
            let found = looking.await.map_err(ResolveError::Failed)?;
            let addresses: Vec<SocketAddr> = found.iter().map(|&ip| SocketAddr::new(ip, 0)).collect();
            if of_destination {
                trace.note(|seen| {
                    // The system names an address once for each kind of socket.
                    for &ip in &found {
                        let address = SocketAddr::new(ip, port);
                        if !seen.addresses.contains(&address) {
                            seen.addresses.push(address);
                        }
                    }
                });
                for ip in found {
                    if let Reach::Forbidden(what) = reach(ip) {
                        return Err(ResolveError::Forbidden(ip, what).into());
                    }
                }
            }
            if addresses.is_empty() {
                return Err(ResolveError::NoAddress.into());
            }
            trace.begin(Phase::Connect);
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
