//! The origin gate: where a request may go, and whether a credential may go with it. Pure decisions over URLs; every address that came from
//! a server passes here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Url;

use crate::error::{Error, ErrorKind};

/// Whether the credential goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// To a server that the spec declares.
    WithCredentials,
    /// Elsewhere: nothing secret travels.
    Bare,
}

/// Scheme, host and port are all equal.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme() && one.host_str() == other.host_str() && one.port_or_known_default() == other.port_or_known_default()
}

/// A next link, read from an answer: it may be relative, and stays on the origin it came from.
pub(crate) fn next_link(from: &Url, link: &str) -> Result<Url, Error> {
    let next = join(from, link)?;
    if !same_origin(&next, from) {
        return Err(unsafe_address("the next link leads to another origin", &next));
    }
    Ok(next)
}

/// An address outside the API, which an earlier answer or the caller gave: any origin, never from https to http. No credential travels there.
pub(crate) fn outside(base: &Url, address: &str) -> Result<Url, Error> {
    let url = Url::parse(address).map_err(|_| Error::new(ErrorKind::UnsafeAddress, "the address given is not a whole URL"))?;
    check(&url)?;
    if base.scheme() == "https" && url.scheme() != "https" {
        return Err(unsafe_address("the address would leave https", &url));
    }
    Ok(url)
}

/// An address that an answer gave, of something that the API itself keeps: it leads to one of the API's servers, and the credential goes along.
pub(crate) fn inside(servers: &[Url], address: &str) -> Result<Url, Error> {
    let home = servers.first().ok_or_else(|| Error::new(ErrorKind::Configuration, "the API declares no such server"))?;
    let url = join(home, address)?;
    if !servers.iter().any(|server| same_origin(server, &url)) {
        return Err(unsafe_address("the address given is on none of the API's servers", &url));
    }
    Ok(url)
}

/// Where a redirect leads, and what may travel there. Without a credential it may lead anywhere that does not leave https.
pub(crate) fn redirect(from: &Url, location: &str, passage: Passage, policy: RedirectPolicy) -> Result<(Url, Passage), Error> {
    let to = join(from, location)?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(unsafe_address("a redirect would leave https", &to));
    }
    match (passage, policy) {
        (_, RedirectPolicy::Never) => Err(unsafe_address("the server redirects, which this client does not follow", &to)),
        (Passage::WithCredentials, _) if same_origin(&to, from) => Ok((to, passage)),
        (Passage::WithCredentials, RedirectPolicy::SameOrigin) => {
            Err(unsafe_address("a redirect leads a call with credentials to another origin", &to))
        }
        (_, _) => Ok((to, Passage::Bare)),
    }
}

/// Which redirects a client follows. TLS is never left, whatever is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RedirectPolicy {
    /// None.
    Never,
    /// With credentials only on the same origin; without, anywhere.
    #[default]
    SameOrigin,
    /// Also to other origins, where a plain GET goes that carries nothing of the caller's: no credential, header or body.
    DropCredentials,
}

fn join(from: &Url, reference: &str) -> Result<Url, Error> {
    let to = from.join(reference.trim()).map_err(|_| Error::new(ErrorKind::UnsafeAddress, "the server gave an address that is no URL"))?;
    check(&to)?;
    Ok(to)
}

fn check(url: &Url) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unsafe_address("the address is not http or https", url));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(unsafe_address("the address holds a user name", url));
    }
    Ok(())
}

/// Names the origin only: path and query may hold something secret.
fn unsafe_address(why: &str, url: &Url) -> Error {
    Error::new(ErrorKind::UnsafeAddress, format!("{why}: {}", url.origin().ascii_serialization()))
}

/// Whether an address is on the public internet: what the egress guard lets through. Private, loopback, link-local, shared, documentation,
/// multicast and reserved ranges are refused, in IPv4, in IPv6 and where IPv6 carries IPv4.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    if let Some(v4) = embedded_v4(&s) {
        return is_public_v4(v4);
    }
    // Global unicast is 2000::/3; within it, documentation, benchmarking, ORCHID and Teredo are not for this.
    s[0] & 0xe000 == 0x2000
        && !(s[0] == 0x2001 && s[1] == 0x0db8)
        && !(s[0] == 0x2001 && s[1] < 0x0200)
        && !(s[0] == 0x3fff && s[1] < 0x1000)
}

