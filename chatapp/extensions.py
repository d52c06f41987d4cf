"""The Flask extensions, each once, bound to the app by `create_app`."""

from __future__ import annotations

from flask_cors import CORS
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The base of every table."""


db = SQLAlchemy(model_class=Base)
csrf = CSRFProtect()
cors = CORS()
