"""Make the Python messages of the wire contract again: `python scripts/make_rpc.py`.

The result is committed, so that nobody who installs assetgen needs a protocol compiler. A test makes it anew and
compares.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROTO = ROOT / "proto"
HOME = ROOT / "assetgen" / "serve" / "rpc"
SOURCE = "assetgen/v1/asset.proto"


def make_rpc() -> dict[str, str]:
    """Return the text of the generated files by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", SOURCE]
        subprocess.run([*command, f"--python_out={folder}", f"--pyi_out={folder}"], check=True)
        made = Path(folder) / "assetgen" / "v1"
        # The package `assetgen.v1` is that of the wire; in Python the module lives elsewhere.
        return {
            path.name: path.read_text(encoding="utf-8").replace(
                "assetgen.v1.asset_pb2", "assetgen.serve.rpc.asset_pb2"
            )
            for path in sorted(made.iterdir())
        }


if __name__ == "__main__":
    for name, text in make_rpc().items():
        (HOME / name).write_text(text, encoding="utf-8")
        print(HOME / name)
