"""Sources that a model's server found by itself, in the shapes of several servers."""

from __future__ import annotations

from typing import Any

import pytest

from chatapp.events import Source
from chatapp.providers.openai_chat import OpenAIChat
from chatapp.providers.openai_responses import OpenAIResponses
from tests.providers.said import Said, ask
from tests.support.model_server import DONE, Answer, ModelServer, frame
from tests.support.recordings import needs_recordings, recordings

TEA, COFFEE = "https://example.org/tea", "https://example.org/coffee"


def chunk(content: str = "", *, beside: dict[str, Any] | None = None, **delta: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": content} | delta}
    return frame({"choices": [choice]} | (beside or {}))


def event(type: str, **members: Any) -> bytes:
    return frame({"type": type} | members, type)


def added(**annotation: Any) -> bytes:
    return event("response.output_text.annotation.added", annotation=annotation)


def done(**item: Any) -> bytes:
    return event("response.output_item.done", item=item)


WORDS = event("response.output_text.delta", delta="Tea.")
END = event("response.completed", response={"status": "completed"})


@pytest.fixture
def chat_says(server: ModelServer, chat: OpenAIChat) -> Any:
    """Lets the server send chunks, and asks by Chat Completions."""

    def say(*script: bytes) -> Said:
        server.answers(Answer.sse(*script, DONE))
        return ask(chat)

    return say


@pytest.fixture
def response_says(server: ModelServer, responses: OpenAIResponses) -> Any:
    """Lets the server send events, and asks by the Responses API."""

    def say(*script: bytes) -> Said:
        server.answers(Answer.sse(*script, END))
        return ask(responses)

    return say


def test_perplexity_names_pages_in_each_chunk_and_they_count_once(chat_says: Any) -> None:
    lists = {
        "citations": [TEA, COFFEE],
        "search_results": [{"url": COFFEE, "title": "Coffee", "snippet": "Beans."}],
    }
    said = chat_says(chunk("Tea [1]", beside=lists), chunk(" or coffee [2].", beside=lists))
    assert said.text == "Tea [1] or coffee [2]."
    assert said.sources == [
        Source(TEA, TEA, "", TEA, position=1),
        Source(COFFEE, "Coffee", "Beans.", COFFEE, position=2),
    ]


def test_search_results_alone_are_sources(chat_says: Any) -> None:
    said = chat_says(chunk("Tea.", beside={"search_results": [{"url": TEA, "title": "Tea"}]}))
    assert said.sources == [Source(TEA, "Tea", "", TEA)]


def test_openrouter_nests_what_it_cites(chat_says: Any) -> None:
    cited = {"url": TEA, "title": "", "content": "Leaves.", "start_index": 0, "end_index": 0}
    said = chat_says(
        chunk(annotations=[{"type": "url_citation", "url_citation": cited}]),
        chunk("Tea.", annotations=[{"type": "url_citation", "url_citation": cited}]),
    )
    assert said.sources == [Source(TEA, TEA, "Leaves.", TEA)]


def test_a_page_that_a_response_cites_is_a_source(response_says: Any) -> None:
    cited = {"url": TEA, "title": "Tea", "start_index": 0, "end_index": 4}
    said = response_says(WORDS, added(type="url_citation", **cited))
    assert (said.text, said.sources) == ("Tea.", [Source(TEA, "Tea", "", TEA)])


def test_a_file_that_a_response_cites_brings_the_words_that_were_found(response_says: Any) -> None:
    found = [{"file_id": "file-1", "filename": "tea.pdf", "text": "Leaves.", "score": 0.9}]
    said = response_says(
        done(type="file_search_call", results=found),
        WORDS,
        added(type="file_citation", file_id="file-1", filename="tea.pdf", index=4),
    )
    assert said.sources == [Source("file-1", "tea.pdf", "Leaves.", None, "tea.pdf")]


def test_annotations_that_come_with_the_whole_item_are_sources(response_says: Any) -> None:
    annotations = [{"type": "url_citation", "url": TEA}, {"type": "url_citation", "url": COFFEE}]
    content = [{"type": "output_text", "text": "Tea.", "annotations": annotations}]
    said = response_says(WORDS, done(type="message", content=content))
    assert [(source.url, source.position) for source in said.sources] == [(TEA, 1), (COFFEE, 2)]


@pytest.mark.parametrize(
    "odd",
    [
        "tea",
        ["tea", None, 7],
        [{"type": "url_citation"}],
        [{"type": "url_citation", "url": "javascript:alert(1)"}],
        [{"type": "url_citation", "url_citation": {"url": ["https://example.org"]}}],
        [{"type": "file_citation", "file_id": 7}],
        [{"type": "container_file_citation", "file_id": "file-1"}],
        {"type": "url_citation", "url": TEA},
    ],
)
def test_annotations_of_other_shapes_are_left_out(odd: Any, chat_says: Any) -> None:
    said = chat_says(chunk("Tea.", annotations=odd))
    assert (said.text, said.sources, said.error) == ("Tea.", [], None)


@needs_recordings
@pytest.mark.parametrize(
    ("name", "api", "count", "first"),
    [
        ("vercel+ai/perplexity-citations-0.sse", "chat", 7, "https://populationstat.com/"),
        (
            "pydantic+pydantic-ai/test-openrouter-web-search-annotations-stream-0.sse",
            "chat",
            None,
            "https://github.com/pydantic/pydantic-ai",
        ),
        ("vercel+ai/openai-file-search-tool-1-0.sse", "responses", 1, "file-"),
        ("vercel+ai/openai-web-search-tool-1-0.sse", "responses", None, "https://techcrunch.com/"),
        ("vercel+ai/xai-x-search-tool-0.sse", "responses", None, "https://x.com/i/status/"),
    ],
)
def test_recorded_sources_are_kept(
    name: str, api: str, count: int | None, first: str, request: pytest.FixtureRequest
) -> None:
    server: ModelServer = request.getfixturevalue("server")
    provider = request.getfixturevalue(api)
    recordings_folder = recordings()
    assert recordings_folder
    server.answers(Answer.sse((recordings_folder / "streams" / name).read_bytes()))
    said = ask(provider)
    assert said.sources[0].id.startswith(first)
    assert [source.position for source in said.sources] == [*range(1, len(said.sources) + 1)]
    assert count in (None, len(said.sources))
