"""Chat Completions: what is asked, and every oddity of what comes back."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from chatapp.errors import ProviderDisconnected
from chatapp.events import Finish, Reasoning, Text, ToolCall, Usage
from chatapp.live.call import Call
from chatapp.prompt import Prompt, Turn
from chatapp.providers.openai_chat import OpenAIChat
from tests.providers.conftest import KEY
from tests.providers.said import PATIENCE, PROMPT, Said, ask
from tests.support.model_server import DONE, Answer, ModelServer, chat, cut, frame, usage

END = chat(finish="stop") + DONE


@pytest.fixture
def say(server: ModelServer, chat: OpenAIChat) -> Any:
    """Lets the server send some bytes, and asks."""

    def say(*script: bytes, **options: Any) -> Said:
        server.answers(Answer.sse(*script, **options))
        return ask(chat)

    return say


class TestRequest:
    """What is asked."""

    def test_it_is_made_of_the_prompt(self, server: ModelServer, chat: OpenAIChat) -> None:
        server.answers(Answer.sse(END))
        ask(chat)
        (request,) = server.requests
        assert (request.method, request.target) == ("POST", "/v1/chat/completions")
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["accept-encoding"] == "identity"
        assert request.json() == {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hello?"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def test_options_and_limits_are_passed_on(self, server: ModelServer, chat: OpenAIChat) -> None:
        server.answers(Answer.sse(END))
        ask(chat, replace(PROMPT, temperature=0.0, max_output_tokens=5, options={"seed": 7}))
        body = server.requests[0].json()
        assert (body["temperature"], body["max_tokens"], body["seed"]) == (0.0, 5, 7)
        assert "max_completion_tokens" not in body

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            (None, "max_completion_tokens"),
            ("https://eu.api.openai.com/v1", "max_completion_tokens"),
            ("https://x.openai.azure.com/openai/v1", "max_completion_tokens"),
            ("https://openai.com.example/v1", "max_tokens"),
            ("http://127.0.0.1:11434/v1", "max_tokens"),
        ],
    )
    def test_the_limit_is_called_as_the_server_knows_it(self, url: str | None, name: str) -> None:
        assert OpenAIChat(base_url=url)._limit == name

    def test_without_a_key_the_bearer_is_none(self, server: ModelServer) -> None:
        server.answers(Answer.sse(END))
        provider = OpenAIChat(base_url=server.base_url)
        ask(provider)
        provider.close()
        assert server.requests[0].headers["authorization"] == "Bearer none"

    def test_a_server_that_knows_no_stream_options_is_asked_without(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        unknown = {"error": {"message": "Unknown field: stream_options", "type": "x"}}
        server.answers(Answer.json(unknown, 400), Answer.sse(chat_words("Hi"), END))
        assert ask(chat).text == "Hi"
        assert ask(chat).text == "Hi"
        assert [("stream_options" in r.json()) for r in server.requests] == [True, False, False]

    def test_every_question_is_asked_like_the_first(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        server.answers(Answer.sse(END))
        ask(chat)
        ask(chat, Prompt("n", (Turn("user", "Größer? 🚀"),)))
        first, second = server.requests
        assert (second.method, second.target) == (first.method, first.target)
        assert second.json()["messages"] == [{"role": "user", "content": "Größer? 🚀"}]
        assert second.headers.pop("content-length") == str(len(second.body))
        assert first.headers.pop("content-length") == str(len(first.body))
        assert second.headers == first.headers

    def test_a_server_that_sends_elsewhere_is_asked_each_time(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        elsewhere = Answer((), 307, {"Location": "/v2/chat"}, "length")
        server.answers(elsewhere, Answer.sse(END), elsewhere, Answer.sse(END))
        ask(chat)
        ask(chat, Prompt("n", (Turn("user", "Again?"),)))
        targets = [request.target for request in server.requests]
        assert targets == ["/v1/chat/completions", "/v2/chat"] * 2
        assert server.requests[3].json()["model"] == "n"

    def test_a_server_may_send_elsewhere_later(self, server: ModelServer, chat: OpenAIChat) -> None:
        elsewhere = Answer((), 307, {"Location": "/v2/chat"}, "length")
        server.answers(Answer.sse(END), elsewhere, elsewhere, Answer.sse(END))
        ask(chat)
        ask(chat, Prompt("n", (Turn("user", "Again?"),)))
        assert server.requests[-1].target == "/v2/chat"
        assert server.requests[-1].json()["model"] == "n"

    def test_any_text_can_be_asked(self, server: ModelServer, chat: OpenAIChat) -> None:
        text = 'a"b\\c\u2028\n🚀 <|end|> data: x\n\n'
        server.answers(Answer.sse(END))
        ask(chat, Prompt("m", (Turn("user", text),)))
        assert server.requests[0].json()["messages"] == [{"role": "user", "content": text}]


def chat_words(text: str) -> bytes:
    return chat(text)


class TestWords:
    """Where the words are, and where they are not."""

    def test_they_come_as_they_are_sent(self, say: Any) -> None:
        assert say(chat("Hel"), chat("lo"), END).text == "Hello"

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (None, ""),
            ("", ""),
            ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
            (["a", {"text": "b"}], "ab"),
            ({"type": "text", "text": "a"}, "a"),
            ([{"type": "reference", "reference_ids": [1]}, {"type": "text", "text": "a"}], "a"),
            ([None, 5, [{"text": "a"}]], "a"),
            (7, ""),
        ],
    )
    def test_content_has_many_shapes(self, say: Any, content: Any, text: str) -> None:
        said = say(frame({"choices": [{"index": 0, "delta": {"content": content}}]}), END)
        assert (said.text, said.error) == (text, None)

    def test_thinking_parts_are_thoughts(self, say: Any) -> None:
        parts = [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Is it "}]},
            {"type": "thinking", "thinking": "four?"},
            {"type": "text", "text": "1"},
        ]
        said = say(frame({"choices": [{"delta": {"content": parts}}]}), chat("44"), END)
        assert (said.reasoning, said.text) == ("Is it four?", "144")

    @pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
    def test_thoughts_have_two_names(self, say: Any, name: str) -> None:
        said = say(chat("", **{name: "Hm. "}), chat(None, **{name: "Hm."}), chat("Yes"), END)
        assert (said.reasoning, said.text) == ("Hm. Hm.", "Yes")

    def test_thoughts_under_both_names_are_not_doubled(self, say: Any) -> None:
        details = [{"type": "reasoning.text", "text": "Hm."}]
        piece = chat("", reasoning="Hm.", reasoning_content="Hm.", reasoning_details=details)
        assert say(piece, END).reasoning == "Hm."

    def test_a_refusal_is_text_of_its_own(self, say: Any) -> None:
        said = say(chat(refusal="I'm "), chat(refusal="sorry."), chat(refusal=""), END)
        assert (said.refusal, said.text) == ("I'm sorry.", "")

    def test_only_the_first_choice_counts(self, say: Any) -> None:
        choices = [{"index": n, "delta": {"content": str(n)}} for n in (1, 0, 2)]
        late = {"index": 1, "delta": {}, "finish_reason": "length"}
        said = say(frame({"choices": choices}), END, frame({"choices": [late]}))
        assert (said.text, said.finishes) == ("0", ["stop"])

    @pytest.mark.parametrize(
        "chunk",
        [
            {"choices": []},
            {"choices": None},
            {"id": "", "model": "", "object": "", "choices": [], "prompt_filter_results": [{}]},
            {"choices": [{"index": 0, "content_filter_results": {}, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": None}]},
            {"choices": [{"index": 0, "delta": []}]},
            {"choices": [None, 3, "x"]},
            {"choices": {"0": 1}},
            {"choices": [], "moderation": {}},
            {"p": "abc", "obfuscation": "xyz"},
            {"delta": {"content": "no"}},
            {},
            [],
            17,
            "text",
            None,
        ],
        ids=str,
    )
    def test_a_chunk_that_says_nothing_stops_nothing(self, say: Any, chunk: Any) -> None:
        said = say(chat("a"), frame(chunk if not isinstance(chunk, str) else '"x"'), chat("b"), END)
        assert (said.text, said.finish, said.error) == ("ab", "stop", None)

    def test_words_after_the_finish_count(self, say: Any) -> None:
        said = say(chat("a", finish="stop"), chat("b"), DONE)
        assert (said.text, said.finishes) == ("ab", ["stop"])

    def test_nothing_after_done_counts(self, say: Any) -> None:
        assert say(chat("a"), DONE, chat("b"), DONE).text == "a"

    def test_done_may_have_blanks_about_it(self, say: Any) -> None:
        said = say(chat("a"), b"data:[DONE] \n\n", chat("b"))
        assert (said.text, said.error) == ("a", None)

    def test_what_is_said_is_told_at_once(self, server: ModelServer, chat: OpenAIChat) -> None:
        server.answers(Answer.sse(chat_words("a"), ending="hold"))
        events = chat.stream(PROMPT, Call(PATIENCE, PATIENCE))
        assert next(events) == Text("a")
        events.close()  # type: ignore[attr-defined]

    def test_the_order_is_kept(self, server: ModelServer, chat: OpenAIChat) -> None:
        piece = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
        delta = {"reasoning": "r", "content": "t", "refusal": "n", "tool_calls": [piece]}
        choice = {"index": 0, "delta": delta, "finish_reason": "tool_calls"}
        server.answers(
            Answer.sse(frame({"choices": [choice], "usage": {"prompt_tokens": 1}}), DONE)
        )
        assert list(chat.stream(PROMPT, Call(PATIENCE, PATIENCE))) == [
            Reasoning("r"),
            Text("t"),
            Text("n", refusal=True),
            ToolCall(0, "c", "f", "{}"),
            Finish("tool_calls"),
            Usage(1, 0),
        ]


class TestUnfitWords:
    """Characters that cannot be stored, or come in halves."""

    def test_a_character_in_two_halves_is_one(self, say: Any) -> None:
        first = b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n'
        second = b'data: {"choices":[{"delta":{"content":"\\ude80b"}}]}\n\n'
        assert say(first, second, END).text == "a🚀b"

    def test_halves_of_words_and_thoughts_are_kept_apart(self, say: Any) -> None:
        first = b'data: {"choices":[{"delta":{"content":"\\ud83d","reasoning":"\\ud83c"}}]}\n\n'
        second = b'data: {"choices":[{"delta":{"content":"\\ude80","reasoning":"\\udf0d"}}]}\n\n'
        said = say(first, second, END)
        assert (said.text, said.reasoning) == ("🚀", "🌍")

    @pytest.mark.parametrize(
        ("escapes", "text"),
        [
            (r"a\ud83db", "a\ufffdb"),
            (r"a\ude80b", "a\ufffdb"),
            (r"\ude80\ud83dx", "\ufffd\ufffdx"),
            (r"\ud83d\ud83d\ude80", "\ufffd🚀"),
            (r"a\u0000b", "a\ufffdb"),
            (r"end\ud83d", "end\ufffd"),
            (r"\ud83d\ude80", "🚀"),
            (r"\u2028", "\u2028"),
        ],
    )
    def test_what_cannot_be_stored_is_replaced(self, say: Any, escapes: str, text: str) -> None:
        data = f'data: {{"choices":[{{"delta":{{"content":"{escapes}"}}}}]}}\n\n'.encode()
        said = say(data, END)
        assert (said.text, said.error) == (text, None)

    def test_a_half_that_waits_in_vain_is_replaced(self, say: Any) -> None:
        first = b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
        assert say(first, chat("b"), END).text == "\ufffdb"

    def test_bytes_that_are_no_utf_8_are_replaced(self, say: Any) -> None:
        assert (
            say(b'data: {"choices":[{"delta":{"content":"a\xffb"}}]}\n\n', END).text == "a\ufffdb"
        )

    def test_names_and_arguments_too(self, say: Any) -> None:
        function = '{"name":"f\\u0000","arguments":"\\ud83d"}'
        call = f'{{"index":0,"id":"\\ud83d","function":{function}}}'
        said = say(f'data: {{"choices":[{{"delta":{{"tool_calls":[{call}]}}}}]}}\n\n'.encode(), END)
        assert said.calls == {0: ("\ufffd", "f\ufffd", "")}


class TestThoughtsInline:
    """Gemini's thoughts in the content."""

    @staticmethod
    def thought(content: str) -> bytes:
        return chat(content, extra_content={"google": {"thought": True}})

    def test_marked_words_are_thoughts(self, say: Any) -> None:
        said = say(self.thought("<thought>One. "), self.thought("Two."), chat("</thought>Yes"), END)
        assert (said.reasoning, said.text) == ("One. Two.", "Yes")

    @pytest.mark.parametrize("size", range(1, 12))
    def test_the_tags_may_be_cut(self, say: Any, size: int) -> None:
        pieces = [*map(self.thought, words("<thought>Hm.</thought>", size)), chat("Yes")]
        said = say(*pieces, END)
        assert (said.reasoning, said.text) == ("Hm.", "Yes")

    @pytest.mark.parametrize("size", range(1, 12))
    def test_the_closing_tag_may_be_cut_and_unmarked(self, say: Any, size: int) -> None:
        said = say(self.thought("<thought>Hm."), *map(chat, words("</thought>Yes", size)), END)
        assert (said.reasoning, said.text) == ("Hm.", "Yes")

    def test_words_may_follow_in_a_marked_piece(self, say: Any) -> None:
        said = say(self.thought("<thought>Hm.</thought>Yes"), chat("!"), END)
        assert (said.reasoning, said.text) == ("Hm.", "Yes!")

    def test_marked_words_without_tags_are_thoughts(self, say: Any) -> None:
        said = say(self.thought("Hm."), chat("Yes"), END)
        assert (said.reasoning, said.text) == ("Hm.", "Yes")

    def test_tags_without_a_mark_are_text(self, say: Any) -> None:
        said = say(chat("<thought>x</thought>"), chat("y", extra_content={"google": {}}), END)
        assert (said.reasoning, said.text) == ("", "<thought>x</thought>y")

    def test_a_thought_that_never_ends_is_told(self, say: Any) -> None:
        said = say(self.thought("<thought>Hm.</thou"), chat(finish="length"), DONE)
        assert (said.reasoning, said.text, said.finish) == ("Hm.</thou", "", "length")


