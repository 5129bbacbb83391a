use std::time::Duration;

use http_body_util::BodyExt as _;

use super::super::behaviour::Behaviour;
use super::super::plan::Dialect;
use super::super::stats::Stats;
use super::*;

fn plan(segment: &str) -> Arc<Plan> {
    Arc::new(Plan::new(Dialect::OpenAi, false, Behaviour::parse(Some(segment), None).unwrap()))
}

/// The frames of a body until it ends (`true`) or breaks (`false`).
async fn frames(mut body: ReplyBody) -> (Vec<Bytes>, bool) {
    let mut frames = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => frames.push(frame.into_data().unwrap()),
            Err(_) => return (frames, false),
        }
    }
    (frames, true)
}

fn count(stats: &Stats, name: &str) -> u64 {
    let stats: serde_json::Value = serde_json::from_slice(&stats.to_json()).unwrap();
    stats.get(name).unwrap().as_u64().unwrap()
}

#[tokio::test]
async fn a_stream_is_head_chunks_and_tail() {
    let stats = Arc::new(Stats::default());
    let plan = plan("chunks=3");
    let (frames, whole) = frames(ReplyBody::stream(Arc::clone(&plan), false, None, Ticket::open(&stats))).await;
    let reply = &plan.replies.stream;
    assert!(whole);
    assert_eq!(frames, [&reply.head, &reply.chunk, &reply.chunk, &reply.chunk, &reply.tail]);
    assert_eq!((count(&stats, "completed"), count(&stats, "aborted")), (1, 0));
    assert_eq!(count(&stats, "bytes_out"), frames.iter().map(|frame| frame.len() as u64).sum::<u64>());
}

#[tokio::test]
async fn a_cut_stream_breaks_after_its_chunks_and_is_not_completed() {
    let stats = Arc::new(Stats::default());
    let (frames, whole) = frames(ReplyBody::stream(plan("chunks=9"), false, Some(4), Ticket::open(&stats))).await;
    assert!(!whole);
    assert_eq!(frames.len(), 1 + 4);
    assert_eq!((count(&stats, "completed"), count(&stats, "aborted")), (0, 1));
}

#[tokio::test]
async fn half_an_answer_promises_the_whole_length() {
    let stats = Arc::new(Stats::default());
    let body = ReplyBody::half(Bytes::from_static(b"0123456789"), Ticket::open(&stats));
    assert_eq!(body.size_hint().exact(), Some(10));
    let (frames, whole) = frames(body).await;
    assert!(!whole);
    assert_eq!(frames, [Bytes::from_static(b"01234")]);
}

#[tokio::test(start_paused = true)]
async fn chunks_keep_their_timetable() {
    let stats = Arc::new(Stats::default());
    let begin = Instant::now();
    let mut body = ReplyBody::stream(plan("chunks=3,delay_ms=5"), false, None, Ticket::open(&stats));
    let mut times = Vec::new();
    while let Some(frame) = body.frame().await {
        frame.unwrap();
        times.push(begin.elapsed());
    }
    let ms = Duration::from_millis;
    assert_eq!(times, [ms(0), ms(5), ms(10), ms(15), ms(15)]);
}
