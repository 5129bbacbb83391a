"""Anthropic's SDK against the gateway."""

import anthropic

from stage import KEY, LIMITED_KEY, MODELS, PIXEL, URL, raises, raises_later, run

client = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0, timeout=20)

WEATHER = {
    "name": "get_weather",
    "description": "Weather in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def user(content):
    return {"role": "user", "content": content}


def ask(model, *messages, **options):
    return client.messages.create(model=model, max_tokens=options.pop("max_tokens", 50), messages=list(messages), **options)


def kinds(reply):
    return [block.type for block in reply.content]


def test_messages(model):
    reply = ask(model, user("hello"), system="Be brief.", stop_sequences=["END"])
    assert (reply.type, reply.role, kinds(reply)) == ("message", "assistant", ["text"]), reply
    assert reply.content[0].text.startswith("seen user"), reply
    assert reply.stop_reason == "end_turn" and reply.id, reply
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (11, 7), reply.usage


def test_bearer(model):
    bearer = anthropic.Anthropic(base_url=URL, auth_token=KEY, api_key=None, max_retries=0, timeout=20)
    assert bearer.messages.create(model=model, max_tokens=50, messages=[user("hello")]).content


def test_raw_stream(model):
    events = list(ask(model, user("hello"), stream=True))
    names = [event.type for event in events]
    assert names[0] == "message_start" and names[-2:] == ["message_delta", "message_stop"], names
    assert names.count("content_block_start") == names.count("content_block_stop") == 1, names
    assert events[-2].delta.stop_reason == "end_turn" and events[-2].usage.output_tokens == 7, events[-2]


def test_stream_helper(model):
    with client.messages.stream(model=model, max_tokens=50, messages=[user("hello")]) as stream:
        text = "".join(stream.text_stream)
        reply = stream.get_final_message()
    assert text.startswith("seen user") and reply.content[0].text == text, reply
    assert reply.stop_reason == "end_turn" and reply.usage.output_tokens == 7, reply


def test_tools(model):
    question = user("weather in Oslo?")
    reply = ask(model, question, tools=[WEATHER], tool_choice={"type": "auto"})
    assert reply.stop_reason == "tool_use", reply
    (call,) = [block for block in reply.content if block.type == "tool_use"]
    assert call.name == "get_weather" and call.input == {"city": "Oslo"} and call.id, call
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "12 degrees"}
    final = ask(model, question, {"role": "assistant", "content": reply.content}, user([result]), tools=[WEATHER])
    seen = "seen tool" if model == "over-openai" else "seen user tool_result"
    assert final.content[0].text == seen, final


def test_streamed_tools(model):
    with client.messages.stream(
        model=model, max_tokens=50, messages=[user("weather in Oslo?")], tools=[WEATHER]
    ) as stream:
        pieces = [event.partial_json for event in stream if event.type == "input_json"]
        reply = stream.get_final_message()
    (call,) = [block for block in reply.content if block.type == "tool_use"]
    assert call.name == "get_weather" and call.input == {"city": "Oslo"}, call
    assert len(pieces) > 1 and reply.stop_reason == "tool_use", (pieces, reply)


def test_thinking():
    thinking = {"type": "enabled", "budget_tokens": 1024}
    reply = ask("over-anthropic", user("think"), thinking=thinking, max_tokens=4000)
    assert kinds(reply) == ["thinking", "text"], reply
    assert reply.content[0].thinking == "Let me think." and reply.content[0].signature, reply
    with client.messages.stream(
        model="over-anthropic", max_tokens=4000, messages=[user("think")], thinking=thinking
    ) as stream:
        streamed = stream.get_final_message()
    assert streamed.content[0].thinking == "Let me think.", streamed
    assert streamed.content[0].signature == reply.content[0].signature, streamed
    # The thought goes back with the history.
    history = (user("think"), {"role": "assistant", "content": reply.content}, user("and now?"))
    assert ask("over-anthropic", *history, thinking=thinking, max_tokens=4000).content


def test_thinking_asked_of_a_model_that_shows_none():
    thinking = {"type": "enabled", "budget_tokens": 1024}
    assert kinds(ask("over-openai", user("hello"), thinking=thinking, max_tokens=4000)) == ["text"]


def test_vision(model):
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    reply = ask(model, user([{"type": "text", "text": "look"}, {"type": "image", "source": source}]))
    kind = "image_url" if model == "over-openai" else "image"
    assert reply.content[0].text == f"seen user text {kind}", reply


def test_cache_control(model):
    block = {"type": "text", "text": "a long text", "cache_control": {"type": "ephemeral"}}
    assert ask(model, user([block]), system=[block]).content[0].text.startswith("seen user")


def test_count_tokens():
    count = client.messages.count_tokens(model="over-anthropic", messages=[user("hello")], system="Be brief.")
    assert count.input_tokens == 14, count
    short = client.messages.count_tokens(model="over-openai", messages=[user("hello")]).input_tokens
    long = client.messages.count_tokens(model="over-openai", messages=[user("hello " * 100)]).input_tokens
    assert 0 < short < long and long >= 100, (short, long)


def test_authentication_error():
    stranger = client.with_options(api_key="sk-nobody-knows-this-key")
    call = lambda: stranger.messages.create(model=MODELS[0], max_tokens=50, messages=[user("hello")])
    error = raises(anthropic.AuthenticationError, call)
    assert error.status_code == 401 and "sk-nobody-knows-this-key" not in str(error), error


def test_unknown_model():
    error = raises(anthropic.BadRequestError, lambda: ask("nope", user("hello")))
    assert error.body["type"] == "error" and "nope" in error.body["error"]["message"], error.body


def test_vendor_refuses(model):
    error = raises(anthropic.BadRequestError, lambda: ask(model, user("fail-400")))
    assert error.body["error"]["type"] == "invalid_request_error", error.body
    assert "too large" in error.body["error"]["message"], error.body
    error = raises(anthropic.BadRequestError, lambda: ask(model, user("fail-400"), stream=True))
    assert "too large" in error.body["error"]["message"], error.body


def test_vendor_limits(model):
    error = raises(anthropic.RateLimitError, lambda: ask(model, user("fail-429")))
    assert error.response.headers["retry-after"] == "1", error.response.headers
    assert error.body["error"]["type"] == "rate_limit_error", error.body


def test_own_limit():
    limited = client.with_options(api_key=LIMITED_KEY)
    call = lambda: limited.messages.create(model=MODELS[1], max_tokens=50, messages=[user("hello")])
    assert call().content
    error = raises(anthropic.RateLimitError, call)
    assert int(error.response.headers["retry-after"]) <= 61, error.response.headers


async def test_async(model):
    async with anthropic.AsyncAnthropic(base_url=URL, api_key=KEY, max_retries=0, timeout=20) as session:
        reply = await session.messages.create(model=model, max_tokens=50, messages=[user("hello")])
        assert reply.content[0].text.startswith("seen user"), reply
        async with session.messages.stream(model=model, max_tokens=50, messages=[user("hello")]) as stream:
            text = "".join([piece async for piece in stream.text_stream])
        assert text.startswith("seen user"), text
        refused = session.messages.create(model="nope", max_tokens=50, messages=[user("hello")])
        await raises_later(anthropic.BadRequestError, refused)


run(globals())
