//! ModelScope (ModelScope, "API-Inference: text to image"): OpenAI's path in an asynchronous mode, and a task to ask for.

use super::super::compat::malformed;
use super::super::given::{json, parsed, segment};
use super::super::{Ask, Flow, Link, Translator};
use super::pictures::{Picture, Pictures, Wanted};
use super::{KNOWN, OPENAI_ONLY, prompt};
use bytes::Bytes;
use http::{HeaderValue, Uri};
use serde::Deserialize;
use tianji_core::{Error, Kind, Losses, WireRequest};

#[derive(Debug)]
pub(super) struct ModelScope;

impl Translator for ModelScope {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        ask.no_events(losses);
        ask.refuse(OPENAI_ONLY, losses);
        ask.refuse(&["quality", "output_format"], losses);
        let wanted = Wanted::of(ask);
        let mut body = ask.extras(KNOWN);
        body.insert("model".to_owned(), ask.target.model.into());
        body.insert("prompt".to_owned(), prompt(ask)?.into());
        body.extend(ask.text("size").map(|size| ("size".to_owned(), size.into())));
        body.extend(ask.whole("n").map(|n| ("n".to_owned(), n.into())));
        let base = ask.connection.base.clone();
        let mut order = ask.request_to(&format!("{base}/images/generations"), Bytes::new())?;
        order.headers.insert("x-modelscope-async-mode", HeaderValue::from_static("true"));
        order.body = json(&body)?;
        let mut question = ask.get(&base)?;
        question.headers.insert("x-modelscope-task-type", HeaderValue::from_static("image_generation"));
        Ok(Flow::chain(Link::send(order, move |reply| {
            let id = parsed::<Task>(&reply)?.task_id.ok_or_else(malformed)?;
            let uri: Uri = format!("{base}/tasks/{}", segment(&id)).parse().map_err(|_| malformed())?;
            Ok(Link::poll(WireRequest { uri, ..question }, move |reply| {
                let task: Task = parsed(reply)?;
                match task.task_status.as_deref() {
                    Some("SUCCEED") => {
                        let list = task.output_images.into_iter().map(Picture::at).collect();
                        let pictures = Pictures { list, usage: None, id: Some(id.clone()) };
                        wanted.clone().finish(pictures, reply.headers.clone()).map(Some)
                    }
                    Some("FAILED") => Err(Error::provider(Kind::InternalServer, "no picture was made")),
                    _ => Ok(None),
                }
            }))
        })))
    }
}

#[derive(Deserialize)]
struct Task {
    task_id: Option<String>,
    task_status: Option<String>,
    #[serde(default)]
    output_images: Vec<String>,
}
