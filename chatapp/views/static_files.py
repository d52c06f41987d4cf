"""Static files under fingerprinted addresses, and those addresses for the templates.

Texts among them go out packed; they hold nothing secret.
"""

from __future__ import annotations

from mimetypes import guess_type

from flask import Flask, Response, request, send_from_directory

from chatapp.assets import ALL_SHEETS, Assets
from chatapp.config import ROOT
from chatapp.views.packing import can_unpack

FOLDER = ROOT / "static"
FOR_EVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Serves the files, and gives templates `asset(name)` and the list of `assets`."""
    assets = Assets(FOLDER)
    app.jinja_env.globals.update(asset=assets.url, assets=assets)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def serve(digest: str, name: str) -> Response:
        """One file. An address of another edition gets what there is now, but not to keep."""
        current = digest == assets.digest and not app.debug
        text = assets.is_text(name)
        packed = current and text and can_unpack()
        response = _packed(assets, name) if packed else _plain(assets, name)
        if text:
            response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
        return response

    app.add_url_rule("/static/<digest>/<path:name>", "static_files", serve)


def _packed(assets: Assets, name: str) -> Response:
    response = Response(assets.packed(name), mimetype=guess_type(name)[0])
    response.content_encoding = "gzip"
    return _checked(response)


def _plain(assets: Assets, name: str) -> Response:
    if name == ALL_SHEETS:
        return _checked(Response(assets.join_sheets(), mimetype="text/css"))
    return send_from_directory(FOLDER, name)


def _checked(response: Response) -> Response:
    """With a tag of its own bytes; 304 where the browser has them."""
    response.add_etag()
    response.make_conditional(request)
    return response
