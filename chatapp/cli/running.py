"""What all commands share: the parts of the application, and errors in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from chatapp.chat.services import Services
from chatapp.errors import ChatappError


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turns what can go wrong into one line on standard error and exit code 1."""
    try:
        yield
    except ChatappError as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0].strip()
        raise click.ClickException(
            f"The database is not ready ({reason}). Is it there, and did you run "
            "`flask --app wsgi db upgrade`?"
        ) from None


def services() -> Services:
    """What this process is made of."""
    made: Services = current_app.extensions["chatapp"]
    return made
