//! Where clients connect, and where the control plane listens.

use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::{Complaint, Draft, Fault};
use super::review::Review;
use super::section::Section;
use super::spelled::{Spelled, spelled};
use super::tls::{self, Tls};

/// An address clients connect to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Address and port, as in `127.0.0.1:8080` or `[::]:8443`. Port 0 takes any free port.
    pub address: Address,
    /// Certificate and key; without them the listener speaks plain HTTP.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// Whether HTTP/2 is offered beside HTTP/1.1.
    #[serde(default = "yes")]
    pub http2: bool,
}

const fn yes() -> bool {
    true
}

/// The control plane: metrics, `/livez`, `/readyz`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(untagged)]
pub enum Admin {
    /// No control plane: `off`.
    Off(Off),
    /// Listens on an address of its own.
    On(AdminListener),
}

impl Admin {
    /// The address to listen on, unless the control plane is off.
    pub const fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Off(_) => None,
            Self::On(listener) => Some(listener.address.get()),
        }
    }
}

impl Default for Admin {
    fn default() -> Self {
        Self::On(AdminListener { address: loopback() })
    }
}

/// The word `off`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Off {
    /// Not started.
    Off,
}

/// Address of the control plane.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct AdminListener {
    /// Address and port. It asks for no credentials, so keep it on loopback or a closed network.
    #[serde(default = "loopback")]
    pub address: Address,
}

const fn loopback() -> Address {
    Address(SocketAddr::V4(std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 9900)))
}

/// An IP address with a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Address(SocketAddr);

impl Address {
    /// Address and port.
    pub const fn get(self) -> SocketAddr {
        self.0
    }

    /// Whether both cannot be listened on at once: same port, and the same address or one that stands for all.
    fn clashes(self, other: Self) -> bool {
        let (one, two) = (self.0.ip(), other.0.ip());
        // `[::]` takes IPv4 too where the system says so.
        let covers = |all: IpAddr, ip: IpAddr| all.is_unspecified() && (all.is_ipv6() || ip.is_ipv4());
        self.0.port() == other.0.port() && self.0.port() != 0 && (one == two || covers(one, two) || covers(two, one))
    }
}

impl Spelled for Address {
    const FORMAT: &'static str = "address";

    fn spelled(text: &str) -> Result<Self, Complaint> {
        const HELP: &str = "an address is an IP address and a port: `127.0.0.1:8080`, `0.0.0.0:443`, `[::1]:8080`";
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self(address));
        }
        let complaint = Complaint::new("is not an address with a port").help(HELP);
        let port = text.rsplit(':').next().unwrap_or_default();
        let is_port = port.parse::<u16>().is_ok() && !port.starts_with('+');
        let ipv6_without_port = || text.parse::<std::net::Ipv6Addr>().is_ok();
        Err(match text.strip_suffix(port) {
            Some("" | "localhost:") if is_port => complaint.meant(format!("127.0.0.1:{port}")),
            Some(":" | "*:") if is_port => complaint.meant(format!("0.0.0.0:{port}")),
            _ if ipv6_without_port() => complaint.meant(format!("[{text}]:8080")),
            _ if text.parse::<IpAddr>().is_ok() => complaint.meant(format!("{text}:8080")),
            _ => complaint,
        })
    }
}

spelled!(Address);

/// Checks listeners and control plane together: no address twice, and the control plane not in the open.
pub(super) fn review(root: &Section, review: &mut Review<'_>) {
    let (listeners, admin) = (root.get("listeners"), root.get("admin"));
    let mut taken: Vec<(Address, &Section)> = Vec::new();
    let addresses =
        listeners.map(Section::items).unwrap_or_default().iter().chain(admin).filter_map(|section| section.get("address"));
    for place in addresses {
        let Some(address) = place.read::<Address>() else { continue };
        if let Some((_, first)) = taken.iter().find(|(other, _)| other.clashes(address)) {
            let what = format!("{} is already taken by another listener", review.quote(place));
            review.problems.report(Draft::new(Fault::Contradiction, &place.span, what).other(&first.span, "taken here"));
        }
        taken.push((address, place));
    }
    if admin.is_none() && !root.dropped("admin") {
        let default = loopback();
        if let Some((_, first)) = taken.iter().find(|(other, _)| other.clashes(default)) {
            let what = format!(
                "{} is taken by the control plane, which listens on {} unless told otherwise",
                review.quote(first),
                default.0
            );
            review.report(Fault::Contradiction, first, what, "choose another port here, or set `admin`");
        }
    }
    for section in listeners.map(Section::items).unwrap_or_default() {
        if let Some(section) = section.get("tls") {
            tls::review(section, review);
        }
    }
    exposed(admin, review);
}

fn exposed(admin: Option<&Section>, review: &mut Review<'_>) {
    let Some(place) = admin.and_then(|admin| admin.get("address")) else { return };
    if place.read::<Address>().is_some_and(|address| !address.0.ip().to_canonical().is_loopback()) {
        let draft = Draft::new(Fault::Exposed, &place.span, "the control plane can be reached from other machines").warning();
        review.problems.report(draft.help("it asks for no credentials: let nothing but your monitoring reach this address"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        for text in ["127.0.0.1:8080", "0.0.0.0:443", "[::1]:8080", "[::]:0"] {
            assert!(Address::spelled(text).is_ok(), "{text}");
        }
        for (text, meant) in [
            ("8080", Some("127.0.0.1:8080")),
            (":8080", Some("0.0.0.0:8080")),
            ("*:8080", Some("0.0.0.0:8080")),
            ("localhost:8080", Some("127.0.0.1:8080")),
            ("127.0.0.1", Some("127.0.0.1:8080")),
            ("::1", Some("[::1]:8080")),
            ("127.0.0.1:99999", None),
            ("127.0.0.1:", None),
            ("http://127.0.0.1:80", None),
            ("example.com:80", None),
            ("127.1:80", None),
            ("", None),
        ] {
            assert_eq!(Address::spelled(text).unwrap_err().meant.as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn a_wildcard_takes_every_address_of_its_port() {
        for (one, two, clash) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("0.0.0.0:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "0.0.0.0:80", true),
            ("[::]:80", "127.0.0.1:80", true),
            ("0.0.0.0:80", "[::1]:80", false),
            ("127.0.0.1:80", "127.0.0.2:80", false),
            ("0.0.0.0:80", "127.0.0.1:81", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
        ] {
            let read = |text| Address::spelled(text).unwrap();
            assert_eq!(read(one).clashes(read(two)), clash, "{one} {two}");
        }
    }
}
