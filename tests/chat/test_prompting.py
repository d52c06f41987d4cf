"""What a model is told: instructions, and the path of the conversation, no more."""

from __future__ import annotations

import pytest

from chatapp.events import Finish, Reasoning
from tests.conftest import Api
from tests.support.scripted import Scripted
from tests.support.talk import Talk


@pytest.fixture
def talk(api: Api, model: Scripted) -> Talk:
    return Talk(api, model)


def answered(talk: Talk, number: int, **fields: object) -> str:
    return talk.ask(f"q{number}", f"a{number}", Finish("stop"), **fields)


class TestHistory:
    """The messages that lead to a question."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_HISTORY_MESSAGES": "4"}

    def test_what_came_before_is_told_in_order(self, talk: Talk) -> None:
        answered(talk, 1)
        assert talk.turns == [("user", "q1")]
        answered(talk, 2)
        assert talk.turns == [("user", "q1"), ("assistant", "a1"), ("user", "q2")]

    def test_so_many_messages_and_no_more_are_told(self, talk: Talk) -> None:
        for number in range(1, 5):
            answered(talk, number)
        recent = [("user", "q2"), ("assistant", "a2"), ("user", "q3"), ("assistant", "a3")]
        assert talk.turns == [*recent, ("user", "q4")]
        last = talk.messages()[-1]["id"]
        talk.again("regenerate", last, "a4", Finish("length"))
        assert talk.turns == [*recent, ("user", "q4")]
        talk.again("continue", talk.messages()[-1]["id"])
        assert talk.turns[:6] == [*recent, ("user", "q4"), ("assistant", "a4")]

    def test_only_the_branch_of_the_question_is_told(self, talk: Talk) -> None:
        first = answered(talk, 1)
        second = answered(talk, 2)
        answered(talk, 3, parent_id=first)
        assert talk.turns == [("user", "q1"), ("assistant", "a1"), ("user", "q3")]
        answered(talk, 4)  # follows the highest position: that branch
        assert talk.turns[-3:] == [("user", "q3"), ("assistant", "a3"), ("user", "q4")]
        answered(talk, 5, parent_id=second)
        assert talk.turns[-3:] == [("user", "q2"), ("assistant", "a2"), ("user", "q5")]
        answered(talk, 6, parent_id=None)
        assert talk.turns == [("user", "q6")]
        other = talk.again("regenerate", first, "a1 again", Finish("stop"))
        answered(talk, 7, parent_id=other)
        assert talk.turns == [("user", "q1"), ("assistant", "a1 again"), ("user", "q7")]

    def test_thoughts_and_empty_answers_are_not_told(self, talk: Talk) -> None:
        talk.ask("q1", Reasoning("Hm."), "a1", Finish("stop"))
        talk.ask("q2", Reasoning("Hm."), Finish("stop"))
        talk.ask("q3")
        assert talk.turns == [
            *[("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("user", "q3")],
        ]

    def test_other_conversations_are_not_told(self, talk: Talk) -> None:
        answered(talk, 1)
        elsewhere = Talk(talk.api, talk.model)
        answered(elsewhere, 2)
        assert elsewhere.turns == [("user", "q2")]


class TestNoHistory:
    """Where no earlier message goes to the model."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_HISTORY_MESSAGES": "0"}

    def test_the_question_stands_alone(self, talk: Talk) -> None:
        answered(talk, 1)
        last = answered(talk, 2)
        assert talk.turns == [("user", "q2")]
        talk.again("regenerate", last)
        assert talk.turns == [("user", "q2")]


class TestWishes:
    """Instructions, temperature and the limit of an answer."""

    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"CHATAPP_INSTRUCTIONS": "Be kind.", "CHATAPP_MAX_OUTPUT_TOKENS": "77"}

    def test_the_send_then_the_conversation_then_the_settings(
        self, api: Api, model: Scripted
    ) -> None:
        plain = Talk(api, model)
        set_up = Talk(api, model, instructions="Be brief.", temperature=0.5)
        for talk, fields, instructions, temperature in (
            (plain, {}, "Be kind.", None),
            (plain, {"instructions": "Be loud.", "temperature": 0}, "Be loud.", 0),
            (set_up, {}, "Be brief.", 0.5),
            (set_up, {"instructions": None, "temperature": None}, "Be brief.", 0.5),
            (set_up, {"instructions": "Be loud.", "temperature": 2}, "Be loud.", 2),
        ):
            talk.ask("Why?", parent_id=None, **fields)
            assert talk.turns == [("system", instructions), ("user", "Why?")]
            assert talk.asked[-1].prompt.temperature == temperature
            assert talk.asked[-1].prompt.max_output_tokens == 77

    def test_another_answer_is_told_what_the_conversation_says(
        self, api: Api, model: Scripted
    ) -> None:
        talk = Talk(api, model, instructions="Be brief.", temperature=0.5)
        answer = talk.ask("Why?", "Half", Finish("length"), instructions="Be loud.", temperature=1)
        for verb in ("regenerate", "continue"):
            talk.again(verb, answer)
            assert talk.turns[:2] == [("system", "Be brief."), ("user", "Why?")]
            assert talk.asked[-1].prompt.temperature == 0.5
            talk.again(verb, answer, temperature=0)
            assert talk.asked[-1].prompt.temperature == 0

    def test_the_model_learns_who_asks_and_where(self, api: Api, model: Scripted) -> None:
        talk = Talk(api, model)
        talk.ask()
        prompt = talk.asked[-1].prompt
        assert (prompt.conversation_id, prompt.user_id) == (talk.id, api.user_id)
        assert (prompt.passages, prompt.begun, dict(prompt.options)) == ((), "", {})


class TestIntroduction:
    """What a person lets a model know."""

    def test_a_model_is_told_what_is_allowed_and_no_more(self, talk: Talk) -> None:
        profile = {"name": "Ann Example", "age": 34, "told": ["name"]}
        assert talk.api.call("PATCH", "/api/me", json=profile).status_code == 200
        answered(talk, 1)
        assert talk.turns == [("system", "User Info:\nName: Ann"), ("user", "q1")]
        talk.api.call("PATCH", "/api/me", json={"name": "Bea"})
        answered(talk, 2)
        assert talk.turns[0] == ("system", "User Info:\nName: Bea")
        talk.api.call("PATCH", "/api/me", json={"told": []})
        answered(talk, 3)
        assert talk.turns[0] == ("user", "q1")

    def test_it_follows_the_instructions(self, talk: Talk) -> None:
        talk.api.call("PATCH", "/api/me", json={"age": 34, "told": ["age"]})
        answered(talk, 1, instructions="Be brief.")
        assert talk.turns[0] == ("system", "Be brief.\n\nUser Info:\nAge: 34")
        talk.again("regenerate", talk.messages()[-1]["id"])
        assert talk.turns[0] == ("system", "User Info:\nAge: 34")

    def test_another_persons_is_not_told(self, talk: Talk, other: Api) -> None:
        other.call("PATCH", "/api/me", json={"age": 34, "told": ["age"]})
        answered(talk, 1)
        assert talk.turns == [("user", "q1")]
