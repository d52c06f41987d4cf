"""What a conversation is called."""

from __future__ import annotations

TITLE_LENGTH = 60


def title_of(question: str) -> str:
    """The first line of the question that has words, in at most 60 characters."""
    line = next((line for line in question.splitlines() if line.strip()), "")
    words = " ".join(line.split())
    if len(words) <= TITLE_LENGTH:
        return words
    return words[: TITLE_LENGTH - 1].rstrip() + "…"
