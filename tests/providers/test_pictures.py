"""Pictures in what a model's server is asked, and servers whose model takes none."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from chatapp.events import Source
from chatapp.prompt import Picture, Prompt, Turn
from chatapp.providers.ai_client import AIClient
from chatapp.providers.openai_chat import OpenAIChat
from chatapp.providers.openai_responses import OpenAIResponses
from tests.providers.said import ask
from tests.providers.test_openai_responses import event, words
from tests.providers.test_refusals import Patient
from tests.support.model_server import DONE, Answer, ModelServer, Request, frame
from tests.support.model_server import chat as chunk
from tests.support.pictures import png

CAT = Picture("image/png", png())
URL = f"data:image/png;base64,{b64encode(png()).decode()}"
SHOWN = Prompt(
    "m",
    (
        Turn("user", "What is this?", ("cat", "gone")),
        Turn("assistant", "A cat."),
        Turn("user", "And this?", ("dog",)),
    ),
    pictures={"cat": CAT, "dog": CAT},
)
EARLIER = replace(SHOWN, turns=(*SHOWN.turns[:2], Turn("user", "Thanks.")))
REFUSALS = [
    (
        400,
        {"error": {"message": "Invalid content type. image_url is only supported by some models."}},
    ),
    (404, {"error": {"message": "No endpoints found that support image input", "code": 404}}),
    (500, {"error": {"message": "image input is not supported - hint: you may need the mmproj"}}),
    (422, {"detail": [{"msg": "Input should be a valid string, not image_url"}]}),
]


END = event("response.completed", response={"status": "completed"})


def answers(server: ModelServer, refusal: Answer) -> None:
    """Lets the server refuse whatever holds a picture, and answer anything else."""

    def choose(request: Request) -> Answer:
        if b"base64" in request.body:
            return refusal
        if request.target.endswith("/responses"):
            return Answer.sse(words("Fine."), END)
        return Answer.sse(chunk("Fine.", finish="stop") + DONE)

    server.answers_by(choose)


def test_chat_completions_get_data_urls(server: ModelServer, chat: OpenAIChat) -> None:
    server.answers(Answer.sse(chunk("A dog.", finish="stop") + DONE))
    assert ask(chat, SHOWN).text == "A dog."
    picture = {"type": "image_url", "image_url": {"url": URL}}
    first, second, third = server.requests[0].json()["messages"]
    assert first["content"] == [{"type": "text", "text": "What is this?"}, picture]
    assert second["content"] == "A cat."
    assert third["content"] == [{"type": "text", "text": "And this?"}, picture]


def test_responses_get_data_urls(server: ModelServer, responses: OpenAIResponses) -> None:
    server.answers(Answer.sse(words("A dog."), END))
    assert ask(responses, SHOWN).text == "A dog."
    picture = {"type": "input_image", "image_url": URL}
    first, second, third = server.requests[0].json()["input"]
    assert first["content"] == [{"type": "input_text", "text": "What is this?"}, picture]
    assert second["content"] == "A cat."
    assert third["content"] == [{"type": "input_text", "text": "And this?"}, picture]


def test_passages_stand_before_the_question_and_its_picture(
    server: ModelServer, chat: OpenAIChat
) -> None:
    server.answers(Answer.sse(chunk("A dog.", finish="stop") + DONE))
    passage = Source("d1", "Dogs", "Dogs bark.", None, "dogs.md", 1)
    ask(chat, replace(SHOWN, passages=(passage,)))
    told = server.requests[0].json()["messages"][-1]["content"]
    assert "Dogs bark." in told[0]["text"]
    assert told[0]["text"].endswith("And this?")
    assert told[1]["type"] == "image_url"


@pytest.mark.parametrize(("status", "body"), REFUSALS)
def test_a_refused_picture_is_said_in_words_that_help(
    server: ModelServer, chat: OpenAIChat, status: int, body: Any
) -> None:
    answers(server, Answer.json(body, status))
    error = ask(chat, SHOWN, Patient()).error
    assert error
    assert (error.code, error.retryable) == ("invalid_request", False)
    assert "did not accept the picture" in error.words


@pytest.mark.parametrize(("status", "body"), REFUSALS)
def test_for_pictures_of_earlier_questions_a_later_one_is_not_refused(
    server: ModelServer, chat: OpenAIChat, status: int, body: Any
) -> None:
    answers(server, Answer.json(body, status))
    said = ask(chat, EARLIER, Patient())
    assert (said.text, said.error) == ("Fine.", None)
    told = server.requests[-1].json()["messages"]
    assert [turn["content"] for turn in told] == ["What is this?", "A cat.", "Thanks."]


def test_responses_are_asked_again_without_them_too(
    server: ModelServer, responses: OpenAIResponses
) -> None:
    answers(server, Answer.json({"error": {"message": "no image input"}}, 400))
    assert ask(responses, EARLIER).text == "Fine."
    error = ask(responses, SHOWN).error
    assert error
    assert "did not accept the picture" in error.words


def test_another_refusal_stays_what_it_is(server: ModelServer, chat: OpenAIChat) -> None:
    answers(server, Answer.json({"error": {"message": "Incorrect API key provided"}}, 401))
    for prompt in (SHOWN, EARLIER):
        error = ask(chat, prompt).error
        assert error
        assert error.code == "unauthenticated"
    answers(server, Answer.json({"error": {"message": "No provisioned units are left"}}, 500))
    error = ask(chat, SHOWN, Patient()).error
    assert error
    assert "picture" not in error.words


def test_an_echo_of_the_picture_is_not_logged(
    server: ModelServer, chat: OpenAIChat, caplog: pytest.LogCaptureFixture
) -> None:
    answers(server, Answer.json({"error": {"message": f"bad image {URL}"}}, 400))
    ask(chat, SHOWN)
    assert "bad image" in caplog.text
    assert "base64" not in caplog.text


def test_a_service_of_another_kind_hears_the_words(
    server: ModelServer, ai_client: AIClient
) -> None:
    server.answers(Answer.sse(frame({"type": "end"}, "end")))
    ask(ai_client, SHOWN)
    assert server.requests[0].json()["question"] == "And this?"
