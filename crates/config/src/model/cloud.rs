//! Credentials and places of the large clouds.

use serde_json::Value as Json;
use tianji_core::Secret;

use crate::read::Fields;

/// Amazon Web Services: identity and region (AWS SDKs and Tools Reference Guide, "Settings reference").
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AwsParams {
    /// Access key id.
    pub access_key_id: Option<Secret>,
    /// Secret access key.
    pub secret_access_key: Option<Secret>,
    /// Token of a temporary credential.
    pub session_token: Option<Secret>,
    /// Region, such as `eu-central-1`.
    pub region_name: Option<String>,
    /// Name of an assumed role's session.
    pub session_name: Option<String>,
    /// Profile of the shared credentials file.
    pub profile_name: Option<String>,
    /// ARN of a role to assume.
    pub role_name: Option<String>,
    /// Token, or the name of its file, for a role that trusts a web identity.
    pub web_identity_token: Option<Secret>,
    /// Endpoint of the Security Token Service.
    pub sts_endpoint: Option<String>,
    /// External id for assuming the role.
    pub external_id: Option<String>,
    /// Endpoint of the Bedrock runtime.
    pub bedrock_runtime_endpoint: Option<String>,
    /// Address of a SageMaker endpoint.
    pub sagemaker_base_url: Option<String>,
    /// Name of the inference component behind a SageMaker endpoint (`model_id`).
    pub model_id: Option<String>,
}

impl AwsParams {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            access_key_id: fields.secret("aws_access_key_id"),
            secret_access_key: fields.secret("aws_secret_access_key"),
            session_token: fields.secret("aws_session_token"),
            region_name: fields.text("aws_region_name"),
            session_name: fields.text("aws_session_name"),
            profile_name: fields.text("aws_profile_name"),
            role_name: fields.text("aws_role_name"),
            web_identity_token: fields.secret("aws_web_identity_token"),
            sts_endpoint: fields.text("aws_sts_endpoint"),
            external_id: fields.text("aws_external_id"),
            bedrock_runtime_endpoint: fields.text("aws_bedrock_runtime_endpoint"),
            sagemaker_base_url: fields.text("sagemaker_base_url"),
            model_id: fields.text("model_id"),
        }
    }
}

/// Google Cloud: project, place, service account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VertexParams {
    /// Project id (`vertex_project`, else `vertex_ai_project`).
    pub project: Option<String>,
    /// Location, such as `us-central1` or `global` (`vertex_location`, else `vertex_ai_location`).
    pub location: Option<String>,
    /// The service account.
    pub credentials: Option<VertexCredentials>,
}

/// A service account's key, or where it is.
#[derive(Debug, Clone, PartialEq)]
pub enum VertexCredentials {
    /// The key as JSON text.
    Json(Secret),
    /// The name of a file with the key.
    File(String),
}

impl VertexParams {
    pub(super) fn read(fields: &mut Fields) -> Self {
        let own = (fields.text("vertex_project"), fields.text("vertex_location"));
        let other = (fields.text("vertex_ai_project"), fields.text("vertex_ai_location"));
        let credentials = fields.json("vertex_credentials").map(|value| match value {
            Json::String(text) if text.trim_start().starts_with('{') => VertexCredentials::Json(Secret::new(text)),
            Json::String(text) => VertexCredentials::File(text),
            object => VertexCredentials::Json(Secret::new(object.to_string())),
        });
        Self { project: own.0.or(other.0), location: own.1.or(other.1), credentials }
    }
}

/// Microsoft Azure: an Entra identity in place of a key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AzureParams {
    /// A bearer token.
    pub ad_token: Option<Secret>,
    /// Directory (tenant) id.
    pub tenant_id: Option<String>,
    /// Application (client) id.
    pub client_id: Option<String>,
    /// The application's secret.
    pub client_secret: Option<Secret>,
    /// Scope to ask for.
    pub scope: Option<String>,
    /// User name, for the password grant.
    pub username: Option<String>,
    /// Password, for the password grant.
    pub password: Option<Secret>,
}

impl AzureParams {
    pub(super) fn read(fields: &mut Fields) -> Self {
        Self {
            ad_token: fields.secret("azure_ad_token"),
            tenant_id: fields.text("tenant_id"),
            client_id: fields.text("client_id"),
            client_secret: fields.secret("client_secret"),
            scope: fields.text("azure_scope"),
            username: fields.text("azure_username"),
            password: fields.secret("azure_password"),
        }
    }
}
