//! What may be fetched by addresses that clients name.

use crate::shared::Shared;
use tianji_config::Config;
use tianji_http::egress::{Allowed, AllowedError, Egress};
use tianji_http::{FetchSettings, Fetcher};

/// The fetcher of a configuration.
///
/// # Errors
/// The first entry of `user_url_allowed_hosts` that means nothing.
pub(super) fn fetcher(
    config: &Config,
    shared: &Shared,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Fetcher, AllowedError> {
    let base = FetchSettings::default();
    Ok(Fetcher::new(FetchSettings {
        egress: egress(config)?,
        proxies: shared.http.proxies().clone(),
        most_bytes: env(MOST_MEGABYTES).and_then(|text| bytes(&text)).unwrap_or(base.most_bytes),
        ..base
    }))
}

/// Both sections may hold the switches; the hosts of both count.
fn egress(config: &Config) -> Result<Egress, AllowedError> {
    let (general, litellm) = (&config.general_settings, &config.litellm_settings);
    let validate = litellm.user_url_validation.or(general.user_url_validation).unwrap_or(true);
    let hosts = litellm.user_url_allowed_hosts.iter().chain(&general.user_url_allowed_hosts);
    let allowed = hosts.map(|host| host.parse()).collect::<Result<Vec<Allowed>, _>>()?;
    Ok(Egress { public_only: validate, allowed })
}

/// A number of megabytes, whole or not; 0 = nothing is fetched.
fn bytes(text: &str) -> Option<usize> {
    let megabytes: f64 = text.trim().parse().ok().filter(|number| (0.0..MOST_SENSIBLE).contains(number))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    let bytes = (megabytes * f64::from(1 << 20)) as usize;
    Some(bytes)
}

/// The reference proxy's variable.
const MOST_MEGABYTES: &str = "MAX_IMAGE_URL_DOWNLOAD_SIZE_MB";
/// A file of a terabyte is a slip of the keyboard.
const MOST_SENSIBLE: f64 = 1e6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_of_megabytes() {
        for (text, found) in [
            ("50", Some(50 << 20)),
            (" 0.5 ", Some(1 << 19)),
            ("0", Some(0)),
            ("-1", None),
            ("NaN", None),
            ("1e9", None),
            ("many", None),
        ] {
            assert_eq!(bytes(text), found, "{text}");
        }
    }
}
