//! What the addresses and the proxy have to do with a failure.

use std::fmt::Write as _;

use super::words::name;
use crate::domain::delivery::{Cause, Diagnosis, DialResult, Phase, ProxyUsed, Tried};
use crate::domain::text::listed;

/// The most addresses that are named.
const MOST: usize = 8;

/// Adds to a diagnosis which addresses were tried, where connecting failed, and which proxy it went through.
pub fn add_network(said: &mut Diagnosis, phase: Option<Phase>, cause: &Cause, tried: &[Tried], proxy: Option<&ProxyUsed>) {
    let connecting = phase == Some(Phase::Connect) && tried.iter().all(|it| it.result != DialResult::Connected);
    let named = tried.iter().all(|it| said.why.contains(&it.address.to_string()));
    if connecting && !tried.is_empty() && !(named && tried.len() == 1) {
        said.why.push_str(&sentence(tried));
    }
    let Some(proxy) = proxy else { return };
    let url = name(&proxy.url);
    match cause {
        Cause::Proxy(_) | Cause::ProxyRefused(_) => {
            let _ = write!(said.why, " The proxy is {url}.");
        }
        Cause::Tls(_) if phase >= Some(Phase::Tls) => {
            let _ = write!(said.why, " The connection went through the proxy {url}, which may answer in place of the endpoint.");
        }
        _ if phase >= Some(Phase::Tls) => {
            let _ = write!(said.why, " The connection went through the proxy {url}.");
        }
        _ => {}
    }
}

/// ` It tried 192.0.2.1:443 (no answer) and 192.0.2.2:443 (connection refused).`
fn sentence(tried: &[Tried]) -> String {
    let each = |it: &Tried| format!("{} ({})", it.address, name(it.result.in_words()));
    let mut parts: Vec<String> = tried.iter().take(MOST).map(each).collect();
    if tried.len() > MOST {
        parts.push(format!("{} more", tried.len() - MOST));
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { format!(" It tried {last}.") } else { format!(" It tried {} and {last}.", parts.join(", ")) }
}

/// What a user should know of the proxy variables, whatever came of the attempt.
pub(super) fn notice(proxy: &ProxyUsed) -> Option<String> {
    let entries: Vec<_> = proxy.not_understood.iter().map(|entry| format!("\"{entry}\"")).collect();
    let is = if entries.len() == 1 { "an entry that is" } else { "entries that are" };
    (!entries.is_empty()).then(|| format!("NO_PROXY has {is} not understood: {}.", listed(&entries, 300)))
}
