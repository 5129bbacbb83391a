"""Every vendor's SDK in front of upstreams of every dialect: plain, streamed, and a round trip through a tool.

The model behind all of them calls `get_weather` when the last message begins with "weather", and otherwise says whose
message it saw last and of what kinds.
"""

import json

import anthropic
import boto3
import cohere
import openai
from google import genai
from google.genai import types

from stage import KEY, URL, raises, run

chat = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0, timeout=20)
messages = anthropic.Anthropic(base_url=URL, api_key=KEY, max_retries=0, timeout=20)
gemini = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=URL, timeout=20_000))
bedrock = boto3.client(
    "bedrock-runtime", endpoint_url=URL, region_name="eu-central-1", aws_access_key_id=KEY, aws_secret_access_key="x"
)
command = cohere.ClientV2(api_key=KEY, base_url=URL, timeout=20, max_retries=0, log_warning_experimental_features=False)

QUESTION = "weather in Oslo?"
ARGUMENTS = {"city": "Oslo"}
RESULT = {"degrees": 12}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FUNCTION = {"name": "get_weather", "description": "Weather in a city", "parameters": SCHEMA}


def same(found, wanted):
    assert found == wanted, (found, wanted)


def saw(text, who):
    assert text.startswith(f"seen {who}"), text


# ---- OpenAI chat completions

OPENAI_TOOLS = [{"type": "function", "function": FUNCTION}]


def ask_chat(model, *history, **options):
    return chat.chat.completions.create(model=model, messages=list(history), **options)


def test_chat_plain(model):
    reply = ask_chat(model, {"role": "user", "content": "hello"})
    saw(reply.choices[0].message.content, "user")
    same(reply.choices[0].finish_reason, "stop")
    same((reply.usage.prompt_tokens, reply.usage.completion_tokens), (11, 7))
    same(reply.model, model)


