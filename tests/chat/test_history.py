"""Lists of conversations and messages: searched, in order, and in pages without gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Update, update

from chatapp.chat.services import Services
from chatapp.events import Finish
from chatapp.models import Conversation
from tests.conftest import Api
from tests.support.replies import items, problem, value
from tests.support.scripted import Scripted
from tests.support.talk import Talk

CONVERSATIONS = "/api/conversations"


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def titled(api: Api, *titles: str) -> list[str]:
    """New conversations with these titles; their ids, the oldest first."""
    made = [api.post(CONVERSATIONS, {"title": title}) for title in titles]
    return [value(response, 201)["id"] for response in made]


def found(api: Api, query: str) -> list[str]:
    """The titles that a search finds."""
    return [item["title"] for item in items(api.get(f"{CONVERSATIONS}?query={quote(query)}"))]


def pages(api: Api, path: str, cursor: str) -> list[list[str]]:
    """The ids of a list, page by page, as `next` leads."""
    out, following = [], ""
    while True:
        page = value(api.get(path + following))
        out.append([item["id"] for item in page["items"]])
        if page["next"] is None:
            return out
        following = f"&{cursor}={quote(page['next'])}"


def change(services: Services, conversations: Update, moment: datetime) -> None:
    """Lets conversations have changed at that moment."""
    changed = conversations.values(updated_at=moment)
    services.database.write(lambda connection: connection.execute(changed))


class TestConversations:
    """The list of a person's conversations."""

    def test_the_one_that_changed_last_comes_first(self, talk: Talk) -> None:
        older, newer = titled(talk.api, "older", "newer")
        ids = [item["id"] for item in items(talk.api.get(CONVERSATIONS))]
        assert ids == [newer, older, talk.id]
        talk.ask()
        ids = [item["id"] for item in items(talk.api.get(CONVERSATIONS))]
        assert ids == [talk.id, newer, older]

    def test_pages_have_no_gaps_and_nothing_twice(self, api: Api) -> None:
        ids = titled(api, *(f"number {number}" for number in range(7)))[::-1]
        for limit in (1, 2, 3, 6, 7, 8):
            read = pages(api, f"{CONVERSATIONS}?limit={limit}", "after")
            assert [id for page in read for id in page] == ids
            assert all(len(page) == limit for page in read[:-1])
            assert read[-1]

    def test_pages_hold_where_many_changed_in_the_same_moment(
        self, api: Api, services: Services
    ) -> None:
        ids = titled(api, *"abcdefg")
        moment = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
        change(services, update(Conversation), moment)
        read = pages(api, f"{CONVERSATIONS}?limit=2", "after")
        assert [id for page in read for id in page] == sorted(ids, reverse=True)

    def test_a_search_can_be_paged(self, api: Api) -> None:
        ids = titled(api, "cat 1", "dog", "cat 2", "cat 3")
        read = pages(api, f"{CONVERSATIONS}?query=cat&limit=2", "after")
        assert read == [[ids[3], ids[2]], [ids[0]]]

    def test_there_are_fifty_on_a_page_unless_asked(self, api: Api) -> None:
        titled(api, *(str(number) for number in range(51)))
        assert [len(page) for page in pages(api, f"{CONVERSATIONS}?", "after")] == [50, 1]

    @given(moments=st.lists(st.integers(0, 3), min_size=1, max_size=8), limit=st.integers(1, 9))
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_pages_of_any_moments_add_up(
        self, api: Api, services: Services, moments: list[int], limit: int
    ) -> None:
        for id in [item["id"] for item in items(api.get(CONVERSATIONS))]:
            api.call("DELETE", f"{CONVERSATIONS}/{id}")
        start = datetime(2026, 1, 1, tzinfo=UTC)
        keys = []
        for id, moment in zip(titled(api, *"a" * len(moments)), moments, strict=True):
            at = start + timedelta(microseconds=moment)
            change(services, update(Conversation).where(Conversation.id == id), at)
            keys.append((moment, id))
        read = pages(api, f"{CONVERSATIONS}?limit={limit}", "after")
        assert [id for page in read for id in page] == [id for _, id in sorted(keys)[::-1]]


