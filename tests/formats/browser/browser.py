"""Show files to three.js in a headless Chromium and hand back what it read from its textures.

Everything is served on this machine from memory and from a folder of node modules; nothing else is reached.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

PAGE = Path(__file__).with_name("page.html")
PATIENCE_S = 90
_TYPES = {
    ".js": "text/javascript",
    ".html": "text/html",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def chromium() -> str | None:
    """Return the browser to use, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def node_modules(package: str) -> Path | None:
    """Return the folder that holds a package for node: in NODE_PATH, or node_modules here or above."""
    named = [Path(part) for part in os.environ.get("NODE_PATH", "").split(os.pathsep) if part]
    above = [folder / "node_modules" for folder in Path(__file__).resolve().parents]
    found = (folder for folder in (*named, *above) if (folder / package / "package.json").is_file())
    return next(found, None)


def show(files: Mapping[str, bytes], about: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the page posts: three's revision, the renderer, its extensions, and every file's texels.

    Args:
        files: bytes by name.
        about: name, width, height, levels and faces of each file.
    """
    modules, browser = node_modules("three"), chromium()
    assert modules is not None
    assert browser is not None
    result: dict[str, Any] = {}
    done = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = self._content()
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Type", _TYPES.get(Path(self.path).suffix, "application/octet-stream"))
            self.end_headers()
            self.wfile.write(data or b"")

        def do_POST(self) -> None:
            result.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            done.set()

        def _content(self) -> bytes | None:
            if self.path == "/page.html":
                return PAGE.read_bytes()
            if self.path == "/files.json":
                return json.dumps(list(about)).encode()
            if self.path.startswith("/files/"):
                return files.get(self.path.removeprefix("/files/"))
            path = (modules / self.path.removeprefix("/node_modules/")).resolve()
            return path.read_bytes() if path.is_file() and path.is_relative_to(modules.resolve()) else None

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            address = f"http://127.0.0.1:{server.server_port}/page.html"
            command = [browser, *_FLAGS, f"--user-data-dir={profile}", address]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                assert done.wait(PATIENCE_S), "the page did not report; open it in a browser to see why"
            finally:
                process.kill()
                process.wait()
    finally:
        server.shutdown()
        server.server_close()
    return result