def test_chat_stream(model):
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(ask_chat(model, {"role": "user", "content": "hello"}, **options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    saw(text, "user")
    same([chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason], ["stop"])
    same((chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens), (11, 7))


def test_chat_tools(model):
    question = {"role": "user", "content": QUESTION}
    reply = ask_chat(model, question, tools=OPENAI_TOOLS)
    (call,) = reply.choices[0].message.tool_calls
    same((call.function.name, json.loads(call.function.arguments)), ("get_weather", ARGUMENTS))
    same(reply.choices[0].finish_reason, "tool_calls")
    result = {"role": "tool", "tool_call_id": call.id, "content": json.dumps(RESULT)}
    final = ask_chat(model, question, reply.choices[0].message.model_dump(exclude_none=True), result, tools=OPENAI_TOOLS)
    saw(final.choices[0].message.content, "tool")
    streamed = {}
    for chunk in ask_chat(model, question, tools=OPENAI_TOOLS, stream=True):
        for piece in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
            call = streamed.setdefault(piece.index, {"name": "", "arguments": ""})
            call["name"] += piece.function.name or ""
            call["arguments"] += piece.function.arguments or ""
    same([(index, call["name"], json.loads(call["arguments"])) for index, call in streamed.items()], [(0, "get_weather", ARGUMENTS)])


# ---- OpenAI Responses

RESPONSES_TOOLS = [{"type": "function", **FUNCTION}]


def ask_responses(model, given, **options):
    return chat.responses.create(model=model, input=given, **options)


def test_responses_plain(model):
    reply = ask_responses(model, "hello", instructions="Be brief.")
    saw(reply.output_text, "user")
    same(reply.status, "completed")
    same((reply.usage.input_tokens, reply.usage.output_tokens), (11, 7))


def test_responses_stream(model):
    events = list(ask_responses(model, "hello", stream=True))
    saw("".join(event.delta for event in events if event.type == "response.output_text.delta"), "user")
    same([event.sequence_number for event in events], list(range(len(events))))
    same((events[0].type, events[-1].type), ("response.created", "response.completed"))
    same(events[-1].response.usage.output_tokens, 7)


def test_responses_tools(model):
    question = {"role": "user", "content": QUESTION}
    reply = ask_responses(model, [question], tools=RESPONSES_TOOLS)
    (call,) = [item for item in reply.output if item.type == "function_call"]
    same((call.name, json.loads(call.arguments)), ("get_weather", ARGUMENTS))
    result = {"type": "function_call_output", "call_id": call.call_id, "output": json.dumps(RESULT)}
    history = [question, *[item.model_dump(exclude_none=True) for item in reply.output], result]
    saw(ask_responses(model, history, tools=RESPONSES_TOOLS).output_text, "tool")
    events = list(ask_responses(model, [question], tools=RESPONSES_TOOLS, stream=True))
    (done,) = [event for event in events if event.type == "response.function_call_arguments.done"]
    same(json.loads(done.arguments), ARGUMENTS)


# ---- Anthropic Messages

ANTHROPIC_TOOLS = [{"name": "get_weather", "description": "Weather in a city", "input_schema": SCHEMA}]


def ask_messages(model, *history, **options):
    return messages.messages.create(model=model, max_tokens=50, messages=list(history), **options)


def test_messages_plain(model):
    reply = ask_messages(model, {"role": "user", "content": "hello"}, system="Be brief.")
    saw(reply.content[0].text, "user")
    same(reply.stop_reason, "end_turn")
    same((reply.usage.input_tokens, reply.usage.output_tokens), (11, 7))


def test_messages_stream(model):
    with messages.messages.stream(
        model=model, max_tokens=50, messages=[{"role": "user", "content": "hello"}]
    ) as stream:
        saw("".join(stream.text_stream), "user")
        reply = stream.get_final_message()
    same((reply.stop_reason, reply.usage.output_tokens), ("end_turn", 7))


def test_messages_tools(model):
    question = {"role": "user", "content": QUESTION}
    reply = ask_messages(model, question, tools=ANTHROPIC_TOOLS)
    (call,) = [block for block in reply.content if block.type == "tool_use"]
    same((call.name, call.input, reply.stop_reason), ("get_weather", ARGUMENTS, "tool_use"))
    result = {"type": "tool_result", "tool_use_id": call.id, "content": json.dumps(RESULT)}
    turn = {"role": "assistant", "content": reply.content}
    final = ask_messages(model, question, turn, {"role": "user", "content": [result]}, tools=ANTHROPIC_TOOLS)
    saw(final.content[0].text, "tool")
    with messages.messages.stream(
        model=model, max_tokens=50, messages=[question], tools=ANTHROPIC_TOOLS
    ) as stream:
        streamed = stream.get_final_message()
    (call,) = [block for block in streamed.content if block.type == "tool_use"]
    same((call.name, call.input), ("get_weather", ARGUMENTS))


# ---- Gemini

GEMINI_TOOLS = types.GenerateContentConfig(
    tools=[types.Tool(function_declarations=[FUNCTION])],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)


def test_gemini_plain(model):
    reply = gemini.models.generate_content(model=model, contents="hello")
    saw(reply.text, "user")
    same(reply.candidates[0].finish_reason, types.FinishReason.STOP)
    same((reply.usage_metadata.prompt_token_count, reply.usage_metadata.candidates_token_count), (11, 7))


def test_gemini_stream(model):
    chunks = list(gemini.models.generate_content_stream(model=model, contents="hello"))
    saw("".join(chunk.text or "" for chunk in chunks), "user")
    same(chunks[-1].candidates[0].finish_reason, types.FinishReason.STOP)
    same(chunks[-1].usage_metadata.candidates_token_count, 7)


def test_gemini_tools(model):
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    reply = gemini.models.generate_content(model=model, contents=[question], config=GEMINI_TOOLS)
    (call,) = reply.function_calls
    same((call.name, dict(call.args)), ("get_weather", ARGUMENTS))
    answer = types.Part.from_function_response(name="get_weather", response=RESULT)
    answer.function_response.id = call.id
    history = [question, reply.candidates[0].content, types.Content(role="user", parts=[answer])]
    saw(gemini.models.generate_content(model=model, contents=history, config=GEMINI_TOOLS).text, "tool")
    streamed = gemini.models.generate_content_stream(model=model, contents=[question], config=GEMINI_TOOLS)
    same([(call.name, dict(call.args)) for chunk in streamed for call in chunk.function_calls or []], [("get_weather", ARGUMENTS)])


# ---- Bedrock Converse

BEDROCK_TOOLS = {
    "tools": [{"toolSpec": {"name": "get_weather", "description": "Weather", "inputSchema": {"json": SCHEMA}}}]
}


def bedrock_user(*content):
    return {"role": "user", "content": list(content)}


def test_bedrock_plain(model):
    reply = bedrock.converse(modelId=model, messages=[bedrock_user({"text": "hello"})], system=[{"text": "Be brief."}])
    saw(reply["output"]["message"]["content"][0]["text"], "user")
    same((reply["stopReason"], reply["usage"]["inputTokens"], reply["usage"]["outputTokens"]), ("end_turn", 11, 7))


def test_bedrock_stream(model):
    reply = bedrock.converse_stream(modelId=model, messages=[bedrock_user({"text": "hello"})])
    events = list(reply["stream"])
    saw("".join(e["contentBlockDelta"]["delta"].get("text", "") for e in events if "contentBlockDelta" in e), "user")
    same([e["messageStop"]["stopReason"] for e in events if "messageStop" in e], ["end_turn"])
    same([e["metadata"]["usage"]["outputTokens"] for e in events if "metadata" in e], [7])


def test_bedrock_tools(model):
    question = bedrock_user({"text": QUESTION})
    reply = bedrock.converse(modelId=model, messages=[question], toolConfig=BEDROCK_TOOLS)
    turn = reply["output"]["message"]
    (call,) = [block["toolUse"] for block in turn["content"] if "toolUse" in block]
    same((call["name"], call["input"], reply["stopReason"]), ("get_weather", ARGUMENTS, "tool_use"))
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"json": RESULT}]}}
    final = bedrock.converse(modelId=model, messages=[question, turn, bedrock_user(result)], toolConfig=BEDROCK_TOOLS)
    saw(final["output"]["message"]["content"][0]["text"], "tool")
    streamed = bedrock.converse_stream(modelId=model, messages=[question], toolConfig=BEDROCK_TOOLS)
    pieces = [
        event["contentBlockDelta"]["delta"]["toolUse"]["input"]
        for event in streamed["stream"]
        if "toolUse" in event.get("contentBlockDelta", {}).get("delta", {})
    ]
    same(json.loads("".join(pieces)), ARGUMENTS)