def words(text: str, size: int) -> list[str]:
    return [piece.decode() for piece in cut(text.encode(), size)]


def call(**members: Any) -> dict[str, Any]:
    """A piece of a tool call, as the wire has it."""
    function = {key: members.pop(key) for key in ("name", "arguments") if key in members}
    return members | {"function": function}


class TestToolCalls:
    """Calls in pieces."""

    @pytest.mark.parametrize(
        ("chunks", "expected"),
        [
            (
                [
                    [call(index=0, id="a", name="add", arguments="")],
                    [call(index=0, arguments='{"x"')],
                    [call(index=0, arguments=":1}")],
                ],
                {0: ("a", "add", '{"x":1}')},
            ),
            (
                [
                    [call(index=0, id="a", name="f", arguments="{}")],
                    [call(index=1, id="b", name="g", arguments="[")],
                    [call(index=1, id=None, name=None, arguments="]")],
                ],
                {0: ("a", "f", "{}"), 1: ("b", "g", "[]")},
            ),
            (
                [[call(id="a", name="f", arguments="1"), call(id="b", name="g", arguments="2")]],
                {0: ("a", "f", "1"), 1: ("b", "g", "2")},
            ),
            (
                [
                    [call(id="a", name="f", arguments="1")],
                    [call(arguments="2")],
                    [call(id="b", name="g", arguments="3")],
                    [call(id="a", arguments="4")],
                ],
                {0: ("a", "f", "124"), 1: ("b", "g", "3")},
            ),
            (
                [
                    [call(index=0, id="a", name="f", arguments="1")],
                    [call(index=0, id="b", name="g", arguments="2")],
                ],
                {0: ("a", "f", "1"), 1: ("b", "g", "2")},
            ),
            (
                [
                    [call(index=0, id="a", name="f")],
                    [call(index=0, id="x", name=None, arguments="1")],
                ],
                {0: ("a", "f", "1")},
            ),
            (
                [[call(index=0, id="a")], [call(index=0, name="f", arguments=None)]],
                {0: ("a", "f", "")},
            ),
            (
                [[call(index=3, id="a", name="f", arguments={"x": "é"})]],
                {0: ("a", "f", '{"x": "é"}')},
            ),
            ([[None, 5, {"index": 0}, call(index=[{}], name="f")]], {0: ("", "f", "")}),
        ],
        ids=[
            "one",
            "two",
            "no index, in one chunk",
            "no index, in turns",
            "the same index for all",
            "a new id for every piece",
            "the id before the name",
            "arguments that are no text",
            "nonsense among them",
        ],
    )
    def test_pieces_find_their_call(
        self, say: Any, chunks: list[Any], expected: dict[int, Any]
    ) -> None:
        said = say(*[chat(None, tool_calls=pieces) for pieces in chunks], END)
        assert said.calls == expected

    def test_id_and_name_stand_on_every_piece(self, server: ModelServer, chat: OpenAIChat) -> None:
        first = call(index=0, id="a", name="f", arguments="1")
        pieces = [first, call(index=0, arguments="2")]
        frames = [frame({"choices": [{"delta": {"tool_calls": [p]}}]}) for p in pieces]
        server.answers(Answer.sse(*frames, END))
        events = list(chat.stream(PROMPT, Call(PATIENCE, PATIENCE)))
        assert events[:2] == [ToolCall(0, "a", "f", "1"), ToolCall(0, "a", "f", "2")]

    def test_the_old_function_call_is_one(self, say: Any) -> None:
        first = chat(None, function_call={"name": "f", "arguments": "1"})
        said = say(first, chat(None, function_call={"arguments": "2"}, finish="function_call"))
        assert (said.calls, said.finish) == ({0: ("", "f", "12")}, "tool_calls")


