"""Orders off the wire as requests: the fields of a described asset become the keys of a prompt file.

    AssetSpec(kind=MATERIAL, prompt="old brick", material=MaterialOptions(size=[512]))
    ->  {"assetgen": 1, "kind": "material", "prompt": "old brick", "size": 512}

Fields have the names of the keys, so that nothing here knows a kind. What is checked here is what the wire adds:
sizes, encodings, numbers that JSON and protobuf allow and a prompt file does not. What a key may be is checked by
reading the document, see `planning.py`.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from google.protobuf.message import Message

from assetgen.errors import Place, RequestError, SpecError
from assetgen.project.toml_file import DEEPEST_NESTING
from assetgen.serve.jobs.job import Priority, Request
from assetgen.serve.requests.document import check_document, merged, parse_object
from assetgen.serve.requests.kinds import kind_name
from assetgen.serve.requests.projects import KnownProject
from assetgen.serve.rpc import asset_pb2 as pb
from assetgen.specs.base import LONGEST_PROMPT, SCHEMA_VERSION, TARGETS
from assetgen.specs.wording import did_you_mean, show

LARGEST_SETTINGS_BYTES: Final = 64 << 10
LONGEST_TEXT: Final = 1000
"""Characters of a path."""
LONGEST_CLIENT: Final = 64
MOST_ITEMS: Final = 1000
"""Entries of a list; no key takes nearly as many."""
LONGEST_TIMEOUT_S: Final = 30 * 86_400

_OWN: Final = ("kind", "asset", "settings_json")
_SLUG_WORDS: Final = 5
_SLUG_CHARACTERS: Final = 40
_PRIORITIES: Final[Mapping[int, Priority]] = {
    pb.PRIORITY_UNSPECIFIED: Priority.INTERACTIVE,
    pb.PRIORITY_BAKE: Priority.BAKE,
    pb.PRIORITY_WATCH: Priority.WATCH,
    pb.PRIORITY_INTERACTIVE: Priority.INTERACTIVE,
}


def to_request(order: pb.JobOrder, project: KnownProject) -> Request:
    """Return what an order asks for.

    Raises:
        SpecError: a field of the described asset has no place in a prompt file.
        RequestError: another field of the order is wrong.
    """
    described = order.WhichOneof("what")
    if described is None:
        raise RequestError("the order names nothing to make; give it a spec or a prompt_file.")
    document, asset = to_document(order.spec) if described == "spec" else (None, "")
    return Request(
        project=project.root,
        document=document,
        asset=asset,
        prompt_file=_prompt_file(order) if described == "prompt_file" else "",
        targets=targets_of(order.targets),
        force=order.force,
        overwrite=order.overwrite,
        previews=not order.without_previews,
    )


def to_document(spec: pb.AssetSpec) -> tuple[dict[str, Any], str]:
    """Return a described asset as a document with the keys of a prompt file, and its id.

    Raises:
        SpecError: a field has no place in a prompt file; its place is the field, such as `spec.prompt`.
    """
    _check_lengths(spec)
    document: dict[str, Any] = {"assetgen": SCHEMA_VERSION}
    option = spec.WhichOneof("options")
    kind = kind_name(spec.kind) or option
    if kind is not None:
        document["kind"] = kind
    for field, value in spec.ListFields():
        if field.name == option:
            document.update(_plain(value, "spec"))
        elif field.name not in _OWN:
            document[field.name] = value
    document = merged(document, _settings(spec.settings_json))
    check_document(document, name="spec", deepest=DEEPEST_NESTING)
    _check_option(option, document.get("kind"))
    asset = document.pop("id", spec.asset)
    if not isinstance(asset, str):
        raise _refused("asset", f"the asset id {show(asset)} is not text; write a path such as walls/brick.")
    return document, unicodedata.normalize("NFC", asset) or made_id(document)


def made_id(document: Mapping[str, Any]) -> str:
    """Return an id for an asset without one: words of its prompt, and a hash that tells it from others.

    The same prompt gives the same id, so that asking again with another size replaces what was made.
    """
    prompt = document.get("prompt")
    about = (
        prompt
        if isinstance(prompt, str) and prompt.strip()
        else json.dumps(document.get("source") or document.get("uses"))
    )
    about = " ".join(unicodedata.normalize("NFC", about).split())
    ascii_text = unicodedata.normalize("NFKD", about).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_text)[:_SLUG_WORDS]
    slug = "_".join(words)[:_SLUG_CHARACTERS].rstrip("_") or "asset"
    digest = hashlib.sha256(f"{document.get('kind')}\0{about}".encode()).hexdigest()
    return f"{slug}_{digest[:6]}"


def targets_of(names: Iterable[str]) -> tuple[str, ...] | None:
    """Return engines in their usual order without repeats, or None when none is named.

    Raises:
        RequestError: there is no such engine.
    """
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in TARGETS:
            raise RequestError(f"targets has {show(name)}, which is no engine; {did_you_mean(name, TARGETS)}")
    return tuple(target for target in TARGETS if target in wanted) or None


def priority_of(order: pb.JobOrder) -> Priority:
    """Return how urgent an order is.

    Raises:
        RequestError: there is no such priority.
    """
    priority = _PRIORITIES.get(order.priority)
    if priority is None:
        raise RequestError(f"priority = {order.priority} is unknown; leave it out, or give 1, 2 or 3.")
    return priority


def timeout_of(order: pb.JobOrder) -> float:
    """Return the seconds that an order may take, 0.0 for no limit.

    Raises:
        RequestError: it is zero, negative, over 30 days or malformed.
    """
    if not order.HasField("timeout"):
        return 0.0
    timeout = order.timeout
    seconds = timeout.seconds + timeout.nanos / 1e9
    if not 0.0 < seconds <= LONGEST_TIMEOUT_S or abs(timeout.nanos) > 999_999_999:
        shown = f"{timeout.seconds} s" if seconds == timeout.seconds else f"{seconds:.9g} s"
        raise RequestError(
            f"timeout = {shown} is not more than 0 and at most {LONGEST_TIMEOUT_S} s; leave it out for no limit."
        )
    return seconds


def request_id_of(order: pb.JobOrder) -> str:
    """Return the caller's UUID as 32 hex digits, empty when there is none.

    Raises:
        RequestError: it is no UUID.
    """
    text = order.request_id
    if not text:
        return ""
    if len(text) <= LONGEST_CLIENT and re.fullmatch(
        r"[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}", text
    ):
        return uuid.UUID(text).hex
    raise RequestError(f"request_id = {show(text)} is no UUID; make one for each new request.")


def client_of(order: pb.JobOrder, *, default: str) -> str:
    """Return who asks, for turns and lists.

    Raises:
        RequestError: the name is too long, or has characters that do not show.
    """
    name = order.client.strip()
    if len(name) > LONGEST_CLIENT or not name.isprintable():
        raise RequestError(
            f"client = {show(name)!a} is no name of up to {LONGEST_CLIENT} printable characters; shorten it."
        )
    return name or default


def _check_lengths(spec: pb.AssetSpec) -> None:
    for name in ("asset", "prompt", "negative", "backend", "style"):
        _check_length(f"spec.{name}", getattr(spec, name), is_text=True)


def _plain(message: Message, name: str) -> dict[str, Any]:
    """Return the set fields of a message by name; a list of one number is that number.

    Sizes are checked before anything is copied: a message may be megabytes of numbers.
    """
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        full = f"{name}.{field.name}"
        is_message, is_text = field.message_type is not None, field.cpp_type == field.CPPTYPE_STRING
        if is_text or field.is_repeated:
            _check_length(full, value, is_text=is_text and not field.is_repeated)
        if field.is_repeated:
            items = [_plain(item, full) if is_message else item for item in value]
            found[field.name] = items[0] if len(items) == 1 and not (is_message or is_text) else items
        else:
            found[field.name] = _plain(value, full) if is_message else value
    return found


def _check_length(name: str, value: Sequence[Any], *, is_text: bool) -> None:
    longest, unit = (LONGEST_PROMPT, "characters long") if is_text else (MOST_ITEMS, "entries long")
    if len(value) > longest:
        message = f"{name} is {len(value):,} {unit}; the limit is {longest:,}, shorten it."
        raise SpecError(message, place=Place(name))


def _settings(text: str) -> dict[str, Any]:
    if not text:
        return {}
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > LARGEST_SETTINGS_BYTES:
        limit = f"{LARGEST_SETTINGS_BYTES:,} (64 KiB)"
        message = (
            f"spec.settings_json has {size:,} bytes; the limit is {limit}, leave out what has its default."
        )
        raise _refused("settings_json", message)
    try:
        return parse_object(text)
    except ValueError as error:
        raise _refused("settings_json", f"spec.settings_json {error}.") from None


def _check_option(option: str | None, kind: object) -> None:
    if option is not None and option != kind:
        message = f"spec.{option} is given for kind = {show(kind)}; give the options of that kind, or none."
        raise _refused(option, message)


def _prompt_file(order: pb.JobOrder) -> str:
    if not order.prompt_file:
        raise RequestError(
            "prompt_file is empty; name a prompt file of the project, such as walls/a.prompt.toml."
        )
    if len(order.prompt_file) > LONGEST_TEXT:
        raise RequestError(
            f"prompt_file is {len(order.prompt_file):,} characters long; the limit is {LONGEST_TEXT:,}, shorten it."
        )
    return order.prompt_file


def _refused(field: str, message: str) -> SpecError:
    return SpecError(message, place=Place(f"spec.{field}"))
