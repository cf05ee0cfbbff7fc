"""Record what encoders and recipes make now: `python -m tests.golden.remake`. Prints what changed."""

from __future__ import annotations

import json

from tests.golden import encodings, materials, sounds


def main() -> None:
    """Write the golden files anew, refusing a change of output without a change of version."""
    _remake_encodings()
    _remake_materials()
    _remake_sounds()


def _remake_encodings() -> None:
    before = encodings.recorded() if encodings.PATH.exists() else {}
    after = encodings.current()
    for step, golden in after.items():
        old = before.get(step)
        if old == golden:
            print(f"{step}: as before")
        elif old is not None and old["sha256"] != golden["sha256"] and old["version"] == golden["version"]:
            raise SystemExit(f"{step}: output changed; raise its number in assetgen/versions.py first.")
        else:
            print(f"{step}: {old} -> {golden}")
    encodings.PATH.write_text(json.dumps(after, indent=2) + "\n", encoding="utf-8")


def _remake_materials() -> None:
    after = materials.current()
    if materials.PATH.exists():
        before = materials.recorded()
        known = {prompt: maps for prompt, maps in after["fields"].items() if prompt in before["fields"]}
        changed = materials.differences({"versions": after["versions"], "fields": known}, before)
        for name, away in changed.items():
            print(f"{name}: changed by up to {away:.3f}")
        if changed and before["versions"] == after["versions"]:
            raise SystemExit("materials changed; raise the number of the step in assetgen/versions.py first.")
        print(f"materials: {len(changed)} maps changed, versions {before['versions']} -> {after['versions']}")
    materials.PATH.write_text(materials.to_json(after), encoding="utf-8")


def _remake_sounds() -> None:
    after = sounds.current()
    if sounds.PATH.exists():
        before = sounds.recorded()
        known = {name: word for name, word in after["levels"].items() if name in before["levels"]}
        changed = sounds.differences({"versions": after["versions"], "levels": known}, before)
        for name, away in changed.items():
            print(f"{name}: changed by up to {away:.1f} dB")
        if changed and before["versions"] == after["versions"]:
            raise SystemExit("sounds changed; raise the number of the step in assetgen/versions.py first.")
        print(f"sounds: {len(changed)} changed, versions {before['versions']} -> {after['versions']}")
    sounds.PATH.write_text(sounds.to_json(after), encoding="utf-8")


if __name__ == "__main__":
    main()
