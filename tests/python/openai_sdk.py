"""OpenAI's SDK against the gateway."""

import json

import openai
from pydantic import BaseModel

from stage import KEY, LIMITED_KEY, MODELS, PIXEL, URL, raises, raises_later, run

client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0, timeout=20)

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Person(BaseModel):
    name: str
    age: int


def user(text):
    return {"role": "user", "content": text}


def chat(model, *messages, **options):
    return client.chat.completions.create(model=model, messages=list(messages), **options)


def test_models():
    assert [model.id for model in client.models.list()] == list(MODELS)
    assert client.models.retrieve(MODELS[0]).id == MODELS[0]
    raises(openai.NotFoundError, lambda: client.models.retrieve("nope"))


def test_chat(model):
    reply = chat(model, {"role": "system", "content": "Be brief."}, user("hello"), max_tokens=50)
    assert reply.object == "chat.completion" and reply.id and reply.created > 0, reply
    assert reply.choices[0].message.role == "assistant"
    assert reply.choices[0].message.content.startswith("seen user"), reply
    assert reply.choices[0].finish_reason == "stop"
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (11, 7, 18)


def test_headers(model):
    raw = client.chat.completions.with_raw_response.create(model=model, messages=[user("hello")])
    assert raw.headers["x-litellm-call-id"] and float(raw.headers["x-litellm-response-cost"]) > 0, raw.headers
    assert raw.parse().choices[0].message.content


def test_stream(model):
    chunks = list(chat(model, user("hello"), stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks).startswith("seen user"), chunks
    assert [c.choices[0].delta.role for c in chunks if c.choices[0].delta.role] == ["assistant"], chunks
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"], chunks
    assert len({c.id for c in chunks}) == 1 and all(c.usage is None for c in chunks), chunks


def test_stream_with_usage(model):
    chunks = list(chat(model, user("hello"), stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 18, chunks[-1]
    assert all(c.usage is None for c in chunks[:-1]), chunks


def test_stream_helper(model):
    with client.chat.completions.stream(model=model, messages=[user("hello")]) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        reply = stream.get_final_completion()
    assert reply.choices[0].message.content == text and text.startswith("seen user"), reply


def test_tools(model):
    question = user("weather in Oslo?")
    reply = chat(model, question, tools=[WEATHER], tool_choice="auto")
    assert reply.choices[0].finish_reason == "tool_calls", reply
    (call,) = reply.choices[0].message.tool_calls
    assert call.type == "function" and call.function.name == "get_weather" and call.id, call
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    result = {"role": "tool", "tool_call_id": call.id, "content": "12 degrees"}
    final = chat(model, question, reply.choices[0].message, result, tools=[WEATHER])
    seen = "seen tool" if model == "over-openai" else "seen user tool_result"
    assert final.choices[0].message.content == seen, final


def test_streamed_tools(model):
    chunks = list(chat(model, user("weather in Oslo?"), tools=[WEATHER], stream=True))
    calls = [call for c in chunks for call in c.choices[0].delta.tool_calls or []]
    assert all(call.index == 0 for call in calls), calls
    assert [call.function.name for call in calls if call.function.name] == ["get_weather"], calls
    assert len([call.id for call in calls if call.id]) == 1, calls
    assert json.loads("".join(call.function.arguments or "" for call in calls)) == {"city": "Oslo"}, calls
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["tool_calls"]


def test_vision(model):
    parts = [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]
    kind = "image_url" if model == "over-openai" else "image"
    assert chat(model, user(parts)).choices[0].message.content == f"seen user text {kind}"


def test_structured_output(model):
    reply = client.chat.completions.parse(model=model, messages=[user("person")], response_format=Person)
    assert reply.choices[0].message.parsed == Person(name="Ada", age=36), reply


def test_reasoning():
    reply = chat("over-anthropic", user("think"), reasoning_effort="low", max_tokens=4000)
    assert reply.choices[0].message.content == "Thought.", reply
    assert reply.choices[0].message.reasoning_content == "Let me think.", reply
    chunks = list(chat("over-anthropic", user("think"), reasoning_effort="low", max_tokens=4000, stream=True))
    deltas = [c.choices[0].delta for c in chunks]
    assert "".join(getattr(d, "reasoning_content", None) or "" for d in deltas) == "Let me think.", deltas
    assert "".join(d.content or "" for d in deltas) == "Thought.", deltas


def test_authentication_error():
    stranger = client.with_options(api_key="sk-nobody-knows-this-key")
    error = raises(openai.AuthenticationError, lambda: stranger.models.list())
    assert error.status_code == 401 and error.type == "token_not_found_in_db", error
    assert "sk-nobody-knows-this-key" not in str(error)


def test_unknown_model():
    error = raises(openai.BadRequestError, lambda: chat("nope", user("hello")))
    assert "nope" in error.message and error.code == "400", error


def test_vendor_refuses(model):
    error = raises(openai.BadRequestError, lambda: chat(model, user("fail-400")))
    assert "too large" in error.message and error.type == "invalid_request_error", error
    error = raises(openai.BadRequestError, lambda: chat(model, user("fail-400"), stream=True))
    assert "too large" in error.message, error


def test_vendor_limits(model):
    error = raises(openai.RateLimitError, lambda: chat(model, user("fail-429")))
    assert error.response.headers["retry-after"] == "1" and "rate limit" in error.message.lower(), error


def test_own_limit():
    limited = client.with_options(api_key=LIMITED_KEY)
    ask = lambda: limited.chat.completions.create(model=MODELS[0], messages=[user("hello")])
    assert ask().choices
    error = raises(openai.RateLimitError, ask)
    assert error.type == "throttling_error" and int(error.response.headers["retry-after"]) <= 61, error


async def test_async(model):
    async with openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0, timeout=20) as session:
        reply = await session.chat.completions.create(model=model, messages=[user("hello")])
        assert reply.choices[0].message.content.startswith("seen user"), reply
        stream = await session.chat.completions.create(model=model, messages=[user("hello")], stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        assert text.startswith("seen user"), text
        refused = session.chat.completions.create(model="nope", messages=[user("hello")])
        await raises_later(openai.BadRequestError, refused)


run(globals())
