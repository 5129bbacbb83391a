//! Managed identities: the platform vouches for the machine (Microsoft Entra, "How to use managed identities for Azure
//! resources on an Azure VM to acquire an access token"; App Service, "REST endpoint reference").

use crate::credentials::Given;
use crate::credentials::ask::Issuer;
use crate::credentials::turn::Turn;
use http::{HeaderName, HeaderValue, Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tianji_core::{Granted, Micros, Secret};

/// Where the platform answers, and for which of the machine's identities.
#[derive(Clone, Debug, Hash)]
pub(super) struct Managed {
    /// App Service, Functions, Container Apps: an address and a word that keeps others out.
    service: Option<(String, Secret)>,
    /// `None` = the identity that the system assigned.
    client_id: Option<String>,
}

impl Managed {
    pub(super) fn of(given: &Given<'_>, client_id: Option<String>) -> Self {
        let service = given.var("IDENTITY_ENDPOINT").zip(given.secret("IDENTITY_HEADER"));
        Self { service, client_id }
    }

    pub(super) fn begin(self, scope: &str, now: Micros) -> Turn<Granted> {
        let issuer = Issuer::new("Azure's managed identity endpoint")
            .hiding(self.service.iter().map(|(_, header)| header.clone()));
        // A scope is a resource with `/.default` behind it.
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        let (url, version) = match &self.service {
            Some((url, _)) => (url.as_str(), "2019-08-01"),
            None => (METADATA, "2018-02-01"),
        };
        let mark = if url.contains('?') { '&' } else { '?' };
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut url = format!("{url}{mark}api-version={version}&resource={}", encoded(resource));
        if let Some(id) = &self.client_id {
            url.push_str(&format!("&client_id={}", encoded(id)));
        }
        let request = issuer.request(Method::GET, &url).and_then(|mut request| {
            match &self.service {
                Some((_, header)) => issuer.header(&mut request, IDENTITY_HEADER, header.expose())?,
                None => drop(request.headers.insert(METADATA_HEADER, HeaderValue::from_static("true"))),
            }
            Ok(request)
        });
        Turn::send(request).then(move |reply| Turn::End(issuer.token(reply, now)))
    }
}

const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const METADATA_HEADER: HeaderName = HeaderName::from_static("metadata");
const IDENTITY_HEADER: HeaderName = HeaderName::from_static("x-identity-header");
