"""What a page shows of a conversation that has branches, or is long."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import event

from chatapp.chat.branches import PIECE
from chatapp.chat.services import Services
from chatapp.events import Finish
from chatapp.models import Message
from tests.conftest import Api
from tests.support.lengthening import lengthen
from tests.support.scripted import Scripted
from tests.support.talk import Talk

MESSAGE = re.compile(r'<chat-(?:question|answer)[^>]* data-id="(\w+)"')
PLACE = re.compile(r'aria-label="Version (\d+ of \d+)"')
STOP = Finish("stop")


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


class Shown:
    """What a page shows."""

    def __init__(self, api: Api, address: str) -> None:
        response = api.get(address.partition("#")[0])
        assert response.status_code == 200
        self.html = response.text
        self.ids = MESSAGE.findall(self.html)
        self.places = PLACE.findall(self.html)

    def link(self, name: str) -> str:
        """Where a link with a name leads."""
        found = re.search(
            rf'<a [^>]*href="([^"]+)"[^>]*(?:aria-label="{name}"|>{name}<)', self.html
        )
        assert found, name
        return unescape(found[1])

    def has(self, name: str) -> bool:
        """Whether there is such a link."""
        return name in self.html

    @property
    def parent_id(self) -> str:
        """What the next question follows."""
        found = re.search(r'name="parent_id" value="(\w*)"', self.html)
        assert found
        return found[1]


def shown(talk: Talk, query: str = "") -> Shown:
    return Shown(talk.api, f"/c/{talk.id}{query}")


def grown(services: Services, talk: Talk, count: int) -> list[str]:
    """Messages of a conversation that has so many."""
    return services.database.write(lambda connection: lengthen(connection, talk.id, count))


class TestVersions:
    """Questions that were edited and answers that were written again."""

    def test_without_versions_nothing_is_said_of_them(self, talk: Talk) -> None:
        talk.ask()
        assert "Version" not in shown(talk).html

    def test_answers_can_be_leafed_through(self, talk: Talk) -> None:
        first = talk.ask()
        second = talk.again("regenerate", first, "Two.", STOP)
        third = talk.again("regenerate", first, "Three.", STOP)
        page = shown(talk)
        assert (page.ids[-1], page.places) == (third, ["3 of 3"])
        assert not page.has("Next version")
        page = Shown(talk.api, page.link("Previous version"))
        assert (page.ids[-1], page.places) == (second, ["2 of 3"])
        assert Shown(talk.api, page.link("Next version")).ids[-1] == third
        page = Shown(talk.api, page.link("Previous version"))
        assert (page.ids[-1], page.places) == (first, ["1 of 3"])
        assert not page.has("Previous version")

    def test_a_version_comes_with_what_followed_it(self, talk: Talk) -> None:
        first = talk.ask("Name a colour.")
        talk.ask("And a fruit.")
        talk.ask("Name a river.", parent_id=None)
        page = shown(talk)
        assert (len(page.ids), page.places) == (2, ["2 of 2"])
        page = Shown(talk.api, page.link("Previous version"))
        assert page.ids == shown(talk, f"?at={first}").ids
        assert "And a fruit." in page.html
        assert page.places == ["1 of 2"]

    def test_a_question_follows_what_is_shown(self, talk: Talk) -> None:
        first = talk.ask("Name a colour.")
        second = talk.again("regenerate", first, "Two.", STOP)
        assert shown(talk).parent_id == second
        older = shown(talk, f"?at={first}")
        assert older.parent_id == first
        talk.ask("And a fruit.", parent_id=older.parent_id)
        page = shown(talk)
        assert page.ids[1] == first
        assert second not in page.ids
        assert page.places == ["1 of 2"]

    def test_a_continued_answer_is_one_version(self, talk: Talk) -> None:
        cut = talk.ask("Count.", "1 ", Finish("length"))
        whole = talk.again("continue", cut, "2", STOP)
        page = shown(talk)
        assert page.ids[-1] == whole
        assert page.places == []
        assert shown(talk, f"?at={cut}").places == ["1 of 2"]
        other = talk.again("regenerate", whole, "One.", STOP)
        page = shown(talk)
        assert (page.ids[-1], page.places) == (other, ["2 of 2"])
        assert Shown(talk.api, page.link("Previous version")).ids[-1] == whole

    def test_a_continued_answer_that_was_asked_about_can_be_reached(self, talk: Talk) -> None:
        cut = talk.ask("Count.", "1 ", Finish("length"))
        talk.ask("And?", "No.", STOP)
        talk.again("continue", cut, "2", STOP)
        page = shown(talk)
        assert page.places == ["2 of 2"]
        assert "And?" in Shown(talk.api, page.link("Previous version")).html

    def test_a_message_alone_has_its_versions(self, talk: Talk) -> None:
        first = talk.ask()
        second = talk.again("regenerate", first, "Two.", STOP)
        assert Shown(talk.api, f"/m/{second}").places == ["2 of 2"]
        question = talk.messages()[0]["id"]
        assert Shown(talk.api, f"/m/{question}").places == []

    @pytest.mark.parametrize("at", ["", "no", "%00", "%ED%A0%80", "ä", "x" * 300])
    def test_what_is_no_message_shows_the_newest_branch(self, talk: Talk, at: str) -> None:
        talk.ask()
        newest = talk.ask("Differently.", parent_id=None)
        for name in ("at", "before", "from", "last"):
            assert shown(talk, f"?{name}={at}").ids[-1] == newest

    def test_messages_of_others_choose_nothing(self, talk: Talk, other: Api) -> None:
        newest = talk.ask()
        foreign = Talk(other, talk.model).ask()
        assert shown(talk, f"?at={foreign}").ids[-1] == newest

    def test_an_answer_on_an_older_branch_grows_in_its_own_page(self, talk: Talk) -> None:
        first = talk.ask("Name a colour.")
        stream = talk.api.ask(talk.id, "And a fruit.", parent_id=first)
        asked = talk.model.asked()
        running = talk.messages()[-1]["id"]
        talk.ask("Name a river.", parent_id=None)
        assert running not in shown(talk).ids
        page = shown(talk, f"?at={running}")
        assert page.ids[-1] == running
        assert f'data-id="{running}" data-state="pending" data-cursor' in page.html
        grows = talk.api.get(f"/c/{talk.id}?stream=1&at={running}", buffered=False)
        asked.finish("Apple.")
        assert f"url=/c/{talk.id}?at={running}#m-{running}" in grows.text
        assert "Apple." in grows.text
        assert stream.data


class TestNews:
    """What a page fetches of messages that were written elsewhere."""

    def news(self, talk: Talk, query: str) -> tuple[Shown, str]:
        """The messages, and the one that has chosen their branch."""
        piece = Shown(talk.api, f"/c/{talk.id}/messages?{query}")
        found = re.search(r'data-at="(\w*)"', piece.html)
        assert found
        return piece, found[1]

    def test_a_page_stays_in_the_branch_it_chose(self, talk: Talk) -> None:
        first = talk.ask()
        talk.again("regenerate", first, "Two.", STOP)
        piece, at = self.news(talk, f"at={first}&known=x&last={first}")
        assert (piece.ids[-1], at, piece.places) == (first, first, ["1 of 2"])

    def test_a_page_without_a_choice_goes_along(self, talk: Talk) -> None:
        first = talk.ask()
        second = talk.again("regenerate", first, "Two.", STOP)
        piece, at = self.news(talk, f"last={first}")
        assert (piece.ids[-1], at) == (second, "")

    def test_a_page_is_not_led_into_an_older_branch(self, talk: Talk) -> None:
        first = talk.ask()
        second = talk.again("regenerate", first, "Two.", STOP)
        talk.ask("And?", parent_id=first)
        piece, at = self.news(talk, f"last={second}")
        assert (piece.ids[-1], at) == (second, second)

    def test_what_is_known_is_told_with_the_messages(self, talk: Talk) -> None:
        first = talk.ask()
        newest = talk.again("regenerate", first, "Two.", STOP)
        piece, _ = self.news(talk, f"at={first}")
        assert f'data-newest="{newest}-complete"' in piece.html
        path = f"/c/{talk.id}/messages?at={first}&known={newest}-complete"
        assert talk.api.get(path).status_code == 204
        assert talk.api.get(f"{path}&title=Why%3F").status_code == 204
        renamed = talk.api.get(f"{path}&title=Red+%26+blue")
        assert 'data-title="Why?"' in renamed.text


class TestLength:
    """A conversation that is longer than a page."""

    def test_a_page_shows_the_end(self, talk: Talk, services: Services) -> None:
        ids = grown(services, talk, PIECE + 5)
        page = shown(talk)
        assert page.ids == ids[-PIECE:]
        assert page.parent_id == ids[-1]
        assert not page.has("Later messages")

    def test_what_fits_is_whole(self, talk: Talk, services: Services) -> None:
        ids = grown(services, talk, PIECE)
        page = shown(talk)
        assert page.ids == ids
        assert not page.has("Earlier messages")

    def test_links_lead_to_the_beginning_and_back(self, talk: Talk, services: Services) -> None:
        ids = grown(services, talk, 2 * PIECE + 5)
        page = shown(talk)
        seen = page.ids
        while page.has("Earlier messages"):
            address = page.link("Earlier messages")
            page = Shown(talk.api, address)
            assert address.endswith(f"#m-{page.ids[-1]}")
            assert page.parent_id == ids[-1]
            seen = [*page.ids, *seen]
        assert seen == ids
        seen = page.ids
        while page.has("Later messages"):
            page = Shown(talk.api, page.link("Later messages"))
            seen = [*seen, *page.ids]
        assert seen == ids

    def test_a_message_far_up_is_shown_among_its_neighbours(
        self, talk: Talk, services: Services
    ) -> None:
        ids = grown(services, talk, 3 * PIECE)
        page = shown(talk, f"?at={ids[50]}")
        assert page.ids == ids[40:80]
        assert page.parent_id == ids[-1]
        assert page.has("Earlier messages")
        assert page.has("Later messages")

    def test_versions_are_counted_beyond_the_piece(self, talk: Talk, services: Services) -> None:
        ids = grown(services, talk, 2 * PIECE)
        talk.ask("Differently.", parent_id=ids[1])
        page = Shown(talk.api, shown(talk).link("Previous version"))
        assert page.ids == ids[:PIECE]
        assert page.places == ["1 of 2"]

    def test_the_words_of_other_messages_are_not_read(self, talk: Talk, services: Services) -> None:
        grown(services, talk, 3 * PIECE)
        loaded: list[str] = []

        def load(message: Message, _context: object) -> None:
            loaded.append(message.id)

        event.listen(Message, "load", load)
        try:
            page = shown(talk)
        finally:
            event.remove(Message, "load", load)
        assert sorted(loaded) == sorted(page.ids)
