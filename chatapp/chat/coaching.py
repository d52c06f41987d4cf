"""The coach: an adviser on dating, with whom everybody has one conversation."""

from __future__ import annotations

from chatapp.chat.questions import Question

CONVERSATION = {"client_id": "chatapp:coach", "assistant_id": "coach"}
"""By what a person's conversation with the coach is known."""

SETUP = {
    "title": "Coach",
    "instructions": (
        "You are a gentle, insightful adviser on dating. You listen closely, answer what was "
        "asked, and say what you see with warmth and without judging. Give advice that can be "
        "tried this week, fitted to the person, and ask a question back where you know too "
        "little. Respect everybody's boundaries, those of people who are only talked about, "
        "too. Where somebody may be in danger, say so plainly and name who can help."
    ),
}

MEMORY = 6
"""How many earlier messages the coach hears."""

TOLD = ("name", "age", "gender", "interests")
"""What the coach knows of a person's profile: one is asked for advice on oneself."""


def question(words: str, about: str | None) -> Question:
    """What the coach is asked by somebody of whom it knows this, of the fields in `TOLD`."""
    return Question(words, memory=MEMORY, about=about)
