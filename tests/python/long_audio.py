"""The `openai` package sends and gets recordings that no buffer on the way holds whole."""

import io

import openai
from stage import KEY, URL, run

client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0, timeout=60)

SOUND = bytes(at % 251 for at in range(251)) * (20 * 1024 * 1024 // 251 + 1)
SOUND = SOUND[: 20 * 1024 * 1024]


def test_transcription_and_translation():
    for call in (client.audio.transcriptions.create, client.audio.translations.create):
        recording = io.BytesIO(b"RIFF" + SOUND)
        recording.name = "talk.wav"
        reply = call(model="whisper", file=recording)
        assert reply.text == "every byte", reply


def test_speech():
    reply = client.audio.speech.create(model="speech", voice="alloy", input="A long text.")
    assert reply.content == SOUND, len(reply.content)


def test_streamed_speech():
    with client.audio.speech.with_streaming_response.create(model="speech", voice="alloy", input="A text.") as reply:
        assert b"".join(reply.iter_bytes()) == SOUND


run(globals())
