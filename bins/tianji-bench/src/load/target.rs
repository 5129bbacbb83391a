//! What is sent and where: the request made once and cloned for each call.

use anyhow::Context as _;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;

use super::LoadArgs;

pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whether answers are event streams.
    pub(crate) stream: bool,
    path: Uri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
    call_id_header: Option<HeaderName>,
    /// Tells the ids of this run from those of others.
    run: u32,
}

impl Target {
    /// # Errors
    /// When the URL, a header or the body file is unusable.
    pub(crate) fn from_args(args: &LoadArgs) -> anyhow::Result<Self> {
        let url: Uri = args.url.parse().with_context(|| format!("the URL `{}`", args.url))?;
        anyhow::ensure!(url.scheme_str() == Some("http"), "`{}` is no http:// URL", args.url);
        let authority = url.authority().context("the URL has no host")?;
        let path = url.path_and_query().map_or("/", |it| it.as_str()).parse()?;

        let body = match (&args.body, &args.body_file) {
            (Some(body), _) => Some(Bytes::from(body.clone())),
            (None, Some(file)) => {
                Some(std::fs::read(file).with_context(|| format!("reading {}", file.display()))?.into())
            }
            (None, None) => None,
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(authority.as_str())?);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for header in &args.headers {
            let (name, value) =
                header.split_once(':').with_context(|| format!("the header `{header}` is not `name: value`"))?;
            headers.insert(name.trim().parse::<HeaderName>()?, HeaderValue::from_str(value.trim())?);
        }
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(80),
            stream: args.stream,
            path,
            method: if body.is_some() { Method::POST } else { Method::GET },
            headers,
            body: body.unwrap_or_default(),
            call_id_header: args.call_id_header.as_deref().map(str::parse).transpose()?,
            run: std::process::id(),
        })
    }

    /// The request of the call with this number.
    pub(crate) fn request(&self, number: u64) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = self.headers.clone();
        if let Some(name) = &self.call_id_header
            && let Ok(value) = HeaderValue::try_from(format!("bench-{}-{number}", self.run))
        {
            request.headers_mut().insert(name.clone(), value);
        }
        request
    }
}