class TestFinish:
    """Why the model stopped, and what it cost."""

    @pytest.mark.parametrize(
        ("reason", "expected"),
        [
            ("stop", "stop"),
            ("length", "length"),
            ("content_filter", "content_filter"),
            ("tool_calls", "tool_calls"),
            ("function_call", "tool_calls"),
            ("max_tokens", "length"),
            ("STOP", "stop"),
            ("eos", "stop"),
            ("function_call_filter: MALFORMED_FUNCTION_CALL", "stop"),
        ],
    )
    def test_it_has_one_of_our_names(self, say: Any, reason: str, expected: str) -> None:
        said = say(chat("a", finish=reason), DONE)
        assert (said.finishes, said.error) == ([expected], None)

    def test_it_is_told_once(self, say: Any) -> None:
        assert say(chat("a", finish="stop"), chat(finish="stop"), DONE).finishes == ["stop"]

    def test_it_may_never_come(self, say: Any) -> None:
        said = say(chat("a"), DONE)
        assert (said.text, said.finishes, said.error) == ("a", [], None)

    def test_done_may_never_come(self, say: Any) -> None:
        said = say(chat("a", finish="stop"))
        assert (said.text, said.finish, said.error) == ("a", "stop", None)

    def test_neither_may_come(self, say: Any) -> None:
        said = say(chat("a"))
        assert (said.text, said.finishes, said.error) == ("a", [], None)

    def test_what_is_not_complete_is_discarded(self, say: Any) -> None:
        said = say(chat("a", finish="stop"), chat("b")[:-1])
        assert (said.text, said.finish, said.error) == ("a", "stop", None)

    def test_usage_is_the_last_that_was_told(self, say: Any) -> None:
        running = frame({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
        said = say(running, chat("a"), usage(5, 9), END)
        assert said.usages == [Usage(5, 9)]

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (None, None),
            ({}, None),
            ([], None),
            ("5", None),
            ({"total_tokens": 7}, None),
            ({"prompt_tokens": 7}, (7, 0)),
            ({"prompt_tokens": 7.0, "completion_tokens": None}, (7, 0)),
            ({"prompt_tokens": -1, "completion_tokens": "x"}, (0, 0)),
            ({"input_tokens": 3, "output_tokens": 4}, (3, 4)),
        ],
        ids=str,
    )
    def test_usage_may_have_any_shape(self, say: Any, value: Any, expected: Any) -> None:
        said = say(frame({"choices": [], "usage": value}), END)
        assert (said.usage, said.error) == (expected, None)


