//! Identities of an entry, in the form that providers take them, and the project that goes with one.

use tianji_config::{ModelParams, VertexCredentials};
use tianji_providers::{ConnectionParams, CredentialParams, GoogleKey, Provider, credential_file, project_in};

/// What the entry says.
pub(super) fn of(params: &ModelParams) -> CredentialParams<'_> {
    let (aws, azure) = (&params.aws, &params.azure);
    CredentialParams {
        aws_access_key_id: aws.access_key_id.as_ref(),
        aws_secret_access_key: aws.secret_access_key.as_ref(),
        aws_session_token: aws.session_token.as_ref(),
        aws_profile_name: aws.profile_name.as_deref(),
        aws_role_name: aws.role_name.as_deref(),
        aws_session_name: aws.session_name.as_deref(),
        aws_external_id: aws.external_id.as_deref(),
        aws_web_identity_token: aws.web_identity_token.as_ref(),
        aws_sts_endpoint: aws.sts_endpoint.as_deref(),
        google: params.vertex.credentials.as_ref().map(|credentials| match credentials {
            VertexCredentials::Json(text) => GoogleKey::Text(text),
            VertexCredentials::File(name) => GoogleKey::File(name),
        }),
        tenant_id: azure.tenant_id.as_deref(),
        client_id: azure.client_id.as_deref(),
        client_secret: azure.client_secret.as_ref(),
        scope: azure.scope.as_deref(),
        username: azure.username.as_deref(),
        password: azure.password.as_ref(),
        oci_user: params.oci.user.as_deref(),
        oci_fingerprint: params.oci.fingerprint.as_deref(),
        oci_tenancy: params.oci.tenancy.as_deref(),
        oci_key: params.oci.key.as_ref(),
        oci_key_file: params.oci.key_file.as_deref(),
        zen_api_key: params.ibm.zen_api_key.as_ref(),
    }
}

/// The project that stands in the credential's file. The file is read once, here, because addresses name the project;
/// one that cannot be read is the affair of the first call, which says so.
pub(super) fn project(
    provider: &Provider,
    given: &ConnectionParams<'_>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let file = credential_file(provider, given, env)?;
    project_in(&std::fs::read_to_string(file).ok()?)
}
