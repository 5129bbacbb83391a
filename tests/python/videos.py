"""OpenAI's SDK makes a video over each vendor: created, asked about, downloaded, and what the vendor can do besides."""

import openai

from stage import KEY, LIMITED_KEY, URL, raises, run

client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0, timeout=20)
stranger = openai.OpenAI(base_url=f"{URL}/v1", api_key=LIMITED_KEY, max_retries=0, timeout=20)


def ordered(model, **options):
    video = client.videos.create(model=model, prompt="A cat", seconds="4", size="1280x720", **options)
    assert video.id.startswith("video_") and video.object == "video" and video.status == "queued", video
    assert (video.model, video.seconds, video.size) == (model, "4", "1280x720"), video
    return video


def test_create_and_download(model):
    video = ordered(model)
    done = client.videos.retrieve(video.id)
    assert (done.id, done.status, done.progress, done.model) == (video.id, "completed", 100, model), done
    assert client.videos.download_content(video.id).read() == b"the film of " + model.encode()


def test_picture(model):
    ordered(model, input_reference=("cat.png", b"\x89PNG cat", "image/png"))


def test_poll(model):
    video = client.videos.create_and_poll(model=model, prompt="A cat", seconds="4", size="1280x720")
    assert video.status == "completed", video


def test_others_find_nothing(model):
    video = ordered(model)
    raises(openai.NotFoundError, lambda: stranger.videos.retrieve(video.id))
    raises(openai.NotFoundError, lambda: stranger.videos.download_content(video.id))
    raises(openai.NotFoundError, lambda: stranger.videos.delete(video.id))


def test_remix_delete_and_list():
    video = ordered("sora")
    other = client.videos.remix(video.id, prompt="A dog")
    assert other.id.startswith("video_") and other.id != video.id, other
    assert other.remixed_from_video_id == video.id, other
    assert client.videos.retrieve(other.id).status == "completed"
    gone = client.videos.delete(video.id)
    assert (gone.id, gone.deleted) == (video.id, True), gone
    listed = list(client.videos.list(limit=2, extra_query={"model": "sora"}))
    assert listed and all(video.id.startswith("video_") for video in listed), listed
    assert client.videos.retrieve(listed[0].id).status == "completed"


def test_what_a_vendor_lacks():
    video = ordered("veo")
    error = raises(openai.APIStatusError, lambda: client.videos.remix(video.id, prompt="A dog"))
    assert error.status_code == 501, error



run(globals())
