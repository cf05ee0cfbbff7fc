"""What a sound file is, for `assetgen inspect`."""

from __future__ import annotations

from assetgen.dsp.loudness import SILENCE_LUFS, integrated_loudness, true_peak_db
from assetgen.dsp.seam import measure_seam
from assetgen.errors import FormatError
from assetgen.formats.read_sound import read_form, read_sound
from assetgen.formats.sound_texts import ORIGIN_PREFIX, read_origin, read_sound_texts
from assetgen.media.audio import AudioClip

_SHORTEST_MEASURED = 4096


def describe_sound(data: bytes) -> dict[str, object]:
    """Return length, form, loop, loudness, seam, texts and origin of a sound file, as plain JSON.

    Raises:
        FormatError: the file cannot be read as a sound, or holds less of one than it says.
    """
    clip, form = read_sound(data), read_form(data)
    if clip.frames < form.frames:
        raise FormatError(
            f"the sound holds {clip.frames} of the {form.frames} frames that its header tells of; "
            "it was cut short or is damaged."
        )
    texts = read_sound_texts(data)
    loudness = integrated_loudness(clip.samples, clip.sample_rate_hz, is_ring=clip.is_ring)
    origin = read_origin(texts)
    return {
        "codec": form.codec,
        "bits": form.bits or "lossy",
        "seconds": round(clip.seconds, 6),
        "frames": clip.frames,
        "sample_rate_hz": clip.sample_rate_hz,
        "channels": clip.channels,
        "lufs": round(loudness, 2) if loudness > SILENCE_LUFS else "silent",
        "true_peak_db": round(true_peak_db(clip.samples, is_ring=clip.is_ring), 2),
        "loop": _loop(clip),
        "texts": {name: text for name, text in texts.items() if not name.startswith(ORIGIN_PREFIX)},
        "metadata": dict(origin.texts()) if origin else "none: the file says nothing of its making",
    }


def _loop(clip: AudioClip) -> object:
    """Return the loop's first frame and length, and how its end meets its beginning; a sentence if it has none."""
    if clip.loop is None:
        return "none: the file names no loop"
    start, end = clip.loop
    facts: dict[str, object] = {"start": start, "length": end - start}
    if end - start >= _SHORTEST_MEASURED:
        seam = measure_seam(clip.samples[:, start:end], clip.sample_rate_hz)
        facts |= {"kink": round(seam.kink, 3), "surprise": round(seam.surprise, 3)}
        facts["step_db"] = round(seam.step_db, 2)
    return facts
