"""Models: which are offered, which one answers, and who may choose."""

from __future__ import annotations

import pytest
from flask import Flask

from chatapp.chat import catalogue
from chatapp.chat.catalogue import FRESH, RETRY, Catalogue
from chatapp.errors import ProviderError, Unprocessable
from tests.conftest import Api
from tests.support.replies import problem, value
from tests.support.scripted import Scripted
from tests.support.talk import Talk


class Named(Scripted):
    """A provider whose list of models a test changes; `asked_for_models` counts."""

    def __init__(self, *models: str, name: str = "openai") -> None:
        super().__init__()
        self.become(*models)
        self.name = name
        self.asked_for_models = 0
        self.away = False

    def models(self) -> tuple[str, ...]:
        """The list, or a failure."""
        self.asked_for_models += 1
        if self.away:
            raise ProviderError("provider_unavailable", "It cannot be reached.")
        return self._models

    def become(self, *models: str) -> None:
        """Offers others from now on."""
        self._models = models


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(catalogue, "monotonic", clock)
    return clock


class TestDefault:
    """The model that answers where nobody chose one."""

    def test_openai_is_asked_for_its_small_one(self) -> None:
        provider = Named("a", "b")
        assert Catalogue(provider).default == "gpt-4o-mini"
        assert Catalogue(provider, "x").default == "x"
        assert Catalogue(provider, None, ("y", "z")).default == "y"
        assert provider.asked_for_models == 0

    def test_another_server_is_asked_for_what_it_has(self) -> None:
        for named, default in (
            (("a", "b"), "a"),
            (("a", "gpt-4o-mini"), "gpt-4o-mini"),
            ((), "gpt-4o-mini"),
        ):
            assert Catalogue(Named(*named), own_server=True).default == default
        assert Catalogue(Named("a"), "x", own_server=True).default == "x"
        assert Catalogue(Named("a"), None, ("y", "z"), own_server=True).default == "y"

    def test_a_server_that_is_away_is_not_asked_again_at_once(self, clock: Clock) -> None:
        provider = Named("a")
        provider.away = True
        models = Catalogue(provider, own_server=True)
        assert (models.default, models.default) == ("gpt-4o-mini", "gpt-4o-mini")
        assert provider.asked_for_models == 1
        provider.away = False
        clock.now += RETRY + 1
        assert models.default == "a"

    def test_a_send_never_waits_for_a_list_that_is_known(self, clock: Clock) -> None:
        provider = Named("a")
        models = Catalogue(provider, own_server=True)
        assert models.default == "a"
        clock.now += 10 * FRESH
        assert models.default == "a"
        assert provider.asked_for_models == 1


class TestOffered:
    """What people may choose from."""

    def test_the_default_comes_first_and_nothing_twice(self) -> None:
        assert Catalogue(Named("a", "b", "c"), "b").offered() == ("b", "a", "c")
        assert Catalogue(Named("a"), "x").offered() == ("x", "a")
        assert Catalogue(Named("a"), "y", ("x", "y")).offered() == ("y", "x")

    def test_the_list_is_asked_for_once_a_minute(self, clock: Clock) -> None:
        provider = Named("a")
        models = Catalogue(provider, own_server=True)
        assert models.offered() == ("a",)
        provider.become("b")
        clock.now += FRESH - 1
        assert models.offered() == ("a",)
        clock.now += 2
        assert models.offered() == ("b",)
        assert models.default == "b"
        assert provider.asked_for_models == 2

    def test_what_was_known_is_kept_while_the_server_is_away(self, clock: Clock) -> None:
        provider = Named("a")
        models = Catalogue(provider, own_server=True)
        assert models.offered() == ("a",)
        provider.away = True
        clock.now += FRESH + 1
        assert models.offered() == ("a",)


class TestChoosing:
    """Who may ask which model."""

    def test_anyone_may_ask_the_default(self) -> None:
        for models in (Catalogue(Named("a"), "x"), Catalogue(Named("a"), "x", ("y",))):
            assert models.check("x", "x", guest=True) == "x"

    def test_a_guest_may_ask_no_other(self) -> None:
        with pytest.raises(Unprocessable, match="Guests"):
            Catalogue(Named("a"), "x", ("a",)).check("a", "x", guest=True)

    def test_a_list_that_is_configured_is_the_limit(self) -> None:
        models = Catalogue(Named("a"), "x", ("y",))
        assert models.check("y", "x", guest=False) == "y"
        with pytest.raises(Unprocessable, match="'a'"):
            models.check("a", "x", guest=False)

    def test_without_one_the_models_server_says_what_it_does_not_have(self) -> None:
        assert Catalogue(Named("a"), "x").check("new", "x", guest=False) == "new"


class TestSends:
    """The same, asked over HTTP."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_MODEL": "small", "CHATAPP_MODELS": "small, large"}

    def test_the_send_then_the_conversation_then_the_default(
        self, api: Api, model: Scripted
    ) -> None:
        talk, set_up = Talk(api, model), Talk(api, model, model="large")
        for each, fields, asked in (
            (talk, {}, "small"),
            (talk, {"model": "large"}, "large"),
            (talk, {"model": None}, "small"),
            (set_up, {}, "large"),
            (set_up, {"model": "small"}, "small"),
        ):
            answer = each.ask("Why?", **fields)
            assert each.asked[-1].prompt.model == asked
            assert each.message(answer)["model"] == asked
        assert set_up.again("regenerate", answer)
        assert set_up.asked[-1].prompt.model == "large"
        assert set_up.again("regenerate", answer, model="small")
        assert set_up.asked[-1].prompt.model == "small"

    def test_a_model_that_is_not_offered_stores_nothing(self, api: Api, model: Scripted) -> None:
        talk = Talk(api, model)
        refused = api.post(talk.path, {"content": "Why?", "model": "huge"})
        assert "huge" in problem(refused, 422, "invalid_value")
        assert talk.messages() == []
        assert model.is_idle

    def test_a_guest_asks_the_default(self, app: Flask, model: Scripted) -> None:
        refused = app.test_client().post("/", data={"content": "Hi", "model": "large"})
        assert refused.status_code == 422
        client = app.test_client()
        assert client.post("/", data={"content": "Hi", "model": "small"}).status_code == 303
        asked = model.asked()
        assert asked.prompt.model == "small"
        token = {"X-CSRFToken": value(client.get("/api/me"))["csrf_token"]}
        (conversation,) = value(client.get("/api/conversations"))["items"]
        path = f"/api/conversations/{conversation['id']}/messages"
        refused = client.post(path, json={"content": "Hi", "model": "large"}, headers=token)
        assert "small" in problem(refused, 422, "invalid_value")
