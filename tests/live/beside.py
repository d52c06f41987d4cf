"""Another process over the same database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Flask

from chatapp.chat.services import Services
from tests.conftest import Api
from tests.support.scripted import Scripted


@dataclass(frozen=True)
class Beside:
    """Another process over the same database, which outlives the first."""

    app: Flask
    services: Services
    model: Scripted

    def api(self, api: Api) -> Api:
        """The same person there."""
        return replace(api, client=self.app.test_client())
