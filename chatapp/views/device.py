"""What lets a device keep the chat among its programs: what it is called and looks like there, and
a worker that shows a page where the network is away.

https://www.w3.org/TR/appmanifest/ and https://www.w3.org/TR/service-workers/
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import cast

from flask import Blueprint, Response, current_app, render_template, request

from chatapp.views import guard
from chatapp.views.language import current, gettext
from chatapp.views.static_files import FOLDER
from chatapp.views.theme import PAPER

bp = Blueprint("device", __name__)
bp.before_request(guard.load_identity)

SHEETS = ("tokens", "base", "components/button", "components/page")
"""What the page without a network looks like; it brings them along."""

WORKER = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""The worker fetches pages for their readers, and nothing else."""

OFFLINE = (
    "default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

ICONS = (
    ("icon.svg", "any", "any"),
    ("icons/192.png", "192x192", "any"),
    ("icons/512.png", "512x512", "any"),
    ("icons/masked.png", "512x512", "maskable"),
)
"""File, size in pixels, and whether a device may cut a shape of its own out of it."""


@bp.get("/manifest.webmanifest")
def show_manifest() -> Response:
    """What the chat is as a program of a device, in the words of whoever asks."""
    language = current()
    manifest = {
        "id": "/",
        "name": "chatapp",
        "description": gettext("A chat with a language model that you host yourself."),
        "lang": language.code,
        "dir": language.direction,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER["light"],
        "theme_color": PAPER["light"],
        "icons": _icons(),
        "shortcuts": [
            {"name": gettext("New chat"), "url": "/"},
            {"name": gettext("Documents"), "url": "/documents"},
        ],
    }
    return Response(current_app.json.dumps(manifest), mimetype="application/manifest+json")


def _icons() -> list[dict[str, str]]:
    address = cast("Callable[[str], str]", current_app.jinja_env.globals["asset"])
    return [
        {"src": address(name), "sizes": sizes, "purpose": purpose} for name, sizes, purpose in ICONS
    ]


@bp.get("/worker.js")
def show_worker() -> Response:
    """The worker, with its page in the language and the theme of whoever asks.

    Browsers ask for it again after every page that they load, and take another one in its place.
    """
    style, script = _style(), render_template("device/offline.js")
    page = render_template("device/offline.html", style=style, script=script)
    policy = OFFLINE.format(style=_source(style), script=_source(script))
    said = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
    }
    worker = render_template("device/worker.js", page=page, headers=said)
    response = Response(worker, mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = WORKER
    response.add_etag()
    response.make_conditional(request)
    return response


@cache
def _style() -> str:
    return "\n".join((FOLDER / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)


def _source(text: str) -> str:
    """By which a policy knows what stands within a page (https://www.w3.org/TR/CSP3/)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
