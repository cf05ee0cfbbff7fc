"""Figures of the daemon as Prometheus text, on a loopback port of its own when asked for.

    assetgen_queue_depth{priority}      jobs that wait, by class
    assetgen_wait_s                     seconds from queued to taken up
    assetgen_run_s{kind}                seconds of work, by kind of asset
    assetgen_cache_hit{result}          jobs that found all in place or in the cache, or needed a worker: hit, miss
    assetgen_worker_restarts{worker}    workers that had to be started again
    assetgen_dedupe                     requests that joined work under way
    assetgen_rejected{reason}           requests that were refused

Labels have few values; nothing of a request's text is ever one. Source of the format:
https://prometheus.io/docs/instrumenting/exposition_formats/ (text 0.0.4).
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from assetgen.errors import AlreadyExists, NotAllowed
from assetgen.serve.wire.connections import Gate, Gatekeeper
from assetgen.serve.wire.guard import Guard, Limits, make_token

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S: Final = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
MOST_SERIES: Final = 100
"""Values of a label that one figure keeps apart; later ones are counted as `other`."""


class Figure(ABC):
    """What all figures share: a name, a help text and values by label.

    Args:
        name: of the figure, without the prefix.
        text: one line of help.
        label: name of its label, or empty for none.
    """

    kind = "untyped"

    def __init__(self, name: str, text: str, *, label: str = "") -> None:
        self.name = f"assetgen_{name}"
        self._text = text
        self._label = label
        self._series: set[str] = set()

    def lines(self) -> list[str]:
        """Return its lines of the exposition."""
        head = [f"# HELP {self.name} {self._text}", f"# TYPE {self.name} {self.kind}"]
        return head + self._samples()

    @abstractmethod
    def _samples(self) -> list[str]:
        """Return the lines below its head."""

    def _known(self, value: str) -> str:
        """Return a label's value, or `other` once there are too many."""
        if value in self._series or len(self._series) < MOST_SERIES:
            self._series.add(value)
            return value
        return "other"

    def _labels(self, value: str, extra: str = "") -> str:
        own = f'{self._label}="{_escape(value)}"' if self._label else ""
        both = ",".join(part for part in (own, extra) if part)
        return f"{{{both}}}" if both else ""


class Counter(Figure):
    """A number that only grows."""

    kind = "counter"

    def __init__(self, name: str, text: str, *, label: str = "") -> None:
        super().__init__(name, text, label=label)
        self._values: dict[str, float] = {} if label else {"": 0.0}

    def add(self, value: str = "", amount: float = 1.0) -> None:
        """Count something under a value of the label."""
        value = self._known(value)
        self._values[value] = self._values.get(value, 0.0) + amount

    def _samples(self) -> list[str]:
        return [f"{self.name}{self._labels(key)} {_number(n)}" for key, n in sorted(self._values.items())]


class Gauge(Figure):
    """A number that goes up and down."""

    kind = "gauge"

    def __init__(self, name: str, text: str, *, label: str = "") -> None:
        super().__init__(name, text, label=label)
        self._values: dict[str, float] = {}

    def set(self, amount: float, value: str = "") -> None:
        """Say what it is now, under a value of the label."""
        self._values[self._known(value)] = amount

    def _samples(self) -> list[str]:
        return [f"{self.name}{self._labels(key)} {_number(n)}" for key, n in sorted(self._values.items())]


class Histogram(Figure):
    """How often a number was how large."""

    kind = "histogram"

    def __init__(
        self, name: str, text: str, *, label: str = "", buckets: Sequence[float] = BUCKETS_S
    ) -> None:
        super().__init__(name, text, label=label)
        self._bounds = tuple(buckets)
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def observe(self, amount: float, value: str = "") -> None:
        """Count one measurement under a value of the label."""
        value = self._known(value)
        counts = self._counts.setdefault(value, [0] * (len(self._bounds) + 1))
        counts[bisect_left(self._bounds, amount)] += 1
        self._sums[value] = self._sums.get(value, 0.0) + amount

    def _samples(self) -> list[str]:
        found = []
        for key, counts in sorted(self._counts.items()):
            total = 0
            for bound, count in zip([*map(_number, self._bounds), "+Inf"], counts, strict=True):
                total += count
                labels = self._labels(key, f'le="{bound}"')
                found.append(f"{self.name}_bucket{labels} {total}")
            found.append(f"{self.name}_sum{self._labels(key)} {_number(self._sums[key])}")
            found.append(f"{self.name}_count{self._labels(key)} {total}")
        return found


class Metrics:
    """All figures of the daemon; cheap enough to be kept whether or not anybody asks."""

    def __init__(self) -> None:
        self.queue_depth = Gauge("queue_depth", "Jobs that wait.", label="priority")
        self.wait_s = Histogram("wait_s", "Seconds from queued to taken up.")
        self.run_s = Histogram("run_s", "Seconds of work.", label="kind")
        self.cache_hit = Counter("cache_hit", "Jobs that needed no worker, or one.", label="result")
        self.worker_restarts = Counter("worker_restarts", "Workers started again.", label="worker")
        self.dedupe = Counter("dedupe", "Requests that joined work under way.")
        self.rejected = Counter("rejected", "Requests that were refused.", label="reason")

    def text(self) -> str:
        """Return the exposition."""
        figures = [one for one in vars(self).values() if isinstance(one, Figure)]
        return "\n".join(line for figure in figures for line in figure.lines()) + "\n"


class MetricsPort:
    """Serves `GET /metrics` on 127.0.0.1: no token, as scrapers have none, and to no web page."""

    def __init__(self, metrics: Metrics, *, limits: Limits | None = None) -> None:
        self._metrics = metrics
        self._limits = limits or Limits(connections=16)
        # A guard of its own, of which only the names and pages are asked.
        self._guard = Guard(make_token())
        self._server: asyncio.Server | None = None
        self._port = 0
        self.address = ""

    async def start(self, *, port: int = 0) -> None:
        """Listen; afterwards `address` is the URL. AlreadyExists when the port is taken."""
        base = web.Server(self._handle, access_log=None, keepalive_timeout=self._limits.idle_s)
        self._keeper = Gatekeeper(base, self._limits)
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._keeper, "127.0.0.1", port)
        except OSError as error:
            raise AlreadyExists(
                f"metrics cannot be served on 127.0.0.1:{port}: {error.strerror}; choose another --metrics-port."
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}/metrics"

    async def close(self) -> None:
        """Stop at once."""
        if self._server is not None:
            self._server.close()
            self._keeper.drop_all()
            await self._server.wait_closed()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        gate = None if request.transport is None else request.transport.get_protocol()
        if isinstance(gate, Gate):
            gate.admit()
        try:
            self._guard.check_host(request.headers.getall("Host", []), port=self._port)
            self._guard.check_origin(request.headers.getall("Origin", []))
        except NotAllowed as error:
            return web.Response(status=403, text=error.message)
        if request.path != "/metrics" or request.method != "GET":
            return web.Response(status=404, text="there is GET /metrics and nothing else.\n")
        headers = {"Content-Type": CONTENT_TYPE, "X-Content-Type-Options": "nosniff", "Server": "assetgen"}
        return web.Response(body=self._metrics.text().encode(), headers=headers)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
