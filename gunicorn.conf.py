"""gunicorn's settings: greenlets, one process a core, and an end in good order."""

from __future__ import annotations

from gevent import events, monkey
from zope.event import notify

# Plugins with a say in it are looked for 25 times, in all that is installed. There are none.
events.notify_and_call_entry_points = notify  # type: ignore[attr-defined]
monkey.patch_all()  # before anything else is imported: libraries bind what they find

import gc  # noqa: E402

gc.disable()  # until all is loaded: nothing of it becomes garbage

import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402

from chatapp.config import load  # noqa: E402
from chatapp.errors import SettingsError  # noqa: E402
from chatapp.worker import Log, Worker  # noqa: E402

try:
    settings = load()
except SettingsError as error:
    sys.exit(str(error))

bind = f"{settings.host}:{settings.port}"
workers = settings.workers
worker_class = Worker
worker_connections = 2000
preload_app = workers > 1  # they share what is loaded; one alone would share it with nobody
timeout = 60
graceful_timeout = 25
keepalive = 5
limit_request_line = 8190  # a question may stand in the address
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1,::1"
forwarder_headers = ""  # no header moves the application to another path
access_log_format = '%(h)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(L)s'  # the path without its query
logger_class = Log

READER_TIMEOUT = 60_000
"""Milliseconds after which a reader that takes nothing more is dropped."""

REAP_EVERY = 1.0
"""Seconds between two looks for workers that died without the master being told."""

WARM_AFTER = 1.0
"""Seconds after which the client of the model is loaded, so that the first answer need not wait."""

SPARE = 5
"""Seconds of the grace period that are kept for sealing what still runs; a third of a short one."""


def on_starting(server: Any) -> None:
    """Says in one line that the port is taken, where gunicorn would try for long."""
    for host, port in [address for address in server.cfg.address if isinstance(address, tuple)]:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                sys.exit(f"Cannot listen on {host}:{port} ({error.strerror}). Try another PORT.")


def when_ready(server: Any) -> None:
    """Says where the chat is, and frees what readers that vanished would hold for ever."""
    _keep_what_is_loaded()
    gevent.spawn(_look_after_workers, server)
    where = ", ".join(str(listener) for listener in server.LISTENERS)
    _say(f"chatapp is at {where} (Ctrl-C ends it)")
    if settings.guests and not all(map(_is_private, server.cfg.address)):
        _say("Warning: everybody who reaches this address may chat. CHATAPP_GUESTS=0 ends that.")
    for listener in server.LISTENERS:
        if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, READER_TIMEOUT)


def _look_after_workers(server: Any) -> None:
    """Lets the master look by itself: a SIGCHLD that got lost would leave it a worker short."""
    while os.getpid() == server.pid:  # forked workers inherit this greenlet
        server.SIG_QUEUE.put_nowait(signal.SIGCHLD)
        gevent.sleep(REAP_EVERY)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tell_setup_code(app: Any) -> None:
    """Prints what the first account takes, where somebody signs up from another machine."""
    from sqlalchemy.exc import DBAPIError  # the master needs no database

    from chatapp.accounts import founding

    database = app.extensions["chatapp"].database
    try:
        if settings.signup and founding.awaits_founder(database):
            code = founding.setup_code(app.secret_key)
            _say(f"There is no account yet. Sign up from this machine, or with the code {code}")
    except DBAPIError as error:
        _say(f"Whether there is an account cannot be seen now: {error.orig}")


def _is_private(address: Any) -> bool:
    """Whether only this machine reaches the address: a socket file, or the loopback network."""
    if not isinstance(address, tuple):
        return True
    return address[0] in ("localhost", "::1") or address[0].startswith("127.")


def post_fork(server: Any, worker: Any) -> None:
    """Looks for no garbage while the worker loads what its master has not."""
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Lets the answers know when their worker is told to end."""
    services = worker.app.callable.extensions["chatapp"]
    grace = worker.cfg.graceful_timeout
    for engine in _engines(worker):
        engine.watch(lambda: worker.alive, grace - min(SPARE, grace / 3))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all: the master tells the workers
    services.feed.patrol()
    services.ingest.wake()
    _settle(worker.cfg)
    gevent.spawn_later(WARM_AFTER, _warm, services.provider)
    if worker.age == 1:
        gevent.spawn(_tell_setup_code, worker.app.callable)
    _keep_what_is_loaded()
    # A pass over all that streams hold takes 190 ms at a thousand of them: one in twenty million
    # new objects. One over the young takes 18 ms, since there are fifty thousand of them at most.
    gc.set_threshold(10_000, 5, 400)


def _warm(provider: Any) -> None:
    """Loads the client of the model, which stays like all that was loaded before."""
    gc.disable()
    try:
        provider.warm()
    finally:
        _keep_what_is_loaded()


def _settle(cfg: Any) -> None:
    """Makes plain attributes of the settings, which change no more: a request asks for 29, and
    gunicorn finds each in three steps."""
    vars(cfg).update({name: setting.get() for name, setting in cfg.settings.items()})


def _keep_what_is_loaded() -> None:
    """Looks for garbage from now on, but no more in what is here: it stays, and processes that
    never write to it share its memory. Of a third of a million objects 506 are garbage by now:
    they are not worth the 50 ms that it takes to find them."""
    gc.freeze()
    gc.enable()


def worker_int(worker: Any) -> None:
    """Keeps what runs when Ctrl-C leaves no time for more."""
    for engine in _engines(worker):
        engine.interrupt()
    _give_documents_back(worker)


def worker_exit(server: Any, worker: Any) -> None:
    """Waits for the answers that nobody follows just now, and gives back what is not read yet."""
    for engine in _engines(worker):
        engine.drain()
    _give_documents_back(worker)


def _give_documents_back(worker: Any) -> None:
    """Lets other workers read what this one has begun."""
    app = worker.app.callable
    if app:
        app.extensions["chatapp"].ingest.end()


def _engines(worker: Any) -> tuple[Any, ...]:
    """Those of the worker; none where it ends before it has loaded the application."""
    app = worker.app.callable
    return tuple(app.extensions["chatapp"].engines) if app else ()
