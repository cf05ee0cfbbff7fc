"""How quick the daemon's two ports are: `python -m benchmarks.wire [--rounds N]`.

The server runs in a process of its own, over a service that only echoes. Figures of one run belong together; read
the ratios, since other work on the machine slows everything alike.

    echo          one unary call on a kept connection; HTTP by http.client, gRPC by the asyncio client
    stream        100 MB in chunks of 256 KiB; HTTP read by http.client
    echo in bulk  one unary call on another connection while such a stream runs
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import grpc

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from assetgen.serve.rpc import asset_pb2 as pb  # noqa: E402
from assetgen.serve.wire.frames import pack  # noqa: E402
from tests.serve.wire.echo import BEARER, PROTO, SERVICE, TOKEN, serving  # noqa: E402

CALLS = 300
STREAM_BYTES = 100 << 20
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": PROTO}
JOB = pb.GetJobRequest(name="jobs/0123456789abcdef0123456789abcdef").SerializeToString()
Row = tuple[str, str, str, bool | None]


def serve(pipe: Connection) -> None:
    """Serve until the other end of the pipe is closed."""

    async def main() -> None:
        async with serving() as daemon:
            pipe.send((daemon.grpc.address, daemon.http))
            await asyncio.get_running_loop().run_in_executor(None, pipe.poll, None)

    with suppress(EOFError):
        asyncio.run(main())


class Http:
    """One connection to the bridge."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.connection = http.client.HTTPConnection(*address)

    def echo(self) -> None:
        self.connection.request("POST", f"{SERVICE}/GetJob", pack(JOB), HEADERS)
        assert b"jobs/0123" in self.connection.getresponse().read()

    def stream(self, size: int) -> int:
        body = pack(pb.DownloadFileRequest(offset=size).SerializeToString())
        self.connection.request("POST", f"{SERVICE}/DownloadFile", body, HEADERS)
        reply, total = self.connection.getresponse(), 0
        while piece := reply.read(256 << 10):
            total += len(piece)
        return total


class Grpc:
    """One channel to the gRPC port, in an event loop of its own thread."""

    def __init__(self, address: str) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.channel = self.wait(self._open(address))

    @staticmethod
    async def _open(address: str) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])

    def wait(self, coroutine: object) -> object:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def echoes(self, count: int) -> list[float]:
        async def run() -> list[float]:
            call = self.channel.unary_unary(f"{SERVICE}/GetJob")
            times = []
            for _ in range(count):
                start = time.perf_counter()
                assert b"jobs/0123" in await call(JOB, metadata=BEARER)
                times.append(time.perf_counter() - start)
            return times

        return self.wait(run())

    def stream(self, size: int) -> int:
        async def run() -> int:
            call = self.channel.unary_stream(f"{SERVICE}/DownloadFile")
            request = pb.DownloadFileRequest(offset=size).SerializeToString()
            return sum([len(piece) async for piece in call(request, metadata=BEARER)])

        return self.wait(run())


def timed(action: Callable[[], object], count: int) -> list[float]:
    times = []
    for _ in range(count):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return times


def megabytes_a_second(stream: Callable[[int], int]) -> float:
    start = time.perf_counter()
    assert stream(STREAM_BYTES) >= STREAM_BYTES
    return STREAM_BYTES / 1e6 / (time.perf_counter() - start)


def during_bulk(stream: Callable[[int], int], echo: Callable[[int], list[float]]) -> list[float]:
    """Return times of calls that were made while a stream ran."""
    bulk = threading.Thread(target=stream, args=(10 * STREAM_BYTES,))
    bulk.start()
    times: list[float] = []
    while bulk.is_alive() and len(times) < CALLS:
        times += echo(1)
    bulk.join()
    return times


def p50(times: list[float]) -> float:
    return statistics.median(times) * 1000


def measure(address: str, web: tuple[str, int], rounds: int) -> list[Row]:
    bridge, native = Http(web), Grpc(address)
    timed(bridge.echo, 50)
    native.echoes(50)
    http_times, grpc_times = [], []
    for _ in range(rounds):
        http_times += timed(bridge.echo, CALLS // rounds)
        grpc_times += native.echoes(CALLS // rounds)
    ratio = p50(http_times) / p50(grpc_times)
    return [
        ("echo p50, gRPC", f"{p50(grpc_times):.2f} ms", "", None),
        ("echo p50, bridge", f"{p50(http_times):.2f} ms", "", None),
        ("bridge / gRPC", f"{ratio:.2f}", "<= 1.5", ratio <= 1.5),
    ]


def measure_streams(address: str, web: tuple[str, int], rounds: int) -> list[Row]:
    over_http = [megabytes_a_second(Http(web).stream) for _ in range(rounds)]
    over_grpc = [megabytes_a_second(Grpc(address).stream) for _ in range(rounds)]
    quick, native = statistics.median(over_http), statistics.median(over_grpc)
    bridge = Http(web)
    http_bulk = p50(during_bulk(Http(web).stream, lambda count: timed(bridge.echo, count)))
    grpc_bulk = p50(during_bulk(Grpc(address).stream, Grpc(address).echoes))
    return [
        ("stream, bridge", f"{quick:.0f} MB/s", ">= 100", quick >= 100),
        ("stream, gRPC", f"{native:.0f} MB/s", ">= 100", native >= 100),
        ("echo p50 in bulk, bridge", f"{http_bulk:.2f} ms", "<= 10", http_bulk <= 10),
        ("echo p50 in bulk, gRPC", f"{grpc_bulk:.2f} ms", "<= 10", grpc_bulk <= 10),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    address, web = ours.recv()
    rows = measure(address, web, rounds) + measure_streams(address, web, rounds)
    server.kill()
    for name, figure, bar, is_good in rows:
        verdict = "" if is_good is None else "PASS" if is_good else "FAIL"
        print(f"{name:26} {figure:>10}   {bar:8} {verdict}".rstrip())
    return 0 if all(is_good is not False for *_, is_good in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
