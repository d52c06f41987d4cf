"""The clients: one row for each. A new one needs a program in `python/`, `node/` or `browser/`, and
a row."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass

from tests.clients.program import HERE, NODE_MODULES, PYTHON

CHAT = "`/v1/chat/completions`"
RESPONSES = "`/v1/responses`"
NATIVE = "`/api/messages`"
CHROMIUM = "chromium"
MACHINE = ("curl", CHROMIUM)
"""Programs that are there or not, in the version that the machine has."""


@dataclass(frozen=True)
class Row:
    """A client: its program, its name for people, what it speaks, and the package it is."""

    script: str
    name: str
    speaks: str
    package: str

    @property
    def kept(self) -> bool:
        """Whether its answers are stored."""
        return self.speaks != CHAT

    @property
    def missing(self) -> str:
        """What has to be installed first, if anything."""
        if self.package == CHROMIUM:
            there = bool(shutil.which(CHROMIUM)) and (NODE_MODULES / "esbuild").exists()
        elif self.script.endswith(".js"):
            there = bool(shutil.which("node")) and (NODE_MODULES / self.package).exists()
        else:
            there = PYTHON.exists() and (self.package != "curl" or bool(shutil.which("curl")))
        return "" if there else f"{self.package} is not installed (make clients)"

    @property
    def version(self) -> str:
        """The version that is tested."""
        if self.package in MACHINE:
            command = [self.package, "--version"]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            return told.stdout.split()[1]
        if self.script.endswith(".js"):
            wanted = json.loads((HERE / "node" / "package.json").read_text())["dependencies"]
            return str(wanted[self.package])
        locked = (HERE / "python" / "requirements.txt").read_text()
        found = re.search(rf"^{re.escape(self.package)}==([^\s;]+)", locked, re.MULTILINE)
        assert found, f"{self.package} is not among the locked packages"
        return found[1]


ROWS = (
    Row("openai_chat.py", "openai for Python", CHAT, "openai"),
    Row("openai_chat_async.py", "openai for Python, async", CHAT, "openai"),
    Row("openai_chat_helper.py", "openai for Python, stream helper", CHAT, "openai"),
    Row("openai_responses.py", "openai for Python", RESPONSES, "openai"),
    Row("openai_responses_helper.py", "openai for Python, stream helper", RESPONSES, "openai"),
    Row("langchain_chat.py", "LangChain", CHAT, "langchain-openai"),
    Row("langchain_responses.py", "LangChain", RESPONSES, "langchain-openai"),
    Row("litellm_chat.py", "LiteLLM", CHAT, "litellm"),
    Row("llm_chat.py", "llm", CHAT, "llm"),
    Row("pydantic_ai_chat.py", "pydantic-ai", CHAT, "pydantic-ai-slim"),
    Row("pydantic_ai_responses.py", "pydantic-ai", RESPONSES, "pydantic-ai-slim"),
    Row("openai-chat.js", "openai for Node", CHAT, "openai"),
    Row("openai-responses.js", "openai for Node", RESPONSES, "openai"),
    Row("ai-sdk-compatible.js", "AI SDK, openai-compatible", CHAT, "@ai-sdk/openai-compatible"),
    Row("ai-sdk-chat.js", "AI SDK, openai", CHAT, "@ai-sdk/openai"),
    Row("ai-sdk-responses.js", "AI SDK, openai", RESPONSES, "@ai-sdk/openai"),
    Row("httpx_sse_native.py", "httpx-sse", NATIVE, "httpx-sse"),
    Row("sseclient_native.py", "sseclient-py", NATIVE, "sseclient-py"),
    Row("eventsource.js", "eventsource", NATIVE, "eventsource"),
    Row("eventsource-parser.js", "eventsource-parser", NATIVE, "eventsource-parser"),
    Row("curl_native.py", "curl", NATIVE, "curl"),
    Row("browser/fetch.js", "Chromium's fetch", NATIVE, CHROMIUM),
    Row("browser/eventsource.js", "Chromium's EventSource", NATIVE, CHROMIUM),
    Row("browser/use-chat.js", "AI SDK, useChat in Chromium", "`/api/ai`", "@ai-sdk/react"),
)
