//! Credentials that have to be asked for: tokens that expire, keys that sign.

use crate::{Exchange, Micros, Secret};
use std::fmt::Debug;

/// What authorises a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A token that is sent as it is.
    Token(Secret),
    /// A token, and the address where it is good, which its issuer named.
    TokenAt {
        /// The token, sent as it is.
        token: Secret,
        /// Scheme, host and path, without a slash at the end. It stands in for the connection's own address.
        base: String,
    },
    /// An RSA key that signs requests (Oracle Cloud Infrastructure, "Request Signatures").
    Rsa {
        /// Whose key it is, as signatures name it.
        key_id: String,
        /// The key in PEM.
        private_key: Secret,
    },
    /// AWS keys, which sign requests (AWS, "Signature Version 4").
    Aws {
        /// Access key id. Public by itself, but it names an account.
        access_key_id: String,
        /// Secret access key.
        secret_access_key: Secret,
        /// Token of a temporary credential.
        session_token: Option<Secret>,
    },
}

/// A credential with the time it lasts.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The credential.
    pub credential: Credential,
    /// When it ends; `None` = never.
    pub expires_at: Option<Micros>,
}

/// Where a credential comes from. Pure: it says what to ask, the `http` crate asks, keeps and renews.
pub trait CredentialSource: Debug + Send + Sync {
    /// Two sources with the same id give the same credential. Holds no secret (a hash of them may be in it).
    fn id(&self) -> &str;

    /// The conversation that yields the credential, begun at a time.
    fn exchange(&self, now: Micros) -> Box<dyn Exchange<Output = Granted>>;
}
