//! `NO_PROXY`: which hosts are reached without the proxy, as curl and Go read it.
//!
//! Entries are separated by commas or whitespace: `*`; a name, which stands for the names below it as well, with or without a
//! leading `.` or `*.`; an address; a network such as `10.0.0.0/8`. A name or an address may have a port. Letters count in either
//! case, a final dot does not count, and an IPv6 address may be in brackets.

use std::net::IpAddr;

use crate::domain::text::{ellipsis, visible};

/// The list.
#[derive(Clone, Debug, Default)]
pub(super) struct NoProxy {
    entries: Vec<Entry>,
    /// What is none of the forms above, safe to show.
    pub not_understood: Vec<String>,
}

#[derive(Clone, Debug)]
struct Entry {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    All,
    /// The name and those below it.
    Name(String),
    /// A network; a single address is one with all its bits.
    Network(IpAddr, u32),
}

impl NoProxy {
    pub fn parse(text: &str) -> Self {
        let mut list = Self::default();
        for text in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|text| !text.is_empty()) {
            match entry(&text.to_ascii_lowercase()) {
                Some(entry) => list.entries.push(entry),
                None => list.not_understood.push(ellipsis(&visible(text), 64).into_owned()),
            }
        }
        list
    }

    /// Whether a host is in it; an IPv6 address as a host is in brackets.
    pub fn contains(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let address = bare(&host).parse::<IpAddr>().ok().map(|address| address.to_canonical());
        self.entries.iter().filter(|entry| entry.port.is_none_or(|only| only == port)).any(|entry| {
            match (&entry.hosts, address) {
                (Hosts::All, _) => true,
                (Hosts::Name(name), None) => {
                    host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                }
                (Hosts::Network(network, bits), Some(address)) => same_network(*network, address, *bits),
                (Hosts::Name(_), Some(_)) | (Hosts::Network(..), None) => false,
            }
        })
    }
}

fn entry(text: &str) -> Option<Entry> {
    if text == "*" {
        return Some(Entry { hosts: Hosts::All, port: None });
    }
    if let Some((network, bits)) = text.split_once('/') {
        let network = bare(network).parse::<IpAddr>().ok()?;
        let bits = bits.parse::<u32>().ok().filter(|bits| *bits <= width(network))?;
        return Some(Entry { hosts: canonical(network, bits), port: None });
    }
    if let Ok(address) = bare(text).parse::<IpAddr>() {
        return Some(Entry { hosts: canonical(address, width(address)), port: None });
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)),
        None => (text, None),
    };
    if let Ok(address) = bare(host).parse::<IpAddr>() {
        // Without brackets it could be a part of the address.
        return (address.is_ipv4() || host.starts_with('[')).then(|| Entry { hosts: canonical(address, width(address)), port });
    }
    let name = host.strip_prefix("*.").or_else(|| host.strip_prefix('.')).unwrap_or(host).trim_end_matches('.');
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    // Without a letter at its end it is no name: a part of an address, or a range of them, which other programs read in other ways.
    let is_name = name.rsplit('.').next().is_some_and(|last| last.contains(|c: char| c.is_ascii_alphabetic()));
    (is_name && name.split('.').all(is_label)).then(|| Entry { hosts: Hosts::Name(name.to_owned()), port })
}

/// An address without its brackets.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// An IPv4-mapped network as the IPv4 one that it is.
fn canonical(network: IpAddr, bits: u32) -> Hosts {
    match network.to_canonical() {
        v4 @ IpAddr::V4(_) if network.is_ipv6() && bits >= 96 => Hosts::Network(v4, bits - 96),
        _ => Hosts::Network(network, bits),
    }
}

fn same_network(network: IpAddr, address: IpAddr, bits: u32) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            (network.to_bits() ^ address.to_bits()).checked_shr(32 - bits).unwrap_or_default() == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            (network.to_bits() ^ address.to_bits()).checked_shr(128 - bits).unwrap_or_default() == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c04_every_form_that_curl_and_go_know() {
        let cases: [(&str, &[&str], &[&str]); 14] = [
            ("*.corp.example", &["a.corp.example", "a.b.corp.example", "corp.example"], &["xcorp.example", "corp.example.net"]),
            (".corp.example", &["a.corp.example", "corp.example"], &["xcorp.example"]),
            ("corp.example", &["A.Corp.Example", "corp.example."], &["corp.example.net", "10.0.0.1"]),
            ("CORP.example.", &["a.corp.example"], &["example"]),
            ("*", &["a", "10.0.0.1", "[::1]"], &[]),
            ("x, *", &["a"], &[]),
            ("a.example  b.example,c.example", &["a.example", "b.example", "c.example"], &["d.example"]),
            ("10.0.0.1", &["10.0.0.1"], &["10.0.0.2", "10.0.0.1.example"]),
            ("10.0.0.0/8", &["10.255.0.1", "[::ffff:10.1.2.3]"], &["11.0.0.1", "[::1]"]),
            ("0.0.0.0/0", &["11.0.0.1"], &["[::1]", "a.example"]),
            ("[::1]", &["[::1]"], &["[::2]"]),
            ("fd00::/8,::1", &["[fd01::1]", "[::1]"], &["[fe01::1]"]),
            ("[fd00::]/8", &["[fd01::1]"], &["[fe01::1]"]),
            ("::/0", &["[fe01::1]"], &["10.0.0.1"]),
        ];
        for (text, inside, outside) in cases {
            let list = NoProxy::parse(text);
            assert!(list.not_understood.is_empty(), "{text}: {list:?}");
            for host in inside {
                assert!(list.contains(host, 443), "{host} is in {text}");
            }
            for host in outside {
                assert!(!list.contains(host, 443), "{host} is not in {text}");
            }
        }
    }

    #[test]
    fn c04_an_entry_with_a_port_is_for_that_port() {
        for (text, host) in [
            ("a.example:8443", "b.a.example"),
            ("*.a.example:8443", "b.a.example"),
            ("10.0.0.1:8443", "10.0.0.1"),
            ("[::1]:8443", "[::1]"),
        ] {
            let list = NoProxy::parse(text);
            assert!(list.contains(host, 8443) && !list.contains(host, 443), "{text}");
        }
    }

    #[test]
    fn c04_what_is_not_understood_is_named() {
        for text in [
            "a*.example",
            "*example",
            "http://a.example",
            "10.0.0.0/33",
            "::1/129",
            "a.example:http",
            "a..b",
            "10.0.0.*",
            "127.",
            "127",
            "10.0.0",
            ".10.0.0",
            "192.168.1.",
            "10.0.0.1-10.0.0.9",
            "10.0.0.1-9",
            "10.0.0.0/255.0.0.0",
            "10.0.0.0/",
            "127.1",
            "0x7f.1",
            "a.example;b.example",
            "\"a.example\"",
            "*:443",
            ".",
            "*.",
            "[::1",
            "fe80::1%eth0",
            "a.example:0",
            "a.example:",
            "a/8",
            "é",
        ] {
            let list = NoProxy::parse(text);
            assert_eq!(list.not_understood, [text], "{list:?}");
            assert!(!list.contains("a.example", 443));
        }
    }
}
