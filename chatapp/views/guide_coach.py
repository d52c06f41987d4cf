"""A coach whom an `EventSource` asks: advice for people with an account."""

from __future__ import annotations

from flask import Blueprint, Response, request

from chatapp.accounts import orphans, profile
from chatapp.chat import coaching
from chatapp.dialects.guide_coach import GONE, GuideCoach
from chatapp.errors import Unauthenticated
from chatapp.views import asked_by_url, guard, services
from chatapp.views.asked_by_url import ids_of, own
from chatapp.views.event_models import CoachFrame, CoachTrouble
from chatapp.views.operations import Stream, operation
from chatapp.views.queries import CoachQuery, required_words
from chatapp.views.streams import HEADERS

bp = Blueprint("guide_coach", __name__, url_prefix="/api/coach")

ROOM = own(coaching.CONVERSATION, coaching.SETUP)


@bp.before_request
def require_account() -> Response | None:
    """Lets in who has an account. Raises `Unauthenticated`."""
    shown = orphans.shown(request)
    try:
        guard.require_account_by_query()
    except Unauthenticated:
        if not orphans.is_orphan(services().database, shown):
            raise
        return _say_that_the_person_is_gone()
    return None


@bp.get("/stream")
@operation(
    {200: Stream(events=(CoachFrame, CoachTrouble)), 204: None},
    query=CoachQuery,
    refusals=(403, 404, 413, 422, 429),
)
def stream_advice() -> Response:
    """Asks the coach, who knows the person's profile and the last six messages."""
    guard.check_get_that_asks()
    words = required_words("input", "input is required")
    known = profile.read(services().database, guard.person().id)
    if known is None:
        return _say_that_the_person_is_gone()
    question = coaching.question(words, profile.introduce(known, coaching.TOLD))
    try:
        return asked_by_url.answer(question, ROOM, lambda start, began: GuideCoach(ids_of(start)))
    except Unauthenticated:  # gone between two statements
        return _say_that_the_person_is_gone()


def _say_that_the_person_is_gone() -> Response:
    return Response(GONE, mimetype=GuideCoach.mimetype, headers=HEADERS)
