"""`assetgen serve`: the daemon that editors talk to; also asks about one that runs, and ends it."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from assetgen.cli.parsers import Commands, add_command, add_json

_STOP_S = 20.0
EXIT_UNSAFE = 78
"""EX_CONFIG of sysexits.h."""

_MORE = """\
examples:
  assetgen serve                             until Ctrl-C; editors and the commands below find it by themselves
  assetgen serve --project game --watch      and make again what is saved in that project
  assetgen serve --status                    whether one runs, where, and what its workers do
  assetgen serve --stop                      end it; unfinished jobs go on with its next start
  assetgen serve --host 0.0.0.0 --port 7700 --web-port 7701 --tls-cert cert.pem --tls-key key.pem \\
                 --token-file token.txt      for other machines, which always needs TLS

`assetgen generate` and `assetgen watch` start a daemon by themselves when none runs.

exit codes:
  0  ended, by Ctrl-C too                3    --status: none runs
  1  it could not run                    78   refused: these options would be unsafe
  2  the command line is wrong
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "serve", summary="run the daemon that editors talk to", more=_MORE)
    parser.add_argument(
        "--project", action="append", type=Path, metavar="PATH", help="project to register; may be repeated"
    )
    parser.add_argument("--watch", action="store_true", help="make again what is saved in those projects")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="of gRPC (default: any that is free)"
    )
    parser.add_argument(
        "--web-port", type=int, default=0, metavar="N", help="of gRPC-Web, JSON and files (default: any)"
    )
    parser.add_argument("--unix", type=Path, metavar="PATH", help="a Unix socket for gRPC, beside the port")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key, PEM")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the token callers must send")
    parser.add_argument(
        "--allow-host", action="append", metavar="NAME", help="another name of this machine; may be repeated"
    )
    parser.add_argument(
        "--allow-origin", action="append", metavar="URL", help="a web page that may call; may be repeated"
    )
    parser.add_argument("--workers", type=int, metavar="N", help="worker processes (default: the settings')")
    parser.add_argument(
        "--hang-after",
        type=float,
        default=60.0,
        metavar="S",
        help="end a worker that is silent for so long (60)",
    )
    parser.add_argument("--parent-pid", type=int, metavar="PID", help="end when this process ends")
    parser.add_argument(
        "--idle-exit", type=float, metavar="S", help="end after so many seconds with nothing to do"
    )
    parser.add_argument("--reflection", action="store_true", help="tell gRPC tools the contract")
    parser.add_argument(
        "--metrics-port", type=int, metavar="N", help="Prometheus metrics, without a token (default: none)"
    )
    parser.add_argument(
        "--log-level", default="info", metavar="LEVEL", help="debug, info, warning or error (default: info)"
    )
    parser.add_argument("--stop", action="store_true", help="end the daemon that runs")
    parser.add_argument("--status", action="store_true", help="tell about the daemon that runs")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run until the end, or ask; return the exit code."""
    if options.stop:
        return _stop(options)
    if options.status:
        return _status(options)
    with quick_imports():
        from assetgen.errors import Unsafe
        from assetgen.serve.daemon import run_daemon
        from assetgen.serve.options import ServeOptions
        from assetgen.settings import load_settings

    wanted = ServeOptions(
        projects=tuple(path.absolute() for path in options.project or ()),
        watch=options.watch,
        host=options.host,
        port=options.port,
        web_port=options.web_port,
        unix=options.unix and options.unix.absolute(),
        tls_cert=options.tls_cert and options.tls_cert.absolute(),
        tls_key=options.tls_key and options.tls_key.absolute(),
        workers=options.workers,
        parent_pid=options.parent_pid,
        idle_exit_s=options.idle_exit,
        reflection=options.reflection,
        metrics_port=options.metrics_port,
        log_level=options.log_level,
        hang_s=options.hang_after,
        token_file=options.token_file and options.token_file.absolute(),
        allow_hosts=tuple(options.allow_host or ()),
        allow_origins=tuple(options.allow_origin or ()),
    )
    try:
        return run_daemon(wanted, load_settings(os.environ))
    except Unsafe as error:
        print(f"assetgen: {error}", file=sys.stderr)
        return EXIT_UNSAFE


@contextmanager
def quick_imports() -> Generator[None, None, None]:
    """Save a fifth of the start, most of which is importing.

    Nothing of what is imported is garbage, so nobody needs to look for any. And aiohttp reads the certificates of the
    whole system for its client, which the daemon never uses; here it finds none.
    """
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, os.devnull))
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _stop(options: argparse.Namespace) -> int:
    from assetgen.client.connection import connect
    from assetgen.client.discovery import find_daemon, is_alive
    from assetgen.client.errors import Disconnected

    endpoint = find_daemon()
    has_ended = False
    if endpoint is not None:
        with connect(agent="assetgen serve --stop") as client:
            client.shutdown()
        deadline = time.monotonic() + _STOP_S
        while is_alive(endpoint.pid):
            if time.monotonic() > deadline:
                raise Disconnected(f"process {endpoint.pid} was asked to end and still runs; see its log.")
            time.sleep(0.05)
        has_ended = True
    if options.json:
        print(json.dumps({"stopped": has_ended, "pid": endpoint.pid if endpoint else None}))
    else:
        print("the daemon has ended" if has_ended else "no daemon runs")
    return 0


def _status(options: argparse.Namespace) -> int:
    from assetgen.cli.clients import open_client

    with open_client(autostart=False) as client:
        found = client.capabilities()
        active = client.jobs(only_active=True, limit=500)
        projects = client.projects()
        address = client.address
    facts = {
        "version": found.version,
        "pid": found.pid,
        "address": address,
        "queued_jobs": found.queued_jobs,
        "active_jobs": len(active),
        "workers": [vars(worker) for worker in found.workers],
        "projects": [vars(project) for project in projects],
    }
    if options.json:
        print(json.dumps(facts))
        return 0
    print(f"assetgen {found.version}, process {found.pid}, {address}")
    print(f"jobs       {len(active)} active, {found.queued_jobs} of them wait")
    for worker in found.workers:
        where = f" on {worker.device}" if worker.device else ""
        print(f"worker     {worker.name}{where}: {worker.state}, {worker.restarts} restarts")
    for project in projects:
        print(f"project    {project.root}" + (", watched" if project.watch else ""))
    return 0
