//! Connections, in all and per client address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Why a connection is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMany {
    /// The process has as many as it may.
    InAll,
    /// This address has as many as it may.
    FromAddress,
}

#[derive(Debug, Default)]
struct Open {
    in_all: u64,
    /// Keyed by client address; the map's hasher is seeded per process.
    by_address: HashMap<IpAddr, u64>,
}

/// Open client connections.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Mutex<Open>>);

/// One open connection; dropping closes the account.
#[derive(Debug)]
pub struct ConnectionSlot {
    connections: Connections,
    address: IpAddr,
}

impl Connections {
    /// Counts a connection from `address`, unless that would be one too many. One client of IPv6 has a whole /64 to choose from, so
    /// that is what counts as one address.
    pub fn open(&self, address: IpAddr, in_all_max: u64, per_address_max: u64) -> Result<ConnectionSlot, TooMany> {
        let address = counted(address);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.in_all >= in_all_max {
            return Err(TooMany::InAll);
        }
        let from_address = open.by_address.entry(address).or_insert(0);
        if *from_address >= per_address_max {
            return Err(TooMany::FromAddress);
        }
        *from_address = from_address.saturating_add(1);
        open.in_all = open.in_all.saturating_add(1);
        Ok(ConnectionSlot { connections: self.clone(), address })
    }

    /// Connections open now.
    pub fn open_now(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).in_all
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut open = self.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.in_all = open.in_all.saturating_sub(1);
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_connection() {
        let connections = Connections::default();
        let (a, b) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let first = connections.open(a, 2, 1);
        assert_eq!(connections.open(a, 2, 1).err(), Some(TooMany::FromAddress));
        let second = connections.open(b, 2, 1);
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(connections.open(b, 2, 9).err(), Some(TooMany::InAll));
        drop(first);
        assert!(connections.open(a, 2, 1).is_ok());
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let connections = Connections::default();
        let open = |address: &str| connections.open(address.parse().unwrap(), 9, 1);
        let first = open("2001:db8::1");
        assert_eq!(open("2001:db8::ffff:2").err(), Some(TooMany::FromAddress));
        let second = open("2001:db8:0:1::1");
        assert!(first.is_ok() && second.is_ok());
        drop(first);
        assert!(open("2001:db8::2").is_ok());
    }
}
