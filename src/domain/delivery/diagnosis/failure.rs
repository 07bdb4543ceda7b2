//! The diagnosis of an attempt without a status.

use super::words::{because, host_and_port};
use super::{proxy, tls};
use crate::domain::delivery::{Cause, Diagnosis, Phase};
use crate::domain::destination::Settings;
use crate::domain::draft::TIMEOUT_S;
use crate::domain::field;
use crate::domain::problem::{FieldChange, Fix};
use crate::domain::text::quoted;

pub(super) fn diagnose(to: &Settings, phase: Option<Phase>, cause: &Cause) -> Diagnosis {
    let host = to.url().bare_host();
    let at = host_and_port(to);
    match cause {
        Cause::NoSuchName => Diagnosis::new(
            format!("There is no address for the name {host}."),
            Fix::from("Correct the host in the URL, or add the name to DNS or /etc/hosts.").by_editing(field::URL),
        ),
        Cause::NameServer(detail) => Diagnosis::new(
            format!("No name server could resolve {host}{}.", because(detail)),
            "Check this machine's network and its name servers (/etc/resolv.conf).",
        ),
        Cause::ForbiddenAddress(ip, what) => Diagnosis::new(
            format!("{host} resolves to {ip}, {what}; nothing was sent."),
            Fix::from("Use the endpoint's public name, or correct the addresses of that name.").by_editing(field::URL),
        ),
        Cause::ConnectionRefused(address) => {
            let address = address.map(|address| address.to_string()).filter(|address| *address != at);
            Diagnosis::new(
                match address {
                    Some(address) => format!("Nothing is listening at {at} ({address})."),
                    None => format!("Nothing is listening at {at}."),
                },
                Fix::from("Start the receiver, or correct the host or port in the URL.").by_editing(field::URL),
            )
        }
        Cause::NoRoute(detail) => Diagnosis::new(
            format!("There is no route to {at} from this machine{}.", because(detail)),
            "Check its network, its routes and the firewalls on the way.",
        ),
        Cause::Reset => Diagnosis::new(
            format!("{at} reset the connection {}.", moment(phase)),
            "Check the receiver's log. A firewall or proxy on the way can do this, too.",
        ),
        Cause::Closed => Diagnosis::new(
            format!("{at} closed the connection {}.", moment(phase)),
            Fix::from("Check the receiver's log. It may have crashed, or not serve HTTPS on that port.").by_editing(field::URL),
        ),
        Cause::TimedOut(limit) => timed_out(to, phase, *limit),
        Cause::Tls(cause) => tls::diagnose(to, cause),
        Cause::BadProxy(what) => Diagnosis::new(
            format!("The proxy cannot be used: {}", quoted(what, 300)),
            "Correct the variable, for example HTTPS_PROXY=http://proxy.example.com:3128, or unset it.",
        ),
        Cause::Proxy(what) => Diagnosis::new(
            format!("The proxy did not forward the request. {}", quoted(what, 300)),
            format!("Check HTTPS_PROXY or ALL_PROXY, or add {host} to NO_PROXY."),
        ),
        Cause::ProxyRefused(refusal) => proxy::diagnose(to, refusal),
        Cause::NotHttp(what) => Diagnosis::new(
            format!("The answer of {at} is not valid HTTP{}.", because(what)),
            Fix::from("Check that a web server answers on that port, and check the proxies on the way.").by_editing(field::URL),
        ),
        // What a token failed by is diagnosed as of its own endpoint.
        Cause::Other(_) | Cause::Token(_) => Diagnosis::new(
            format!("The request failed {}{}.", moment(phase), because(if let Cause::Other(what) = cause { what } else { "" })),
            "Send it again. If it happens again, check the receiver's log.",
        ),
    }
}

fn timed_out(to: &Settings, phase: Option<Phase>, limit: u16) -> Diagnosis {
    let host = to.url().bare_host();
    let at = host_and_port(to);
    match phase {
        None | Some(Phase::Token | Phase::Dns) => Diagnosis::new(
            format!("No name server resolved {host} within {limit} s."),
            "Check this machine's network and its name servers (/etc/resolv.conf).",
        ),
        Some(Phase::Connect) => Diagnosis::new(
            format!("{at} did not answer within {limit} s; a firewall may drop the packets."),
            Fix::from("Check that this machine can reach that port, and that the host in the URL is right.")
                .by_editing(field::URL),
        ),
        Some(Phase::Tls) => Diagnosis::new(
            format!("{at} accepted the connection but did not finish the TLS handshake within {limit} s."),
            Fix::from("Check that the receiver serves HTTPS on that port and is not overloaded.").by_editing(field::URL),
        ),
        Some(Phase::Write) => Diagnosis::new(
            format!("The endpoint did not read the whole request within {limit} s."),
            longer_timeout(limit, "Check the receiver's load and the network, or set a longer timeout."),
        ),
        Some(Phase::Wait | Phase::Read) => Diagnosis::new(
            format!("The endpoint read the request but did not answer within {limit} s."),
            longer_timeout(limit, "Make the receiver respond first and process afterwards, or set a longer timeout."),
        ),
    }
}

/// A fix by twice the timeout, up to the longest.
fn longer_timeout(limit: u16, text: &str) -> Fix {
    let longer = limit.saturating_mul(2).min(*TIMEOUT_S.end());
    if limit == 0 || longer <= limit {
        return Fix::from(text).by_editing(field::TIMEOUT);
    }
    Fix::from(text).by_changing(vec![FieldChange::new(field::TIMEOUT, limit.to_string(), longer.to_string())])
}

/// When something happened, in words.
const fn moment(phase: Option<Phase>) -> &'static str {
    match phase {
        Some(Phase::Token) => "while a token was fetched",
        None | Some(Phase::Dns | Phase::Connect) => "while connecting",
        Some(Phase::Tls) => "during the TLS handshake",
        Some(Phase::Write) => "while the request was sent",
        Some(Phase::Wait) => "without an answer",
        Some(Phase::Read) => "in the middle of the answer",
    }
}