class TestFraming:
    """Bytes, lines and connections."""

    def test_all_line_ends_will_do(self, say: Any) -> None:
        data = chat("a") + chat("b") + END
        assert say(data.replace(b"\n", b"\r\n")).text == "ab"
        assert say(data.replace(b"\n", b"\r")).text == "ab"
        assert say(b"\xef\xbb\xbf" + data).text == "ab"

    def test_pings_of_every_kind_say_nothing(self, say: Any) -> None:
        pings = (
            b": ping\n\nevent: ping\n\nretry: 3000\n\nid: 7\n\ndata:\n\nevent: ping\ndata: {}\n\n"
        )
        said = say(pings, chat("a"), pings, END)
        assert (said.text, said.error) == ("a", None)

    def test_a_comment_is_no_event_to_the_clock(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        class Listening(Call):
            heard_of = ""

            def heard(self) -> None:
                self.heard_of += "e"

            def heard_comment(self) -> None:
                self.heard_of += "c"

        call = Listening(PATIENCE, PATIENCE)
        server.answers(Answer.sse(b": a\n\n", chat_words("a"), b"data:\n\n", DONE))
        ask(chat, call=call)
        assert call.heard_of == "cece"

    def test_a_field_called_error_is_one(self, say: Any) -> None:
        said = say(chat("a"), b'error: {"error":{"message":"boom","code":500}}\n\n')
        assert said.text == "a"
        assert said.error.code == "provider_error"

    def test_a_connection_serves_the_next_question(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        server.answers(Answer.sse(chat_words("a"), END))
        for _ in range(3):
            assert ask(chat).text == "a"
        assert server.connections == 1

    def test_it_does_so_even_if_its_body_ends_later_than_the_words(
        self, server: ModelServer, chat: OpenAIChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatapp.providers._transport.DRAIN_SECONDS", PATIENCE)
        server.answers(Answer.sse(chat_words("a"), END, 0.05))
        for _ in range(3):
            assert ask(chat).text == "a"
        assert server.connections == 1

    def test_a_server_that_never_closes_does_not_hold_the_answer(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        server.answers(Answer.sse(chat_words("a"), END, ending="hold"))
        said = ask(chat)
        assert (said.text, said.finish, said.error) == ("a", "stop", None)
        assert server.requests[0].client_left.wait(PATIENCE)

    def test_a_cut_keeps_words_and_usage(self, say: Any) -> None:
        said = say(chat("a"), usage(1, 2), ending="cut")
        assert isinstance(said.error, ProviderDisconnected)
        assert (said.text, said.usage) == ("a", (1, 2))

    def test_a_cut_after_the_finish_is_told_all_the_same(self, say: Any) -> None:
        said = say(chat("a", finish="stop"), ending="cut")
        assert isinstance(said.error, ProviderDisconnected)
        assert said.finish == "stop"

    def test_compressed_words_are_read(self, server: ModelServer, chat: OpenAIChat) -> None:
        packed = gzip.compress(chat_words("a") + END)
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/event-stream"}
        server.answers(Answer(cut(packed, 7), headers=headers))
        said = ask(chat)
        assert (said.text, said.finish, said.error) == ("a", "stop", None)

    def test_compressed_words_that_are_cut_are_an_error(
        self, server: ModelServer, chat: OpenAIChat
    ) -> None:
        packed = gzip.compress(chat_words("a") + END)
        server.answers(Answer((packed[:20],), headers={"Content-Encoding": "gzip"}, ending="cut"))
        assert isinstance(ask(chat).error, ProviderDisconnected)

    def test_an_event_of_more_than_8_mb_is_too_much(self, say: Any) -> None:
        said = say(chat("a"), chat("x" * (8 << 20)))
        assert (said.text, said.error.code) == ("a", "provider_error")

    def test_an_event_of_5_mb_is_not(self, say: Any) -> None:
        assert len(say(chat("x" * (5 << 20)), END).text) == 5 << 20


class TestErrors:
    """Errors inside the stream."""

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (frame({"error": {"message": "boom"}}), "provider_error"),
            (frame({"error": "boom"}), "provider_error"),
            (frame({"error": {"message": "x", "code": 429}}), "rate_limited"),
            (frame({"error": {"message": "x", "type": "rate_limit_exceeded"}}), "rate_limited"),
            (frame({"error": {"message": "x", "code": "401"}}), "unauthenticated"),
            (frame({"error": {"message": "x", "status_code": 400}}), "invalid_request"),
            (frame({"error": {"type": "overloaded_error"}}), "provider_unavailable"),
            (frame({"error": {"code": "context_length_exceeded"}}), "context_too_long"),
            (frame({"error": {"code": "content_filter"}}), "content_filtered"),
            (frame({"object": "error", "message": "boom", "code": 400}), "invalid_request"),
            (frame({"error": {"message": "x"}}, "error"), "provider_error"),
            (frame({"message": "x", "code": 503}, "error"), "provider_unavailable"),
            (frame("boom", "error"), "provider_error"),
            (chat(finish="error"), "provider_error"),
            (frame("{not json"), "provider_error"),
            (frame("<html>"), "provider_error"),
            (frame('{"choices":' * 100_000), "provider_error"),
        ],
        ids=lambda value: value[:70].decode() if isinstance(value, bytes) else value,
    )
    def test_it_ends_the_answer_and_keeps_the_words(self, say: Any, data: bytes, code: str) -> None:
        said = say(chat("a"), data, chat("b"), END)
        assert (said.text, said.error.code) == ("a", code)

    def test_words_beside_it_count(self, say: Any) -> None:
        choice = {"index": 0, "delta": {"content": "b"}, "finish_reason": None}
        both = {"error": {"message": "x"}, "choices": [choice], "usage": {"prompt_tokens": 3}}
        said = say(chat("a", finish="length"), frame(both), DONE)
        assert (said.text, said.finish, said.usage) == ("ab", "length", (3, 0))
        assert said.error.code == "provider_error"

    @pytest.mark.parametrize("nothing", [None, {}, "", []])
    def test_an_empty_one_is_none(self, say: Any, nothing: Any) -> None:
        choice = {"index": 0, "delta": {"content": "a"}}
        said = say(frame({"error": nothing, "choices": [choice]}), END)
        assert (said.text, said.error) == ("a", None)


class TestModels:
    """The list of models."""

    @pytest.mark.parametrize(
        ("payload", "ids"),
        [
            ({"object": "list", "data": [{"id": "b"}, {"id": "a"}, {"id": "b"}]}, ("b", "a")),
            ([{"id": "a"}, "b", None, 5, {"id": None}], ("a", "b")),
            ({"models": [{"name": "a:latest"}, {"model": "b"}]}, ("a:latest", "b")),
            ({"data": []}, ()),
            ({"data": None}, ()),
            ({}, ()),
        ],
        ids=str,
    )
    def test_it_has_many_shapes(
        self, server: ModelServer, chat: OpenAIChat, payload: Any, ids: tuple[str, ...]
    ) -> None:
        server.answers(Answer.json(payload))
        assert chat.models() == ids
        assert server.requests[0].target == "/v1/models"
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"

    def test_its_order_is_the_servers(self, server: ModelServer, chat: OpenAIChat) -> None:
        server.answers(Answer((json.dumps({"data": [{"id": str(n)} for n in range(9)]}).encode(),)))
        assert chat.models() == tuple("012345678")
