"""The Flask extensions, each once, bound to the app by `create_app`."""

from __future__ import annotations

from flask_cors import CORS
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base of every table."""


class Reading(Session):
    """What a request reads with. It ends well also where the database has gone away meanwhile:
    there is nothing to take back on a connection that is lost."""

    def close(self) -> None:
        """Lets go of the connection."""
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise


db = SQLAlchemy(model_class=Base, session_options={"class_": Reading})
csrf = CSRFProtect()
cors = CORS()
