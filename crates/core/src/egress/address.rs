//! Public and other addresses.
//!
//! Sources: IANA, "IPv4 Special-Purpose Address Registry", "IPv6 Special-Purpose Address Registry" and "IPv6 Global
//! Unicast Address Assignments"; for metadata services the pages of the clouds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is reachable from everywhere: in none of IANA's special-purpose blocks that are not.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|(block, bits)| within_v4(address, *block, *bits)),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public(IpAddr::V4(mapped)),
            // Only this block is given out; what is special in it is listed, everything outside of it is special.
            None => {
                within_v6(address, Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
                    && !SPECIAL_V6.iter().any(|(block, bits)| within_v6(address, *block, *bits))
            }
        },
    }
}

/// Whether an address belongs to the services that give a machine its credentials: link-local ones, and the few that
/// clouds have elsewhere. IPv4 addresses inside of IPv6 ones count as themselves.
pub fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local() || METADATA_V4.contains(&address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || METADATA_V6.iter().any(|(block, bits)| within_v6(address, *block, *bits))
                || embedded(address).is_some_and(|inner| is_metadata(IpAddr::V4(inner)))
        }
    }
}

/// The IPv4 address that an IPv6 one is a form of: mapped and compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, _, _, _, _, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

pub(super) fn within_v4(address: Ipv4Addr, block: Ipv4Addr, bits: u8) -> bool {
    let shift = 32_u32.saturating_sub(bits.into());
    let differing = address.to_bits() ^ block.to_bits();
    differing.checked_shr(shift).unwrap_or(0) == 0
}

pub(super) fn within_v6(address: Ipv6Addr, block: Ipv6Addr, bits: u8) -> bool {
    let shift = 128_u32.saturating_sub(bits.into());
    let differing = address.to_bits() ^ block.to_bits();
    differing.checked_shr(shift).unwrap_or(0) == 0
}

/// Blocks that are not globally reachable, with the length of their prefixes.
const SPECIAL_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // 6to4 relays, given up by RFC 7526.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, and all that is reserved up to the broadcast address.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Blocks within `2000::/3` that are not globally reachable, or that lead to IPv4 addresses.
const SPECIAL_V6: &[(Ipv6Addr, u8)] = &[
    // Teredo, benchmarking, ORCHID and others of the protocol assignments.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Metadata services that are not link-local: Alibaba Cloud, Oracle Cloud (IMDS of the classic platform), Azure's host.
const METADATA_V4: &[Ipv4Addr] =
    &[Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];

/// Amazon's instance metadata and pod identity, Google's metadata server.
const METADATA_V6: &[(Ipv6Addr, u8)] =
    &[(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32), (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32)];

/// Names of the metadata services.
pub(super) const METADATA_HOSTS: &[&str] = &[
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
];

/// Ports of databases, queues and machine control that no page is served from.
pub(super) const SERVICE_PORTS: &[u16] = &[
    1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 5984, 6379, 6443, 8500, 9042, 9092, 9200,
    9300, 10250, 10255, 11211, 27017,
];
