"""Figures: what Prometheus reads, and who may read it."""

from __future__ import annotations

import asyncio

import pytest

from assetgen.errors import AlreadyExists
from assetgen.serve.wire.metrics import MOST_SERIES, Counter, Gauge, Histogram, Metrics, MetricsPort
from tests.serve.wire.echo import read_reply


def test_counters_gauges_and_histograms_are_written_as_prometheus_wants_them() -> None:
    counter = Counter("rejected", "Refused.", label="reason")
    counter.add("host")
    counter.add("host")
    counter.add('a"b\\c\nd', 0.5)
    assert counter.lines() == [
        "# HELP assetgen_rejected Refused.",
        "# TYPE assetgen_rejected counter",
        'assetgen_rejected{reason="a\\"b\\\\c\\nd"} 0.5',
        'assetgen_rejected{reason="host"} 2',
    ]
    gauge = Gauge("queue_depth", "Waiting.", label="priority")
    gauge.set(3, "watch")
    gauge.set(2, "watch")
    assert gauge.lines()[2:] == ['assetgen_queue_depth{priority="watch"} 2']
    histogram = Histogram("run_s", "Work.", label="kind", buckets=(0.1, 1.0, 2.5))
    for seconds in (0.05, 0.1, 0.7, 99.0):
        histogram.observe(seconds, "material")
    assert histogram.lines()[1:] == [
        "# TYPE assetgen_run_s histogram",
        'assetgen_run_s_bucket{kind="material",le="0.1"} 2',
        'assetgen_run_s_bucket{kind="material",le="1"} 3',
        'assetgen_run_s_bucket{kind="material",le="2.5"} 3',
        'assetgen_run_s_bucket{kind="material",le="+Inf"} 4',
        'assetgen_run_s_sum{kind="material"} 99.85',
        'assetgen_run_s_count{kind="material"} 4',
    ]
    plain = Histogram("wait_s", "Wait.", buckets=(1.0,))
    plain.observe(0.5)
    assert plain.lines()[2:] == [
        'assetgen_wait_s_bucket{le="1"} 1',
        'assetgen_wait_s_bucket{le="+Inf"} 1',
        "assetgen_wait_s_sum 0.5",
        "assetgen_wait_s_count 1",
    ]
    assert Counter("dedupe", "Joined.").lines()[2:] == ["assetgen_dedupe 0"]


def test_a_label_with_endless_values_does_not_grow_without_end() -> None:
    counter = Counter("rejected", "Refused.", label="reason")
    for number in range(10 * MOST_SERIES):
        counter.add(str(number))
    lines = counter.lines()[2:]
    assert len(lines) == MOST_SERIES + 1
    assert f'assetgen_rejected{{reason="other"}} {9 * MOST_SERIES}' in lines


def test_every_figure_is_told() -> None:
    text = Metrics().text()
    names = ["queue_depth", "wait_s", "run_s", "cache_hit", "worker_restarts"]
    for name in [*names, "dedupe", "rejected"]:
        assert f"# TYPE assetgen_{name} " in text
    assert text.endswith("\n")


def test_figures_are_served_to_this_machine_and_to_no_page() -> None:
    async def ask(
        port: int, path: str, *, host: str, more: str = "", method: str = "GET"
    ) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode())
        reply = await asyncio.wait_for(read_reply(reader), 5)
        writer.close()
        assert not any(name.startswith("access-control") for name in reply.headers)
        return reply.status, reply.body

    async def main() -> None:
        metrics = Metrics()
        metrics.rejected.add("host")
        server = MetricsPort(metrics)
        await server.start()
        port = int(server.address.split(":")[2].split("/")[0])
        ours = f"127.0.0.1:{port}"
        status, body = await ask(port, "/metrics", host=ours)
        assert status == 200
        assert b'assetgen_rejected{reason="host"} 1\n' in body
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}"):
            assert (await ask(port, "/metrics", host=host))[0] == 403
        for origin in ("null", f"http://{ours}"):
            assert (await ask(port, "/metrics", host=ours, more=f"Origin: {origin}\r\n"))[0] == 403
        assert (await ask(port, "/", host=ours))[0] == 404
        assert (await ask(port, "/metrics", host=ours, method="POST"))[0] == 404
        with pytest.raises(AlreadyExists, match="--metrics-port"):
            await MetricsPort(metrics).start(port=port)
        await server.close()

    asyncio.run(main())
