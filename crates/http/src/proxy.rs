//! Outbound proxies, as `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name them.
//!
//! `https` addresses go through a tunnel (RFC 9110, section 9.3.6, `CONNECT`); `http` ones are asked of the proxy in
//! absolute form (RFC 9112, section 3.2.2). Proxies are reached over plain HTTP; SOCKS is not spoken.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use std::net::IpAddr;

/// Which proxies there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxySettings {
    /// For `http` addresses.
    pub http: Option<String>,
    /// For `https` addresses.
    pub https: Option<String>,
    /// For both, where nothing else is said.
    pub all: Option<String>,
    /// Hosts that are reached without one: names, suffixes, addresses and networks, separated by commas.
    pub no: Option<String>,
}

impl ProxySettings {
    /// Reads the usual variables; lower-case names win, as in curl.
    pub fn of_env(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let read = |name: &str| {
            let value = env(&name.to_ascii_lowercase()).or_else(|| env(name));
            value.filter(|value| !value.trim().is_empty())
        };
        Self { http: read("HTTP_PROXY"), https: read("HTTPS_PROXY"), all: read("ALL_PROXY"), no: read("NO_PROXY") }
    }
}

/// Decides which addresses go through which proxy.
#[derive(Debug)]
pub(crate) struct Proxies(Matcher);

impl Proxies {
    /// `None` when there is no proxy at all, so that direct connections pay nothing.
    pub(crate) fn new(settings: &ProxySettings) -> Option<Self> {
        if settings.http.is_none() && settings.https.is_none() && settings.all.is_none() {
            return None;
        }
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let builder = Matcher::builder().all(text(&settings.all)).no(text(&settings.no));
        let builder = match &settings.http {
            Some(http) => builder.http(http.clone()),
            None => builder,
        };
        let builder = match &settings.https {
            Some(https) => builder.https(https.clone()),
            None => builder,
        };
        Some(Self(builder.build()))
    }

    /// The proxy of an address. The metadata services of clouds are beside the machine: no proxy can reach them, and
    /// none is to see what they answer.
    pub(crate) fn of(&self, uri: &Uri) -> Option<Proxy> {
        if uri.host().is_some_and(is_link_local) {
            return None;
        }
        self.0.intercept(uri).map(|found| Proxy(Box::new(found)))
    }
}

/// Link-local addresses (RFC 3927, RFC 4291 section 2.5.6), and the one of Amazon's metadata service in IPv6.
fn is_link_local(host: &str) -> bool {
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_unicast_link_local() || matches!(address.segments(), [0xfd00, 0xec2, ..]),
        Err(_) => false,
    }
}

/// A proxy that an address goes through.
pub(crate) struct Proxy(Box<Intercept>);

impl Proxy {
    /// Where it is.
    pub(crate) fn uri(&self) -> &Uri {
        self.0.uri()
    }

    /// `Proxy-Authorization`, if its address holds a user and a password.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let mut value = self.0.basic_auth()?.clone();
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> Option<Proxies> {
        let env = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Proxies::new(&ProxySettings::of_env(&env))
    }

    #[test]
    fn without_variables_there_is_no_proxy() {
        assert!(proxies(&[]).is_none());
        assert!(proxies(&[("HTTPS_PROXY", " "), ("NO_PROXY", "a.b")]).is_none());
    }

    #[test]
    fn addresses_go_where_the_variables_say() {
        let proxies = proxies(&[
            ("https_proxy", "http://u:p@secure:3128"),
            ("HTTP_PROXY", "http://plain:8080"),
            ("NO_PROXY", "internal,.corp.example,10.0.0.0/8"),
        ])
        .unwrap();
        let of = |uri: &'static str| proxies.of(&Uri::from_static(uri)).map(|proxy| proxy.uri().to_string());
        assert_eq!(of("https://api.example.com/v1").unwrap(), "http://secure:3128/");
        assert_eq!(of("http://api.example.com/v1").unwrap(), "http://plain:8080/");
        for direct in [
            "https://internal/x",
            "https://a.corp.example/x",
            "http://10.1.2.3/x",
            "http://169.254.169.254/x",
            "http://[fd00:ec2::254]/x",
        ] {
            assert_eq!(of(direct), None, "{direct}");
        }
        let secret = proxies.of(&Uri::from_static("https://api.example.com")).unwrap().authorization().unwrap();
        assert!(secret.is_sensitive());
        assert_eq!(secret, "Basic dTpw");
    }
}
