"""OpenAI's own client and its Responses, in front of a real server and a real model's server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Event
from typing import Any

import openai
import pytest
from openai.types.responses import ResponseStreamEvent, ResponseTextDeltaEvent

from tests.support.loops import run_in_thread
from tests.support.model_server import DONE, Answer, chat, usage
from tests.support.v1_site import PATIENCE, Site, v1_site

PIECES = ["Ça va? ", "日本語 ", "👩‍👩‍👧", "\u2028", "<b>&amp;</b> ", "`code`\n", "\tdone"]
WORDS = "".join(PIECES)
SAID = (*map(chat, PIECES), chat(finish="stop"), usage(3, 4), DONE)
TOOL: Any = {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": True}
WHY: Any = {"model": "m", "input": "Why?"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with v1_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[openai.OpenAI]:
    with site.client() as made:
        yield made


def said(events: Iterable[ResponseStreamEvent]) -> str:
    """The words of a stream."""
    return "".join(each.delta for each in events if isinstance(each, ResponseTextDeltaEvent))


def test_a_whole_response(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(*SAID))
    response = client.responses.create(**WHY)
    assert (response.output_text, response.status) == (WORDS, "completed")
    assert response.usage
    assert response.usage.total_tokens == 7


def test_each_delta_arrives_before_the_next_is_made(site: Site, client: openai.OpenAI) -> None:
    gates = [Event() for _ in PIECES]
    script = [
        step for gate, piece in zip(gates, PIECES, strict=True) for step in (gate, chat(piece))
    ]
    site.model.answers(Answer.sse(*script, chat(finish="stop"), DONE))
    gates[0].set()
    events: list[ResponseStreamEvent] = []
    for event in client.responses.create(**WHY, stream=True):
        events.append(event)
        heard = said(events)
        for number, gate in enumerate(gates):
            if heard == "".join(PIECES[:number]):
                gate.set()
    assert said(events) == WORDS
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == WORDS


def test_the_helper_puts_texts_and_calls_together(site: Site, client: openai.OpenAI) -> None:
    function = {"name": "look", "arguments": '{"a":1}'}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    pieces = (*map(chat, PIECES), chat(tool_calls=[call]), chat(finish="tool_calls"), DONE)
    site.model.answers(Answer.sse(*pieces))
    with client.responses.stream(**WHY, tools=[TOOL]) as stream:
        snapshots = [each.snapshot for each in stream if each.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert snapshots[-1] == WORDS
    assert final.output_text == WORDS
    (asked,) = (item for item in final.output if item.type == "function_call")
    assert (asked.call_id, asked.name, asked.arguments) == ("call_1", "look", '{"a":1}')
    (told,) = site.model.requests[-1].json()["tools"]
    assert told["function"] == {name: TOOL[name] for name in TOOL if name != "type"}


def test_a_response_is_gone_on_with_and_deleted(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(*SAID))
    first = client.responses.create(**WHY, store=True)
    second = client.responses.create(model="m", input="And?", previous_response_id=first.id)
    assert [each["content"] for each in site.model.requests[-1].json()["messages"]] == [
        "Why?",
        WORDS,
        "And?",
    ]
    assert client.responses.retrieve(second.id).output_text == WORDS
    assert client.responses.input_items.list(second.id).data[0].type == "message"
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.BadRequestError) as missing:
        client.responses.create(model="m", input="And?", previous_response_id=first.id)
    assert missing.value.code == "previous_response_not_found"


def test_the_background_is_polled_followed_and_cancelled(site: Site, client: openai.OpenAI) -> None:
    more = Event()
    site.model.answers(Answer.sse(chat("Once"), more, chat(" upon"), ending="hold"))
    created = client.responses.create(**WHY, background=True)
    assert created.status == "in_progress"
    with client.responses.retrieve(created.id, stream=True) as stream:
        event = next(each for each in stream if each.type == "response.output_text.delta")
    more.set()
    with client.responses.retrieve(
        created.id, stream=True, starting_after=event.sequence_number
    ) as rest:
        assert next(filter(None, (said([each]) for each in rest))) == " upon"
    cancelled = client.responses.cancel(created.id)
    assert (cancelled.status, cancelled.output_text) == ("cancelled", "Once upon")
    assert site.model.requests[-1].client_left.wait(PATIENCE)


def test_errors_are_the_clients_own(site: Site, client: openai.OpenAI) -> None:
    refused = {"error": {"message": "sk-secret is over its limit", "code": "rate_limit_exceeded"}}
    site.model.answers(Answer.json(refused, 429))
    for stream in (False, True):
        with pytest.raises(openai.RateLimitError) as caught:
            client.responses.create(**WHY, stream=stream)
        assert "secret" not in str(caught.value)
    site.model.answers(Answer.sse(chat("Once"), ending="cut"))
    with pytest.raises(openai.APIError, match="broke off"):
        list(client.responses.create(**WHY, stream=True))


def test_leaving_a_stream_frees_the_model(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(chat("Once"), ending="hold"))
    with client.responses.create(**WHY, stream=True) as stream:
        next(event for event in stream if said([event]) == "Once")
    assert site.model.requests[-1].client_left.wait(PATIENCE)


def test_the_asynchronous_client(site: Site) -> None:
    site.model.answers(Answer.sse(*SAID))

    async def ask() -> str:
        given: Any = {"base_url": site.base_url, "api_key": site.token, "max_retries": 0}
        async with openai.AsyncOpenAI(**given) as client:
            stream = await client.responses.create(**WHY, stream=True)
            return said([event async for event in stream])

    assert run_in_thread(ask()) == WORDS
