use super::*;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

fn allowing(entries: &[&str]) -> Egress {
    Egress { public_only: true, allowed: entries.iter().map(|entry| entry.parse().unwrap()).collect() }
}

fn judge(egress: &Egress, uri: &str) -> Result<(), EgressError> {
    egress.admit(&uri.parse().unwrap()).map(drop)
}

#[test]
fn addresses_are_public_or_not() {
    for (address, public) in [
        ("1.1.1.1", true),
        ("93.184.216.34", true),
        ("9.255.255.255", true),
        ("11.0.0.0", true),
        ("100.63.255.255", true),
        ("100.128.0.0", true),
        ("172.15.255.255", true),
        ("172.32.0.0", true),
        ("198.17.255.255", true),
        ("198.20.0.0", true),
        ("223.255.255.255", true),
        ("0.0.0.0", false),
        ("0.1.2.3", false),
        ("10.0.0.1", false),
        ("100.64.0.1", false),
        ("100.127.255.255", false),
        ("127.0.0.1", false),
        ("127.255.255.254", false),
        ("169.254.169.254", false),
        ("172.16.0.1", false),
        ("172.31.255.255", false),
        ("192.0.0.8", false),
        ("192.0.2.1", false),
        ("192.88.99.1", false),
        ("192.168.0.1", false),
        ("198.18.0.1", false),
        ("198.19.255.255", false),
        ("198.51.100.7", false),
        ("203.0.113.9", false),
        ("224.0.0.1", false),
        ("239.255.255.255", false),
        ("240.0.0.1", false),
        ("255.255.255.255", false),
    ] {
        assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
    }
}

#[test]
fn long_addresses_are_public_or_not() {
    for (address, public) in [
        ("2606:4700:4700::1111", true),
        ("2a00:1450:4001:81b::200e", true),
        ("2001:4860:4860::8888", true),
        ("::ffff:8.8.8.8", true),
        ("::", false),
        ("::1", false),
        ("::127.0.0.1", false),
        ("::ffff:127.0.0.1", false),
        ("::ffff:10.0.0.1", false),
        ("64:ff9b::8.8.8.8", false),
        ("64:ff9b:1::1", false),
        ("100::1", false),
        ("2001::1", false),
        ("2001:2::1", false),
        ("2001:20::1", false),
        ("2001:db8::1", false),
        ("2002:7f00:1::", false),
        ("3fff::1", false),
        ("5f00::1", false),
        ("fc00::1", false),
        ("fd12:3456::1", false),
        ("fe80::1", false),
        ("fec0::1", false),
        ("ff02::1", false),
    ] {
        assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
    }
}

