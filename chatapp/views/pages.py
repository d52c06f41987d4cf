"""The pages: every one of them, and every form on them, works without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Redirect

from chatapp.assets import Assets
from chatapp.chat import access, history, sending
from chatapp.chat.answers import open_answer, snapshot
from chatapp.chat.sending import Again, Sent
from chatapp.dialects.html import Html
from chatapp.errors import NotFound
from chatapp.events import ENDINGS
from chatapp.extensions import db
from chatapp.live.answer import LiveAnswer
from chatapp.live.follow import follow
from chatapp.models import Conversation, Message
from chatapp.views import forms, guard, messages_api, services, shown
from chatapp.views.streams import HEADERS, wants_stream

bp = Blueprint("pages", __name__)
bp.before_request(forms.limit)
bp.before_request(guard.load_identity)
