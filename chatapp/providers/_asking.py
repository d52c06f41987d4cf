"""Asks a model's server over HTTP: with one retry, and every failure in our own words.

httpx2 and the transport are imported at first use: loading them takes longer than most of what
the application does at its start.
"""

from __future__ import annotations

import logging
import math
import socket
import ssl
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.request import getproxies, proxy_bypass

from chatapp.errors import ProviderDisconnected, ProviderError
from chatapp.providers import _failures
from chatapp.providers._failures import Advice, Kind, Report, note, read, refusal
from chatapp.providers.base import Call

if TYPE_CHECKING:
    import httpx2

    from chatapp.providers._transport import Transport

log = logging.getLogger(__name__)

Send: TypeAlias = "Callable[[], httpx2.Response]"

RETRY_SECONDS = 0.5
"""The wait before the retry where the server names none."""

MAX_RETRY_SECONDS = 5.0
"""A server that wants more patience is not asked again."""


class Server(NamedTuple):
    """Whom failures are about; the key is there to be kept out of the log."""

    advice: Advice
    key: str


class Failure(NamedTuple):
    """A try that failed; `pause` is in seconds, None where another one would be of no use."""

    error: ProviderError
    pause: float | None = None


def ask(send: Send, call: Call, server: Server) -> httpx2.Response:
    """The response to what `send` sends, its body not read yet. Raises `ProviderError`.

    After a refused connection or an answered 429 or 5xx it sends once more; both tries and the
    wait between them fit into `call.first_timeout`.
    """
    from chatapp.providers._transport import interruptible

    deadline = monotonic() + call.first_timeout
    with interruptible(call.on_cancel):
        outcome = _try(send, server)
        if isinstance(outcome, Failure) and outcome.pause is not None:
            in_time = monotonic() + outcome.pause < deadline
            if in_time and call.wait(outcome.pause):
                outcome = _try(send, server)
    if isinstance(outcome, Failure):
        raise ProviderDisconnected if call.cancelled else outcome.error
    return outcome


def receive(send: Send, server: Server) -> httpx2.Response:
    """The response to what `send` sends, without a retry. Raises `ProviderError`."""
    outcome = _try(send, server)
    if isinstance(outcome, Failure):
        raise outcome.error
    return outcome


def _try(send: Send, server: Server) -> httpx2.Response | Failure:
    import httpx2

    try:
        response = send()
        if response.is_success:
            return response
        try:
            report = read(response.status_code, response.read(), _retry_after(response))
        finally:
            response.close()
    except (httpx2.RequestError, httpx2.InvalidURL, OSError, UnicodeError) as error:
        refused = any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error))
        return Failure(_unreachable(error, server), RETRY_SECONDS if refused else None)
    note(report, server.key)
    return Failure(refusal(report, server.advice), _pause(report))


def _unreachable(error: BaseException, server: Server) -> ProviderError:
    log.warning("the model's server gave no response: %s: %s", type(error).__name__, error)
    kind = next(filter(None, map(_kind, _causes(error))), None)
    return kind.error(server.advice) if kind else ProviderDisconnected()


def make_transport(address: str) -> Transport | None:
    """Our transport; None where the environment names a proxy. Raises `httpx2.InvalidURL`."""
    import httpx2

    from chatapp.providers._transport import Transport

    url = httpx2.URL(address)
    if _needs_proxy(url):
        return None
    transport = Transport()
    if url.scheme == "https":
        transport.tls()
    return transport


def make_http_client(transport: Transport | None) -> httpx2.Client:
    """A client over our transport; without it over httpx2's own, which knows proxies."""
    import httpx2

    from chatapp.providers._transport import CONNECT_SECONDS, trace

    timeout = httpx2.Timeout(None, connect=CONNECT_SECONDS)
    if transport:
        return httpx2.Client(transport=transport, timeout=timeout, follow_redirects=True)
    return httpx2.Client(
        timeout=timeout,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        event_hooks={"request": [trace]},
        follow_redirects=True,
    )


def _needs_proxy(url: httpx2.URL) -> bool:
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    return bool(named) and not proxy_bypass(url.host)


def _pause(report: Report) -> float | None:
    if report.status != 429 and (report.status or 0) < 500:
        return None
    pause = RETRY_SECONDS if report.retry_after is None else report.retry_after
    return pause if pause <= MAX_RETRY_SECONDS else None


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds to wait as the server names them: as a number, or as a date."""
    value = response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time()
        except ValueError:
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it, the root first."""
    if error:
        yield from _causes(error.__cause__)
        yield error


def _kind(error: BaseException) -> Kind | None:
    import httpx2

    for types, kind in (
        (ssl.SSLCertVerificationError, _failures.UNTRUSTED),
        (socket.gaierror, _failures.NO_SUCH_NAME),
        ((UnicodeError, httpx2.LocalProtocolError), _failures.UNSENDABLE_KEY),
        ((httpx2.InvalidURL, httpx2.UnsupportedProtocol), _failures.BAD_ADDRESS),
        (httpx2.TooManyRedirects, _failures.BAD_ADDRESS),
        ((httpx2.ConnectError, httpx2.ConnectTimeout), _failures.UNREACHABLE),
        (httpx2.ProxyError, _failures.UNREACHABLE),
        (httpx2.TimeoutException, _failures.SLOW),
    ):
        if isinstance(error, types):
            return kind
    return None
