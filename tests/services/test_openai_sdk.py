"""OpenAI's own client in front of a real server, in front of a real model's server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from tests.support.loops import run_in_thread
from tests.support.model_server import DONE, Answer, chat, cut, frame, usage
from tests.support.v1_site import PATIENCE, Site, v1_site

PIECES = ["Ça va? ", "日本語 ", "👩‍👩‍👧", "\u2028", "<b>&amp;</b> ", "`code`\n", "\tdone"]
WORDS = "".join(PIECES)
WHY: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Why?"}]
SAID = (*map(chat, PIECES), chat(finish="stop"), usage(3, 4), DONE)
TOOL: Any = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with v1_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[openai.OpenAI]:
    with site.client() as made:
        yield made


def said(chunks: list[ChatCompletionChunk]) -> str:
    """The words of a stream."""
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    return "".join(delta.content or "" for delta in deltas)


def test_a_whole_answer(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(*SAID))
    answer = client.chat.completions.create(model="m", messages=WHY)
    assert answer.choices[0].message.content == WORDS
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 4)


def test_each_delta_arrives_before_the_next_is_made(site: Site, client: openai.OpenAI) -> None:
    gates = [Event() for _ in PIECES]
    script = [
        step for gate, piece in zip(gates, PIECES, strict=True) for step in (gate, chat(piece))
    ]
    site.model.answers(Answer.sse(*script, chat(finish="stop"), DONE))
    gates[0].set()
    stream = client.chat.completions.create(model="m", messages=WHY, stream=True)
    chunks = []
    for chunk in stream:
        chunks.append(chunk)
        heard = said(chunks)
        for number, gate in enumerate(gates):
            if heard == "".join(PIECES[:number]):
                gate.set()
    assert said(chunks) == WORDS
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_words_survive_being_cut_anywhere(site: Site, client: openai.OpenAI) -> None:
    for size in (1, 7):
        site.model.answers(Answer.sse(*cut(b"".join(SAID), size)))
        stream = client.chat.completions.create(model="m", messages=WHY, stream=True)
        assert said(list(stream)) == WORDS


def test_the_tokens_are_counted_where_it_is_asked_for(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(*SAID))
    stream = client.chat.completions.create(
        model="m", messages=WHY, stream=True, stream_options={"include_usage": True}
    )
    last = list(stream)[-1]
    assert last.usage
    assert (last.choices, last.usage.total_tokens) == ([], 7)


def test_the_helper_for_streams(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(*SAID))
    with client.chat.completions.stream(model="m", messages=WHY) as stream:
        deltas = [event.delta for event in stream if event.type == "content.delta"]
        final = stream.get_final_completion()
    assert "".join(deltas) == WORDS
    assert final.choices[0].message.content == WORDS


def test_the_helper_puts_tool_calls_together(site: Site, client: openai.OpenAI) -> None:
    def call(index: int, arguments: str, **named: str) -> bytes:
        function = {"arguments": arguments} | ({"name": "look"} if named else {})
        return chat(tool_calls=[{"index": index, "function": function, **named}])

    pieces = (
        call(0, "", id="call_1", type="function"),
        call(0, '{"a":'),
        call(1, "", id="call_2", type="function"),
        call(1, "{}"),
        call(0, "1}"),
    )
    site.model.answers(Answer.sse(*pieces, chat(finish="tool_calls"), DONE))
    with client.chat.completions.stream(model="m", messages=WHY, tools=[TOOL]) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.tool_calls
    calls = [(each.id, each.function.name, each.function.arguments) for each in message.tool_calls]
    assert calls == [("call_1", "look", '{"a":1}'), ("call_2", "look", "{}")]
    assert site.model.requests[-1].json()["tools"] == [TOOL]


def test_options_reach_the_model_and_chances_come_back(site: Site, client: openai.OpenAI) -> None:
    token = {"token": "Once", "logprob": -0.5, "bytes": None, "top_logprobs": []}
    choice = {"index": 0, "delta": {"content": "Once"}, "logprobs": {"content": [token]}}
    last = chat(finish="stop")
    site.model.answers(Answer.sse(frame({"choices": [choice]}), last, DONE))
    answer = client.chat.completions.create(
        model="m",
        messages=WHY,
        logprobs=True,
        stop=["."],
        response_format={"type": "json_object"},
        extra_body={"some_new_field": {"a": [1]}},
    )
    asked = site.model.requests[-1].json()
    assert (asked["logprobs"], asked["stop"]) == (True, ["."])
    assert asked["response_format"] == {"type": "json_object"}
    assert asked["some_new_field"] == {"a": [1]}
    scores = answer.choices[0].logprobs
    assert scores
    assert scores.content
    assert [(each.token, each.logprob) for each in scores.content] == [("Once", -0.5)]


def test_the_asynchronous_client(site: Site) -> None:
    site.model.answers(Answer.sse(*SAID))

    async def ask() -> tuple[str, str]:
        given = {"base_url": site.base_url, "api_key": site.token, "max_retries": 0}
        async with openai.AsyncOpenAI(**given) as client:  # type: ignore[arg-type]
            whole = await client.chat.completions.create(model="m", messages=WHY)
            stream = await client.chat.completions.create(model="m", messages=WHY, stream=True)
            return whole.choices[0].message.content or "", said([each async for each in stream])

    assert run_in_thread(ask()) == (WORDS, WORDS)


def test_the_list_of_models(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.json({"data": [{"id": "other"}]}))
    ids = [model.id for model in client.models.list()]
    assert ids[0] == "m"
    assert client.models.retrieve("m").id == "m"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody/knows")


def test_errors_before_the_first_word_are_the_clients_own(
    site: Site, client: openai.OpenAI
) -> None:
    refused = {"error": {"message": "sk-secret is over its limit", "code": "rate_limit_exceeded"}}
    site.model.answers(Answer.json(refused, 429))
    for stream in (False, True):
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model="m", messages=WHY, stream=stream)
        assert caught.value.code == "rate_limit_exceeded"
        assert "secret" not in str(caught.value)
    with site.client(api_key="wrong") as stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(model="m", messages=[])
    assert wrong.value.param == "messages"


def test_an_answer_that_breaks_off_is_an_error(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(chat("Once"), ending="cut"))
    stream = client.chat.completions.create(model="m", messages=WHY, stream=True)
    with pytest.raises(openai.APIError, match="broke off"):
        list(stream)


def test_leaving_a_stream_frees_the_model(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(chat("Once"), ending="hold"))
    with client.chat.completions.create(model="m", messages=WHY, stream=True) as stream:
        next(chunk for chunk in stream if said([chunk]) == "Once")
    assert site.model.requests[-1].client_left.wait(PATIENCE)


def test_the_wire_is_what_the_words_say(site: Site, client: openai.OpenAI) -> None:
    site.model.answers(Answer.sse(*SAID))
    stream = client.chat.completions.with_raw_response.create(model="m", messages=WHY, stream=True)
    lines = [line for line in stream.http_response.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: ") for line in lines)
    objects = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert {each["object"] for each in objects} == {"chat.completion.chunk"}
