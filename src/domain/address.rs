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

/// Addresses at which clouds serve the credentials of a machine, beside link-local 169.254.0.0/16. Each is a single address out of a
/// range that is otherwise public or private, so that only a list can tell.
const METADATA: [(IpAddr, &str); 7] = [
    // AWS, "Use the Instance Metadata Service", IPv6.
    (v6([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254]), "the metadata service of AWS"),
    // Google Cloud, "View and query VM metadata", IPv6.
    (v6([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254]), "the metadata service of Google Cloud"),
    // Azure, "What is IP address 168.63.129.16?".
    (v4([168, 63, 129, 16]), "the platform service of Azure"),
    // Alibaba Cloud, "Obtain instance metadata".
    (v4([100, 100, 100, 200]), "the metadata service of Alibaba Cloud"),
    // Oracle Cloud Infrastructure, "Getting Instance Metadata": the classic address, and that of IPv6.
    (v4([192, 0, 0, 192]), "the metadata service of Oracle Cloud"),
    (v6([0xfd00, 0x00c1, 0, 0, 0, 0, 0xa9fe, 0xa9fe]), "the metadata service of Oracle Cloud"),
    // Scaleway, "Instance metadata", IPv6.
    (v6([0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042]), "the metadata service of Scaleway"),
];

const fn v4([a, b, c, d]: [u8; 4]) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

const fn v6(s: [u16; 8]) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]))
}

fn metadata(address: IpAddr) -> Option<&'static str> {
    METADATA.iter().find(|(known, _)| *known == address).map(|(_, what)| *what)
}

/// Classifies an address, looking through IPv4-mapped (RFC 4291 §2.5.5), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo
/// (RFC 4380) and IPv4-compatible forms to the IPv4 addresses that they carry.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(v4: Ipv4Addr) -> Reach {
    if let Some(what) = metadata(v4.into()) {
        return Reach::Forbidden(what);
    }
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
    if let Some(v4) = embedded_v4(v6)
        && !possible_v4(v6).any(|other| other.is_link_local() || metadata(other.into()).is_some())
    {
        return reach_v4(v4);
    }
    if let Some(what) = metadata(v6.into()) {
        return Reach::Forbidden(what);
    }
    for v4 in possible_v4(v6) {
        // Only what is forbidden by itself: which of the forms it is, the address does not say.
        if v4.is_link_local() || metadata(v4.into()).is_some() {
            return reach_v4(v4);
        }
    }
    match v6.segments()[0] {
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

/// The IPv4 addresses that an IPv6 address may embed, where its form leaves open which: the server and the client of Teredo
/// (RFC 4380 §4), and the prefix lengths of a local NAT64 (RFC 6052 §2.2 for `64:ff9b:1::/48` of RFC 8215).
fn possible_v4(v6: Ipv6Addr) -> impl Iterator<Item = Ipv4Addr> {
    let o = v6.octets();
    let teredo = v6.segments()[..2] == [0x2001, 0];
    let nat64 = v6.segments()[..3] == [0x64, 0xff9b, 1];
    let teredo = [[o[4], o[5], o[6], o[7]], [!o[12], !o[13], !o[14], !o[15]]].into_iter().filter(move |_| teredo);
    let nat64 =
        [[o[6], o[7], o[9], o[10]], [o[7], o[9], o[10], o[11]], [o[9], o[10], o[11], o[12]]].into_iter().filter(move |_| nat64);
    teredo.chain(nat64).map(Ipv4Addr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Reach {
        reach(text.parse().unwrap())
    }

    #[test]
    fn a07_metadata_services_are_forbidden_in_every_form() {
        for text in [
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd20:ce::254",
            "fd00:42::42",
            "fd00:c1::a9fe:a9fe",
            "fd00:ec2::254",
            "::ffff:100.100.100.200",
            "64:ff9b::a83f:8110",
            "2002:6464:64c8::1",
            // Teredo: by its server, and by its client, whose bits are inverted.
            "2001:0:a9fe:a9fe::1",
            "2001:0:4136:e378:8000:63bf:5601:5601",
            "2001:0:4136:e378:8000:63bf:9b9b:9b37",
            // A local NAT64 with prefixes of 48, 56 and 64 bits.
            "64:ff9b:1:a9fe:a9:fe00::",
            "64:ff9b:1:a9:fe:a9fe::",
            "64:ff9b:1:0:a9:fea9:fe00:0",
            "64:ff9b:1:6464:64:c800::",
        ] {
            assert!(matches!(of(text), Reach::Forbidden(_)), "{text}");
        }
        for text in
            ["100.100.100.201", "168.63.129.17", "fd20:ce::255", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b:1::a00:1"]
        {
            assert!(!matches!(of(text), Reach::Forbidden(_)), "{text}");
        }
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