#[test]
fn services_that_give_credentials_are_known() {
    for address in [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
    ] {
        assert!(is_metadata(address.parse().unwrap()), "{address}");
    }
    for address in ["127.0.0.1", "10.0.0.1", "8.8.8.8", "::1", "fd00::1"] {
        assert!(!is_metadata(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn what_is_written_decides_before_anything_is_resolved() {
    let strict = Egress::default();
    for (uri, judged) in [
        ("https://example.com/a.png", Ok(())),
        ("http://example.com:8080/a.png", Ok(())),
        ("https://1.1.1.1/a.png", Ok(())),
        ("http://10.0.0.1/x.png", Err(EgressError::Private)),
        ("http://127.0.0.1:8080/x.png", Err(EgressError::Private)),
        ("http://127.1/x.png", Err(EgressError::Private)),
        ("http://2130706433/x.png", Err(EgressError::Private)),
        ("http://0x7f000001/x.png", Err(EgressError::Private)),
        ("http://0177.0.0.1/x.png", Err(EgressError::Private)),
        ("http://[::1]/x.png", Err(EgressError::Private)),
        ("http://[::ffff:10.0.0.1]/x.png", Err(EgressError::Private)),
        ("http://metadata.google.internal/x", Err(EgressError::Private)),
        ("http://Metadata.Google.Internal./x", Err(EgressError::Private)),
        ("https://user:word@example.com/x", Err(EgressError::Credentials)),
        ("http://example.com:22/x", Err(EgressError::Port)),
        ("http://example.com:6379/x", Err(EgressError::Port)),
        ("ftp://example.com/x", Err(EgressError::Scheme)),
    ] {
        assert_eq!(judge(&strict, uri), judged, "{uri}");
    }
}

#[test]
fn the_operator_names_hosts_and_networks() {
    let some = allowing(&["files.corp", "127.0.0.1:8080", "[::1]:443", "10.2.0.0/16", "169.254.0.0/16"]);
    for (uri, judged) in [
        ("http://files.corp/x", Ok(())),
        ("http://FILES.corp:22/x", Ok(())),
        ("http://127.0.0.1:8080/x", Ok(())),
        ("http://127.0.0.1:8081/x", Err(EgressError::Private)),
        ("https://[::1]/x", Ok(())),
        ("http://[::1]/x", Err(EgressError::Private)),
        ("http://10.2.255.1/x", Ok(())),
        ("http://10.3.0.1/x", Err(EgressError::Private)),
        ("http://169.254.169.254/latest", Err(EgressError::Private)),
    ] {
        assert_eq!(judge(&some, uri), judged, "{uri}");
    }
    let uri = "http://files.corp/x".parse().unwrap();
    let named = some.admit(&uri).unwrap();
    assert!(some.may_reach(&named, "10.9.9.9".parse().unwrap()));
    assert!(!some.may_reach(&named, "169.254.169.254".parse().unwrap()), "whatever its name stands for");
    let uri = "http://other.corp/x".parse().unwrap();
    let other = some.admit(&uri).unwrap();
    assert!(some.may_reach(&other, "10.2.0.1".parse().unwrap()), "a network holds for names");
    assert!(!some.may_reach(&other, "10.9.9.9".parse().unwrap()));
}

#[test]
fn without_validation_only_metadata_is_out_of_reach() {
    let free = Egress { public_only: false, allowed: Vec::new() };
    assert_eq!(judge(&free, "http://127.0.0.1:6379/x"), Ok(()));
    assert_eq!(judge(&free, "http://169.254.169.254/x"), Err(EgressError::Private));
    assert_eq!(judge(&free, "http://metadata.goog/x"), Err(EgressError::Private));
    assert_eq!(judge(&free, "http://u@127.0.0.1/x"), Err(EgressError::Credentials));
}

#[test]
fn entries_that_mean_nothing_are_errors() {
    for wrong in ["", "10.0.0.0/33", "::/129", "a b", "http://x", "host:port", "x/8"] {
        assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
    }
}

proptest! {
    /// However an IPv4 address is wrapped up, it is no more public than it is by itself.
    #[test]
    fn wrapping_makes_nothing_public(bits: u32) {
        let plain = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = plain.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        for wrapped in [
            Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        ] {
            prop_assert!(!is_public(wrapped.into()) || is_public(plain.into()), "{wrapped}");
            prop_assert!(is_metadata(wrapped.into()) || !is_metadata(plain.into()), "{wrapped}");
        }
    }

    /// The standard library's own classes are never public.
    #[test]
    fn special_classes_are_not_public(bits: u128, short: u32) {
        let (v6, v4) = (Ipv6Addr::from_bits(bits), Ipv4Addr::from_bits(short));
        let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
            || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
        prop_assert!(!special || !is_public(v4.into()), "{v4}");
        let special = v6.is_loopback() || v6.is_multicast() || v6.is_unique_local() || v6.is_unicast_link_local();
        prop_assert!(!special || !is_public(v6.into()), "{v6}");
    }

    /// A network holds exactly the addresses that share its prefix.
    #[test]
    fn networks_hold_what_shares_their_prefix(base: u32, other: u32, bits in 0_u8..=32) {
        let network: Allowed = format!("{}/{bits}", Ipv4Addr::from_bits(base)).parse().unwrap();
        let mask = if bits == 0 { 0 } else { u32::MAX << (32 - u32::from(bits)) };
        prop_assert_eq!(network.holds(Ipv4Addr::from_bits(other).into()), base & mask == other & mask);
    }
}

#[test]
fn what_vendors_name_is_encrypted_and_public() {
    for (url, public) in [
        ("https://cdn.example.com/f.mp4?token=1", true),
        ("https://CDN.example.com:8443/f.mp4", true),
        ("http://cdn.example.com/f.mp4", false),
        ("https://127.0.0.1/f", false),
        ("https://[::1]/f", false),
        ("https://169.254.169.254/latest/meta-data", false),
        ("https://localhost/f", false),
        ("https://metadata.google.internal/f", false),
        ("https://printer.LOCAL/f", false),
        ("https://intranet./f", false),
        ("https://2130706433/f", false),
    ] {
        assert_eq!(is_public_site(&url.parse().unwrap()), public, "{url}");
    }
}