def test_bedrock_names_with_slashes():
    arn = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc"
    reply = bedrock.converse(modelId=arn, messages=[bedrock_user({"text": "hello"})])
    saw(reply["output"]["message"]["content"][0]["text"], "user")


def test_bedrock_errors():
    for call in (
        lambda: bedrock.converse(modelId="nobody", messages=[bedrock_user({"text": "hello"})]),
        lambda: invoke("nobody", {"role": "user", "content": "hello"}),
        lambda: bedrock.invoke_model(modelId="to-chat", body=json.dumps({"prompt": "hello", "max_gen_len": 5})),
    ):
        raises(bedrock.exceptions.ValidationException, call)
    stranger = boto3.client(
        "bedrock-runtime", endpoint_url=URL, region_name="eu-central-1", aws_access_key_id="sk-no", aws_secret_access_key="x"
    )
    messages = [bedrock_user({"text": "hello"})]
    raises(stranger.exceptions.AccessDeniedException, lambda: stranger.converse(modelId="to-chat", messages=messages))


def test_bedrock_count_tokens(model):
    converse = {"messages": [bedrock_user({"text": "hello"})], "system": [{"text": "Be brief."}]}
    invoked = {"body": claude_body([{"role": "user", "content": "hello"}], {"system": "Be brief."})}
    counts = [bedrock.count_tokens(modelId=model, input=it)["inputTokens"] for it in ({"converse": converse}, {"invokeModel": invoked})]
    assert all(0 < count < 50 for count in counts), counts


