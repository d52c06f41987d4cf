"""llm, the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path

from tests.clients.python.programs import output
from tests.clients.python.told import serve

MODELS = """
- model_id: ours
  model_name: m
  api_base: {base}
  api_key_name: ours
"""
llm = Path(sys.executable).with_name("llm")
folder = Path(os.environ["LLM_USER_PATH"])
folder.mkdir(exist_ok=True)
named = MODELS.format(base=os.environ["OPENAI_BASE_URL"])
(folder / "extra-openai-models.yaml").write_text(named)


def ask(question: str) -> Generator[str, None, None]:
    """The words of an answer, without the line end behind them."""
    key = os.environ["OPENAI_API_KEY"]
    held = ""
    for piece in output([str(llm), "-m", "ours", "--key", key, "--no-log", question]):
        words, held = held + piece, ""
        if words.endswith("\n"):
            words, held = words[:-1], "\n"
        yield words


serve(ask)
