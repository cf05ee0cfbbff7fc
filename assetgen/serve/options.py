"""How a daemon is asked to run: what `assetgen serve` was told on its command line, checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assetgen.errors import SpecError
from assetgen.serve.wire.guard import Bind, Tls
from assetgen.settings import MAX_JOBS

LOG_LEVELS: Final = ("debug", "info", "warning", "error")
DEFAULT_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How to run.

    Args:
        projects: folders to register at the start, absolute.
        watch: whether those are watched.
        host: address to listen on; anything but this machine needs TLS.
        port: of gRPC; 0 lets the system choose.
        web_port: of gRPC-Web and files; 0 lets the system choose.
        unix: path of a Unix socket for gRPC beside the port.
        tls_cert: certificate chain, PEM; together with `tls_key`.
        tls_key: private key, PEM.
        workers: worker processes at most; None for the settings' own number.
        parent_pid: process whose end ends the daemon too.
        idle_exit_s: seconds without work or callers after which it ends; None to stay.
        reflection: whether gRPC tells its contract to tools.
        metrics_port: of Prometheus metrics, which need no token; None for none, 0 lets the system choose.
        log_level: debug, info, warning or error.
        hang_s: silence of a worker for so long means that it hangs; more for assets over a megapixel.
        token_file: file with the token that callers must send; None makes one up at every start.
        allow_hosts: further names that callers may know this machine by.
        allow_origins: web pages that may call.

    Raises:
        SpecError: a value is out of range, or half of a pair is missing.
    """

    projects: tuple[Path, ...] = ()
    watch: bool = False
    host: str = DEFAULT_HOST
    port: int = 0
    web_port: int = 0
    unix: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    workers: int | None = None
    parent_pid: int | None = None
    idle_exit_s: float | None = None
    reflection: bool = False
    metrics_port: int | None = None
    log_level: str = "info"
    hang_s: float = 60.0
    token_file: Path | None = None
    allow_hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for flag, port in (
            ("--port", self.port),
            ("--web-port", self.web_port),
            ("--metrics-port", self.metrics_port),
        ):
            if port is not None and not 0 <= port <= 65535:
                raise SpecError(f"{flag} {port} is no port; write 1 to 65535, or 0 for any that is free.")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise SpecError("--tls-cert and --tls-key belong together; give both, or neither.")
        if self.workers is not None and not 1 <= self.workers <= MAX_JOBS:
            raise SpecError(f"--workers {self.workers} is no number of workers; write 1 to {MAX_JOBS}.")
        if self.parent_pid is not None and self.parent_pid <= 0:
            raise SpecError(f"--parent-pid {self.parent_pid} is no process.")
        if self.idle_exit_s is not None and not 0 < self.idle_exit_s < float("inf"):
            raise SpecError(f"--idle-exit {self.idle_exit_s:g} is no number of seconds; write 1 or more.")
        if not 1 <= self.hang_s <= 3600:
            raise SpecError(f"--hang-after {self.hang_s:g} is out of range; write 1 to 3600 seconds.")
        if self.log_level not in LOG_LEVELS:
            raise SpecError(f"--log-level {self.log_level} is unknown; write one of {', '.join(LOG_LEVELS)}.")

    def bind(self) -> Bind:
        """Return where to listen.

        Raises:
            Unsafe: others could reach it, and nothing would keep them out.
        """
        tls = Tls(self.tls_cert, self.tls_key) if self.tls_cert and self.tls_key else None
        return Bind(
            host=self.host,
            grpc_port=self.port,
            http_port=self.web_port,
            unix=self.unix,
            tls=tls,
            has_token=True,
        )

    def read_token(self) -> str | None:
        """Return the token that was given, or None.

        Raises:
            SpecError: its file cannot be read.
        """
        if self.token_file is None:
            return None
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SpecError(f"--token-file {self.token_file} cannot be read: {error}.") from error
