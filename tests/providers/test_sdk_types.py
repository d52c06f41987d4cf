"""What of the SDK a process loads that asks a model."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys

from chatapp.providers.openai_chat import OpenAIChat

provider = OpenAIChat(base_url="http://127.0.0.1:9/v1", api_key=None)
provider.warm()

unasked = {"batch", "beta", "realtime", "responses.response_created_event"}
unasked = {f"openai.types.{name}" for name in unasked} & sys.modules.keys()
assert not unasked, unasked

import openai
from openai.types import Batch
from openai.types.responses import ResponseCreatedEvent
import openai.types.realtime

assert Batch is openai.types.Batch and Batch.__module__ == "openai.types.batch"
assert openai.types.responses.ResponseCreatedEvent is ResponseCreatedEvent
assert openai.types.realtime.RealtimeError.__name__ == "RealtimeError"
assert not hasattr(openai.types, "Nonsense") and not hasattr(openai.types.chat, "Nonsense")
assert openai.OpenAI(api_key="none").chat.completions.create
"""


def test_its_types_are_loaded_when_one_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