# ---- Bedrock InvokeModel

def claude_body(history, options):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": list(history), **options}
    return json.dumps(body)


def invoke(model, *history, **options):
    reply = bedrock.invoke_model(modelId=model, body=claude_body(history, options))
    same(reply["contentType"], "application/json")
    return json.loads(reply["body"].read())


def invoke_stream(model, *history, **options):
    reply = bedrock.invoke_model_with_response_stream(modelId=model, body=claude_body(history, options))
    return [json.loads(event["chunk"]["bytes"]) for event in reply["body"]]


def test_invoke_plain(model):
    reply = invoke(model, {"role": "user", "content": "hello"}, system="Be brief.", anthropic_beta=["context-1m-2025-08-07"])
    saw(reply["content"][0]["text"], "user")
    same((reply["stop_reason"], reply["usage"]["input_tokens"], reply["usage"]["output_tokens"]), ("end_turn", 11, 7))


def test_invoke_stream(model):
    events = invoke_stream(model, {"role": "user", "content": "hello"})
    saw("".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta"), "user")
    same((events[0]["type"], events[-1]["type"]), ("message_start", "message_stop"))
    same([event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta"], ["end_turn"])


def test_invoke_tools(model):
    question = {"role": "user", "content": QUESTION}
    reply = invoke(model, question, tools=ANTHROPIC_TOOLS)
    (call,) = [block for block in reply["content"] if block["type"] == "tool_use"]
    same((call["name"], call["input"], reply["stop_reason"]), ("get_weather", ARGUMENTS, "tool_use"))
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": json.dumps(RESULT)}
    turn = {"role": "assistant", "content": reply["content"]}
    final = invoke(model, question, turn, {"role": "user", "content": [result]}, tools=ANTHROPIC_TOOLS)
    saw(final["content"][0]["text"], "tool")
    events = invoke_stream(model, question, tools=ANTHROPIC_TOOLS)
    pieces = [event["delta"].get("partial_json", "") for event in events if event["type"] == "content_block_delta"]
    same(json.loads("".join(pieces)), ARGUMENTS)


# ---- Cohere v2

def cohere_text(reply):
    return "".join(part.text for part in reply.message.content if part.type == "text")


def test_cohere_plain(model):
    reply = command.chat(model=model, messages=[{"role": "user", "content": "hello"}])
    saw(cohere_text(reply), "user")
    same(reply.finish_reason, "COMPLETE")
    same((reply.usage.tokens.input_tokens, reply.usage.tokens.output_tokens), (11, 7))


def test_cohere_stream(model):
    events = list(command.chat_stream(model=model, messages=[{"role": "user", "content": "hello"}]))
    saw("".join(event.delta.message.content.text or "" for event in events if event.type == "content-delta"), "user")
    same(events[-1].delta.finish_reason, "COMPLETE")
    same(events[-1].delta.usage.tokens.output_tokens, 7)


def test_cohere_tools(model):
    question = {"role": "user", "content": QUESTION}
    reply = command.chat(model=model, messages=[question], tools=OPENAI_TOOLS)
    (call,) = reply.message.tool_calls
    same((call.function.name, json.loads(call.function.arguments)), ("get_weather", ARGUMENTS))
    same(reply.finish_reason, "TOOL_CALL")
    turn = {"role": "assistant", "tool_calls": [call.model_dump(exclude_none=True)]}
    result = {"role": "tool", "tool_call_id": call.id, "content": json.dumps(RESULT)}
    saw(cohere_text(command.chat(model=model, messages=[question, turn, result], tools=OPENAI_TOOLS)), "tool")
    events = list(command.chat_stream(model=model, messages=[question], tools=OPENAI_TOOLS))
    pieces = [event.delta.message.tool_calls.function.arguments for event in events if event.type == "tool-call-delta"]
    same(json.loads("".join(pieces)), ARGUMENTS)


run(globals())
