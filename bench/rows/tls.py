"""What it costs more where the model is behind TLS."""

from __future__ import annotations

from bench.measure import Result
from bench.rows.base import Figure, Found, Load, median, more, steady
from bench.stage import Stage, variant
from bench.targets import Target

_STREAMS = 200
_MOST = 15.0


class Tls:
    """The model server behind nginx, which speaks TLS or does not: the same way otherwise."""

    name = "tls"
    title = "TLS to the model"

    def measure(self, stage: Stage) -> Found:
        """Two servers, asked by turns."""
        if not stage.nginx:
            return Found([], notes=["left out: nginx is not installed (Debian package: nginx)"])
        with (
            stage.front(stage.nginx, tls=False) as plain,
            stage.front(stage.nginx, tls=True) as tls,
            stage.served(variant(stage.instance, plain)) as without,
            stage.served(variant(stage.instance, tls)) as behind,
        ):
            pair = stage.native(without), stage.native(behind)
            for target in pair:
                stage.warm_up(target)
            requests = [stage.request(target) for target in pair]
            rounds = [_round(stage, pair) for _ in range(min(stage.size.rounds, 2))]
        loads = [
            Load(title, result)
            for each in [requests, *rounds]
            for title, result in zip(("without", "with TLS"), each, strict=True)
        ]
        return Found(_figures(requests, rounds), loads)


def _round(stage: Stage, pair: tuple[Target, Target]) -> list[Result]:
    return [stage.measure(target, stage.size.shape(_STREAMS)) for target in pair]


def _figures(requests: list[Result], rounds: list[list[Result]]) -> list[Figure]:
    """The difference of the steady costs; a handshake for each stream is part of the first."""
    costs = [
        [steady(result, request) for result, request in zip(each, requests, strict=True)]
        for each in rounds
    ]
    differences = [more(tls, plain) for plain, tls in costs]
    return [
        Figure(name="without, steady", value=median([plain for plain, _ in costs]), unit="µs"),
        Figure(name="with TLS, steady", value=median([tls for _, tls in costs]), unit="µs"),
        Figure(name="more with TLS", value=median(differences), unit="µs", most=_MOST),
    ]
