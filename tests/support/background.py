"""A server of the Responses API that writes in the background, as OpenAI's does.

It numbers its events, keeps them all, and tells them again from any number on.
"""

from __future__ import annotations

import threading
from urllib.parse import parse_qs, urlsplit

from tests.support.model_server import Answer, Request, frame

ID = "resp_1"


class Background:
    """One answer of `words`. Its first teller breaks off behind `broken_after` of them: cut
    where that is odd, with a clean end where it is even.

    `gate` holds back whoever is told after that; `cancelled` tells that it was to stop.
    """

    def __init__(self, words: list[str], broken_after: int) -> None:
        self.words = words
        self.gate = threading.Event()
        self.gate.set()
        self.cancelled = threading.Event()
        self._broken_after = broken_after

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        target = urlsplit(request.target)
        if target.path.endswith("/cancel"):
            self.cancelled.set()
            return Answer.json({"id": ID, "status": "cancelled"})
        if request.method == "POST":
            told = self._events()[: self._broken_after + 1]
            return Answer.sse(*told, ending="cut" if self._broken_after % 2 else "clean")
        after = int(parse_qs(target.query)["starting_after"][0])
        return Answer.sse(self.gate, *self._events()[after + 1 :])

    def hold(self, request: Request) -> Answer:
        """The same, but the first teller says nothing more instead of breaking off."""
        answer = self.answer(request)
        if request.method == "POST" and not request.target.endswith("/cancel"):
            return Answer.sse(*answer.script, ending="hold")
        return answer

    def _events(self) -> list[bytes]:
        head = {"id": ID, "background": True, "status": "in_progress"}
        events: list[dict[str, object]] = [{"type": "response.created", "response": head}]
        events += [{"type": "response.output_text.delta", "delta": word} for word in self.words]
        usage = {"input_tokens": 3, "output_tokens": len(self.words)}
        done = head | {"status": "completed", "usage": usage}
        events.append({"type": "response.completed", "response": done})
        return [
            frame(event | {"sequence_number": number}, str(event["type"]))
            for number, event in enumerate(events)
        ]
