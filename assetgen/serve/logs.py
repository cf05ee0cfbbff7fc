"""The daemon's log: one JSON object a line in a rotating file, and plain lines on stderr if asked.

    {"time": "2031-05-04T03:02:01.123Z", "level": "INFO", "area": "assetgen.jobs", "message": "...", "job": "..."}

Ids come by `extra=`: `log.info("...", extra={"job": job.id})`; those of the current call are added by themselves.
Prompts come by `extra={"prompt": ...}` and are written at DEBUG only: they are somebody's unreleased game. Whatever
is written passes a filter that takes out the token, passwords in URLs and the name of the home folder.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

LOG_NAME: Final = "daemon.jsonl"
FILE_BYTES: Final = 20 << 20
FILES: Final = 10
"""The current one and nine older."""
IDS: Final = ("request", "job", "key", "asset", "project", "client", "worker")
"""Names that may come by `extra=`, in the order in which they are written."""

current_request: ContextVar[str] = ContextVar("current_request", default="")
"""Id of the call that is being answered."""

# Libraries are heard when something is wrong; at DEBUG they would drown everything and tell of headers.
_LIBRARIES: Final = ("aiohttp", "asyncio", "grpc", "watchdog")
_URL_SECRETS: Final = re.compile(r"(?<=://)[^/\s@\"']+@")
_BEARER: Final = re.compile(r"(bearer\s+)[^\s\"',;]+", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def name_request() -> None:
    """Give the current call an id, which every record of its task then has."""
    current_request.set(os.urandom(4).hex())


def redactor(*, secrets: Sequence[str] = (), home: Path | None = None) -> Callable[[str], str]:
    """Return a function that takes out of a text what nobody may read in a log.

    Args:
        secrets: tokens; whatever they stand in.
        home: the home folder, which is written as `~`; None for none.
    """
    tokens = [secret for secret in secrets if secret]
    folders = [] if home is None or len(home.parts) < 2 else [str(home), home.as_posix()]
    homes = [re.compile(re.escape(folder) + r"(?![\w.-])") for folder in folders]

    def redact(text: str) -> str:
        for token in tokens:
            text = text.replace(token, "<token>")
        text = _URL_SECRETS.sub("<credentials>@", _BEARER.sub(r"\1<token>", text))
        for pattern in homes:
            text = pattern.sub("~", text)
        return text

    return redact


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds")[:23] + "Z",
            "level": record.levelname,
            "area": record.name,
            "message": self._redact(record.getMessage()),
        }
        document |= {name: self._redact(value) for name, value in _ids(record).items()}
        if record.exc_info:
            document["traceback"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(document)


class PlainFormatter(logging.Formatter):
    """Writes a record for people at a terminal, whom control characters cannot fool."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback under it."""
        when = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        ids = "".join(f" {name}={value}" for name, value in _ids(record).items())
        text = f"{when} {record.levelname.lower():7} {record.getMessage()}{ids}".replace("\n", "\\n")
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return _CONTROL.sub("?", self._redact(text))


def _ids(record: logging.LogRecord) -> dict[str, str]:
    given = {name: str(getattr(record, name)) for name in IDS if getattr(record, name, None)}
    if "request" not in given and current_request.get():
        given = {"request": current_request.get(), **given}
    if record.levelno <= logging.DEBUG and hasattr(record, "prompt"):
        given["prompt"] = str(record.prompt)
    return given


class _PrivateFile(RotatingFileHandler):
    """A rotating file that only this user may read."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.baseFilename, flags, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8", errors="backslashreplace")


class LogFiles:
    """The log of a running daemon; `close` puts everything back.

    Args:
        folder: the state folder.
        secrets: texts that must never be written, such as the token.
        level: the lowest level of assetgen's own records.
        with_stderr: whether plain lines go to stderr too.
        home: the home folder; by default the user's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        secrets: Sequence[str] = (),
        level: int = logging.INFO,
        with_stderr: bool = False,
        home: Path | None = None,
    ) -> None:
        redact = redactor(secrets=secrets, home=home or Path.home())
        file = _PrivateFile(
            folder / LOG_NAME, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8", delay=True
        )
        file.setFormatter(JsonFormatter(redact))
        self._handlers: list[logging.Handler] = [file]
        if with_stderr:
            plain = logging.StreamHandler(sys.stderr)
            plain.setFormatter(PlainFormatter(redact))
            self._handlers.append(plain)
        self._before: list[tuple[logging.Logger, int, bool]] = []
        for name in ("assetgen", *_LIBRARIES):
            self._attach(logging.getLogger(name), level if name == "assetgen" else logging.WARNING)

    def _attach(self, logger: logging.Logger, level: int) -> None:
        self._before.append((logger, logger.level, logger.propagate))
        logger.setLevel(level)
        logger.propagate = False
        for handler in self._handlers:
            logger.addHandler(handler)

    def close(self) -> None:
        """Stop writing."""
        for logger, level, propagates in self._before:
            for handler in self._handlers:
                logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagates
        for handler in self._handlers:
            handler.close()
