//! URL and headers of one operation.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::{EndpointKind, Operation};
use crate::provider::{AuthStyle, Provider};
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// Where a request goes, and with which headers.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The URL.
    pub uri: Uri,
    /// The headers. Those with credentials are marked sensitive.
    pub headers: HeaderMap,
}

impl Provider {
    /// URL and headers of an operation on a model. Worth keeping per deployment and model: nothing here depends on the
    /// call.
    ///
    /// # Errors
    /// [`ConnectionError`] when the provider does not do this, or when URL or headers would not be valid.
    pub fn outgoing(
        &self,
        connection: &Connection,
        operation: Operation,
        model: &str,
    ) -> Result<Outgoing, ConnectionError> {
        if !self.endpoints.contains(&operation.kind()) {
            return Err(self.not_offered(operation, model));
        }
        let url = (self.hooks.uri)(self, connection, operation, model)?;
        self.outgoing_at(connection, operation, url)
    }

    /// The same for an address that a translator made.
    pub(crate) fn outgoing_to(
        &self,
        connection: &Connection,
        kind: EndpointKind,
        url: &str,
    ) -> Result<Outgoing, ConnectionError> {
        let operation = kind.operation().unwrap_or(Operation::Chat { stream: false });
        self.outgoing_at(connection, operation, url.to_owned())
    }

    fn outgoing_at(
        &self,
        connection: &Connection,
        operation: Operation,
        url: String,
    ) -> Result<Outgoing, ConnectionError> {
        let text = self.with_query(url, connection);
        let uri: Uri = text.parse().map_err(|_| ConnectionError::InvalidBase {
            provider: self.name.clone(),
            reason: "does not make a URL with this model name",
        })?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(USER_AGENT_TEXT));
        for (name, value) in &self.headers {
            self.fixed_header(connection, name, value, &mut headers)?;
        }
        for (name, value) in &connection.extra_headers {
            headers.insert(name.clone(), value.clone());
        }
        (self.hooks.authorise)(self, connection, operation, &mut headers)?;
        Ok(Outgoing { uri, headers })
    }

    /// Lets headers of the client, and headers that used features ask for, through to the provider. Most providers take
    /// none. `features` are the vendor's own words for them (Anthropic: values of `anthropic-beta`).
    pub fn client_headers(&self, from_client: &HeaderMap, features: &[&str], headers: &mut HeaderMap) {
        (self.hooks.client_headers)(from_client, features, headers);
    }

    /// The error that this provider does not do something.
    pub(crate) fn not_offered(&self, operation: Operation, model: &str) -> ConnectionError {
        ConnectionError::NotOffered { provider: self.name.clone(), operation, model: model.to_owned() }
    }

    /// A header of the row; `{key}` in its value stands for the key, and without a key it is not sent.
    fn fixed_header(
        &self,
        connection: &Connection,
        name: &str,
        value: &str,
        headers: &mut HeaderMap,
    ) -> Result<(), ConnectionError> {
        let secret = value.contains("{key}");
        let key = connection.key.as_ref().map(|key| key.expose()).unwrap_or_default();
        if secret && key.is_empty() {
            return Ok(());
        }
        let invalid = || ConnectionError::InvalidHeader { provider: self.name.clone(), name: name.to_owned() };
        let mut value = HeaderValue::try_from(value.replace("{key}", key)).map_err(|_| invalid())?;
        value.set_sensitive(secret);
        headers.insert(HeaderName::try_from(name).map_err(|_| invalid())?, value);
        Ok(())
    }

    /// A URL with the row's query and the one that stood on the base, which wins.
    fn with_query(&self, url: String, connection: &Connection) -> String {
        let mut url = url;
        let set = |url: &str, name: &str| {
            url.split_once('?').is_some_and(|(_, query)| {
                query.split('&').any(|pair| pair.split_once('=').map_or(pair, |(known, _)| known) == name)
            })
        };
        let given = connection.query.as_deref().unwrap_or_default();
        let given = given.split('&').filter_map(|pair| Some((pair.split_once('=')?.0, pair.to_owned())));
        let row = self.query.iter().map(|(name, value)| (name.as_str(), format!("{name}={value}")));
        for (name, pair) in given.chain(row) {
            if !set(&url, name) {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&pair);
            }
        }
        url
    }
}

/// Base and path.
pub(crate) fn compat_uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    if let (Operation::Messages { .. }, Some(messages)) = (operation, &provider.messages) {
        return Ok(messages.url(&connection.base));
    }
    let path = match (operation, &provider.chat) {
        (Operation::Chat { .. }, Some(chat)) => Some(chat.path.as_str()),
        (Operation::Chat { .. }, None) => None,
        _ => operation.conventional_path(),
    };
    let path = path.ok_or_else(|| provider.not_offered(operation, model))?;
    Ok(format!("{}{path}", connection.base))
}

/// The key as the row says, unless the entry's own headers already authorise.
pub(crate) fn compat_authorise(
    provider: &Provider,
    connection: &Connection,
    _: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if let Some(token) = &connection.bearer {
        return credential(provider, headers, AUTHORIZATION, &format!("Bearer {}", token.expose()));
    }
    let Some(key) = &connection.key else { return Ok(()) };
    match &provider.auth {
        AuthStyle::Bearer => credential(provider, headers, AUTHORIZATION, &format!("Bearer {}", key.expose())),
        AuthStyle::Scheme(scheme) => {
            credential(provider, headers, AUTHORIZATION, &format!("{scheme} {}", key.expose()))
        }
        AuthStyle::Header(name) => {
            let invalid = || ConnectionError::InvalidHeader { provider: provider.name.clone(), name: name.clone() };
            let name = HeaderName::try_from(name.as_str()).map_err(|_| invalid())?;
            credential(provider, headers, name, key.expose())
        }
    }
}

/// Sets a credential header, marked sensitive, unless the header is already there.
pub(crate) fn credential(
    provider: &Provider,
    headers: &mut HeaderMap,
    name: HeaderName,
    text: &str,
) -> Result<(), ConnectionError> {
    let mut value =
        HeaderValue::try_from(text).map_err(|_| ConnectionError::InvalidKey { provider: provider.name.clone() })?;
    value.set_sensitive(true);
    headers.entry(name).or_insert(value);
    Ok(())
}

/// What the gateway calls itself.
const USER_AGENT_TEXT: &str = concat!("tianji/", env!("CARGO_PKG_VERSION"));
