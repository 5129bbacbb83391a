//! Following redirects (RFC 9110, section 15.4): each one is a new request, judged anew.

use crate::body::UpstreamBody;
use crate::client::HttpClient;
use crate::deadlines::Deadlines;
use crate::error::HttpError;
use http::header::LOCATION;
use http::{HeaderMap, Response, StatusCode, Uri};
use tianji_core::WireRequest;
use url::Url;

/// Why there is no reply.
#[derive(Debug)]
pub enum FollowError<E> {
    /// An address was judged, and refused.
    Refused(E),
    /// A request could not be sent.
    Http(HttpError),
    /// Redirected too often, or to nowhere.
    Astray,
}

/// Sends a request without a body and follows where its replies redirect to, at most three times.
///
/// `before` judges each request before it is sent, may change it (what is meant for one host must not go to another),
/// and says who sends it. It is told the address that a redirect came from.
///
/// # Errors
/// What `before` refuses; when a request cannot be sent; when the redirects lead nowhere.
pub async fn follow<'c, E>(
    mut request: WireRequest,
    deadlines: &Deadlines,
    mut before: impl FnMut(&mut WireRequest, Option<&Uri>) -> Result<&'c HttpClient, E>,
) -> Result<Response<UpstreamBody>, FollowError<E>> {
    let mut from = None;
    for _ in 0..=MOST_REDIRECTS {
        let client = before(&mut request, from.as_ref()).map_err(FollowError::Refused)?;
        let reply = client.send_wire(request.clone(), deadlines).await.map_err(FollowError::Http)?;
        if !is_redirect(reply.status()) {
            return Ok(reply);
        }
        let to = target(&request.uri, reply.headers()).ok_or(FollowError::Astray)?;
        from = Some(std::mem::replace(&mut request.uri, to));
    }
    Err(FollowError::Astray)
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads (RFC 9110, section 10.2.2): a whole address, or one that is relative to where it came from.
fn target(from: &Uri, headers: &HeaderMap) -> Option<Uri> {
    let told = headers.get(LOCATION)?.to_str().ok()?;
    let mut url = Url::parse(&from.to_string()).ok()?.join(told).ok()?;
    url.set_fragment(None);
    Uri::try_from(url.as_str()).ok()
}

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn redirects_lead_to_whole_addresses_and_relative_ones() {
        let from = Uri::from_static("https://a.example.com/x?y=1");
        let to = |location: &'static str| {
            let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]);
            target(&from, &headers).map(|uri| uri.to_string())
        };
        for (location, leads) in [
            ("/z?w=2", Some("https://a.example.com/z?w=2")),
            ("https://b.example.com/z#part", Some("https://b.example.com/z")),
            ("//b.example.com/z", Some("https://b.example.com/z")),
            ("z", Some("https://a.example.com/z")),
            ("https://", None),
        ] {
            assert_eq!(to(location).as_deref(), leads, "{location}");
        }
        assert_eq!(target(&from, &HeaderMap::new()), None);
    }
}
