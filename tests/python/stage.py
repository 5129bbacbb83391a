"""What the SDK scripts share: the gateway's address and keys, and a runner that names every failure."""

import asyncio
import inspect
import os
import sys
import traceback

URL = os.environ["GATEWAY_URL"]
KEY = os.environ["GATEWAY_KEY"]
LIMITED_KEY = os.environ["LIMITED_KEY"]
"""A virtual key that may be used once a minute."""

MODELS = tuple(os.environ.get("MODELS", "over-openai over-anthropic").split())
"""Model groups in front of an upstream of each dialect."""

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel, in base64."""


def raises(kind, call):
    """Calls, and returns the error of that kind that must come of it."""
    try:
        value = call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} but {value!r}")


async def raises_later(kind, awaitable):
    """As `raises`, for something to be awaited."""
    try:
        value = await awaitable
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} but {value!r}")


def run(scope):
    """Runs every `test_…` of a module, once per model if it takes one, and ends the process."""
    passed = failed = 0
    for name, test in list(scope.items()):
        if not name.startswith("test_"):
            continue
        for model in MODELS if inspect.signature(test).parameters else (None,):
            arguments = () if model is None else (model,)
            try:
                result = test(*arguments)
                if inspect.isawaitable(result):
                    asyncio.run(result)
                passed += 1
                print(f"ok      {name} {model or ''}")
            except Exception:
                failed += 1
                print(f"FAILED  {name} {model or ''}\n{traceback.format_exc()}")
    sys.exit(0 if passed and not failed else 1)
