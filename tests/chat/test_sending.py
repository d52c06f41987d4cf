"""Sending: stored once, run once, in one order."""

from __future__ import annotations

from threading import Barrier, Thread

from chatapp.chat.services import Services
from tests.conftest import Api
from tests.support.scripted import Scripted
from tests.support.streams import read, words


def test_question_and_answer_are_stored_in_order(api: Api, model: Scripted) -> None:
    id = api.conversation()
    stream = api.ask(id, "Why?")
    model.asked().finish("Because", " of it.")
    assert words(read(stream.data)) == "Because of it."
    question, answer = api.get(f"/api/conversations/{id}/messages").json["items"]  # type: ignore[index]
    assert (question["role"], question["text"], question["position"]) == ("user", "Why?", 1)
    assert (answer["role"], answer["text"], answer["status"]) == (
        "assistant",
        "Because of it.",
        "complete",
    )
    assert answer["parent_id"] == question["id"]


def test_one_send_makes_one_run_however_often_it_comes(
    api: Api, model: Scripted, services: Services
) -> None:
    id = api.conversation()
    barrier = Barrier(10)
    bodies: list[bytes] = []

    def send() -> None:
        client = api.client.application.test_client()
        barrier.wait()
        response = Api(client, api.headers, api.user_id).ask(id, "Once?", client_id="one")
        bodies.append(response.data)

    threads = [Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    asked = model.asked()
    asked.finish("Once.")
    for thread in threads:
        thread.join()
    assert {words(read(body)) for body in bodies} == {"Once."}
    assert len({read(body)[0].data["message_id"] for body in bodies}) == 1
    assert model.is_idle
    assert len(api.get(f"/api/conversations/{id}/messages").json["items"]) == 2  # type: ignore[index]
