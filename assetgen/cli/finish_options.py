"""The options of `assetgen finish` as the keys of prompt files, for pictures and for sounds."""

from __future__ import annotations

import argparse
from typing import Any

_FOR_PICTURES = (
    "size",
    "sizes",
    "tile",
    "repair",
    "normal_y",
    "no_estimate",
    "light",
    "invert",
    "detail",
    "relief",
    "delight",
    "meters",
    "roughness",
    "metallic",
)
_SPELLED = {
    "--normal_y": "--normal-y",
    "--true_peak": "--true-peak",
    "--crossfade_ms": "--crossfade",
    "--profile": "--master",
    "--low": "--eq",
    "--mid": "--eq",
    "--high": "--eq",
}
"""Options that are called otherwise than the key they set."""
_FOR_SOUNDS = (
    "mode",
    "no_loop",
    "crossfade",
    "lufs",
    "true_peak",
    "master",
    "eq",
    "formats",
    "channels",
    "sample_rate",
)


def of_pictures(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options for pictures as the keys of a prompt file; what is not given is absent."""
    finish = {
        "repair": options.repair,
        "normal_y": options.normal_y,
        "estimate": False if options.no_estimate else None,
        "relief": options.relief,
        "detail": options.detail,
        "invert": True if options.invert else None,
        "light": options.light,
        "delight": options.delight,
    }
    roughness = _numbers("--roughness", options.roughness, float, "0.4,0.9")
    sizes = _numbers("--sizes", options.sizes, int, "2048,1024")
    return _given(
        {
            "targets": _targets(options),
            "size": _size(options.size),
            "tile": options.tile,
            "finish": _given(finish),
            "surface": _given(
                {"meters": options.meters, "roughness": roughness, "metallic": options.metallic}
            ),
            "export": _given({"sizes": sizes, "quality": _qualities(options)[0]}),
        }
    )


def of_sounds(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options for sounds as the keys of a prompt file; what is not given is absent.

    Raises:
        SpecError: two of them contradict each other.
    """
    from assetgen.errors import SpecError

    once = "--no-loop" if options.no_loop else "--mode sfx" if options.mode == "sfx" else ""
    if once and options.crossfade is not None:
        raise SpecError(
            f"--crossfade is for sounds that go round, and {once} plays once; leave one of them out."
        )
    wanted = (options.lufs, options.true_peak, options.eq)
    if options.master == "off" and any(value is not None for value in wanted):
        raise SpecError("--master off leaves levels alone; leave it out, or --lufs, --true-peak and --eq.")
    bands = _numbers("--eq", options.eq, float, "2,0,-3")
    if bands and len(bands) != 3:
        raise SpecError(f"--eq {options.eq} is not three numbers, low, mid and high; write 2,0,-3.")
    tone = dict(zip(("low", "mid", "high"), bands or (), strict=False))
    levels = {"lufs": options.lufs, "true_peak": options.true_peak, "profile": options.master}
    master: Any = _given({**levels, **tone})
    loop: Any = _given({"crossfade_ms": options.crossfade})
    formats = options.formats.replace(" ", "").split(",") if options.formats else None
    return _given(
        {
            "targets": _targets(options),
            "mode": options.mode,
            "channels": options.channels,
            "sample_rate": options.sample_rate,
            "loop": False if options.no_loop else loop,
            "master": False if options.master == "off" else master,
            "export": _given({"formats": formats, "quality": _qualities(options)[1]}),
        }
    )


def refuse_idle(options: argparse.Namespace, kinds: set[str]) -> None:
    """Refuse options that would do nothing, as there is no file that they are for.

    Raises:
        SpecError: such an option was given.
    """
    from assetgen.errors import SpecError

    quality = dict(zip(("pictures", "sounds"), _qualities(options), strict=True))
    for kind, what, names in (("material", "pictures", _FOR_PICTURES), ("audio", "sounds", _FOR_SOUNDS)):
        if kind in kinds:
            continue
        values = {name: getattr(options, name) for name in names}
        given = [f"--{name.replace('_', '-')}" for name, value in values.items() if not _is_absent(value)]
        given += [] if quality[what] is None else [f"--quality {quality[what]}"]
        if given:
            raise SpecError(f"{given[0]} is for {what}, and there are none among these files; leave it out.")


def _is_absent(value: object) -> bool:
    """Return whether an option was not given; a number may be 0, and a switch is off."""
    return value is None or value is False


def _targets(options: argparse.Namespace) -> list[str] | None:
    return list(dict.fromkeys(options.target)) if options.target else None


def _qualities(options: argparse.Namespace) -> tuple[str | None, float | None]:
    """Return the last word, which is for pictures, and the last number, which is for sounds."""
    word: str | None = None
    number: float | None = None
    for text in options.quality or ():
        try:
            number = float(text)
        except ValueError:
            word = text
    return word, number


def _given(keys: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if value is not None and value != {}}


def _size(text: str | None) -> list[int] | None:
    if text is None:
        return None
    found = _numbers("--size", text.lower().replace("x", ","), int, "1024 or 1024x512")
    return found * 2 if found is not None and len(found) == 1 else found


def _numbers(option: str, text: str | None, kind: type[int | float], example: str) -> list[Any] | None:
    from assetgen.errors import SpecError

    if text is None:
        return None
    try:
        found = [kind(part) for part in text.split(",")]
    except ValueError:
        raise SpecError(f"{option} {text} is not understood; write {example}.") from None
    return found * 2 if option == "--roughness" and len(found) == 1 else found


def as_option(error: Exception) -> str:
    """Return the words of an error about a key as words about the option that set it."""
    text = getattr(error, "message", str(error))
    for key in ("finish", "surface", "export", "master", "loop"):
        text = text.replace(f"{key}.", "--", 1) if text.startswith(f"{key}.") else text
    for key, option in _SPELLED.items():
        text = text.replace(key, option)
    return text
