//! Which addresses a destination may have.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Reachable from anywhere.
    Public,
    /// Reachable from this machine or this network only; accepted, with a notice.
    Private,
    /// Never connected to; holds what the address is, in words.
    Forbidden(&'static str),
}

/// Classifies an address, looking through IPv4-mapped (RFC 4291 §2.5.5), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056) and
/// IPv4-compatible forms to the IPv4 address that they carry.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(v4: Ipv4Addr) -> Reach {
    let [a, b, ..] = v4.octets();
    match (a, b) {
        (169, 254) => Reach::Forbidden("a link-local address, where cloud machines keep their metadata service"),
        (0, _) => Reach::Forbidden("not the address of any machine"),
        (224..=239, _) => Reach::Forbidden("a multicast address"),
        (240..=255, _) => Reach::Forbidden("a reserved or broadcast address"),
        (10 | 127, _) | (172, 16..=31) | (192, 168) | (100, 64..=127) => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(v6: Ipv6Addr) -> Reach {
    if v6.is_unspecified() {
        return Reach::Forbidden("not the address of any machine");
    }
    if v6.is_loopback() {
        return Reach::Private;
    }
    if let Some(v4) = embedded_v4(v6) {
        return reach_v4(v4);
    }
    let segments = v6.segments();
    if segments == [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] {
        return Reach::Forbidden("the metadata service of a cloud machine");
    }
    match segments[0] {
        0xfe80..=0xfebf => Reach::Forbidden("a link-local address"),
        0xff00..=0xffff => Reach::Forbidden("a multicast address"),
        // fc00::/7, and the deprecated site-local fec0::/10.
        0xfc00..=0xfdff | 0xfec0..=0xfeff => Reach::Private,
        _ => Reach::Public,
    }
}

/// The IPv4 address that an IPv6 address embeds.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = v6.segments();
    let tail = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        // ::ffff:a.b.c.d, ::ffff:0:a.b.c.d (SIIT), ::a.b.c.d, 64:ff9b::/96, 64:ff9b:1::/48
        [0, 0, 0, 0, 0, 0 | 0xffff, h, l]
        | [0, 0, 0, 0, 0xffff, 0, h, l]
        | [0x64, 0xff9b, 0, 0, 0, 0, h, l]
        | [0x64, 0xff9b, 1, _, _, _, h, l]
        | [0x2002, h, l, ..] => tail(h, l),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Reach {
        reach(text.parse().unwrap())
    }

    #[test]
    fn forbidden_in_every_form() {
        for text in [
            "169.254.169.254",
            "169.254.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "240.0.0.1",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "ff02::1",
            "::",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::169.254.169.254",
            "::ffff:0.0.0.0",
            "64:ff9b::224.0.0.1",
        ] {
            assert!(matches!(of(text), Reach::Forbidden(_)), "{text}");
        }
    }

    #[test]
    fn private_is_accepted() {
        for text in [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "127.0.0.1",
            "100.64.0.1",
            "::1",
            "fc00::1",
            "fd01::1",
            "fdff::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
        ] {
            assert_eq!(of(text), Reach::Private, "{text}");
        }
    }

    #[test]
    fn addresses_next_to_a_private_range_are_public() {
        for text in ["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "100.63.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1"] {
            assert_eq!(of(text), Reach::Public, "{text}");
        }
    }
}
