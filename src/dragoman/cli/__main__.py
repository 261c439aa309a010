"""`python -m dragoman.cli`: the command without its launcher."""

from __future__ import annotations

import sys

from . import main

sys.exit(main())
