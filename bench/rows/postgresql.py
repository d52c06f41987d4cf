"""What a delta costs where answers are kept in PostgreSQL."""

from __future__ import annotations

from bench import machine, targets
from bench.rows.base import Figure, Found, Load, median, steady
from bench.stage import Stage
from tests.support import databases
from tests.support.instance import Instance

_STREAMS = 200
_MOST = 45.0


class Postgresql:
    """A native send, with a PostgreSQL on the rig's core, whose own time is not counted."""

    name = "postgresql"
    title = "PostgreSQL"

    def measure(self, stage: Stage) -> Found:
        """Requests in turn, then loads."""
        if not machine.has_postgres():
            return Found([], notes=["left out: PostgreSQL is not installed (postgresql)"])
        folder = stage.folder / "postgresql"
        with databases.postgres(folder / "server") as url:
            settings = targets.chatapp_settings(stage.model) | {"DATABASE_URL": url}
            instance = Instance(folder, settings)
            with stage.served(instance) as program:
                target = targets.chatapp(instance, program)
                stage.warm_up(target)
                request = stage.request(target)
                shape = stage.size.shape(_STREAMS)
                results = [stage.measure(target, shape) for _ in range(min(stage.size.rounds, 2))]
        return Found(
            [
                Figure(
                    name="steady",
                    value=median([steady(result, request) for result in results]),
                    unit="µs",
                    most=_MOST,
                ),
                Figure(name="one request", value=request.ms_per_request, unit="ms"),
            ],
            [Load("in turn", request)] + [Load(f"{shape.streams}", each) for each in results],
        )
