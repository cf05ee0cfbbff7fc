"""Record what the encoders make now: `python -m tests.golden.remake`. Prints what changed."""

from __future__ import annotations

import json
import sys

from tests.golden.encodings import PATH, current, recorded


def main() -> None:
    """Write the golden file anew, refusing a change of output without a change of version."""
    before = recorded() if PATH.exists() else {}
    after = current()
    for step, golden in after.items():
        old = before.get(step)
        if old == golden:
            sys.stdout.write(f"{step}: as before\n")
        elif old is not None and old["sha256"] != golden["sha256"] and old["version"] == golden["version"]:
            raise SystemExit(f"{step}: output changed; raise its number in assetgen/versions.py first.")
        else:
            sys.stdout.write(f"{step}: {old} -> {golden}\n")
    PATH.write_text(json.dumps(after, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
