"""`assetgen warmup`: compile the block encoders now, so that no bake has to wait for it."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys

from assetgen.cli.parsers import Commands, add_command, add_json

_MORE = """\
examples:
  assetgen warmup                 compile every block encoder for this machine, and for its NVIDIA card if it has one
  assetgen warmup --card sm_89    the code of another card too, when the image of a farm is built without one
  assetgen warmup --json          the same for a script; exit code 1 if a kernel did not compile

The encoders of BC1 to BC7 are compiled on the machine that runs them: a minute or two the first time, then never
again until assetgen, numba or the processor changes. Bakes and the daemon do it themselves where it was not done,
once for all workers; this command is for installers, images and the first five minutes. A second run says that all
is ready. Code lies in the cache (ASSETGEN_CACHE_DIR), or beside the package where that can be written.
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "warmup", summary="compile the block encoders before they are needed", more=_MORE
    )
    parser.add_argument(
        "--card",
        action="append",
        default=[],
        metavar="ARCH",
        type=_architecture,
        help="compile for this NVIDIA architecture too, such as sm_89; no card is needed; may be repeated",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def _architecture(text: str) -> str:
    if not re.fullmatch(r"sm_\d{2,3}[a-z]?", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no architecture; write sm_75, sm_86, sm_89, sm_90 or the like"
        )
    return text


def run(options: argparse.Namespace) -> int:
    """Compile in a worker, with progress; return 1 if a kernel did not compile."""
    answer = _ask(tuple(options.card))
    kernels = answer["kernels"]
    assert isinstance(kernels, list)
    problems = [kernel for kernel in kernels if kernel["problem"]]
    if options.json:
        print(json.dumps(answer))
    else:
        print(_text(kernels, str(answer["cache"])))
    return 1 if problems else 0


def _ask(cards: tuple[str, ...]) -> dict[str, object]:
    from assetgen.cli.live import LiveLine
    from assetgen.errors import GenerationError
    from assetgen.execute.base import Done, Failed, Progress, Task
    from assetgen.execute.processes import ProcessExecutor
    from assetgen.project.order import WarmUpOrder
    from assetgen.settings import load_settings

    line = LiveLine(sys.stderr)
    executor = ProcessExecutor(load_settings(os.environ), jobs=1)
    executor.submit(Task("warmup", WarmUpOrder(cards)))
    before = signal.signal(signal.SIGINT, lambda *_: executor.cancel())
    try:
        for event in executor.events():
            if isinstance(event, Progress):
                line.show(f"[{event.step}/{event.total}] compiling {event.stage}")
            elif isinstance(event, Failed):
                raise event.error
            elif isinstance(event, Done) and isinstance(event.answer, dict):
                return event.answer
    finally:
        line.erase()
        signal.signal(signal.SIGINT, before)
        executor.close()
    raise GenerationError("the worker gave no answer.")


def _text(kernels: list[dict], cache: str) -> str:
    from assetgen.cli.live import clock

    lines = []
    for machine in dict.fromkeys(kernel["machine"] for kernel in kernels):
        rows = [kernel for kernel in kernels if kernel["machine"] == machine]
        lines.append(f"{machine}")
        for kernel in rows:
            if kernel["problem"]:
                said = f"FAILED: {kernel['problem']}"
            else:
                said = f"compiled in {clock(kernel['seconds'])}" if kernel["compiled"] else "ready"
            lines.append(f"  {kernel['kernel']:<18} {said}")
    compiled = sum(kernel["compiled"] for kernel in kernels)
    failed = sum(bool(kernel["problem"]) for kernel in kernels)
    seconds = clock(sum(kernel["seconds"] for kernel in kernels))
    if failed:
        end = f"{failed} of {len(kernels)} kernels did not compile; others do their work"
    elif compiled:
        end = f"{compiled} of {len(kernels)} kernels compiled in {seconds}, kept in {cache}"
    else:
        end = f"all {len(kernels)} kernels are ready, as they were"
    return "\n".join([*lines, end])
