//! Films: ordered, asked about, fetched, changed, thrown away.

use super::llm::{FromPath, run, run_as};
use super::{Answer, Hit, Route, route};
use crate::respond;
use serde_json::{Map, Value};
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_pipeline::FilmAsk;
use tianji_providers::EndpointKind;
use tianji_providers::kinds::Errand;

pub(super) const ROUTES: &[Route] = &[
    film(Verb::Post, "/v1/videos", "video_generation", "Make a video", create),
    film(Verb::Get, "/v1/videos", "video_list", "Videos of a provider's account", list),
    film(Verb::Get, "/v1/videos/{video_id}", "video_status", "How far a video is", status),
    film(Verb::Delete, "/v1/videos/{video_id}", "video_delete", "Delete a video", delete),
    film(Verb::Get, "/v1/videos/{video_id}/content", "video_content", "Download a video", content),
    film(Verb::Post, "/v1/videos/{video_id}/remix", "video_remix", "Make a video of another", remix),
];

const fn film(
    method: Verb,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    handler: fn(Hit) -> Answer,
) -> Route {
    route(method, path, name, summary, Permission::Infer, &[RouteGroup::Llm, RouteGroup::OpenAi], handler)
}

fn create(hit: Hit) -> Answer {
    run(hit, EndpointKind::Video, "avideo_generation")
}

fn status(hit: Hit) -> Answer {
    about(hit, Errand::Status, "avideo_retrieve")
}

fn content(hit: Hit) -> Answer {
    about(hit, Errand::Content, "avideo_content")
}

fn remix(hit: Hit) -> Answer {
    about(hit, Errand::Remix, "avideo_remix")
}

fn delete(hit: Hit) -> Answer {
    about(hit, Errand::Delete, "avideo_delete")
}

fn list(hit: Hit) -> Answer {
    about(hit, Errand::List, "avideo_list")
}

/// A call about films that there are. What stands in the query becomes the body of calls that have none.
fn about(mut hit: Hit, errand: Errand, call_type: &'static str) -> Answer {
    let mut id = hit.param("video_id").map(str::to_owned);
    if errand != Errand::Remix {
        let mut asked: Map<String, Value> = match super::admin::from_query(hit.head.uri.query()) {
            Ok(asked) => asked,
            Err(error) => return Box::pin(std::future::ready(respond::error(&error))),
        };
        if errand == Errand::List {
            id = asked.remove("after").and_then(|after| after.as_str().map(str::to_owned));
        }
        hit.body = Value::Object(asked).to_string().into();
    }
    let film = Some(FilmAsk { errand, id });
    run_as(hit, EndpointKind::Video, call_type, FromPath { film, ..FromPath::default() })
}
