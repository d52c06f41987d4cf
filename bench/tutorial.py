"""The app that everybody writes first: Flask, OpenAI's client, and a generator around its stream.

    gunicorn -k gevent -w 1 bench.tutorial:app

A reference for the figures: it knows no person, stores nothing, and an answer that breaks off is
gone. The model and its address come from the client's own environment variables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask import Flask, Response, request
from openai import OpenAI

app = Flask(__name__)
client = OpenAI()


@app.post("/chat")
def chat() -> Response:
    """Answers `{"model": …, "messages": […]}` as events, each one with a piece of the answer."""
    asked = request.get_json()

    def generate() -> Iterator[str]:
        stream = client.chat.completions.create(
            model=asked["model"], messages=asked["messages"], stream=True
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield f"data: {json.dumps({'content': chunk.choices[0].delta.content})}\n\n"
        yield "data: [DONE]\n\n"

    return Response(generate(), mimetype="text/event-stream")
