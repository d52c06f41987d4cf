"""The model: whether its server names it, and how soon it says something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import time

from chatapp.chat.grounding import Ground
from chatapp.chat.prompting import source
from chatapp.chat.services import Services
from chatapp.doctor.finding import Finding
from chatapp.errors import ProviderError
from chatapp.events import Error, Start
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import Engine
from chatapp.live.store.nothing import Nothing
from chatapp.prompt import Prompt, Turn

PART = "model"
SHOWN = 5
"""How many models are named in one line."""


def examine(services: Services) -> Iterator[Finding]:
    """What the server offers, and then what the default model does."""
    try:
        offered = services.provider.models()
    except ProviderError as error:
        yield Finding("failed", PART, f"The server does not name its models. {error}")
        if error.code in ("provider_unavailable", "unauthenticated"):
            return
        offered = ()
    yield from _named(services, offered)
    yield _ask(services, services.catalogue.default)


def _named(services: Services, offered: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with the models that the settings name."""
    wanted = {"CHATAPP_MODEL": services.catalogue.default}
    if services.naming:
        wanted["CHATAPP_TITLE_MODEL"] = services.naming.model
    elif services.settings.title_model:
        words = f"{services.provider.name} gives no titles: CHATAPP_TITLE_MODEL does nothing."
        yield Finding("warning", PART, words)
    for setting, model in wanted.items():
        if offered and model not in offered:
            some = ", ".join(offered[:SHOWN]) + (", …" if len(offered) > SHOWN else "")
            words = f"The server does not name {model}; it has {some}. Set {setting}."
            yield Finding("warning", PART, words)


def _ask(services: Services, model: str) -> Finding:
    engine = Engine(Nothing(), services.engine.limits)
    prompt = Prompt(model, (Turn("user", "Say hello, in one word."),))
    words = source(services.provider, prompt, Ground(services.search))
    begun_at = time()
    answer = engine.begin(Start("doctor", "doctor", None, model), words)
    _wait_for_words(answer)
    engine.stop(answer.start.message_id)
    if answer.first_append_at:
        return Finding("ok", PART, f"{model}: first words after {_seconds(answer, begun_at)} s.")
    error = next((each for each in answer.closing or () if isinstance(each, Error)), None)
    return Finding("failed", PART, f"{model}: {error.error if error else 'it says nothing.'}")


def _wait_for_words(answer: LiveAnswer) -> None:
    while answer.first_append_at is None and answer.closing is None:
        waiter = answer.bell.listen()
        if answer.first_append_at is None and answer.closing is None:
            waiter.wait()


def _seconds(answer: LiveAnswer, begun_at: float) -> str:
    return f"{(answer.first_append_at or begun_at) - begun_at:.2f}"
