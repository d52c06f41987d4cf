"""What is done once the response is on its way: nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Response, after_this_request
from sqlalchemy.exc import DBAPIError, TimeoutError

log = logging.getLogger(__name__)


def afterwards(work: Callable[[], object]) -> None:
    """Does `work` when the response of this request was sent to its last byte.

    It goes without where the database is away then: nothing may depend on it.
    """

    def do() -> None:
        try:
            work()
        except (DBAPIError, TimeoutError) as error:
            log.warning("the database was away afterwards: %s", error.__cause__ or error)

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(do)
        return response
