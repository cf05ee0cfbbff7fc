"""A small daemon that speaks the contract without making anything: gRPC-Web by http.server, gRPC by grpcio.

Run as a script it is what `assetgen serve` would be.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import select
import socket
import struct
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.client.fake_service import FakeService, Refusal

ERROR_TRAILER = "assetgen-error-json"
STREAMS = {"Generate", "WatchJob", "DownloadFile", "WatchAssets", "BakeProject"}


class FakeDaemon:
    """The service on a port of HTTP, and of gRPC when asked; `folder` is the state folder."""

    def __init__(self, folder: Path, service: FakeService, *, with_grpc: bool = False) -> None:
        self.folder, self.service = folder, service
        self.token = uuid.uuid4().hex
        self.is_well = True
        self.lose_answers_of: list[str] = []
        self.truncate_at: int | None = None
        self.ranges: list[str] = []
        self.connections: set[socket.socket] = set()
        self.accepted = 0
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self.http = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._grpc, self.grpc = _grpc_server(self) if with_grpc else (None, "")
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.02], daemon=True)

    def start(self) -> FakeDaemon:
        self._thread.start()
        path = self.folder / "daemon.json"
        document = {
            "version": 1,
            "instance_id": self.service.instance_id,
            "pid": os.getpid(),
            "started_at": time.time(),
            "grpc": self.grpc,
            "http": self.http,
            "unix": None,
            "token": self.token,
            "assetgen": "0.1.0",
        }
        path.with_suffix(".new").write_text(json.dumps(document), encoding="utf-8")
        path.with_suffix(".new").replace(path)
        return self

    def cut(self) -> None:
        """Break every connection."""
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self.cut()
        if self._grpc is not None:
            self._grpc.stop(0).wait()
        self._thread.join()

    def restart(self) -> FakeDaemon:
        """Return a new daemon with the same jobs: another port, another token, another name."""
        self.stop()
        self.service.instance_id = uuid.uuid4().hex
        return FakeDaemon(self.folder, self.service).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # callers that leave are what it is for


def _handler(daemon: FakeDaemon) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        fake = daemon

    return Handler


class _Handler(BaseHTTPRequestHandler):
    fake: FakeDaemon
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def setup(self) -> None:
        super().setup()
        self.fake.accepted += 1
        self.fake.connections.add(self.connection)

    def finish(self) -> None:
        self.fake.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def do_POST(self) -> None:
        method = self.path.rpartition("/")[2]
        body = self._body()
        is_json = self.headers["content-type"].endswith("+json")
        flags, length = struct.unpack(">BI", body[:5])
        payload = gzip.decompress(body[5 : 5 + length]) if flags & 1 else body[5 : 5 + length]
        self.send_response(200)
        self.send_header("Content-Type", self.headers["content-type"])
        self.send_header("Transfer-Encoding", "chunked")
        answers: Any = ()
        try:
            if self.headers.get("authorization") != f"Bearer {self.fake.token}":
                raise Refusal("UNAUTHENTICATED", "the token is wrong.")
            message = json.loads(payload) if is_json else _to_json(f"{method}Request", payload)
            if method in STREAMS:
                answers = self.fake.service.stream(method, message, self._has_left)
            else:
                answers = [self.fake.service.unary(method, message)]
            if method in self.fake.lose_answers_of:
                self.fake.lose_answers_of.remove(method)
                self._leave()
                return
            self.end_headers()
            for answer in answers:
                data = json.dumps(answer).encode() if is_json else _to_bytes(f"{method}Response", answer)
                self._chunk(struct.pack(">BI", 0, len(data)) + data)
            self._trailer(b"grpc-status: 0\r\n")
        except Refusal as refusal:
            if b"HTTP/1.1" in b"".join(self._headers_buffer):
                self.end_headers()
            lines = [f"grpc-status: {refusal.code}", f"grpc-message: {quote(str(refusal))}"]
            lines += [f"{ERROR_TRAILER}: {json.dumps(refusal.document)}", ""]
            self._trailer("\r\n".join(lines).encode())
        except OSError:
            self.close_connection = True
        finally:
            if hasattr(answers, "close"):
                answers.close()

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self.send_response(200 if self.fake.is_well else 503)
            self.send_header("content-length", "3")
            self.end_headers()
            self.wfile.write(b"ok\n")
            return
        path = self.fake.service.blobs.get(self.path.rpartition("/")[2])
        is_known = self.headers.get("authorization") == f"Bearer {self.fake.token}" and path is not None
        if not is_known or path is None:
            self.send_error(404)
            return
        data = path.with_name(path.name + ".kept").read_bytes() if not path.exists() else path.read_bytes()
        wanted = self.headers.get("Range", "")
        self.fake.ranges.append(wanted)
        start = int(wanted[len("bytes=") : -1]) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if self.fake.truncate_at is not None:
            data, self.fake.truncate_at = data[: self.fake.truncate_at], None
            self.wfile.write(data[start:])
            self._leave()
            return
        self.wfile.write(data[start:])

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _trailer(self, text: bytes) -> None:
        with contextlib.suppress(OSError):
            self._chunk(struct.pack(">BI", 0x80, len(text)) + text)
            self.wfile.write(b"0\r\n\r\n")

    def _leave(self) -> None:
        self.close_connection = True
        self._headers_buffer = []
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def _has_left(self) -> bool:
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True


def _to_json(name: str, data: bytes) -> dict[str, Any]:
    from google.protobuf.json_format import MessageToDict

    from assetgen.serve.rpc import asset_pb2 as pb

    return MessageToDict(getattr(pb, name).FromString(data))


def _to_bytes(name: str, document: dict[str, Any]) -> bytes:
    from google.protobuf.json_format import ParseDict

    from assetgen.serve.rpc import asset_pb2 as pb

    return ParseDict(document, getattr(pb, name)(), ignore_unknown_fields=True).SerializeToString()


def _grpc_server(daemon: FakeDaemon) -> tuple[Any, str]:
    from concurrent.futures import ThreadPoolExecutor

    import grpc

    from assetgen.serve.rpc import asset_pb2 as pb

    codes = {code.value[0]: code for code in grpc.StatusCode}

    def refuse(context: Any, refusal: Refusal) -> None:
        context.set_trailing_metadata([(ERROR_TRAILER, json.dumps(refusal.document))])
        context.abort(codes[refusal.code], str(refusal))

    def check(context: Any) -> None:
        if dict(context.invocation_metadata()).get("authorization") != f"Bearer {daemon.token}":
            raise Refusal("UNAUTHENTICATED", "the token is wrong.")

    def unary(name: str) -> Any:
        def answer(data: bytes, context: Any) -> bytes:
            try:
                check(context)
                return _to_bytes(
                    f"{name}Response", daemon.service.unary(name, _to_json(f"{name}Request", data))
                )
            except Refusal as refusal:
                refuse(context, refusal)
                raise

        return grpc.unary_unary_rpc_method_handler(answer)

    def stream(name: str) -> Any:
        def answer(data: bytes, context: Any) -> Iterator[bytes]:
            try:
                check(context)
                message = _to_json(f"{name}Request", data)
                answers = daemon.service.stream(name, message, lambda: not context.is_active())
                with contextlib.closing(answers):
                    for one in answers:
                        yield _to_bytes(f"{name}Response", one)
            except Refusal as refusal:
                refuse(context, refusal)

        return grpc.unary_stream_rpc_method_handler(answer)

    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    methods = pb.DESCRIPTOR.services_by_name["AssetService"].methods
    handlers = {m.name: (stream if m.name in STREAMS else unary)(m.name) for m in methods}
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("assetgen.v1.AssetService", handlers)]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"


def main() -> int:
    """Be a daemon of its own, for tests of starting one."""
    folder = Path(os.environ["ASSETGEN_STATE_DIR"])
    with (folder / "starts.txt").open("a") as file:
        file.write(f"{os.getpid()} {' '.join(sys.argv[1:])}\n")
    service = FakeService(folder)
    ended = threading.Event()
    service.on_shutdown = ended.set
    daemon = FakeDaemon(folder, service).start()
    ended.wait(60)
    (folder / "daemon.json").unlink()
    time.sleep(0.05)  # the answer to Shutdown goes out
    daemon.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
