"""What stands in front of the chat: whether answers pass it word by word."""

from __future__ import annotations

from collections.abc import Iterator

from chatapp.config import Settings
from chatapp.doctor.finding import Finding
from chatapp.doctor.passage import held_back
from chatapp.doctor.site import Arrival, Said, Site

PART = "proxy"
STREAM = "/healthz/stream"
TRIES = 3
"""A busy machine may hold a frame back now and then; a proxy that collects does so always."""


def examine(settings: Settings, site: Site) -> Iterator[Finding]:
    """What becomes of a stream on its way. Raises what `site.TROUBLE` names."""
    arrival, held = _listen(site)
    said = arrival.said
    if said is None:
        words = f"{STREAM} answers {arrival.status}, and no stream. Is a chatapp behind it?"
        yield Finding("failed", PART, words)
        return
    yield _judge(arrival, said, held)
    yield _examine_headers(arrival.headers)
    yield _examine_protocol(arrival, said)
    if "content-encoding" in arrival.headers:
        words = f"The stream arrives compressed ({arrival.headers['content-encoding']})."
        yield Finding("warning", PART, f"{words} Leave text/event-stream out of gzip_types.")
    yield from _examine_trust(settings, said)


def _listen(site: Site) -> tuple[Arrival, int]:
    """The stream, and how many of its frames were held back in the best of some tries."""
    arrival = site.stream(STREAM)
    held = held_back(arrival.frames)
    for _ in range(TRIES - 1):
        if held == 0:
            break
        held = min(held, held_back(site.stream(STREAM).frames))
    return arrival, held


def _judge(arrival: Arrival, said: Said, held: int) -> Finding:
    count = len(arrival.frames)
    if count < said.of:
        words = f"Only {count} of {said.of} frames arrive: something cuts streams off."
        return Finding("failed", PART, words)
    if 2 * held >= said.of:
        words = f"The proxy collects {held} of {said.of} frames, so answers arrive in lumps."
        return Finding("failed", PART, f"{words} Set proxy_buffering off (nginx), or its like.")
    if held:
        words = f"{held} of {said.of} frames were late: a busy machine, or one that collects a few."
        return Finding("warning", PART, f"{words} Try again when it is quiet.")
    return Finding("ok", PART, "Streams pass through one by one.")


def _examine_headers(headers: dict[str, str]) -> Finding:
    cache = headers.get("cache-control", "")
    if "no-transform" not in cache:
        words = f"Cache-Control arrives as {cache!r}, without our no-transform."
        return Finding("warning", PART, f"{words} Let the proxy pass it on as it is.")
    arrives = "arrives too" if "x-accel-buffering" in headers else "was taken, as nginx does"
    return Finding(
        "ok", PART, f"Cache-Control arrives as it was sent; X-Accel-Buffering {arrives}."
    )


def _examine_protocol(arrival: Arrival, said: Said) -> Finding:
    if said.protocol == "HTTP/1.0" or arrival.version == 10:
        words = "HTTP/1.0 is spoken on the way: an answer that is cut off looks like a whole one."
        return Finding("warning", PART, f"{words} Set proxy_http_version 1.1 (nginx).")
    return Finding("ok", PART, f"{said.protocol} is spoken: an answer that is cut off shows it.")


def _examine_trust(settings: Settings, said: Said) -> Iterator[Finding]:
    trusted = settings.trusted_proxies
    if said.proxied and not trusted:
        words = "People seem to come from the proxy's own address. Set CHATAPP_TRUSTED_PROXIES=1."
        yield Finding("warning", PART, words)
    if trusted and not said.proxied:
        words = f"CHATAPP_TRUSTED_PROXIES={trusted}, and none is here: who comes this way may claim"
        yield Finding("warning", PART, f"{words} any address. Let only the proxy reach the chat.")
