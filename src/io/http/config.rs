//! What a client is configured with.

use std::sync::Arc;

use super::dns::{Lookup, SystemLookup};
use super::proxy::ProxyEnv;

/// Which CAs are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The system's: those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, or those in their usual place.
    System,
    /// Those of this PEM text and no others, as with curl's `--cacert`.
    Only(Vec<u8>),
}

/// How this machine reaches the network.
#[derive(Clone)]
pub struct NetworkConfig {
    pub proxies: ProxyEnv,
    /// Where addresses come from.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for NetworkConfig {
    /// This process's environment and the system's resolver.
    fn default() -> Self {
        Self { proxies: ProxyEnv::from_env(), lookup: Arc::new(SystemLookup) }
    }
}
