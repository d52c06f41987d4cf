"""Static files under fingerprinted addresses, and those addresses for the templates."""

from __future__ import annotations

from flask import Flask, Response, request, send_from_directory

from chatapp.assets import ALL_SHEETS, Assets
from chatapp.config import ROOT

FOLDER = ROOT / "static"
FOR_EVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Serves the files, and gives templates `asset(name)` and the list of `assets`."""
    assets = Assets(FOLDER)
    app.jinja_env.globals.update(asset=assets.url, assets=assets)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def serve(digest: str, name: str) -> Response:
        """One file. An address of another edition gets what there is now, but not to keep."""
        if name == ALL_SHEETS:
            response = Response(assets.join_sheets(), mimetype="text/css")
            response.add_etag()
            response.make_conditional(request)
        else:
            response = send_from_directory(FOLDER, name)
        current = digest == assets.digest and not app.debug
        response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
        return response

    app.add_url_rule("/static/<digest>/<path:name>", "static_files", serve)
