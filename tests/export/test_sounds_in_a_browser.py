"""A browser plays a loop as the manifest tells it: decoded to the frame, and round and round without a gap."""

from __future__ import annotations

import base64
import json
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from assetgen.context import Context
from assetgen.dsp.master import Mastering
from assetgen.export.sound import SoundOptions, export_sounds
from assetgen.media.audio import AudioClip, Sounds
from tests.dsp.sounds import pad
from tests.formats.browser.browser import chromium

FRAMES = 9 * 1024
ROUNDS = 3
PAGE = """<!doctype html><script>
async function play({data, settings, frames, rounds}) {
  const rate = settings.AudioContext.sampleRate;
  const context = new OfflineAudioContext(1, rounds * frames, rate);
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const buffer = await context.decodeAudioData(bytes.buffer);
  const source = new AudioBufferSourceNode(context, {buffer, ...settings.AudioBufferSourceNode});
  source.connect(context.destination);
  const {offset} = settings["AudioBufferSourceNode.start"];
  source.start(0, offset);
  const heard = (await context.startRendering()).getChannelData(0);
  const ours = buffer.getChannelData(0), from = Math.round(offset * rate);
  let largest = 0, off = 0, last = 0;
  for (let at = 0; at < heard.length; at++) {
    const expected = ours[(from + at) % frames];
    largest = Math.max(largest, Math.abs(expected));
    off = Math.max(off, Math.abs(heard[at] - expected));
    if (heard[at] !== 0) last = at;
  }
  return {frames: buffer.length, largest, off, last};
}
play(ASKED).catch((error) => ({error: String(error)})).then((found) => {
  fetch("/", {method: "POST", body: JSON.stringify(found)});
});
</script>"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="there is no chromium on the PATH"),
]


def played(
    tmp_path: Path, name: str, rate_hz: int, *, goes_round: bool = True, first_beat_s: float = 0.0
) -> dict[str, Any]:
    """Write a sound for the web, play it as it says, and return what the page found."""
    loop = (0, FRAMES) if goes_round else None
    clip = AudioClip(samples=pad(FRAMES)[:1].contiguous(), sample_rate_hz=rate_hz, loop=loop)
    plain = Mastering(lufs=None, ceiling_db=None, rumble_hz=0.0)
    facts = {"first_beat_s": first_beat_s}
    options = SoundOptions(name="x", formats=(name,), mastering=plain, target="web", facts=facts)
    (artifact,) = export_sounds(Sounds(takes=(clip,), mode="ambience"), options, Context())
    asked = {
        "data": base64.b64encode(artifact.data).decode(),
        "settings": dict(artifact.engine),
        "frames": FRAMES,
        "rounds": ROUNDS,
    }
    return shown(PAGE.replace("ASKED", json.dumps(asked)), tmp_path / "profile")


def shown(page: str, profile: Path) -> dict[str, Any]:
    """Open a page in the browser and return what it posts."""
    posted: dict[str, Any] = {}
    done = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def do_POST(self) -> None:
            posted.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            done.set()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        flags = (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={profile}",
        )
        command = [chromium(), *flags, f"http://127.0.0.1:{server.server_port}/"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert done.wait(90), "the page did not report; open it in a browser to see why"
        finally:
            process.kill()
            process.wait()
            server.shutdown()
    return posted


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("name", ["ogg", "wav"])
def test_a_loop_is_decoded_to_the_frame_and_goes_round_without_a_gap(
    tmp_path: Path, name: str, rate_hz: int
) -> None:
    found = played(tmp_path, name, rate_hz)
    assert found["frames"] == FRAMES
    assert found["largest"] > 0.05
    assert found["off"] < 1e-6


def test_music_starts_on_its_beat_and_goes_round_from_before_it(tmp_path: Path) -> None:
    found = played(tmp_path, "ogg", 48_000, first_beat_s=1000 / 48_000)
    assert found["frames"] == FRAMES
    assert found["off"] < 1e-6


def test_what_plays_once_ends(tmp_path: Path) -> None:
    assert FRAMES - 100 < played(tmp_path, "wav", 48_000, goes_round=False)["last"] < FRAMES