/// IPv4 inside IPv6: mapped, compatible, NAT64 and 6to4.
fn embedded_v4(s: &[u16; 8]) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let mapped = s[..5] == [0; 5] && (s[5] == 0xffff || (s[5] == 0 && s[6] != 0));
    let nat64 = s[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    if mapped || nat64 {
        return Some(v4(s[6], s[7]));
    }
    (s[0] == 0x2002).then(|| v4(s[1], s[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let home = url("https://api.example.com/v1");
        for (address, same) in [
            ("https://api.example.com/x", true),
            ("https://api.example.com:443/x", true),
            ("http://api.example.com/x", false),
            ("https://api.example.com:8443/x", false),
            ("https://example.com/x", false),
            ("https://api.example.com.evil.net/x", false),
        ] {
            assert_eq!(same_origin(&home, &url(address)), same, "{address}");
        }
    }

    #[test]
    fn next_links_stay_at_home() {
        let from = url("https://api.example.com/v1/items?page=1");
        assert_eq!(next_link(&from, "?page=2").expect("relative").as_str(), "https://api.example.com/v1/items?page=2");
        for bad in [
            "https://evil.net/v1/items",
            "//evil.net/v1/items",
            "\\\\evil.net\\items",
            "http://api.example.com/v1/items",
            "https://user@api.example.com/v1",
            "file:///etc/passwd",
            "https://api.example.com:444/",
        ] {
            let error = next_link(&from, bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::UnsafeAddress, "{bad}");
        }
    }

    #[test]
    fn redirects_carry_credentials_nowhere_else() {
        let from = url("https://api.example.com/v1/a");
        let redirect = |location, passage, policy| redirect(&from, location, passage, policy).map(|(_, passage)| passage).ok();
        let (with, bare) = (Passage::WithCredentials, Passage::Bare);
        assert_eq!(redirect("/v1/b", with, RedirectPolicy::SameOrigin), Some(with));
        assert_eq!(redirect("/v1/b", with, RedirectPolicy::Never), None);
        assert_eq!(redirect("https://files.example.net/b", with, RedirectPolicy::SameOrigin), None);
        assert_eq!(redirect("https://files.example.net/b", with, RedirectPolicy::DropCredentials), Some(bare));
        assert_eq!(redirect("https://files.example.net/b", bare, RedirectPolicy::SameOrigin), Some(bare));
        assert_eq!(redirect("https://api.example.com/b", bare, RedirectPolicy::SameOrigin), Some(bare));
        assert_eq!(redirect("http://files.example.net/b", bare, RedirectPolicy::DropCredentials), None);
    }

    #[test]
    fn inside_addresses_are_on_a_server_of_the_api() {
        let servers = [url("https://api.example.com/v1"), url("https://jobs.example.com")];
        for (address, good) in [
            ("https://api.example.com/v1/jobs/7?x=1", Some("https://api.example.com/v1/jobs/7?x=1")),
            ("https://jobs.example.com/7", Some("https://jobs.example.com/7")),
            ("/v1/jobs/7", Some("https://api.example.com/v1/jobs/7")),
            ("http://api.example.com/v1/jobs/7", None),
            ("https://api.example.com:8443/v1/jobs/7", None),
            ("https://api.example.com.evil.example/7", None),
            ("//evil.example/7", None),
            ("https://user@api.example.com/7", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(inside(&servers, address).ok().as_ref().map(Url::as_str), good, "{address}");
        }
        let shown = inside(&servers, "https://evil.example/7?token=s3cr3t").expect_err("elsewhere").to_string();
        assert!(shown.contains("https://evil.example") && !shown.contains("s3cr3t"), "{shown}");
    }

    #[test]
    fn outside_addresses_keep_to_https() {
        assert!(outside(&url("https://api.example.com"), "https://upload.example.net/put?sig=1").is_ok());
        for bad in ["http://upload.example.net/", "/relative", "ftp://x/", "https://a:b@x/"] {
            assert!(outside(&url("https://api.example.com"), bad).is_err(), "{bad}");
        }
        let shown = outside(&url("https://api.example.com"), "http://x.example/?token=s3cr3t").expect_err("http").to_string();
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }

    #[test]
    fn only_public_addresses_are_public() {
        for text in ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn no_broken_link_leaves_its_origin() {
        let from = Url::parse("https://api.example/v1/items?page=1").expect("a URL");
        let good =
            ["/v1/items?page=2", "?page=2", "https://api.example/v1/items?page=2", "//api.example/next", "https://api.example:443/x"];
        let pieces = ["//", "\\", "@", "evil.example", "http:", "\t", "\n", "#", "..", "%2f", ":444", "[::1]", "\u{2024}", "\u{0}"];
        let mut followed = 0;
        crate::fuzz::feed_text(23, &good, &pieces, |link| {
            if let Ok(next) = next_link(&from, link) {
                assert!(same_origin(&next, &from) && next.username().is_empty() && next.password().is_none(), "{link}: {next}");
                followed += 1;
            }
            if let Ok((to, passage)) = redirect(&from, link, Passage::WithCredentials, RedirectPolicy::DropCredentials) {
                assert!(to.scheme() == "https" && (same_origin(&to, &from) || passage == Passage::Bare), "{link}: {to}");
            }
        });
        assert!(followed > 100, "{followed} were followed: the changes are too coarse to test anything");
    }
}