class TestSearch:
    """What a search finds: titles and messages, letter by letter."""

    def test_titles_questions_and_answers_are_searched(self, talk: Talk) -> None:
        titled(talk.api, "About horses", "About cows")
        talk.ask("Where do zebras live?", "In the savannah.", Finish("stop"))
        title = "Where do zebras live?"
        assert found(talk.api, "horse") == ["About horses"]
        assert found(talk.api, "zebra") == [title]
        assert found(talk.api, "savannah") == [title]
        assert sorted(found(talk.api, "a")) == sorted([title, "About cows", "About horses"])
        assert found(talk.api, "unicorn") == []
        assert len(found(talk.api, "")) == 3

    def test_nobody_finds_what_others_said(self, talk: Talk, other: Api) -> None:
        talk.ask("Where do zebras live?")
        assert found(other, "zebra") == []

    TITLES = (
        "100 % sure",
        "100 times",
        "snake_case",
        "snakeXcase",
        "a\\b",
        "a\\\\b",
        "O'Neill",
        'say "hi"',
        "1; DROP TABLE users",
        "[a-z]*",
        "漢字 and かな",
        "🙂 smile",
        "Ärger über Öl",
        "ΣΊΣΥΦΟΣ",
        "Привет",
    )

    FOUND: ClassVar = {
        "%": ["100 % sure"],
        "0 %": ["100 % sure"],
        "_": ["snake_case"],
        "e_c": ["snake_case"],
        "a\\b": ["a\\b"],
        "\\\\": ["a\\\\b"],
        "o'n": ["O'Neill"],
        '"HI"': ['say "hi"'],
        "; drop": ["1; DROP TABLE users"],
        "[a-z]": ["[a-z]*"],
        "字": ["漢字 and かな"],
        "🙂": ["🙂 smile"],
        "ÄRGER ÜBER öl": ["Ärger über Öl"],
        "ärger": ["Ärger über Öl"],
        "прИВ": ["Привет"],
        "σίσυφ": ["ΣΊΣΥΦΟΣ"],
        "arger": [],
        "\ufffd": [],
    }

    def test_every_character_means_itself(self, api: Api) -> None:
        titled(api, *self.TITLES)
        assert {query: found(api, query) for query in self.FOUND} == self.FOUND


class TestMessages:
    """The messages of a conversation."""

    def test_all_of_them_come_oldest_first(self, talk: Talk) -> None:
        for number in range(30):
            talk.ask(f"number {number}")
        found = talk.messages()
        assert [message["position"] for message in found] == list(range(1, 61))

    def test_pages_go_back_from_the_end(self, talk: Talk) -> None:
        for _ in range(3):
            talk.ask()
        ids = [message["id"] for message in talk.messages()]
        for limit in (1, 2, 4, 5, 6, 7):
            read = pages(talk.api, f"{talk.path}?limit={limit}", "before")
            assert [id for page in read[::-1] for id in page] == ids
            assert all(len(page) == limit for page in read[:-1])

    def test_an_empty_conversation_has_none(self, talk: Talk) -> None:
        assert talk.messages() == []
        assert value(talk.api.get(f"{talk.path}?limit=1")) == {"items": [], "next": None}


class TestWrongQuery:
    """What cannot be asked for."""

    @pytest.mark.parametrize("path", [CONVERSATIONS, f"{CONVERSATIONS}/ID/messages"])
    def test_limits_that_are_no_numbers_are_refused(self, talk: Talk, path: str) -> None:
        for limit in ("0", "-1", "201", "1e2", "1.5", "x", "9" * 5000, "٣", "0x1", " 1", "1\0"):
            asked = path.replace("ID", talk.id) + f"?limit={quote(limit)}"
            assert "limit" in problem(talk.api.get(asked), 400, "invalid_request")
        for limit in ("1", "200", "007"):
            asked = path.replace("ID", talk.id) + f"?limit={limit}"
            assert talk.api.get(asked).status_code == 200

    def test_cursors_that_cannot_be_are_refused(self, talk: Talk) -> None:
        for cursor in (
            *("x", "-", "1", "1-", "1.000000-", "nan-a", "inf-a", "1e9-a", "-1.000000-a", "1.0-a"),
            *("1.000000-\0", "1.000000-ä", "1.000000-" + "a" * 33, "9" * 400 + ".000000-a"),
            *("1.000000-g", "' OR 1=1", "\ufffd", "1767323045.678901-a\n"),
        ):
            asked = f"{CONVERSATIONS}?after={quote(cursor)}"
            assert "after" in problem(talk.api.get(asked), 400, "invalid_request")
        for cursor in ("x", "-1", "1.5", "1" * 10, "1" * 5000, "\0", "٣", "1\n"):
            asked = f"{talk.path}?before={quote(cursor)}"
            assert "before" in problem(talk.api.get(asked), 400, "invalid_request")

    def test_queries_that_cannot_be_are_refused(self, api: Api) -> None:
        for query in ("a\0b", "x" * 201, "%" * 60_000):
            asked = f"{CONVERSATIONS}?query={quote(query)}"
            assert "query" in problem(api.get(asked), 400, "invalid_request")
        assert found(api, "x" * 200) == []

    @given(
        st.dictionaries(st.sampled_from(["limit", "after", "before", "query", "x"]), st.text()),
    )
    @settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_query_gets_a_list_or_a_problem(self, talk: Talk, query: dict[str, str]) -> None:
        for path in (CONVERSATIONS, talk.path):
            response = talk.api.get(path, query_string=query_string(query))
            if response.status_code != 200:
                problem(response, 400, "invalid_request")

    def test_ten_thousand_parameters_are_borne(self, api: Api) -> None:
        many = "&".join(f"x{number}={number}" for number in range(10_000))
        assert items(api.get(f"{CONVERSATIONS}?{many}")) == []


def query_string(query: dict[str, str]) -> str:
    """A query string of any characters, half surrogates as the bytes that some clients send."""
    return "&".join(
        f"{name}={quote(text.encode(errors='surrogatepass'))}" for name, text in query.items()
    )
