"""How Alembic reaches the database: through the app's own engine."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from chatapp.extensions import Base
from chatapp.models import is_in_models
from chatapp.models.base import Moment


def render(kind: str, value: Any, _: object) -> str | bool:
    """Writes our column types as the database's own: a revision outlives the code."""
    return "sa.DateTime(timezone=True)" if isinstance(value, Moment) else False


def run() -> None:
    """Brings the database to the wanted revision, in one transaction."""
    database = current_app.extensions["chatapp"].database
    with database.migrating() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render,
            include_name=is_in_models,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
