"""chatapp: self-hosted, streaming AI chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from chatapp.config import Settings
    from chatapp.providers.base import Provider


def create_app(settings: Settings | None = None, provider: Provider | None = None) -> Flask:
    """The application, put together by `chatapp.application`.

    It is loaded when it is wanted: gunicorn's master reads settings, and needs no more.
    """
    from chatapp import application

    return application.create_app(settings, provider)
