"""What a reader costs in another process than the one that writes, with Redis between them."""

from __future__ import annotations

from bench import answers, machine, targets
from bench.measure import Shape
from bench.rows.base import Figure, Found, Load, steady
from bench.stage import Stage
from tests.support import databases, redis_server
from tests.support.instance import Instance

_STREAMS = 200
_MOST, _MOST_REMOTE = 45.0, 25.0


class Redis:
    """Two servers over one PostgreSQL and one Redis: one is asked, the other is read from."""

    name = "redis"
    title = "PostgreSQL and Redis"

    def measure(self, stage: Stage) -> Found:
        """The writer with its own readers, then all of the readers at the other server.

        What their requests cost is measured on the same answers, when these are whole.
        """
        if not (machine.has_postgres() and machine.has_redis()):
            missing = "left out: needs PostgreSQL and Redis (postgresql, redis-server)"
            return Found([], notes=[missing])
        folder = stage.folder / "redis"
        with databases.postgres(folder / "server") as url, redis_server.redis(folder) as redis:
            stores = {"DATABASE_URL": url, "REDIS_URL": redis}
            instance = Instance(folder, targets.chatapp_settings(stage.model) | stores)
            return _measured(stage, instance)


def _measured(stage: Stage, instance: Instance) -> Found:
    size, count = stage.size, min(_STREAMS, stage.size.most)
    with stage.served(instance) as writing, stage.served(instance) as reading:
        writer = targets.chatapp(instance, writing)
        stage.warm_up(writer)
        stage.warm_up(targets.chatapp(instance, reading))
        request = stage.request(writer)
        near = stage.measure(writer, size.shape(_STREAMS))
        ids = answers.begin(instance, writing.port, count, size.awaited)
        remote = targets.followed(instance, reading, ids)
        far = stage.measure(remote, Shape(count, size.awaited, size.ramp / 4))
        again = stage.measure(remote, Shape(min(count, size.in_turn), size.awaited, None))
    return Found(
        [
            Figure(
                name="the writer and its own readers, steady",
                value=steady(near, request),
                unit="µs",
                most=_MOST,
            ),
            Figure(
                name="a reader at the other process, steady",
                value=steady(far, again),
                unit="µs",
                most=_MOST_REMOTE,
            ),
            Figure(name="a reader at the other process, all in", value=far.us_per_delta, unit="µs"),
        ],
        [
            Load("in turn", request),
            Load(f"{count}", near),
            Load(f"{count}, remote", far),
            Load("in turn, whole answers", again),
        ],
    )
