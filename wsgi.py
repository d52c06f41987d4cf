"""The application that a WSGI server serves, and that `flask --app wsgi` commands."""

from __future__ import annotations

import sys

from chatapp import create_app
from chatapp.errors import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
