"""`python -m assetgen` is the command line."""

from __future__ import annotations

import sys

from assetgen.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
